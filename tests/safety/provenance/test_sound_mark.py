"""The invisible mark in the sound."""

from __future__ import annotations

import io

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safety.provenance.clip_file import recoded_sound
from safety.provenance.payload import MarkKeys
from safety.provenance.sound_mark import LEAST_S, SoundMarker, SoundMarkKind
from safety.provenance.spectrogram import analyse, synthesise

RATE = 48_000


@pytest.fixture(scope="module")
def marker(keys: MarkKeys) -> SoundMarker:
    return SoundMarker(keys)


@pytest.fixture(scope="module")
def long(marker: SoundMarker, tones):
    """Nine seconds with an id."""
    return marker.write(tones(9.0), RATE, 0xDEADBEEF, worn=recoded_sound)


def test_from_eight_seconds_on_the_sound_names_its_clip(long, marker: SoundMarker) -> None:
    """The 32 bits of the mark id come back."""
    found = marker.read(long.samples, RATE)
    assert (SoundMarkKind.PAYLOAD, SoundMarkKind.PAYLOAD, 0xDEADBEEF) == (
        long.kind,
        found.kind,
        found.mark_id,
    )


ATTACKS = {
    "AAC at 64 kbit/s": lambda sound: (recoded_sound(sound, 64_000), RATE),
    "Opus at 32 kbit/s": lambda sound: (_opus(sound), RATE),
    "a start cut off": lambda sound: (sound[int(0.7 * RATE) :], RATE),
    "quieter": lambda sound: (0.3 * sound, RATE),
    "one channel": lambda sound: (sound[:, :1], RATE),
    "noise 25 dB below": lambda sound: (_noisy(sound), RATE),
    "every third sample": lambda sound: (_thinned(sound), RATE // 3),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_id_survives(attack: str, long, marker: SoundMarker) -> None:
    """Codecs, cuts, volume and a lower rate leave it."""
    worn, rate = ATTACKS[attack](long.samples)
    assert 0xDEADBEEF == marker.read(worn.astype(np.float32), rate).mark_id


def test_a_short_sound_bears_presence_alone(marker: SoundMarker, tones) -> None:
    """Two seconds have no room for an id: the sound says ours, and not which."""
    marked = marker.write(tones(2.0), RATE, 1, worn=recoded_sound)
    found = marker.read(recoded_sound(marked.samples), RATE)
    assert (SoundMarkKind.PRESENCE, SoundMarkKind.PRESENCE, None) == (marked.kind, found.kind, found.mark_id)


def test_silence_bears_nothing_and_that_is_told(marker: SoundMarker) -> None:
    """Nothing can be hidden in silence; the sound is left as it was."""
    silence = np.zeros((RATE, 1), np.float32)
    marked = marker.write(silence, RATE, 1, worn=recoded_sound)
    assert SoundMarkKind.NONE is marked.kind
    assert np.array_equal(silence, marked.samples)


@pytest.mark.parametrize("seconds", [0.01, 2.0, LEAST_S + 1])
def test_unmarked_sound_says_nothing(seconds: float, marker: SoundMarker, tones) -> None:
    """Neither an id nor presence is claimed."""
    assert SoundMarkKind.NONE is marker.read(tones(seconds, seed=8), RATE).kind


def test_another_operators_sound_says_nothing_to_us(long) -> None:
    """Without the pattern's key there is no mark."""
    stranger = SoundMarker(MarkKeys.from_secret(b"another operator's secret"))
    assert SoundMarkKind.NONE is stranger.read(long.samples, RATE).kind


def test_the_mark_is_quiet(long, tones) -> None:
    """What is added stays at least 15 dB below the sound."""
    sound = tones(9.0)
    change = long.samples - sound
    assert 15 < 10 * np.log10(np.sum(sound**2) / np.sum(change**2))


@settings(deadline=None, max_examples=20)
@given(st.integers(1_000, 40_000), st.sampled_from([16_000, 44_100, 48_000]), st.integers(0, 99))
def test_windows_and_back_is_the_same_sound(count: int, rate: int, seed: int) -> None:
    """Analysis followed by synthesis changes nothing."""
    sound = np.random.default_rng(seed).normal(size=count)
    assert np.allclose(sound, synthesise(analyse(sound, rate), rate, count), atol=1e-9)


def _noisy(sound: np.ndarray) -> np.ndarray:
    noise = np.random.default_rng(2).normal(size=sound.shape)
    return sound + noise * np.sqrt(np.mean(sound**2)) * 10 ** (-25 / 20)


def _thinned(sound: np.ndarray) -> np.ndarray:
    spectrum = np.fft.rfft(sound, axis=0)
    count = len(sound) // 3
    return np.fft.irfft(spectrum[: count // 2 + 1], count, axis=0) / 3


def _opus(sound: np.ndarray) -> np.ndarray:
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="ogg") as container:
        stream = container.add_stream("libopus", rate=RATE, layout="stereo")
        stream.bit_rate = 32_000
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(sound.T), format="fltp", layout="stereo")
        frame.sample_rate, frame.pts = RATE, 0
        resampler = av.AudioResampler(format="flt", layout="stereo", rate=RATE, frame_size=960)
        for part in [*resampler.resample(frame), *resampler.resample(None)]:
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))
    buffer.seek(0)
    with av.open(buffer) as container:
        resampler = av.AudioResampler(format="fltp", layout="stereo", rate=RATE)
        return np.concatenate(
            [p.to_ndarray().T for f in container.decode(audio=0) for p in resampler.resample(f)]
        )
