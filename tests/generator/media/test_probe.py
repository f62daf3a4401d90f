"""What a file says of itself is never believed."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from generator.errors import InvalidMedia
from generator.media.faults import FAULTS, fault
from generator.media.limits import Limits
from generator.media.pictures import probe_picture, read_picture
from generator.media.view import probe

CLIP_DEFECTS = {
    "empty.mp4": "empty",
    "playlist.mp4": "wrong_type",
    "page.mp4": "wrong_type",
    "header_then_noise.mp4": "truncated",
    "cut_in_half.mp4": "truncated",
    "cut_in_header.mp4": "unreadable",
    "no_index.mp4": "truncated",
    "damaged.mp4": "truncated",
    "lying_duration.webm": "lying_duration",
    "empty_sound.webm": "empty_sound",
    "sound_only.mp4": "no_picture",
    "two_pictures.mp4": "too_many_streams",
    "too_long.mp4": "too_long",
    "sound_too_long.mp4": "too_long",
    "too_many_frames.mp4": "too_many_frames",
    "too_narrow.mp4": "too_narrow",
    "too_large.mp4": "too_large",
    "wrong_codec.mov": "wrong_codec",
    "size_changes.webm": "size_changes",
    "moving.gif": "wrong_type",
}
PICTURE_DEFECTS = {
    "one_by_30000.png": "too_small",
    "bomb.png": "bomb",
    "bomb_within_pillow.png": "too_large",
    "short_rows.png": "truncated",
    "cut.jpg": "truncated",
    "empty.png": "empty",
    "drawing.svg": "wrong_type",
    "script.png": "wrong_type",
    "moving.gif": "wrong_type",
    "good.mp4": "wrong_type",
}


@pytest.mark.parametrize(("name", "kind"), [("good.mp4", "mp4"), ("good.mov", "mov"), ("good.webm", "webm")])
def test_good_clips_are_told_as_they_are(vectors: Path, name: str, kind: str) -> None:
    """The three kinds of clip are read, and their facts are those they were written with."""
    facts = probe(vectors / name)
    told = (facts.kind, facts.frame_count, facts.width_px, facts.height_px, facts.audio_rate_hz)
    assert (kind, 24, 96, 64, 48_000) == told
    assert (pytest.approx(1.0, abs=0.01), pytest.approx(24, abs=0.02)) == (facts.duration_s, facts.fps)


def test_silent_clip_has_no_sound(vectors: Path) -> None:
    """No sound track is None, not zero."""
    facts = probe(vectors / "silent.mp4")
    assert (None, None) == (facts.audio_rate_hz, facts.sound_s)


@pytest.mark.parametrize(("name", "code"), CLIP_DEFECTS.items())
def test_hostile_clip_is_refused_for_its_defect(vectors: Path, name: str, code: str) -> None:
    """Each defect is named, in both languages."""
    with pytest.raises(InvalidMedia) as caught:
        probe(vectors / name)
    assert code == caught.value.code
    assert str(caught.value) == caught.value.sentences["en"] != caught.value.sentences["fr"]


@pytest.mark.parametrize(("name", "code"), PICTURE_DEFECTS.items())
def test_hostile_picture_is_refused_for_its_defect(vectors: Path, name: str, code: str) -> None:
    """A picture is judged by its header before a pixel of it is decoded."""
    with pytest.raises(InvalidMedia) as caught:
        probe_picture(vectors / name)
    assert code == caught.value.code


def test_lengths_in_headers_are_not_believed(vectors: Path) -> None:
    """An MP4 whose every header says ten seconds lasts the one second it holds."""
    assert pytest.approx(1.0, abs=0.01) == probe(vectors / "lying_header.mp4").duration_s


def test_limits_are_the_callers(vectors: Path) -> None:
    """A caller's own bounds are applied."""
    with pytest.raises(InvalidMedia) as caught:
        probe(vectors / "good.mp4", Limits(largest_bytes=1000))
    assert "too_heavy" == caught.value.code


@pytest.mark.parametrize(("name", "kind"), [("good.png", "png"), ("good.jpg", "jpeg"), ("good.webp", "webp")])
def test_good_pictures_are_told_as_they_are(vectors: Path, name: str, kind: str) -> None:
    """The three kinds of picture are read."""
    facts = probe_picture(vectors / name)
    assert (kind, 96, 64) == (facts.kind, facts.width_px, facts.height_px)
    assert (64, 96, 3) == read_picture(vectors / name).shape


def test_picture_is_read_upright(vectors: Path) -> None:
    """A telephone held upright writes a turned picture and says so; both sides and pixels are turned back."""
    facts = probe_picture(vectors / "turned.jpg")
    assert (64, 96) == (facts.width_px, facts.height_px)
    assert (96, 64, 3) == read_picture(vectors / "turned.jpg").shape


def test_every_fault_is_said_in_both_languages() -> None:
    """No sentence is missing, none is the other's copy, and each formats."""
    facts = {"limit": 1, "width": 2, "height": 3, "declared": 1.0, "decoded": 2.0, "name": "x"}
    for code in FAULTS:
        sentences = fault(code, **facts, channels=9, rate=1).sentences
        assert sentences["en"] != sentences["fr"]
        assert "{" not in sentences["en"] + sentences["fr"]


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_damage_is_read_or_refused(vectors: Path, tmp_path: Path, data: st.DataObject) -> None:
    """Bytes overwritten anywhere in a clip end in facts or InvalidMedia, never in another error."""
    name = data.draw(st.sampled_from(["good.mp4", "good.mov", "good.webm"]))
    spoilt = bytearray((vectors / name).read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(spoilt) - 1))
        spoilt[at : at + 4] = data.draw(st.binary(min_size=4, max_size=4))
    path = tmp_path / name
    path.write_bytes(spoilt)
    try:
        facts = probe(path)
    except InvalidMedia as error:
        assert error.code in FAULTS
    else:
        assert 0 < facts.duration_s <= 20.6
