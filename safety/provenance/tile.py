"""Where the bits of the picture mark lie: a keyed square of waves that repeats over the picture."""

from __future__ import annotations

import functools
import hashlib

import numpy as np
from numpy.typing import NDArray

from safety.provenance import coding
from safety.provenance.payload import PAYLOAD_BITS, Payload

TILE_PX = 256
"""The side of the square, in canonical pixels: those of a picture whose short side is 720."""

CANONICAL_PX = 720.0
SMALLEST_PX = 540.0
"""Below this short side the square shrinks no further: its finest waves would not survive a codec."""

_SLOWEST, _FASTEST = 6, 24  # cycles a tile: below lies the picture, above the codec's axe
_PILOT_SHARE = 0.2


def tile_scale(width_px: int, height_px: int) -> float:
    """Return how many pixels of a picture one canonical pixel spans when it is marked."""
    return max(min(width_px, height_px), SMALLEST_PX) / CANONICAL_PX


class Tile:
    """
    The keyed layout: which wave carries which coded bit, and which ones are pilots.

    A wave is a bin of the square's Fourier transform: `rows` and `columns` are its signed frequencies
    in cycles a tile. Pilots carry known phases, for finding place and scale; each other wave carries
    two coded bits, one in each quadrature.

    The layout is drawn from SHAKE-256, not from a library's generator whose stream may change:
    a mark must be read in years.
    """

    def __init__(self, pattern_key: bytes) -> None:
        self.rows, self.columns = _waves()
        self.radius = np.hypot(self.rows, self.columns)
        count = len(self.rows)
        draw = _Draw(pattern_key)
        self.phases = np.exp(1j * (np.pi / 4 + np.pi / 2 * draw.quarters(count)))
        order = draw.order(count)
        self.pilots, carriers = np.split(order, [int(count * _PILOT_SHARE)])
        self.coded_count = coding.coded_length(PAYLOAD_BITS)
        shuffle = draw.order(2 * len(carriers))
        self.wave_of = np.tile(carriers, 2)[shuffle]
        self.is_quadrature = (np.arange(2 * len(carriers)) >= len(carriers))[shuffle]
        self.bit_of = np.arange(2 * len(carriers)) % self.coded_count
        self.scramble = draw.bits(self.coded_count)

    def coefficients(self, payload: Payload) -> NDArray[np.complex128]:
        """Return the complex amplitude of every wave of a payload's mark."""
        signs = 1.0 - 2.0 * (coding.encode(payload.bits) ^ self.scramble)[self.bit_of]
        amplitudes = np.zeros(len(self.rows), np.complex128)
        amplitudes[self.pilots] = self.phases[self.pilots]
        parts = np.where(self.is_quadrature, 1j * signs, signs) / np.sqrt(2)
        np.add.at(amplitudes, self.wave_of, parts * self.phases[self.wave_of])
        return amplitudes

    def draw(self, payload: Payload) -> NDArray[np.float32]:
        """Return the square, (256, 256) float32 of unit variance, that is laid over the picture."""
        spectrum = np.zeros((TILE_PX, TILE_PX), np.complex128)
        amplitudes = self.coefficients(payload)
        spectrum[self.rows, self.columns] = amplitudes
        spectrum[-self.rows, -self.columns] = np.conj(amplitudes)
        square = np.fft.ifft2(spectrum).real
        return np.asarray(square / square.std(), np.float32)


@functools.cache
def _waves() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    frequencies = np.fft.fftfreq(TILE_PX, 1 / TILE_PX)
    rows, columns = np.meshgrid(frequencies, frequencies, indexing="ij")
    radius = np.hypot(rows, columns)
    half_plane = (rows > 0) | ((rows == 0) & (columns > 0))
    chosen = (radius >= _SLOWEST) & (radius <= _FASTEST) & half_plane
    return rows[chosen].astype(np.int64), columns[chosen].astype(np.int64)


class _Draw:
    """A reproducible source of keyed choices."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._turn = 0

    def _bytes(self, count: int) -> NDArray[np.uint8]:
        self._turn += 1
        stream = hashlib.shake_256(b"filigrane tile 1" + bytes([self._turn]) + self._key).digest(count)
        return np.frombuffer(stream, np.uint8)

    def quarters(self, count: int) -> NDArray[np.uint8]:
        return self._bytes(count) & np.uint8(3)

    def bits(self, count: int) -> NDArray[np.uint8]:
        return self._bytes(count) & np.uint8(1)

    def order(self, count: int) -> NDArray[np.int64]:
        ranks = self._bytes(8 * count).view(">u8")
        return np.argsort(ranks, kind="stable")
