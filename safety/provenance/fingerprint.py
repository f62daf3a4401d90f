"""
A fingerprint of our own for clips: a small sketch of each second, and 256 signs of its coarsest waves.

The signs (a hash, 32 bytes a second) are compared by counting where they differ.  A hash alone does not
survive a crop; the sketch (32 by 32 places, 16 greys) does, once the mark has told how much was cut away.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from safety.provenance.residual import stride

ALGORITHM = "org.filigrane.dct256.1"
"""Its name in a soft binding.  It is ours; it is neither PDQ nor vPDQ and cannot be matched with them."""

Hashes = tuple[bytes | None, ...]
"""One hash of 32 bytes for each second; None for a second that shows nothing (one colour)."""

SAME = 0.30
"""Up to this distance two clips show the same; measured in docs/design/mark.md."""

DIFFERENT = 0.36
"""From this distance on they show different things; between the two, nothing is claimed."""

_SIDE = 32
_SKETCH_BYTES = _SIDE * _SIDE // 2
_BITS = 256
_PLAIN = 2.0  # standard deviation of a picture that shows nothing
_GREYS_EACH_WAY = 3.0  # standard deviations a sketch spans
_MAGIC = b"FD1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """
    The sketches of a clip's seconds, 512 bytes each (None where nothing is shown), and its size in pixels.

    Raises:
        ValueError: there is no second, or a sketch of another length.
    """

    width_px: int
    height_px: int
    seconds: tuple[bytes | None, ...]

    def __post_init__(self) -> None:
        if not 0 < len(self.seconds) < 1 << 16:
            raise ValueError("a fingerprint covers at least one second")
        if any(second is not None and len(second) != _SKETCH_BYTES for second in self.seconds):
            raise ValueError(f"the sketch of a second has {_SKETCH_BYTES} bytes")

    @property
    def hashes(self) -> Hashes:
        """The hash of every second."""
        return tuple(None if second is None else _hash(_drawn(second)) for second in self.seconds)

    def mirrored(self) -> Fingerprint:
        """The fingerprint of the same clip seen in a mirror."""
        turned = (None if second is None else _packed(_drawn(second)[:, ::-1]) for second in self.seconds)
        return Fingerprint(width_px=self.width_px, height_px=self.height_px, seconds=tuple(turned))

    def through(self, left: float, top: float, width: float, height: float) -> Hashes:
        """The hashes of what a window of the picture shows; its place and size are fractions of the whole."""
        return tuple(
            None if second is None else _hash(_cut(_drawn(second), left, top, width, height))
            for second in self.seconds
        )

    def to_bytes(self) -> bytes:
        """Return it as stored: a magic, the size, a count, and for each second a flag and its sketch."""
        head = b"".join(
            value.to_bytes(2, "big") for value in (self.width_px, self.height_px, len(self.seconds))
        )
        parts = (
            b"\0" + bytes(_SKETCH_BYTES) if second is None else b"\1" + second for second in self.seconds
        )
        return _MAGIC + head + b"".join(parts)

    @classmethod
    def from_bytes(cls, stored: bytes) -> Fingerprint:
        """
        Read it back.

        Raises:
            ValueError: these are not the bytes of a fingerprint.
        """
        width, height, count = (int.from_bytes(stored[at : at + 2], "big") for at in (3, 5, 7))
        step = 1 + _SKETCH_BYTES
        if stored[:3] != _MAGIC or len(stored) != 9 + step * count:
            raise ValueError("these are not the bytes of a fingerprint")
        parts = (stored[9 + step * place : 9 + step * (place + 1)] for place in range(count))
        seconds = tuple(part[1:] if part[0] else None for part in parts)
        return cls(width_px=width, height_px=height, seconds=seconds)


def hashes_to_text(hashes: Hashes) -> str:
    """Return hashes as the value of a soft binding: 64 hexadecimal digits a second, dashes for none."""
    return "".join("-" * 64 if one is None else one.hex() for one in hashes)


def hashes_from_text(text: str) -> Hashes:
    """
    Read the value of a soft binding.

    Raises:
        ValueError: it is not one of this algorithm.
    """
    if len(text) % 64:
        raise ValueError("hashes come in 64 digits a second")
    parts = (text[at : at + 64] for at in range(0, len(text), 64))
    return tuple(None if part == "-" * 64 else bytes.fromhex(part) for part in parts)


class FingerprintSum:
    """Takes the luma of a clip's frames in order; a second's sketch is that of its mean picture."""

    def __init__(self, fps: float) -> None:
        self._fps = fps
        self._stride = stride(fps)
        self._sums: dict[int, NDArray[np.float32]] = {}
        self._counts: dict[int, int] = {}
        self._size_px = (0, 0)

    def add(self, luma: NDArray[np.uint8], index: int) -> None:
        """Take frame `index`; most are passed over."""
        if index % self._stride:
            return
        second = int(index / self._fps)
        small = cv2.resize(luma, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
        self._sums[second] = self._sums[second] + small if second in self._sums else small
        self._counts[second] = self._counts.get(second, 0) + 1
        self._size_px = (luma.shape[1], luma.shape[0])

    def finish(self) -> Fingerprint:
        """
        Return the fingerprint.

        Raises:
            ValueError: no frame was taken.
        """
        order = sorted(self._sums)
        if len(order) > 1 and self._counts[order[-1]] * 4 < max(self._counts.values()):
            order.pop()  # a last splinter of a second would compare with nothing
        width, height = self._size_px
        means = (self._sums[second] / self._counts[second] for second in order)
        seconds = tuple(None if mean.std() < _PLAIN else _sketch(mean) for mean in means)
        return Fingerprint(width_px=width, height_px=height, seconds=seconds)


def distance(one: Hashes, other: Hashes) -> float | None:
    """
    Return the share of differing signs, 0 to 1, at the best alignment in time; None where nothing compares.

    One clip may be a stretch of the other.
    """
    start = alignment(one, other)
    if start is None:
        return None
    return float(np.mean([value for value in distances(one, other, start) if value is not None]))


def alignment(part: Hashes, whole: Hashes) -> int | None:
    """Return the second of `whole` at which the first second of `part` fits best (it may be negative)."""
    shorter = min(len(part), len(whole))
    least = max(1, (shorter + 1) // 2)  # two clips that barely overlap in time are not compared
    scores: list[tuple[float, int, int]] = []
    for start in range(least - len(part), len(whole) - least + 1):
        found = [value for value in distances(part, whole, start) if value is not None]
        if found:
            scores.append((float(np.mean(found)), abs(start), start))
    return min(scores)[2] if scores else None


def distances(part: Hashes, whole: Hashes, start: int) -> tuple[float | None, ...]:
    """Return the distance of each second of `part`, laid at `start` of `whole`; None for nothing."""
    found: list[float | None] = []
    for place, second in enumerate(part, start):
        other = whole[place] if 0 <= place < len(whole) else None
        found.append(None if second is None or other is None else _apart(second, other))
    return tuple(found)


def _apart(one: bytes, other: bytes) -> float:
    return (int.from_bytes(one, "big") ^ int.from_bytes(other, "big")).bit_count() / _BITS


def _sketch(picture: NDArray[np.floating[Any]]) -> bytes:
    """Draw a picture in 16 greys about its mean, two places a byte."""
    spread = float(picture.std())
    greys = 7.5 + (picture - picture.mean()) * (7.5 / _GREYS_EACH_WAY / spread)
    return _packed(np.clip(np.rint(greys), 0, 15))


def _packed(greys: NDArray[np.floating[Any]]) -> bytes:
    cells = greys.astype(np.uint8).ravel()
    return ((cells[::2] << 4) | cells[1::2]).tobytes()


def _drawn(sketch: bytes) -> NDArray[np.float32]:
    pairs = np.frombuffer(sketch, np.uint8)
    return np.stack([pairs >> 4, pairs & 15], 1).reshape(_SIDE, _SIDE).astype(np.float32)


def _cut(
    picture: NDArray[np.float32], left: float, top: float, width: float, height: float
) -> NDArray[np.float32]:
    """What a window of the picture shows, at the size of a sketch again."""
    across, down = width, height
    matrix = np.array(
        [
            [across, 0, left * _SIDE + 0.5 * across - 0.5],
            [0, down, top * _SIDE + 0.5 * down - 0.5],
        ],
        np.float32,
    )
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    return np.asarray(
        cv2.warpAffine(picture, matrix, (_SIDE, _SIDE), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    )


def _hash(picture: NDArray[np.float32]) -> bytes:
    waves = cv2.dct(np.ascontiguousarray(picture))[_coarsest()]
    return np.packbits(waves > np.median(waves)).tobytes()


@functools.cache
def _coarsest() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The 256 coarsest waves, the mean excepted."""
    rows, columns = np.mgrid[:_SIDE, :_SIDE]
    order = np.lexsort((columns.ravel(), (rows**2 + columns**2).ravel()))[1 : _BITS + 1]
    return rows.ravel()[order], columns.ravel()[order]
