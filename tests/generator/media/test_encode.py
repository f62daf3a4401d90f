"""What is written can be read, and is the same each time."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from generator.media.encode import encode
from generator.media.reencode import reencode
from generator.media.sound import Sound
from generator.media.stills import spritesheet, thumbnail
from generator.media.view import decode, probe, read_sound


def frames(count: int, width: int = 96, height: int = 64) -> list[np.ndarray]:
    rng = np.random.default_rng(3)
    still = rng.integers(40, 200, (height // 8, width // 8, 3)).repeat(8, 0).repeat(8, 1).astype(np.uint8)
    return [np.roll(still, 2 * i, axis=1) for i in range(count)]


def clicks(*times_s: float, duration_s: float = 1.0) -> Sound:
    samples = np.zeros((round(duration_s * 48_000), 2), np.float32)
    for at_s in times_s:
        start = round(at_s * 48_000)
        samples[start : start + 240] = 0.7 * np.hanning(240)[:, None]
    return Sound(samples=samples, rate_hz=48_000)


def written(path: Path, sound: Sound | None = None, count: int = 24, **changes: object):
    told = {"fps": 24, "width_px": 96, "height_px": 64, "backend": "test", "seed": 5, **changes}
    return encode(frames(count), sound, path, **told)


def test_clip_tells_what_probing_finds(tmp_path: Path) -> None:
    """The clip's own facts and those of a probe agree."""
    clip = written(tmp_path / "c.mp4", clicks(0.5))
    facts = probe(clip.path)
    assert (clip.digest, clip.width_px, clip.height_px, clip.audio_rate_hz) == (
        facts.digest,
        facts.width_px,
        facts.height_px,
        facts.audio_rate_hz,
    )
    assert (pytest.approx(clip.duration_s), pytest.approx(clip.fps)) == (facts.duration_s, facts.fps)


def test_same_frames_give_the_same_file(tmp_path: Path) -> None:
    """Encoding is repeatable to the byte."""
    assert written(tmp_path / "a.mp4", clicks(0.2)).digest == written(tmp_path / "b.mp4", clicks(0.2)).digest


def test_colours_survive(tmp_path: Path) -> None:
    """RGB in, nearly the same RGB out: the matrix written is the matrix tagged."""
    flat = [np.full((64, 96, 3), (200, 40, 60), np.uint8)] * 3
    encode(flat, None, tmp_path / "c.mp4", fps=24, width_px=96, height_px=64, backend="x", crf=10)
    middle = next(iter(decode(tmp_path / "c.mp4"))).rgb[32, 48]
    assert np.abs(middle.astype(int) - (200, 40, 60)).max() <= 4


def test_planes_are_taken_as_they_are(tmp_path: Path) -> None:
    """A frame already in yuv420p planes is not converted."""
    planes = np.concatenate([np.full((64, 96), 120, np.uint8), np.full((32, 96), 128, np.uint8)])
    encode([planes] * 3, None, tmp_path / "c.mp4", fps=24, width_px=96, height_px=64, backend="x")
    with av.open(str(tmp_path / "c.mp4")) as container:
        luma = next(container.decode(video=0)).to_ndarray()[:64]
    assert np.abs(luma.astype(int) - 120).max() <= 1


def test_sound_stays_with_the_picture(tmp_path: Path) -> None:
    """Clicks are found within 2 ms of where they were put: the encoder's own delay is undone."""
    clip = written(tmp_path / "c.mp4", clicks(0.25, 0.75))
    sound = np.abs(read_sound(clip.path).samples[:, 0])
    halves = [sound[:24_000], sound[24_000:48_000]]
    found = [half.argmax() / 48_000 + offset for half, offset in zip(halves, (0.0, 0.5), strict=True)]
    assert [pytest.approx(0.2525, abs=0.002), pytest.approx(0.7525, abs=0.002)] == found


