"""Which frames of a clip are looked at, and that all of its sound is heard."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from generator.errors import InvalidMedia
from generator.media.view import probe
from safety.provenance.clip_file import read_planes
from safety.sampling import SOUND_RATE_HZ, sample_clip, sample_pixels, sample_sound


def build_clip(
    path: Path, shades: list[int], *, fps: int = 24, size: tuple[int, int] = (320, 180), tone_s: float = 0.0
) -> Path:
    """A clip of plain frames in these shades of grey, with a 440 Hz tone where asked."""
    with av.open(str(path), "w") as out:
        video = out.add_stream("libx264", rate=fps, options={"crf": "20", "g": "12"})
        video.width, video.height, video.pix_fmt = *size, "yuv420p"
        audio = out.add_stream("aac", rate=48_000) if tone_s else None
        for shade in shades:
            frame = av.VideoFrame.from_ndarray(
                np.full((size[1], size[0], 3), shade, np.uint8), format="rgb24"
            )
            out.mux(video.encode(frame))
        out.mux(video.encode())
        if audio is not None:
            time = np.arange(int(48_000 * tone_s)) / 48_000
            samples = (0.5 * np.sin(2 * np.pi * 440 * time)).astype(np.float32)
            for start in range(0, len(samples) - 1023, 1024):
                chunk = av.AudioFrame.from_ndarray(
                    samples[None, start : start + 1024], format="fltp", layout="mono"
                )
                chunk.sample_rate, chunk.pts, chunk.time_base = 48_000, start, Fraction(1, 48_000)
                out.mux(audio.encode(chunk))
            out.mux(audio.encode())
    return path


def test_two_frames_a_second_of_a_quiet_clip(tmp_path: Path) -> None:
    """A clip in which nothing changes is looked at every half second from its first frame."""
    sample = sample_clip(build_clip(tmp_path / "a.mp4", [90] * 72))
    assert [0.0, 0.5, 1.0, 1.5, 2.0, 2.5] == [picture.at_s for picture in sample.footage.pictures]
    assert [True, False, False, False, False, False] == [p.is_scene_change for p in sample.footage.pictures]
    assert sample.sound is None


def test_picture_of_one_frame_is_looked_at(tmp_path: Path) -> None:
    """A single strange frame between two samples is a scene change, and is kept."""
    shades = [40] * 24
    shades[7] = 220
    kept = sample_clip(build_clip(tmp_path / "a.mp4", shades)).footage.pictures
    (flash,) = [picture for picture in kept if picture.rgb.mean() > 150]
    assert (round(7 / 24, 3), True) == (flash.at_s, flash.is_scene_change)


def test_cut_is_a_scene_change_and_a_fade_is_not(tmp_path: Path) -> None:
    """A cut is found where it is; a slow fade is covered by the samples alone."""
    cut = sample_clip(build_clip(tmp_path / "cut.mp4", [60] * 30 + [120] * 30)).footage.pictures
    assert [0.0, 1.25] == [picture.at_s for picture in cut if picture.is_scene_change]
    fade = sample_clip(build_clip(tmp_path / "fade.mp4", list(range(60, 132)))).footage.pictures
    assert [0.0] == [picture.at_s for picture in fade if picture.is_scene_change]


def test_strobe_does_not_flood(tmp_path: Path) -> None:
    """A clip that changes with every frame is looked at often, but not at every frame."""
    kept = sample_clip(build_clip(tmp_path / "a.mp4", [30, 200] * 24)).footage.pictures
    assert 10 <= len(kept) <= 2 * (1 / 0.15 + 2)


def test_whole_sound_is_heard(tmp_path: Path) -> None:
    """Sound comes as mono samples at 16 kHz, of the clip's length, with its pitch."""
    sound = sample_clip(build_clip(tmp_path / "a.mp4", [90] * 48, tone_s=2.0)).sound
    assert SOUND_RATE_HZ == sound.rate_hz
    assert abs(len(sound.samples) / SOUND_RATE_HZ - 2.0) < 0.08
    spectrum = np.abs(np.fft.rfft(sound.samples[SOUND_RATE_HZ // 2 :][:SOUND_RATE_HZ]))
    assert 440 == int(spectrum.argmax())
    assert np.float32 == sound.samples.dtype


def test_large_frames_are_made_smaller(tmp_path: Path) -> None:
    """No frame's short side exceeds 720 pixels, and its shape is kept; stills likewise."""
    clip = build_clip(tmp_path / "a.mp4", [90] * 2, size=(1920, 1080))
    assert (720, 1280, 3) == sample_clip(clip).footage.pictures[0].rgb.shape
    still = sample_pixels(np.zeros((3000, 1000, 3), np.uint8)).pictures[0]
    assert ((2160, 720, 3), None) == (still.rgb.shape, still.at_s)


@pytest.mark.parametrize("content", [b"", b"no clip", b"\x00\x00\x00\x20ftypisom" + b"\x00" * 64])
def test_what_is_no_clip_is_refused(tmp_path: Path, content: bytes) -> None:
    """A file that cannot be decoded is said to be so."""
    path = tmp_path / "a.mp4"
    path.write_bytes(content)
    with pytest.raises(InvalidMedia):
        sample_clip(path)


def test_truncated_clip_is_refused(tmp_path: Path) -> None:
    """A clip cut off in its middle is not half looked at."""
    whole = build_clip(tmp_path / "a.mp4", list(range(0, 250, 5)) * 3).read_bytes()
    path = tmp_path / "cut.mp4"
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InvalidMedia):
        sample_clip(path)


def test_sound_without_picture_is_refused(tmp_path: Path) -> None:
    """A file of sound alone is no clip."""
    path = tmp_path / "a.m4a"
    with av.open(str(path), "w") as out:
        audio = out.add_stream("aac", rate=48_000)
        chunk = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
        chunk.sample_rate = 48_000
        out.mux(audio.encode(chunk))
        out.mux(audio.encode())
    with pytest.raises(InvalidMedia):
        sample_clip(path)


def test_a_title_in_another_encoding_spoils_nothing(tmp_path: Path) -> None:
    """Bytes that are no UTF-8 in a title leave picture and sound as they are, for every reader of strange files."""
    path = build_clip(tmp_path / "named.mp4", [90] * 12, tone_s=0.5)
    with av.open(str(path)) as made, av.open(str(tmp_path / "titled.mp4"), "w") as out:
        out.metadata["title"] = "ete QQQQ"
        copies = {stream.index: out.add_stream_from_template(stream) for stream in made.streams}
        for packet in made.demux():
            if packet.dts is not None:
                packet.stream = copies[packet.stream.index]
                out.mux(packet)
    bytes_ = (tmp_path / "titled.mp4").read_bytes()
    assert 1 == bytes_.count(b"QQQQ")
    path.write_bytes(bytes_.replace(b"QQQQ", "étés".encode("latin-1")))
    sample = sample_clip(path)
    assert abs(90 - float(sample.footage.pictures[0].rgb.mean())) < 3
    assert sample.sound is not None and sample_sound(path).samples.std() > 0.1
    assert 0.5 == round(probe(path).duration_s, 1)
    assert 12 == sum(1 for _ in read_planes(path))
