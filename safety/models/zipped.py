"""A net that comes as a zip of its graph and its weights, put together in one file."""

from __future__ import annotations

import tempfile
import zipfile
from pathlib import Path, PurePosixPath

import onnx

from safety.models.fold import serialised

_MOST_BYTES = 200_000_000


def unzipped_net(path: Path) -> bytes:
    """
    Return the one net in a zip, its weights inside it, as a serialised model.

    Nothing leaves a folder made for this: members are written by the last part of their names alone.

    Raises:
        ValueError: it is no zip, holds no net or several, two members of one name, or too much.
    """
    try:
        with zipfile.ZipFile(path) as archive, tempfile.TemporaryDirectory() as name:
            members = {
                PurePosixPath(one.filename).name: one for one in archive.infolist() if not one.is_dir()
            }
            nets = [member for member in members if member.endswith(".onnx")]
            if len(nets) != 1 or len(members) != sum(not one.is_dir() for one in archive.infolist()):
                raise ValueError(f"one net is wanted, not {sorted(members)}")
            if sum(one.file_size for one in members.values()) > _MOST_BYTES:
                raise ValueError("the net is larger than any of ours")
            for member, one in members.items():
                Path(name, member).write_bytes(archive.read(one))
            onnx.checker.check_model(str(Path(name, nets[0])))  # also that its weights lie beside it
            return serialised(onnx.load(Path(name, nets[0])))
    except (zipfile.BadZipFile, onnx.checker.ValidationError, OSError) as error:
        raise ValueError(f"{path.name} holds no readable net: {type(error).__name__}") from error
