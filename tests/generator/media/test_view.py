"""One pass gives frames at chosen times, the sound, and the facts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from generator.media.encode import encode
from generator.media.view import Frame, decode, read_sound, view


def test_every_frame_is_decoded_in_order(vectors: Path) -> None:
    """Numbers count, times rise, pictures are RGB."""
    frames = list(decode(vectors / "good.mp4"))
    assert list(range(24)) == [frame.index for frame in frames]
    assert [pytest.approx(i / 24) for i in range(24)] == [frame.at_s for frame in frames]
    assert {(64, 96, 3)} == {frame.rgb.shape for frame in frames}


def test_frames_are_chosen_by_time(vectors: Path) -> None:
    """Two a second of one second are two, and the sound came with the same pass."""
    frames: list[Frame] = []
    viewed = view(vectors / "good.mp4", frames.append, every_s=0.5, rate_hz=16_000, channels=1)
    assert [0, 12] == [frame.index for frame in frames]
    assert (24, 16_000, 1) == (
        viewed.facts.frame_count,
        viewed.sound.rate_hz,
        viewed.sound.samples.shape[1],
    )
    assert pytest.approx(1.0, abs=0.01) == viewed.sound.duration_s


def test_scene_change_is_chosen(tmp_path: Path) -> None:
    """The first frame of a new scene is shown even between two chosen times."""
    scenes = [np.full((64, 96, 3), 40 if i < 17 else 200, np.uint8) for i in range(24)]
    encode(scenes, None, tmp_path / "c.mp4", fps=24, width_px=96, height_px=64, backend="x")
    frames: list[Frame] = []
    view(tmp_path / "c.mp4", frames.append, every_s=0.5, cuts=True)
    assert [0, 12, 17] == [frame.index for frame in frames]


def test_sound_is_what_was_written(vectors: Path) -> None:
    """A tone of 440 Hz is read as one."""
    sound = read_sound(vectors / "good.mov")
    spectrum = np.abs(np.fft.rfft(sound.samples[:48_000, 0]))
    assert 440 == int(spectrum.argmax())


def test_no_sound_is_none(vectors: Path) -> None:
    """A silent clip has no sound, rather than a sound of nothing."""
    assert read_sound(vectors / "silent.mp4") is None
    assert view(vectors / "silent.mp4", rate_hz=48_000).sound is None


def test_stop_in_the_middle_passes_through(vectors: Path) -> None:
    """What `show` raises ends the pass and reaches the caller unchanged."""

    def show(frame: Frame) -> None:
        raise KeyError(frame.index)

    with pytest.raises(KeyError, match="0"):
        view(vectors / "good.mp4", show)
