"""Sound as the sound mark sees it: short windows, 48 bands, and what stands out in them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]

BANDS = 48
HOPS_A_CHIP = 4
HOP_S = 0.016
_WINDOW_S = 4 * HOP_S
_LOWEST_HZ, _HIGHEST_HZ = 350.0, 5600.0
_CLIP = 2.5


def window_samples(rate_hz: int) -> int:
    """Return the samples of one window (64 ms), a multiple of four."""
    return 4 * round(_WINDOW_S * rate_hz / 4)


def band_of(rate_hz: int) -> NDArray[np.int64]:
    """Return the band of each frequency bin, -1 outside; bands widen upwards, none is under two bins."""
    frequencies = np.fft.rfftfreq(window_samples(rate_hz), 1 / rate_hz)
    least = _LOWEST_HZ + np.arange(BANDS + 1) * 2 / _WINDOW_S
    edges = np.maximum(np.geomspace(_LOWEST_HZ, _HIGHEST_HZ, BANDS + 1), least)
    bands = np.searchsorted(edges, frequencies, side="right") - 1
    return np.where((bands >= 0) & (bands < BANDS), bands, -1)


def analyse(samples: NDArray[np.float64], rate_hz: int) -> NDArray[np.complex128]:
    """Return the spectra of a channel's overlapping windows, (windows, bins); both ends meet silence."""
    size = window_samples(rate_hz)
    padded = np.pad(samples, (size, size + (-len(samples)) % (size // 4)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, size)[:: size // 4]
    return np.fft.rfft(windows * _hann(size), axis=1)


def synthesise(spectra: NDArray[np.complex128], rate_hz: int, count: int) -> NDArray[np.float64]:
    """Return the `count` samples behind spectra; the inverse of `analyse`."""
    size = window_samples(rate_hz)
    hop = size // 4
    pieces = np.fft.irfft(spectra, size, axis=1) * _hann(size)
    summed = np.zeros(hop * (len(pieces) + 3))
    for quarter in range(4):  # every fourth window lies end to end: no loop over windows
        laid = pieces[quarter::4].ravel()
        summed[quarter * hop : quarter * hop + len(laid)] += laid
    return summed[size : size + count] / 1.5  # squared Hann windows a quarter apart add up to 1.5


def prominence(samples: NDArray[np.float64], rate_hz: int) -> NDArray[np.float64]:
    """
    Return how each band stands out of its surroundings at each hop, (BANDS, hops), within ±2.5.

    Logarithms turn the mark's gains into sums; taking away what is near in time and pitch takes away most of
    the sound itself; dividing by the local spread keeps loud passages from drowning the rest.
    """
    power = np.abs(analyse(samples, rate_hz)) ** 2
    floor = 1e-9 + 1e-5 * power.max(axis=1, keepdims=True)
    levels = 10 * np.log10(power + floor).T
    bands = band_of(rate_hz)
    planes = [
        levels[bands == band].mean(axis=0) if np.any(bands == band) else np.zeros(levels.shape[1])
        for band in range(BANDS)
    ]
    stood = np.stack(planes)
    stood = stood - mean_over(stood, 4 * HOPS_A_CHIP + 1, 1)
    stood = stood - mean_over(stood, 9, 0)
    spread = np.sqrt(mean_over(mean_over(stood * stood, 4 * HOPS_A_CHIP + 1, 1), 9, 0))
    return np.clip(stood / (spread + 1.0), -_CLIP, _CLIP)


def mean_over(values: NDArray[np.float64], size: int, axis: int) -> NDArray[np.float64]:
    """Return the running mean along an axis; beyond the ends the last value goes on."""
    before = size // 2
    widths = [(0, 0), (0, 0)]
    widths[axis] = (before + 1, size - 1 - before)
    sums = np.cumsum(np.pad(values, widths, mode="edge"), axis=axis)
    ahead, behind = (
        np.take(sums, range(start, start + values.shape[axis]), axis=axis) for start in (size, 0)
    )
    return (ahead - behind) / size


def _hann(size: int) -> NDArray[np.float64]:
    return 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)
