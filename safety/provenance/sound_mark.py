"""
The invisible mark in the sound: writing and reading it.

Bands of 64 ms are made a little louder or softer by a keyed pattern that repeats every 3.6 s.  From eight
seconds on the pattern spells the 32-bit mark id; a shorter sound has no room for it and bears a presence
bit: the pattern alone, which says "one of ours" and not which.
"""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from safety.provenance import coding
from safety.provenance.payload import ID_BITS, MarkKeys, bits_of, number_of
from safety.provenance.spectrogram import (
    BANDS,
    HOPS_A_CHIP,
    Samples,
    analyse,
    band_of,
    mean_over,
    prominence,
    synthesise,
    window_samples,
)

ALGORITHM = "org.filigrane.chip.1"
PRESENCE_ALGORITHM = "org.filigrane.chip-presence.1"

LEAST_S = 8.0
"""The shortest sound that bears an id."""

_CHIPS = 56  # columns of the pattern: 3.584 s
_PILOT_SHARE = 0.25
_STRENGTHS_DB = (1.5, 2.0, 2.5)
_LEAST_PRESENCE = (
    7.3  # of chance's spread; by Hoeffding 224 places * exp(-7.3² / 2) = 6e-10, whatever the sound
)
_MOST_TRIES = 6
_SILENCE = 1e-4  # root mean square, -80 dB


class SoundMarkKind(enum.StrEnum):
    """What the sound bears; the manifest says which."""

    PAYLOAD = "payload"
    PRESENCE = "presence"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundMark:
    """A mark read in sound: its kind, and the mark id where there is one."""

    kind: SoundMarkKind
    mark_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedSound:
    """Sound with its mark; `kind` is NONE where the sound is too quiet or too sparse to bear any."""

    samples: Samples
    kind: SoundMarkKind


class SoundMarker:
    """Writes and reads the sound marks of one operator's pattern."""

    def __init__(self, keys: MarkKeys) -> None:
        self._payload = _Pattern(keys.pattern, "payload", _PILOT_SHARE)
        self._presence = _Pattern(keys.pattern, "presence", 1.0)

    def write(
        self, samples: Samples, rate_hz: int, mark_id: int, *, worn: Callable[[Samples], Samples]
    ) -> MarkedSound:
        """
        Return the sound, (samples, channels), with the fullest mark it can bear, as faint as can be read.

        `worn` is what will befall it (a codec): a mark counts when it is read after that.
        """
        if float(np.sqrt(np.mean(np.square(samples)))) < _SILENCE:
            return MarkedSound(samples=samples, kind=SoundMarkKind.NONE)
        wanted = [SoundMarkKind.PRESENCE]
        if len(samples) >= LEAST_S * rate_hz:
            wanted.insert(0, SoundMarkKind.PAYLOAD)
        for kind in wanted:
            for strength_db in _STRENGTHS_DB:
                marked = self._marked(samples, rate_hz, kind, mark_id, strength_db)
                if self.read(worn(marked), rate_hz).kind is kind:
                    return MarkedSound(samples=marked, kind=kind)
        return MarkedSound(samples=samples, kind=SoundMarkKind.NONE)

    def read(self, samples: Samples, rate_hz: int) -> SoundMark:
        """Return the mark of a sound, (samples, channels)."""
        if len(samples) < window_samples(rate_hz) * 8:
            return SoundMark(kind=SoundMarkKind.NONE)
        chips = _chips(samples.mean(axis=1, dtype=np.float64), rate_hz)
        mark_id = self._read_id(chips)
        if mark_id is not None:
            return SoundMark(kind=SoundMarkKind.PAYLOAD, mark_id=mark_id)
        if self._presence.places(chips)[0].peak >= _LEAST_PRESENCE:
            return SoundMark(kind=SoundMarkKind.PRESENCE)
        return SoundMark(kind=SoundMarkKind.NONE)

    def _read_id(self, chips: NDArray[np.float64]) -> int | None:
        for place in self._payload.places(chips)[:_MOST_TRIES]:
            bits = coding.decode(self._payload.soft_bits(place))
            if bits is not None:
                return number_of(bits)
        return None

    def _marked(
        self, samples: Samples, rate_hz: int, kind: SoundMarkKind, mark_id: int, strength_db: float
    ) -> Samples:
        pattern = self._payload if kind is SoundMarkKind.PAYLOAD else self._presence
        chips = pattern.chips(mark_id)
        marked = _amplified(samples, rate_hz, chips * strength_db)
        if kind is SoundMarkKind.PAYLOAD:
            for _ in range(2):
                chips = pattern.rebalanced(
                    chips, mark_id, _chips(marked.mean(axis=1, dtype=np.float64), rate_hz)
                )
                marked = _amplified(samples, rate_hz, chips * strength_db)
        return marked


@dataclass(frozen=True, slots=True, eq=False)
class _Place:
    """One place in time where the pattern may lie: how far it stands out, and the sound folded upon it."""

    peak: float
    folded: NDArray[np.float64]


