"""
The invisible mark in the picture: finding and reading it.

The picture may have been scaled, cropped, mirrored, stretched or turned a little, so the reader tries
hypotheses about that (`Geometry`), coarsest kind first.  For each, the residual is folded into one square;
if the guess is right, the pilots add up at one place, which gives the shift.  The best few are refined and
decoded; only a checksum that fits counts.  The number of hypotheses and of decodings is fixed, which bounds
both the time spent on a clip without a mark and the odds of a mark by chance (docs/design/mark.md).
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from safety.provenance import coding
from safety.provenance.geometry import STEP, Geometry, Search, hypotheses, is_far, turned
from safety.provenance.payload import VERSION, MarkKeys, Payload
from safety.provenance.residual import Residual
from safety.provenance.tile import TILE_PX, Tile

_FOLD_PX = 128
_LEAST_PEAK = 5.0
_CANDIDATES = 8  # decoded at most: three refinements each
_TRIES_EACH = 3

_PEAKS_EACH = 2  # a clip marked twice, the second time beside the first

MOST_TRIES = 3 * _CANDIDATES * _TRIES_EACH * _PEAKS_EACH
"""Decodings tried at most on one residual: every one could pass its checksum by chance."""

Spectrum = NDArray[np.complex64]


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureMark:
    """A mark that was read: its payload, and where it lay (`shift`: pixels of the folded square)."""

    payload: Payload
    geometry: Geometry
    shift: tuple[float, float]


@dataclass(frozen=True, slots=True)
class _Peak:
    """How far the pilots stand out somewhere, in standard deviations, and where."""

    height: float
    shift: tuple[float, float]


class Confidence(enum.IntEnum):
    """How surely a mark is there; three steps, never a correlation: no oracle for who would remove it."""

    NONE = 0
    FAINT = 1
    STRONG = 2


class MarkReader:
    """Reads the marks of one operator's pattern out of residuals."""

    def __init__(self, keys: MarkKeys) -> None:
        self._tile = Tile(keys.pattern)
        self._known_numbers = frozenset(keys.macs)
        tile = self._tile
        self._at = (tile.rows % _FOLD_PX, tile.columns % _FOLD_PX)
        self._mirrored_at = (tile.rows % _FOLD_PX, -tile.columns % _FOLD_PX)
        self._phases = np.conj(tile.phases).astype(np.complex64)

    def read(self, plane: Residual, *, search: Search = Search.TURNS) -> tuple[PictureMark, ...]:
        """Return the marks of one evened residual: none, one, or two of a clip marked twice."""
        for stage in Search:
            if stage > search:
                break
            for guess in self._best(plane, hypotheses(plane, stage)):
                found = self._refine(plane, guess)
                if found:
                    return found
        return ()

    def read_at(self, plane: Residual, geometry: Geometry) -> tuple[PictureMark, ...]:
        """Return the marks of a picture whose geometry is known, as after our own encoding."""
        return self._decode(self._fold(plane, geometry), geometry)

    def agreement(self, plane: Residual, mark: PictureMark) -> float:
        """
        Return how far a residual agrees with a mark already read, in standard deviations of chance.

        The whole mark is known by now, so a single second tells: about 0 where it is absent.
        """
        waves = self._waves(
            self._fold(plane, mark.geometry), mark.shift, is_mirrored=mark.geometry.is_mirrored
        )
        expected = self._tile.coefficients(mark.payload) * np.conj(self._tile.phases)
        cosines = (waves * np.conj(expected)).real / (np.abs(waves) * np.abs(expected) + 1e-12)
        return float(cosines.mean() * np.sqrt(2 * len(cosines)))

    def margin(self, plane: Residual, geometry: Geometry, payload: Payload) -> float:
        """Return the share of coded bits that come out right before correction, 0.5 being chance."""
        spectrum = self._fold(plane, geometry)
        code = coding.encode(payload.bits)
        places = self._locate(spectrum, is_mirrored=geometry.is_mirrored)
        return max(
            float(np.mean((self._soft_bits(spectrum, geometry, place.shift) < 0) == code)) for place in places
        )

    def _best(self, plane: Residual, guesses: Iterable[Geometry]) -> list[Geometry]:
        """The guesses whose pilots stand out most, no two of them neighbours."""
        ranked = sorted(self._peaks(plane, guesses), key=lambda pair: -pair[0])
        chosen: list[Geometry] = []
        for peak, guess in ranked:
            if peak < _LEAST_PEAK or len(chosen) == _CANDIDATES:
                break
            if all(is_far(guess, other) for other in chosen):
                chosen.append(guess)
        return chosen

    def _peaks(self, plane: Residual, guesses: Iterable[Geometry]) -> Iterator[tuple[float, Geometry]]:
        for guess in guesses:
            spectrum = self._fold(plane, guess)
            for is_mirrored in (False, True):
                yield (
                    self._locate(spectrum, is_mirrored=is_mirrored)[0].height,
                    replace(guess, is_mirrored=is_mirrored),
                )

    def _refine(self, plane: Residual, guess: Geometry) -> tuple[PictureMark, ...]:
        """Look around a guess and decode the best places."""
        found: list[tuple[float, Geometry, Spectrum]] = []
        for across in np.arange(-STEP, STEP * 1.01, STEP / 3):
            for down in np.arange(-STEP, STEP * 1.01, STEP / 2):
                near = replace(guess, across=guess.across * (1 + across), down=guess.down * (1 + down))
                spectrum = self._fold(plane, near)
                peak = self._locate(spectrum, is_mirrored=near.is_mirrored)[0]
                found.append((peak.height, near, spectrum))
        found.sort(key=lambda place: -place[0])
        for _, near, spectrum in found[:_TRIES_EACH]:
            marks = self._decode(spectrum, near)
            if marks:
                return marks
        return ()

    def _fold(self, plane: Residual, geometry: Geometry) -> Spectrum:
        """The Fourier transform of the residual laid over itself, square by square."""
        height, width = plane.shape
        across, down = (scale * TILE_PX / _FOLD_PX for scale in (geometry.across, geometry.down))
        columns, rows = max(1, int(width / across)), max(1, int(height / down))
        matrix = np.array([[across, 0, 0], [0, down, 0]], np.float32)
        if geometry.turn:
            matrix = turned(matrix, geometry.turn, (width, height), (columns, rows))
        canonical = cv2.warpAffine(
            plane, matrix, (columns, rows), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        )
        square = np.zeros((_FOLD_PX, _FOLD_PX), np.float32)
        for top in range(0, rows, _FOLD_PX):
            for left in range(0, columns, _FOLD_PX):
                part = canonical[top : top + _FOLD_PX, left : left + _FOLD_PX]
                square[: part.shape[0], : part.shape[1]] += part
        return np.asarray(cv2.dft(square, flags=cv2.DFT_COMPLEX_OUTPUT)).view(np.complex64)[:, :, 0]

    def _locate(self, spectrum: Spectrum, *, is_mirrored: bool) -> tuple[_Peak, ...]:
        """The places where the pilots stand out most, best first."""
        pilots = self._tile.pilots
        rows, columns = self._mirrored_at if is_mirrored else self._at
        waves = spectrum[rows, columns]
        strengths = np.abs(waves) + 1e-9
        waves = waves[pilots] / (strengths[pilots] + np.median(strengths))
        plane = np.zeros((_FOLD_PX, _FOLD_PX), np.complex64)
        plane[self._at[0][pilots], self._at[1][pilots]] = waves * self._phases[pilots]
        flags = cv2.DFT_INVERSE | cv2.DFT_COMPLEX_INPUT | cv2.DFT_COMPLEX_OUTPUT
        match = np.asarray(cv2.dft(plane.view(np.float32).reshape(_FOLD_PX, _FOLD_PX, 2), flags=flags))[
            :, :, 0
        ]
        mean, deviation = float(match.mean()), float(match.std()) + 1e-12
        peaks = []
        for _ in range(_PEAKS_EACH):
            row, column = divmod(int(np.argmax(match)), _FOLD_PX)
            shift = (_vertex(match[:, column], row), _vertex(match[row], column))
            peaks.append(_Peak((float(match[row, column]) - mean) / deviation, shift))
            around = np.arange(-3, 4)
            match[np.ix_((row + around) % _FOLD_PX, (column + around) % _FOLD_PX)] = mean
        return tuple(peaks)

    def _waves(
        self, spectrum: Spectrum, shift: tuple[float, float], *, is_mirrored: bool
    ) -> NDArray[np.complex128]:
        """The amplitude of every wave, shifted back and freed of its keyed phase."""
        tile = self._tile
        turns = (tile.rows * shift[0] + tile.columns * shift[1]) / _FOLD_PX
        waves = spectrum[self._mirrored_at if is_mirrored else self._at]
        return np.asarray(waves * np.exp(2j * np.pi * turns) * np.conj(tile.phases), np.complex128)

    def _soft_bits(self, spectrum: Spectrum, geometry: Geometry, shift: tuple[float, float]) -> coding.Soft:
        tile = self._tile
        waves = self._waves(spectrum, shift, is_mirrored=geometry.is_mirrored)
        weighted = waves * self._trust(waves)
        parts = weighted[tile.wave_of]
        values = np.where(tile.is_quadrature, parts.imag, parts.real)
        summed = np.bincount(tile.bit_of, values, tile.coded_count)
        return summed * (1.0 - 2.0 * tile.scramble)

    def _trust(self, waves: NDArray[np.complex128]) -> NDArray[np.float64]:
        """How much each wave is worth, by how clean the pilots of about its frequency are."""
        radius, pilots = self._tile.radius, self._tile.pilots
        clean, at = waves[pilots], radius[pilots]
        overall = abs(float(clean.real.mean()))
        trust = np.zeros(len(radius))
        for low in range(int(radius.min()), int(radius.max()) + 1, 2):
            near = clean[(at >= low - 3) & (at < low + 5)]
            gain = float(near.real.mean())
            noise = float(np.mean(np.abs(near - gain) ** 2)) + 1e-9
            trust[(radius >= low) & (radius < low + 2)] = max(gain, 0.15 * overall) / noise
        return trust

    def _decode(self, spectrum: Spectrum, geometry: Geometry) -> tuple[PictureMark, ...]:
        """The marks at the places of one geometry where the pilots stand out."""
        marks = []
        for peak in self._locate(spectrum, is_mirrored=geometry.is_mirrored):
            bits = coding.decode(self._soft_bits(spectrum, geometry, peak.shift))
            payload = None if bits is None else Payload.from_bits(bits)
            if (
                payload is not None
                and payload.version == VERSION
                and payload.key_number in self._known_numbers
            ):
                marks.append(PictureMark(payload=payload, geometry=geometry, shift=peak.shift))
        return tuple(marks)


def _vertex(values: NDArray[Any], place: int) -> float:
    """The place of a peak between cells, by the parabola through its neighbours."""
    before, at, after = (float(values[(place + step) % len(values)]) for step in (-1, 0, 1))
    bend = before - 2 * at + after
    return place + (float(np.clip(0.5 * (before - after) / bend, -0.5, 0.5)) if abs(bend) > 1e-12 else 0.0)
