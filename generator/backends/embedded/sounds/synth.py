"""
Raw material of sound: shaped noise, ringing bodies, envelopes, rooms.

Everything is at 48 kHz, float64, and told apart by shape: a mono sound is (count,), a stereo one (count, 2).
Randomness comes only from the generator handed in, so equal seeds give equal sound.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 48_000

Wave = NDArray[np.float64]
Random = np.random.Generator
Shape = Callable[[Wave], Wave]
"""From frequencies in hertz to gains."""


def count_of(seconds: float) -> int:
    """Return how many samples last this long."""
    return round(seconds * RATE_HZ)


def times(count: int) -> Wave:
    """Return the moment of each sample, in seconds."""
    return np.arange(count) / RATE_HZ


def band(low_hz: float, high_hz: float, order: int = 2) -> Shape:
    """Return the shape that keeps what lies between two frequencies, with soft shoulders."""

    def gains(hz: Wave) -> Wave:
        safe = np.maximum(hz, 1.0)
        return np.asarray(
            1 / np.sqrt((1 + (safe / high_hz) ** (2 * order)) * (1 + (low_hz / safe) ** (2 * order)))
        )

    return gains


def shaped(sound: Wave, shape: Shape) -> Wave:
    """Return the sound with its spectrum multiplied by `shape`; zero phase, same length."""
    size = fast_length(len(sound) + RATE_HZ // 50)
    gains = shape(np.asarray(np.fft.rfftfreq(size, 1 / RATE_HZ), np.float64))
    spectrum = np.fft.rfft(sound, size, axis=0)
    spectrum *= gains if sound.ndim == 1 else gains[:, None]
    return np.asarray(np.fft.irfft(spectrum, size, axis=0)[: len(sound)])


def noise(rng: Random, count: int, shape: Shape, channels: int = 1) -> Wave:
    """Return noise of that spectrum, of RMS 1, (count,) or (count, channels) with the channels unalike."""
    made = rng.standard_normal((count, channels) if channels > 1 else count)
    made = shaped(made, shape)
    return np.asarray(made / max(1e-9, float(np.sqrt((made**2).mean()))))


def slow(rng: Random, count: int, every_s: float, low: float, high: float) -> Wave:
    """Return a smooth random curve between `low` and `high`, with a new direction every so often."""
    knots = max(4, int(count / (every_s * RATE_HZ)) + 3)
    heights = rng.uniform(low, high, knots)
    where = np.arange(count) / (every_s * RATE_HZ)
    index = np.minimum(where.astype(int), knots - 2)
    eased = (1 - np.cos(np.pi * (where - index))) / 2
    return np.asarray(heights[index] * (1 - eased) + heights[index + 1] * eased)


def decay(count: int, seconds: float, attack_s: float = 0.001) -> Wave:
    """Return an envelope that leaps up in `attack_s` and falls to 1/e in `seconds`."""
    t = times(count)
    return np.asarray(np.minimum(1.0, t / attack_s) * np.exp(-t / seconds))


def swell(count: int, rise: float) -> Wave:
    """Return an envelope that rises over the share `rise` of its length, then falls; 0 at the ends."""
    where = np.linspace(0, 1, max(2, count))[:count]
    up = np.clip(where / max(rise, 1e-3), 0, 1)
    down = np.clip((1 - where) / max(1 - rise, 1e-3), 0, 1)
    return np.asarray(np.sin(up * np.pi / 2) ** 2 * np.sin(down * np.pi / 2) ** 2)


def ringing(count: int, modes: Sequence[tuple[float, float, float]]) -> Wave:
    """Return a struck body: the sum of (hertz, seconds to 1/e, gain) partials."""
    t = times(count)
    body = np.zeros(count)
    for hz, seconds, gain in modes:
        if hz < RATE_HZ / 2.2:
            body += gain * np.sin(2 * np.pi * hz * t) * np.exp(-t / seconds)
    return body


def glide(count: int, from_hz: float, to_hz: float, seconds: float) -> Wave:
    """Return a sine that slides exponentially from one pitch towards another with the given time constant."""
    t = times(count)
    phase = to_hz * t + (from_hz - to_hz) * seconds * (1 - np.exp(-t / seconds))
    return np.asarray(np.sin(2 * np.pi * phase))


def add_at(track: Wave, sound: Wave, at_s: float, gain: float = 1.0, pan: float = 0.0) -> None:
    """Add a mono sound to a stereo track, from the sample nearest `at_s`, at equal power between the ears."""
    start = count_of(at_s)
    skipped = max(0, -start)
    length = min(len(sound) - skipped, len(track) - max(0, start))
    if length <= 0:
        return
    angle = (np.clip(pan, -1, 1) + 1) * np.pi / 4
    heard = gain * sound[skipped : skipped + length]
    first = max(0, start)
    track[first : first + length, 0] += np.cos(angle) * heard
    track[first : first + length, 1] += np.sin(angle) * heard


def room(sound: Wave, seconds: float, high_hz: float, seed: int = 1) -> Wave:
    """Return only the echoes of a stereo sound in a room that rings so long and is dull above `high_hz`."""
    count = count_of(seconds * 1.5)
    rng = np.random.default_rng(seed)
    answer = noise(rng, count, band(150, high_hz, 1), 2) * decay(count, seconds / 3, 0.012)[:, None]
    answer /= np.sqrt((answer**2).sum(axis=0))
    size = fast_length(len(sound) + count)
    wet = np.fft.rfft(sound, size, axis=0) * np.fft.rfft(answer, size, axis=0)
    return np.asarray(np.fft.irfft(wet, size, axis=0)[: len(sound)])


def faded(sound: Wave, in_s: float, out_s: float) -> Wave:
    """Return a sound with its ends eased in and out; works for both shapes."""
    made = sound.copy()
    for seconds, part in ((in_s, slice(None)), (out_s, slice(None, None, -1))):
        count = min(count_of(seconds), len(made))
        ramp = np.sin(np.linspace(0, np.pi / 2, count)) ** 2
        made[part][:count] *= ramp if made.ndim == 1 else ramp[:, None]
    return made


def fast_length(count: int) -> int:
    """Return a length, at least this, whose transform is fast: a small multiple of a power of two."""
    power = 1 << max(0, (count - 1).bit_length() - 3)
    return -(-count // power) * power
