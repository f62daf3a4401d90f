"""The visible mark."""

from __future__ import annotations

import numpy as np
import pytest

from safety.provenance.clip_file import luma_of, recoded
from safety.provenance.label import STAY_S, Corner, Label, LabelSum, Word, corner_at

FPS = 24.0
WIDTH, HEIGHT = 640, 360


def _seen(frames):
    summed = LabelSum(FPS)
    for index, planes in enumerate(frames):
        summed.add(luma_of(planes), index)
    return summed.finish()


@pytest.mark.parametrize("word", Word)
@pytest.mark.parametrize("scene", ["textured", "drawn"])
def test_the_label_is_found_where_it_is_drawn(word: Word, scene: str, request: pytest.FixtureRequest) -> None:
    """On texture and on flat grounds, in both languages, after a hard encoding."""
    draw, label = request.getfixturevalue(scene), Label(WIDTH, HEIGHT, word)
    frames = [label.draw(draw(index, WIDTH, HEIGHT), index / FPS) for index in range(24)]
    seen = _seen(recoded(frames, 24, 28))
    assert (True, True) == (seen.is_present, seen.is_where_ours_stands)


@pytest.mark.parametrize("scene", ["textured", "drawn"])
def test_no_label_is_seen_where_none_is(scene: str, request: pytest.FixtureRequest) -> None:
    """Texture and flat grounds alone look like no label."""
    draw = request.getfixturevalue(scene)
    assert not _seen([draw(index, WIDTH, HEIGHT) for index in range(24)]).is_present


def test_a_black_frame_is_no_label() -> None:
    """Where nothing is shown nothing is likened."""
    black = np.concatenate(
        [np.zeros((HEIGHT, WIDTH), np.uint8), np.full((HEIGHT // 2, WIDTH), 128, np.uint8)]
    )
    assert not _seen([black] * 6).is_present


def test_a_label_at_the_wrong_time_is_not_where_ours_stands(drawn) -> None:
    """A logo pasted into one corner and left there is present, and told as out of place."""
    label = Label(WIDTH, HEIGHT)
    seen = _seen([label.draw(drawn(index, WIDTH, HEIGHT), STAY_S + 1.0) for index in range(24)])
    assert (True, False) == (seen.is_present, seen.is_where_ours_stands)


def test_the_label_goes_round_all_corners() -> None:
    """Each corner has its turn; opposite ones follow each other."""
    assert list(Corner) == [corner_at(turn * STAY_S) for turn in range(4)]
    assert Corner.LOWER_RIGHT is corner_at(4 * STAY_S)


def test_the_frame_given_stays_as_it_was(drawn) -> None:
    """Drawing returns a new frame, and touches little of it."""
    frame = drawn(0, WIDTH, HEIGHT)
    before = frame.copy()
    after = Label(WIDTH, HEIGHT).draw(frame, 0.0)
    assert np.array_equal(before, frame)
    assert 0.001 < np.mean(after != before) < 0.02


@pytest.mark.parametrize(("width", "height"), [(64, 36), (1080, 1920), (1920, 1080), (50, 1000)])
def test_any_size_can_be_labelled(width: int, height: int) -> None:
    """The label fits, whatever the shape."""
    planes = np.full((height * 3 // 2, width), 128, np.uint8)
    assert planes.shape == Label(width, height).draw(planes, 3.0).shape


@pytest.mark.parametrize(("language", "word"), [("fr-CA", "IA"), ("FR", "IA"), ("en", "AI"), ("de", "AI")])
def test_the_word_follows_the_language(language: str, word: str) -> None:
    """French says IA; where we speak no other, AI."""
    assert word == Word.in_language(language)
