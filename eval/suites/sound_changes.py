"""What happens to a sound on its way: codecs, noise, other speed; samples are mono at 16 kHz."""

from __future__ import annotations

import functools
import io
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.sample import PLAIN
from generator.backends.embedded.sounds.music import music
from safety.detector import Sound
from safety.detectors.hearing import at_rate

RATE_HZ = 16_000
_MUSIC_HZ = 48_000
_MUSIC_S = 11

Floats = NDArray[np.float32]
Change = Callable[[Floats], Floats]


def coded(samples: Floats, container: str, codec: str, rate_hz: int, bits_per_s: int | None = None) -> Floats:
    """Return what is left of the samples after a codec at its own rate."""
    import av

    file = io.BytesIO()
    given = at_rate(Sound(samples=samples, rate_hz=RATE_HZ), rate_hz).samples
    with av.open(file, mode="w", format=container) as out:
        stream: Any = out.add_stream(codec, rate=rate_hz, layout="mono")
        if bits_per_s is not None:
            stream.bit_rate = bits_per_s
        frame = av.AudioFrame.from_ndarray(
            np.round(np.clip(given, -1, 1) * 32767).astype(np.int16)[None], format="s16", layout="mono"
        )
        frame.sample_rate, frame.pts, frame.time_base = rate_hz, 0, Fraction(1, rate_hz)
        resampler = av.AudioResampler(
            format=stream.format, layout="mono", rate=rate_hz, frame_size=stream.frame_size or 0
        )
        for part in (*resampler.resample(frame), *resampler.resample(None)):
            out.mux(stream.encode(part))
        out.mux(stream.encode(None))
    return _decoded(file, len(samples))


def _decoded(file: io.BytesIO, count: int) -> Floats:
    import av

    file.seek(0)
    resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE_HZ)
    with av.open(file, mode="r") as container:
        parts = [part for frame in container.decode(audio=0) for part in resampler.resample(frame)]
    parts += resampler.resample(None)
    return np.concatenate([part.to_ndarray()[0] for part in parts])[:count].astype(np.float32)


def with_noise(samples: Floats, below_db: float) -> Floats:
    """Return the samples with noise of even power an octave, so many decibels below them; always the same."""
    dice = np.random.default_rng(len(samples))
    spectrum = np.fft.rfft(dice.normal(size=len(samples)))
    spectrum /= np.sqrt(np.maximum(np.arange(len(spectrum)), 1))
    return _mixed(samples, np.fft.irfft(spectrum, len(samples)), below_db)


def over_music(samples: Floats, below_db: float) -> Floats:
    """Return the samples over music of the embedded engine, so many decibels below them."""
    return _mixed(samples, np.resize(_bed(), len(samples)), below_db)


@functools.cache
def _bed() -> Floats:
    mono = music("joyful", _MUSIC_S * _MUSIC_HZ, 7).mean(axis=1).astype(np.float32)
    return at_rate(Sound(samples=mono, rate_hz=_MUSIC_HZ), RATE_HZ).samples


def _mixed(samples: Floats, bed: NDArray[np.floating], below_db: float) -> Floats:
    levels = [float(np.sqrt(np.mean(one.astype(np.float64) ** 2))) for one in (samples, bed)]
    gain = levels[0] / max(levels[1], 1e-9) * 10 ** (-below_db / 20)
    return np.asarray(samples + gain * bed, np.float32)


def at_speed(samples: Floats, factor: float) -> Floats:
    """Return the samples played faster, and higher by as much."""
    places = np.arange(0, len(samples) - 1, factor)
    return np.asarray(np.interp(places, np.arange(len(samples)), samples), np.float32)


CHANGES: dict[str, Change] = {
    PLAIN: lambda samples: samples,
    "codec.telephone": lambda samples: coded(samples, "wav", "pcm_mulaw", 8_000),
    "codec.mp3_32k": lambda samples: coded(samples, "mp3", "libmp3lame", RATE_HZ, 32_000),
    "codec.opus_16k": lambda samples: coded(samples, "ogg", "libopus", RATE_HZ, 16_000),
    "codec.aac_48k": lambda samples: coded(samples, "adts", "aac", RATE_HZ, 48_000),
    "under.noise_10db": lambda samples: with_noise(samples, 10.0),
    "under.music_10db": lambda samples: over_music(samples, 10.0),
    "speed.faster_8": lambda samples: at_speed(samples, 1.08),
    "speed.slower_8": lambda samples: at_speed(samples, 0.92),
}
