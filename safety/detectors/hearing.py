"""Sound at the rate a net was trained on, and where in it somebody speaks."""

from __future__ import annotations

import numpy as np

from safety.detector import Sound
from safety.errors import ModelUnavailable

_RATE_HZ = 16_000
_SHORTEST_PAUSE_MS = 300


def at_rate(sound: Sound, rate_hz: int) -> Sound:
    """Return the same sound at `rate_hz`, filtered so that nothing folds back."""
    if sound.rate_hz == rate_hz:
        return sound
    import av

    resampler = av.AudioResampler(format="flt", layout="mono", rate=rate_hz)
    frame = av.AudioFrame.from_ndarray(sound.samples[None].astype(np.float32), format="flt", layout="mono")
    frame.sample_rate = sound.rate_hz
    parts = [part.to_ndarray()[0] for given in (frame, None) for part in resampler.resample(given)]
    return Sound(samples=np.concatenate(parts).astype(np.float32), rate_hz=rate_hz)


def voiced(sound: Sound) -> tuple[tuple[int, int], ...]:
    """
    Return the stretches, in samples at 16 kHz, in which somebody speaks, by Silero.

    Raises:
        ModelUnavailable: the package that carries it is not installed.
    """
    try:
        from faster_whisper.vad import VadOptions, get_speech_timestamps
    except ImportError as error:
        raise ModelUnavailable(
            "faster-whisper is not installed; run `pip install --no-deps -r requirements/no-deps.txt`"
        ) from error
    samples = at_rate(sound, _RATE_HZ).samples
    if not len(samples):
        return ()
    found = get_speech_timestamps(samples, VadOptions(min_silence_duration_ms=_SHORTEST_PAUSE_MS))
    return tuple((int(one["start"]), int(one["end"])) for one in found)
