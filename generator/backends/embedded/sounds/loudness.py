"""
How loud a sound is, and bringing it to a given loudness without clipping.

Loudness is that of ITU-R BS.1770-4 (gated, in LUFS); peaks are those between the samples too, by
oversampling four times, as its annex 2 asks.
"""

from __future__ import annotations

import numpy as np

from generator.backends.embedded.sounds.synth import RATE_HZ, Wave, count_of, fast_length

_BLOCK_S, _STEP_S = 0.4, 0.1
_ABSOLUTE_GATE_LUFS, _RELATIVE_GATE_LU = -70.0, -10.0
_OFFSET = -0.691
# BS.1770-4, tables 1 and 2, at 48 kHz: the head's shelf, then the ear's low cut.
_SHELF = ((1.53512485958697, -2.69169618940638, 1.19839281085285), (1.0, -1.69065929318241, 0.73248077421585))
_LOW_CUT = ((1.0, -2.0, 1.0), (1.0, -1.99004745483398, 0.99007225036621))


def loudness_lufs(samples: Wave) -> float:
    """Return the integrated loudness of (count, channels) at 48 kHz, in LUFS; -inf for silence."""
    powers = _block_powers(samples)
    loud = powers[_lufs(powers) > _ABSOLUTE_GATE_LUFS]
    if len(loud) == 0:
        return -np.inf
    kept = loud[_lufs(loud) > _lufs(loud.mean()) + _RELATIVE_GATE_LU]
    return float(_lufs(kept.mean()))


def true_peak_db(samples: Wave) -> float:
    """Return the highest point of the curve through the samples, in dB below full scale; -inf for silence."""
    highest = float(np.abs(_oversampled(samples)).max(initial=0.0))
    return float(20 * np.log10(highest)) if highest > 0 else -np.inf


def levelled(samples: Wave, target_lufs: float = -16.0, ceiling_db: float = -1.5) -> Wave:
    """
    Return a stereo sound at this loudness, no true peak above the ceiling; silence stays silent.

    A few rounds, since holding peaks down makes a sound quieter.
    """
    made = samples
    for _ in range(4):
        missing = target_lufs - loudness_lufs(made)
        if not np.isfinite(missing) or abs(missing) < 0.2:
            break
        made = limited(made * 10 ** (missing / 20), ceiling_db)
    return limited(made, ceiling_db)


def limited(samples: Wave, ceiling_db: float) -> Wave:
    """
    Return a sound whose true peaks stay under the ceiling, by gains that change over 5 ms, not by clipping.

    The least gain needed within 5 ms on either side is averaged over no more than that span, so that
    the average is never above what any sample in it needs.
    """
    ceiling = 10 ** (ceiling_db / 20)
    peaks = np.abs(_oversampled(samples)).reshape(len(samples), -1).max(axis=1)
    if peaks.max(initial=0.0) <= ceiling:
        return samples
    # The oversampled curve of a product is not the product of the curves: a hair of margin covers it.
    needed = np.minimum(1.0, 0.985 * ceiling / np.maximum(peaks, 1e-9))
    reach = count_of(0.005)
    lowest = _lowest_within(needed, reach)
    window = np.hanning(2 * reach + 1)
    size = fast_length(len(lowest) + 2 * reach)
    smooth = np.fft.irfft(
        np.fft.rfft(np.pad(lowest, reach, "edge"), size) * np.fft.rfft(window / window.sum(), size), size
    )
    return samples * smooth[2 * reach : 2 * reach + len(samples), None]


def _lowest_within(values: Wave, reach: int) -> Wave:
    """Return the minimum over `reach` neighbours on each side, by doubling windows."""
    lowest, span, width = values.copy(), 1, 2 * reach + 1
    while span < width:
        step = min(span, width - span)
        shifted = np.concatenate([lowest[step:], np.full(min(step, len(lowest)), 1.0)])[: len(lowest)]
        lowest, span = np.minimum(lowest, shifted), span + step
    return np.asarray(np.concatenate([np.full(reach, lowest[0]), lowest])[: len(values)])


def _block_powers(samples: Wave) -> Wave:
    """Return the weighted power, summed over channels, of every 400 ms block, a new one each 100 ms."""
    weighted = _weighted(samples)
    totals = np.concatenate([[0.0], np.cumsum((weighted**2).sum(axis=1))])
    block, step = count_of(_BLOCK_S), count_of(_STEP_S)
    if len(samples) < block:
        return np.asarray([totals[-1] / max(1, len(samples))])
    starts = np.arange(0, len(samples) - block + 1, step)
    return np.asarray((totals[starts + block] - totals[starts]) / block)


def _weighted(samples: Wave) -> Wave:
    """Apply the K weighting by its frequency response; its memory is over well within the padding."""
    size = fast_length(len(samples) + RATE_HZ // 2)
    turn = np.exp(-2j * np.pi * np.fft.rfftfreq(size))
    response = np.ones(len(turn), complex)
    for above, below in (_SHELF, _LOW_CUT):
        response *= np.polyval(above[::-1], turn) / np.polyval(below[::-1], turn)
    spectrum = np.fft.rfft(samples, size, axis=0) * response[:, None]
    return np.asarray(np.fft.irfft(spectrum, size, axis=0)[: len(samples)])


def _lufs(power: Wave | float) -> Wave:
    return np.asarray(_OFFSET + 10 * np.log10(np.maximum(power, 1e-20)))


def _oversampled(samples: Wave) -> Wave:
    """Return four points for each sample, of the smooth curve through them."""
    size = fast_length(len(samples) + 64)
    spectrum = np.fft.rfft(samples, size, axis=0)
    return np.asarray(4 * np.fft.irfft(spectrum, 4 * size, axis=0)[: 4 * len(samples)])
