"""Frames of a clip must agree before it is stopped; a still speaks for itself."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.bundle import load_policy
from policies.facts import AgeBand, Surface, Tier
from policies.finding import Seconds
from policies.territory import ELSEWHERE
from safety.detector import Footage, Picture
from safety.detectors import image_safety
from safety.detectors.gore import Gore
from safety.detectors.image_safety import ImageSafety
from safety.detectors.votes import ALONE, agreed, beside, stretches

LEAST = 0.3
SHARES = st.lists(st.floats(0, 1), min_size=1, max_size=12)


def frames(count: int, *, cuts: tuple[int, ...] = (0,)) -> tuple[Picture, ...]:
    pixels = np.zeros((2, 2, 3), np.uint8)
    return tuple(Picture(rgb=pixels, at_s=at / 2, is_scene_change=at in cuts) for at in range(count))


def highest(scores: list[float]) -> float:
    found = stretches(zip(frames(len(scores)), scores, strict=True), LEAST)
    return max((score for score, _ in found), default=0.0)


def test_stretches_name_when_it_starts_and_ends() -> None:
    """Neighbouring frames are one stretch with what two of them say, lasting to the frame after."""
    shown = [Picture(rgb=np.zeros((1, 1, 3), np.uint8), at_s=at_s) for at_s in (0.0, 1.0, 2.0, 3.0)]
    found = list(stretches(zip(shown, (0.1, 0.6, 0.9, 0.2), strict=True), LEAST))
    assert [(0.6, Seconds(start_s=1.0, end_s=3.0))] == found
    last = list(stretches(zip(shown, (0.4, 0.1, 0.1, 0.9), strict=True), LEAST))
    assert [(0.4, Seconds(start_s=0.0, end_s=1.0)), (ALONE, Seconds(start_s=3.0, end_s=3.04))] == last


@given(score=st.floats(LEAST, 1))
def test_a_still_says_all_it_shows(score: float) -> None:
    """The only frame of a picture has nobody to agree with, speaks of the whole and keeps its score."""
    assert [(score, None)] == list(stretches([(Picture(rgb=np.zeros((1, 1, 3), np.uint8)), score)], LEAST))


@given(scores=SHARES, at=st.integers(0, 11), more=st.floats(0, 1))
@settings(deadline=None)
def test_a_frame_that_says_more_never_lowers(scores: list[float], at: int, more: float) -> None:
    """Whichever frame it is, and whatever the others say."""
    raised = list(scores)
    raised[at % len(scores)] = max(raised[at % len(scores)], more)
    assert highest(scores) <= highest(raised)


@given(scores=SHARES, at=st.integers(0, 12), more=st.floats(LEAST, 1))
@settings(deadline=None)
def test_a_further_frame_that_agrees_never_lowers(scores: list[float], at: int, more: float) -> None:
    """Wherever it comes, in a stretch or apart from it."""
    place = at % (len(scores) + 1)
    assert highest(scores) <= highest([*scores[:place], more, *scores[place:]])


@given(before=st.integers(0, 4), after=st.integers(0, 4), score=st.floats(0, 1))
@settings(deadline=None)
def test_a_lone_frame_says_no_more_than_a_look(before: int, after: int, score: float) -> None:
    """However sure it is, among frames that show nothing."""
    assert highest([0.1] * before + [score] + [0.1] * after) <= ALONE


@given(scores=SHARES)
def test_two_frames_suffice(scores: list[float]) -> None:
    """What two frames say is told in full, at most one frame's surplus is not."""
    first, second, *_ = [*sorted(scores, reverse=True), 0.0]
    assert second <= agreed(scores) <= first
    assert agreed([*scores, first]) == first


@pytest.mark.parametrize("category", ["sexual.explicit", "violence.graphic"])
def test_a_lone_frame_is_held_and_never_stopped_by_the_policy(category: str) -> None:
    """On every surface, in every tier, at every age and everywhere the shipped limits let it wait for a person."""
    limits = load_policy().limits
    for surface, tier, age_band in itertools.product(Surface, Tier, AgeBand):
        line = limits.thresholds(category, surface, tier, age_band, ELSEWHERE, "picture.x@1", None)
        assert line.review is not None and line.block is not None
        assert line.review <= ALONE < line.block, (surface, tier, age_band)


def test_neighbours_are_of_the_same_scene() -> None:
    """A told frame brings those next to it, never those beyond a cut; a still has none."""
    shown = frames(6, cuts=(0, 3))
    footage = Footage(pictures=shown)
    assert shown[1:3] == beside(footage, [shown[2]])
    assert shown[3:5] == beside(footage, [shown[3]])
    assert (*shown[:2], *shown[4:]) == beside(footage, [shown[0], shown[5]])
    assert () == beside(footage, [])


class Telling:
    """A net that finds graphic whatever is brighter than half, and counts what it was shown."""

    def __init__(self) -> None:
        self.shown = 0

    def net(self, role: str, member: str) -> "Telling":
        return self

    def __call__(self, picture: np.ndarray) -> dict[str, np.ndarray]:
        self.shown += 1
        share = 0.9 if picture.mean() > 128 else 0.0
        return {"probabilities": np.array([[share, 0.0, 1 - share]])}


def clip(*brightness: int) -> Footage:
    """A scene of grey frames half a second apart."""
    return Footage(
        pictures=tuple(
            Picture(rgb=np.full((8, 8, 3), one, np.uint8), at_s=at / 2, is_scene_change=at == 0)
            for at, one in enumerate(brightness)
        )
    )


@pytest.mark.parametrize(
    ("footage", "score", "shown"),
    [
        (clip(0, 0, 0, 0, 0), None, 3),
        (clip(255, 255), 0.9, 2),
        (clip(255, 0), ALONE, 2),
        (clip(0, 0, 255, 0, 0), ALONE, 5),
        (clip(0, 0, 255, 255, 0), 0.9, 5),
        (Footage(pictures=(Picture(rgb=np.full((8, 8, 3), 255, np.uint8)),)), 0.9, 1),
    ],
    ids=["nothing", "one second", "a flash at first", "a flash", "two samples", "a still"],
)
def test_a_told_frame_is_asked_about_with_its_neighbours(
    footage: Footage, score: float | None, shown: int
) -> None:
    """Frames are asked about once a second, and twice a second where one of them says something."""
    net = Telling()
    found = Gore(safety=ImageSafety(net)).examine(footage)
    assert ([] if score is None else [score]) == [finding.score for finding in found]
    assert shown == net.shown
    assert image_safety.LEAST < ALONE