def test_sound_ends_with_the_picture(tmp_path: Path) -> None:
    """Sound longer than the picture is cut; an odd length is no error."""
    clip = written(tmp_path / "c.mp4", clicks(0.1, duration_s=3.0))
    assert pytest.approx(1.0, abs=0.03) == read_sound(clip.path).duration_s


def test_file_starts_before_it_is_whole(tmp_path: Path) -> None:
    """The index precedes the media, so that a player may start at once."""
    data = written(tmp_path / "c.mp4").path.read_bytes()
    assert 0 < data.find(b"moov") < data.find(b"mdat")


@pytest.mark.parametrize(
    ("changes", "message"),
    [({"width_px": 95}, "even"), ({"width_px": 98}, "frame"), ({"count": 0}, "at least one")],
)
def test_impossible_clips_are_refused(tmp_path: Path, changes: dict, message: str) -> None:
    """A wrong frame or an odd side is the caller's fault, and leaves nothing behind when nothing was written."""
    with pytest.raises(ValueError, match=message):
        written(tmp_path / "c.mp4", **changes)


@pytest.mark.parametrize("name", ["good.mp4", "good.mov", "good.webm", "silent.mp4", "slow.mp4"])
def test_reencoded_clip_is_ours(vectors: Path, tmp_path: Path, name: str) -> None:
    """Any clip becomes an MP4 of the same length with no metadata, and keeps its sound if it had one."""
    before = probe(vectors / name)
    clip = reencode(vectors / name, tmp_path / "ours.mp4", backend="given")
    after = probe(clip.path)
    assert ("mp4", 96, 64, before.audio_rate_hz) == (
        after.kind,
        after.width_px,
        after.height_px,
        after.audio_rate_hz,
    )
    assert pytest.approx(before.duration_s, abs=0.05) == after.duration_s
    with av.open(str(clip.path)) as container:
        assert {"major_brand", "minor_version", "compatible_brands", "encoder"} >= set(container.metadata)
    assert b"tracker-7" not in clip.path.read_bytes()


def test_reencoding_fits_what_is_asked(vectors: Path, tmp_path: Path) -> None:
    """Size, rate and longest length are imposed."""
    clip = reencode(
        vectors / "good.mp4", tmp_path / "o.mp4", backend="given", size=(64, 96), fps=30, longest_s=0.5
    )
    facts = probe(clip.path)
    assert (64, 96, 15, pytest.approx(30)) == (facts.width_px, facts.height_px, facts.frame_count, facts.fps)


def test_odd_rates_are_written_exactly(tmp_path: Path) -> None:
    """30000/1001 frames a second is a rate like another."""
    clip = written(tmp_path / "c.mp4", fps=Fraction(30_000, 1001))
    assert pytest.approx(29.97, abs=0.01) == probe(clip.path).fps


def test_thumbnail_is_a_small_webp(vectors: Path) -> None:
    """A still in WebP, no larger than asked."""
    still = thumbnail(vectors / "good.mp4", longest_side_px=48)
    assert (b"RIFF", b"WEBP") == (still[:4], still[8:12])


def test_spritesheet_geometry_is_told(tmp_path: Path) -> None:
    """Seven seconds make seven tiles on two rows of five, each where the geometry says."""
    shades = [np.full((64, 96, 3), 30 * (i // 4) + 20, np.uint8) for i in range(28)]
    encode(shades, None, tmp_path / "c.mp4", fps=4, width_px=96, height_px=64, backend="x")
    sheet = spritesheet(tmp_path / "c.mp4")
    assert (5, 2, 7, 96, 64) == (
        sheet.columns,
        sheet.rows,
        sheet.count,
        sheet.tile_width_px,
        sheet.tile_height_px,
    )
    import io

    from PIL import Image

    grid = np.asarray(Image.open(io.BytesIO(sheet.jpeg)))
    tiles = [grid[(i // 5) * 64 + 32, (i % 5) * 96 + 48, 0] for i in range(7)]
    assert [pytest.approx(30 * i + 20, abs=6) for i in range(7)] == tiles
