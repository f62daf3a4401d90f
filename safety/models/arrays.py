"""A torch state dictionary, old form or zip, as numpy arrays; torch and pickle stay out of it."""

from __future__ import annotations

import io
import math
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from safety.errors import UnsafeWeights
from safety.models.restricted_pickle import Storage, Tensor, read_plain

_MAGIC = 0x1950A86A20F9469CFC6C
_PROTOCOL = 1001
_MOST_BYTES = 1 << 31
_DEEPEST = 4

Arrays = dict[str, NDArray[Any]]


def write_arrays(path: Path, target: Path) -> None:
    """Write the state dictionary at `path` as an ``.npz`` of its tensors by name."""
    with target.open("wb") as file:
        np.savez(file, **read_arrays(path))  # type: ignore[arg-type]  # names are arrays, not `allow_pickle`


def read_arrays(path: Path) -> Arrays:
    """
    Read the tensors of a ``.pt`` file by their names, nested names joined by dots.

    Of a training checkpoint only the model's part (``model_state``) is read, not the optimiser's.

    Raises:
        UnsafeWeights: the file holds anything but plain containers and tensors, or is broken.
    """
    read = _read_zip if zipfile.is_zipfile(path) else _read_old
    try:
        root, storages = read(path)
        root = root.get("model_state", root) if isinstance(root, dict) else root
        return {name: _array(tensor, storages) for name, tensor in _tensors(root, (), 0)}
    except (OSError, ValueError, KeyError, TypeError, struct.error, zipfile.BadZipFile) as error:
        raise UnsafeWeights(f"{path.name} is no readable state dictionary: {error}") from error


def _tensors(value: Any, names: tuple[str, ...], depth: int) -> Iterator[tuple[str, Tensor]]:
    if depth > _DEEPEST:
        raise UnsafeWeights("containers nested deeper than a state dictionary is")
    if isinstance(value, Tensor):
        yield ".".join(names), value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _tensors(inner, (*names, str(key)), depth + 1)


def _array(tensor: Tensor, storages: dict[str, bytes]) -> NDArray[Any]:
    dtype = np.dtype(tensor.storage.dtype)
    if math.prod(tensor.shape) > tensor.storage.count:
        raise UnsafeWeights("a tensor larger than its storage")
    flat = np.frombuffer(storages[tensor.storage.key], dtype=dtype, count=tensor.storage.count)
    steps = tuple(step * dtype.itemsize for step in tensor.strides)
    return np.lib.stride_tricks.as_strided(flat[tensor.offset :], tensor.shape, steps).copy()


def _read_old(path: Path) -> tuple[Any, dict[str, bytes]]:
    """The form before the zip: magic, protocol, machine, object, keys, then each storage: count, bytes."""
    _check_size(path.stat().st_size)
    with path.open("rb") as file:
        if (read_plain(file), read_plain(file)) != (_MAGIC, _PROTOCOL):
            raise UnsafeWeights("not a file of weights")
        machine = read_plain(file)
        if machine.get("little_endian") is not True:
            raise UnsafeWeights("written on a big-endian machine")
        root = read_plain(file)
        widths = {one.key: np.dtype(one.dtype).itemsize for one in _storages(root)}
        return root, {key: _read_run(file, widths.get(key, 0)) for key in read_plain(file)}


def _read_run(file: BinaryIO, width: int) -> bytes:
    (count,) = struct.unpack("<q", file.read(8))
    _check_size(count * width)
    return file.read(count * width)


def _storages(root: Any, depth: int = 0) -> Iterator[Storage]:
    """Every storage that is named anywhere, the optimiser's too: their bytes stand in one row."""
    if isinstance(root, Tensor):
        yield root.storage
    elif isinstance(root, dict | list | tuple):
        if depth > 2 * _DEEPEST:
            raise UnsafeWeights("containers nested deeper than a checkpoint is")
        for inner in root.values() if isinstance(root, dict) else root:
            yield from _storages(inner, depth + 1)


def _read_zip(path: Path) -> tuple[Any, dict[str, bytes]]:
    with zipfile.ZipFile(path) as archive:
        _check_size(sum(info.file_size for info in archive.infolist()))
        (pickle,) = [name for name in archive.namelist() if name.endswith("/data.pkl")]
        home = pickle.removesuffix("data.pkl")
        if f"{home}byteorder" in archive.namelist() and archive.read(f"{home}byteorder") != b"little":
            raise UnsafeWeights("written on a big-endian machine")
        root = read_plain(io.BytesIO(archive.read(pickle)))
        keys = {one.key for one in _storages(root)}
        return root, {key: archive.read(f"{home}data/{key}") for key in keys}


def _check_size(size_bytes: int) -> None:
    if not 0 <= size_bytes <= _MOST_BYTES:
        raise UnsafeWeights(f"{size_bytes} bytes are more than we read")
