"""
The invisible mark in the picture: finding and reading it.

The picture may have been scaled, cropped, mirrored, stretched or turned a little, so the reader tries
hypotheses about that (`Geometry`), coarsest kind first.  For each, the
waves of the tile are looked up in the residual's spectrum; if the guess is right, the pilots agree on one
place, which gives the shift.  The best few are refined and
decoded; only a checksum that fits counts.  The number of hypotheses and of decodings is fixed, which bounds
both the time spent on a clip without a mark and the odds of a mark by chance (docs/design/mark.md).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from safety.provenance import coding
from safety.provenance.geometry import STEP, Geometry, Search, hypotheses, is_far
from safety.provenance.payload import VERSION, MarkKeys, Payload
from safety.provenance.residual import Residual
from safety.provenance.spectrum import COARSE, Spectrum, Waves
from safety.provenance.tile import Tile

_SHIFTS = 128  # places each way at which the tile may begin
_LEAST_PEAK = 5.0
_CANDIDATES = 8  # decoded at most: three refinements each
_TRIES_EACH = 3

_AT_ONCE = 64  # guesses looked up together: fewer calls, and little memory
_PEAKS_EACH = 2  # a clip marked twice, the second time beside the first

MOST_TRIES = 3 * _CANDIDATES * _TRIES_EACH * _PEAKS_EACH
"""Decodings tried at most on one residual: every one could pass its checksum by chance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureMark:
    """A mark that was read: its payload, and where it lay (`shift`: 128ths of a tile)."""

    payload: Payload
    geometry: Geometry
    shift: tuple[float, float]


@dataclass(frozen=True, slots=True)
class _Peak:
    """How far the pilots stand out somewhere, in standard deviations, and where."""

    height: float
    shift: tuple[float, float]


