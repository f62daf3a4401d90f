"""Sound at the rate a net was trained on."""

from __future__ import annotations

import numpy as np

from safety.detector import Sound


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