class _Pattern:
    """Which chip (band and time) carries which coded bit; `pilot_share` of them are known."""

    def __init__(self, key: bytes, purpose: str, pilot_share: float) -> None:
        count = BANDS * _CHIPS
        stream = hashlib.shake_256(b"filigrane chips 1 " + purpose.encode() + key).digest(10 * count)
        draw = np.frombuffer(stream, np.uint8)
        self._signs = 1.0 - 2.0 * (draw[:count] & 1)
        order = np.argsort(draw[count : 9 * count].view(">u8"), kind="stable")
        self._pilots, self._carriers = np.split(order, [round(count * pilot_share)])
        self._coded_count = coding.coded_length(ID_BITS)
        self._scramble = draw[9 * count : 9 * count + self._coded_count] & 1
        self._bit_of = np.arange(len(self._carriers)) % self._coded_count
        pilots = np.zeros(count)
        pilots[self._pilots] = self._signs[self._pilots]
        self._pilot_waves = np.conj(np.fft.fft(pilots.reshape(BANDS, _CHIPS), axis=1))

    def chips(self, mark_id: int) -> NDArray[np.float64]:
        """The gain of every chip, ±1, (BANDS, _CHIPS)."""
        values = np.ones(BANDS * _CHIPS)
        values[self._carriers] = self._coded_signs(mark_id)[self._bit_of]
        return (values * self._signs).reshape(BANDS, _CHIPS)

    def places(self, chips: NDArray[np.float64]) -> list[_Place]:
        """The likeliest places of the pattern in a sound, best first."""
        matches, folds = [], []
        for start in range(HOPS_A_CHIP):
            taken = chips[:, start::HOPS_A_CHIP]
            rounds = -(-taken.shape[1] // _CHIPS)
            filled = np.zeros((BANDS, rounds * _CHIPS))
            filled[:, : taken.shape[1]] = taken
            folds.append(filled.reshape(BANDS, rounds, _CHIPS).sum(axis=1))
            matches.append(np.fft.ifft((np.fft.fft(folds[-1], axis=1) * self._pilot_waves).sum(axis=0)).real)
        # Were the signs not ours, each match would be a sum of these values with random signs.
        share = len(self._pilots) / self._signs.size
        spreads = np.sqrt([[share * np.sum(folded * folded) + 1e-12] for folded in folds])
        field = np.stack(matches) / spreads
        best = np.argsort(field, axis=None)[::-1][: 2 * HOPS_A_CHIP]
        rows, columns = np.unravel_index(best, field.shape)
        return [
            _Place(float(field[row, column]), np.roll(folds[row], -column, axis=1))
            for row, column in zip(rows, columns, strict=True)
        ]

    def soft_bits(self, place: _Place) -> coding.Soft:
        """What a place says of every coded bit."""
        values = (place.folded.ravel() * self._signs)[self._carriers]
        summed = np.bincount(self._bit_of, values, self._coded_count)
        return np.asarray(summed * (1.0 - 2.0 * self._scramble), np.float64)

    def rebalanced(
        self, chips: NDArray[np.float64], mark_id: int, found: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Give bits that the sound itself works against more strength, and take it from the others."""
        code = self._coded_signs(mark_id) * (1.0 - 2.0 * self._scramble)
        clear = self.soft_bits(self.places(found)[0]) * code
        gains = np.exp(0.45 * (np.median(clear) - clear) / (clear.std() + 1e-9))
        values = np.abs(chips).ravel()
        counts = np.bincount(self._bit_of, minlength=self._coded_count)
        now = np.bincount(self._bit_of, values[self._carriers], self._coded_count) / counts
        gains = np.clip(now * gains, 0.35, 2.4)
        gains *= np.sqrt(len(gains) / np.sum(gains * gains))
        values[self._carriers] = gains[self._bit_of]
        return np.asarray(values.reshape(BANDS, _CHIPS) * np.sign(chips), np.float64)

    def _coded_signs(self, mark_id: int) -> NDArray[np.float64]:
        coded = coding.encode(bits_of(mark_id, ID_BITS)) ^ self._scramble
        return np.asarray(1.0 - 2.0 * coded, np.float64)


def _chips(samples: NDArray[np.float64], rate_hz: int) -> NDArray[np.float64]:
    """What stands out, averaged over the length of a chip at every hop."""
    return mean_over(prominence(samples, rate_hz), HOPS_A_CHIP, 1)


def _amplified(samples: Samples, rate_hz: int, gains_db: NDArray[np.float64]) -> Samples:
    """Apply the pattern's gains, in decibels, over and over through the sound."""
    channels = [_one_amplified(channel.astype(np.float64), rate_hz, gains_db) for channel in samples.T]
    return np.clip(np.stack(channels, 1), -1, 1).astype(np.float32)


def _one_amplified(
    channel: NDArray[np.float64], rate_hz: int, gains_db: NDArray[np.float64]
) -> NDArray[np.float64]:
    spectra = analyse(channel, rate_hz)
    bands = band_of(rate_hz)
    place = np.arange(len(spectra)) / HOPS_A_CHIP
    within = place - np.floor(place)
    ramp = np.minimum(1.0, np.minimum(within, 1 - within) * 6 + 0.3)  # chips meet softly
    gains = gains_db[:, np.floor(place).astype(np.int64) % _CHIPS] * ramp
    spectra[:, bands >= 0] *= 10 ** (gains[bands[bands >= 0]].T / 20)
    return synthesise(spectra, rate_hz, len(channel))