class MarkReader:
    """Reads the marks of one operator's pattern out of residuals."""

    def __init__(self, keys: MarkKeys) -> None:
        tile = self._tile = Tile(keys.pattern)
        self._known_numbers = frozenset(keys.macs)
        self._pilots_at = (tile.rows[tile.pilots], tile.columns[tile.pilots])
        rows, columns = (place.astype(np.int64) for place in self._pilots_at)
        self._cells = tuple(sign * rows % _SHIFTS * _SHIFTS + sign * columns % _SHIFTS for sign in (1, -1))
        self._pilot_phases = np.conj(tile.phases[tile.pilots]).astype(np.complex64)

    def read(self, plane: Residual, *, search: Search = Search.TURNS) -> tuple[PictureMark, ...]:
        """Return the marks of one evened residual: none, one, or two of a clip marked twice."""
        spectrum = Spectrum(plane)
        for stage in Search:
            if stage > search:
                break
            for guess in self._best(spectrum, hypotheses(plane, stage)):
                found = self._refine(spectrum, guess)
                if found:
                    return found
        return ()

    def read_at(self, plane: Residual, geometry: Geometry) -> tuple[PictureMark, ...]:
        """Return the marks of a picture whose geometry is known, as after our own encoding."""
        return self._decode(Spectrum(plane), geometry)

    def agreement(self, plane: Residual, mark: PictureMark) -> float:
        """
        Return how far a residual agrees with a mark already read, in standard deviations of chance.

        The whole mark is known by now, so a single second tells: about 0 where it is absent.
        """
        waves = self._waves(Spectrum(plane, finer=COARSE), mark.geometry, mark.shift)
        expected = self._tile.coefficients(mark.payload) * np.conj(self._tile.phases)
        cosines = (waves * np.conj(expected)).real / (np.abs(waves) * np.abs(expected) + 1e-12)
        return float(cosines.mean() * np.sqrt(2 * len(cosines)))

    def margin(self, plane: Residual, geometry: Geometry, payload: Payload) -> float:
        """Return the share of coded bits that come out right before correction, 0.5 being chance."""
        spectrum, code = Spectrum(plane), coding.encode(payload.bits)
        shares = [
            np.mean((self._soft_bits(spectrum, geometry, place.shift) < 0) == code)
            for place in self._locate(spectrum, geometry)
        ]
        return float(max(shares))

    def _best(self, spectrum: Spectrum, guesses: Iterable[Geometry]) -> list[Geometry]:
        """The guesses whose pilots stand out most, no two of them neighbours."""
        places = (place for guess in guesses for place in (guess, replace(guess, is_mirrored=True)))
        ranked = sorted(self._heights(spectrum, places), key=lambda pair: -pair[0])
        chosen: list[Geometry] = []
        for height, guess in ranked:
            if height < _LEAST_PEAK or len(chosen) == _CANDIDATES:
                break
            if all(is_far(guess, other) for other in chosen):
                chosen.append(guess)
        return chosen

    def _heights(self, spectrum: Spectrum, places: Iterable[Geometry]) -> Iterator[tuple[float, Geometry]]:
        """
        How far the pilots stand out at each place, in standard deviations; two places in one transform.

        A match is real: of two, one rides on the imaginary part of the other.
        """
        waiting = iter(places)
        while some := tuple(itertools.islice(waiting, _AT_ONCE)):
            waves, deviations = self._pilot_waves(spectrum, some)
            tops: list[float] = []
            for first in range(0, len(some), 2):
                plane = np.zeros((_SHIFTS, _SHIFTS), np.complex64)
                for turn, one in zip((1, 1j), waves[first : first + 2], strict=False):
                    self._add_real(plane, one, np.complex64(turn))
                tops += [float(part.max()) for part in cv2.split(_inverse(plane))]
            for top, deviation, place in zip(tops, deviations, some, strict=False):  # an odd one rides alone
                yield top / float(deviation), place

    def _refine(self, spectrum: Spectrum, guess: Geometry) -> tuple[PictureMark, ...]:
        """Look around a guess and decode the best places."""
        near = [
            replace(guess, across=guess.across * (1 + across), down=guess.down * (1 + down))
            for across in np.arange(-STEP, STEP * 1.01, STEP / 3)
            for down in np.arange(-STEP, STEP * 1.01, STEP / 2)
        ]
        found = sorted(self._heights(spectrum, near), key=lambda place: -place[0])
        for _, place in found[:_TRIES_EACH]:
            marks = self._decode(spectrum, place)
            if marks:
                return marks
        return ()

    def _locate(self, spectrum: Spectrum, geometry: Geometry) -> tuple[_Peak, ...]:
        """The places where the pilots stand out most, best first."""
        match, deviation = self._match(spectrum, geometry)
        peaks = []
        for _ in range(_PEAKS_EACH):
            row, column = divmod(int(np.argmax(match)), _SHIFTS)
            shift = (_vertex(match[:, column], row), _vertex(match[row], column))
            peaks.append(_Peak(float(match[row, column]) / deviation, shift))
            around = np.arange(-3, 4)
            match[np.ix_((row + around) % _SHIFTS, (column + around) % _SHIFTS)] = 0
        return tuple(peaks)

    def _match(self, spectrum: Spectrum, geometry: Geometry) -> tuple[NDArray[np.float32], float]:
        """How well the pilots fit at every shift of the tile, and the deviation that chance would give."""
        waves, deviations = self._pilot_waves(spectrum, (geometry,))
        plane = np.zeros((_SHIFTS, _SHIFTS), np.complex64)
        self._add_real(plane, waves[0], np.complex64(1))
        return np.ascontiguousarray(_inverse(plane)[:, :, 0]), float(deviations[0])

    def _pilot_waves(
        self, spectrum: Spectrum, places: Sequence[Geometry]
    ) -> tuple[Waves, NDArray[np.float32]]:
        """The pilots at each place, freed of their phases and evened, and their chance deviation."""
        waves = spectrum.waves_each(*self._pilots_at, places)
        strengths = np.abs(waves) + 1e-9
        waves = waves / (strengths + np.median(strengths, axis=1, keepdims=True)) * self._pilot_phases
        return waves, np.sqrt(np.sum(np.abs(waves) ** 2, axis=1) / 2) + np.float32(1e-12)

    def _add_real(self, plane: Waves, waves: Waves, turn: np.complex64) -> None:
        """Add waves and, to make their sum real, their conjugates at the opposite places; all `turn`ed."""
        flat = plane.reshape(-1)
        flat[self._cells[0]] += turn * np.complex64(0.5) * waves
        flat[self._cells[1]] += turn * np.complex64(0.5) * np.conj(waves)

    def _waves(
        self, spectrum: Spectrum, geometry: Geometry, shift: tuple[float, float]
    ) -> NDArray[np.complex128]:
        """The amplitude of every wave, shifted back and freed of its keyed phase."""
        tile = self._tile
        turns = (tile.rows * shift[0] + tile.columns * shift[1]) / _SHIFTS
        waves = spectrum.waves(tile.rows, tile.columns, geometry)
        return np.asarray(waves * np.exp(2j * np.pi * turns) * np.conj(tile.phases), np.complex128)

    def _soft_bits(self, spectrum: Spectrum, geometry: Geometry, shift: tuple[float, float]) -> coding.Soft:
        tile = self._tile
        waves = self._waves(spectrum, geometry, shift)
        strengths = np.abs(waves)
        waves = waves / (
            strengths + np.median(strengths) + 1e-12
        )  # a wave of the picture's own outshouts none
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
        """The marks at the places of one geometry where the pilots stand out; a blurred place counts once."""
        marks: dict[Payload, PictureMark] = {}
        for peak in self._locate(spectrum, geometry):
            bits = coding.decode(self._soft_bits(spectrum, geometry, peak.shift))
            payload = None if bits is None else Payload.from_bits(bits)
            if payload is not None and self._is_ours(payload):
                mark = PictureMark(payload=payload, geometry=geometry, shift=peak.shift)
                marks.setdefault(payload, mark)
        return tuple(marks.values())

    def _is_ours(self, payload: Payload) -> bool:
        return payload.version == VERSION and payload.key_number in self._known_numbers


def _inverse(plane: Waves) -> NDArray[np.float32]:
    """The inverse transform, unscaled, as real and imaginary parts in the last axis."""
    parts = plane.view(np.float32).reshape(_SHIFTS, _SHIFTS, 2)
    flags = cv2.DFT_INVERSE | cv2.DFT_COMPLEX_INPUT | cv2.DFT_COMPLEX_OUTPUT
    return np.asarray(cv2.dft(parts, flags=flags), np.float32)


def _vertex(values: NDArray[Any], place: int) -> float:
    """The place of a peak between cells, by the parabola through its neighbours."""
    before, at, after = (float(values[(place + step) % len(values)]) for step in (-1, 0, 1))
    bend = before - 2 * at + after
    return place + (float(np.clip(0.5 * (before - after) / bend, -0.5, 0.5)) if abs(bend) > 1e-12 else 0.0)
