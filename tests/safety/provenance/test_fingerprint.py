"""The fingerprint of our own."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safety.provenance import fingerprint as fp
from safety.provenance.clip_file import luma_of, recoded
from safety.provenance.fingerprint import Fingerprint, FingerprintSum

FPS = 24.0
sketches = st.one_of(st.none(), st.binary(min_size=512, max_size=512))
prints = st.builds(
    Fingerprint,
    width_px=st.integers(0, 65535),
    height_px=st.integers(0, 65535),
    seconds=st.lists(sketches, min_size=1, max_size=4).map(tuple),
)


def _print(lumas) -> Fingerprint:
    summed = FingerprintSum(FPS)
    for index, luma in enumerate(lumas):
        summed.add(np.ascontiguousarray(luma), index)
    return summed.finish()


@settings(deadline=None, max_examples=50)
@given(prints)
def test_bytes_and_text_read_back(made: Fingerprint) -> None:
    """What is stored and what is signed lose nothing."""
    assert made == Fingerprint.from_bytes(made.to_bytes())
    assert made.hashes == fp.hashes_from_text(fp.hashes_to_text(made.hashes))


@settings(deadline=None, max_examples=50)
@given(prints)
def test_twice_mirrored_is_the_same(made: Fingerprint) -> None:
    """A mirror seen in a mirror."""
    assert made == made.mirrored().mirrored()


@settings(deadline=None, max_examples=50)
@given(prints, prints)
def test_distance_is_a_share_and_nothing_is_nearer_than_itself(one: Fingerprint, other: Fingerprint) -> None:
    """From 0 to 1, 0 to itself, None where there is nothing to compare."""
    apart = fp.distance(one.hashes, other.hashes)
    assert apart is None or 0 <= apart <= 1
    assert fp.distance(one.hashes, one.hashes) in {0.0, None}


@pytest.mark.parametrize("scene", ["textured", "drawn"])
def test_the_same_scene_stays_near(scene: str, request: pytest.FixtureRequest) -> None:
    """Re-encoding at CRF 28, half the size and more light stay within SAME."""
    draw = request.getfixturevalue(scene)
    frames = [draw(index, 640, 360) for index in range(24)]
    lumas = [luma_of(planes) for planes in frames]
    whole = _print(lumas).hashes
    worn = {
        "hard": [luma_of(planes) for planes in recoded(frames, 24, 28)],
        "half": [cv2.resize(luma, (320, 180), interpolation=cv2.INTER_AREA) for luma in lumas],
        "bright": [cv2.add(luma, 20) for luma in lumas],
    }
    assert dict.fromkeys(worn, True) == {
        name: fp.distance(_print(w).hashes, whole) <= fp.SAME for name, w in worn.items()
    }


def test_other_scenes_are_far(textured, drawn) -> None:
    """Unrelated clips lie beyond DIFFERENT."""
    clips = [
        _print([luma_of(draw(0, 640, 360, seed))]).hashes
        for draw, seed in ((textured, 1), (textured, 2), (drawn, 1))
    ]
    apart = [fp.distance(clips[a], clips[b]) for a, b in ((0, 1), (0, 2), (1, 2))]
    assert all(value > fp.DIFFERENT for value in apart), apart


def test_a_window_is_known_by_its_sketch(textured) -> None:
    """What a crop shows is near the same window of the whole, and far from the whole itself."""
    luma = luma_of(textured(0, 640, 360))
    whole, part = _print([luma]), _print([luma[36:324, 64:576]])
    through = fp.distance(part.hashes, whole.through(0.1, 0.1, 0.8, 0.8))
    assert through <= fp.SAME < fp.distance(part.hashes, whole.hashes)


def test_a_stretch_is_found_in_its_clip() -> None:
    """Seconds two to four of a clip align at two."""
    rng = np.random.default_rng(3)
    hashes = tuple(rng.bytes(32) for _ in range(6))
    assert 2 == fp.alignment(hashes[2:5], hashes)
    assert (0.0, 0.0, 0.0) == fp.distances(hashes[2:5], hashes, 2)


def test_a_second_of_one_colour_says_nothing() -> None:
    """A black second has no hash, and compares with none."""
    black = _print([np.zeros((90, 160), np.uint8)])
    assert ((None,), None) == (black.hashes, fp.distance(black.hashes, black.hashes))


@pytest.mark.parametrize("broken", [b"", b"FD1", b"FD2" + bytes(519), b"FD1" + bytes(5) + b"\x01" + bytes(3)])
def test_foreign_bytes_are_refused(broken: bytes) -> None:
    """Only what was stored is read back."""
    with pytest.raises(ValueError, match="not the bytes|at least one"):
        Fingerprint.from_bytes(broken)
