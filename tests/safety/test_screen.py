"""Screening asks every detector, and takes no silence for an answer."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.finding import Box, Characters, Evidence, Finding, Match, Reading, Seconds, Stage
from safety import detector, evidence, screen
from safety.detector import Footage, Picture, Sound, Text, Words
from safety.detectors.hidden_writing import HiddenWriting
from safety.errors import ModelUnavailable


class Word:
    """Finds one word; made for these tests."""

    name = "test.word@1"
    categories = frozenset({"hate"})

    def __init__(self, word: str) -> None:
        self.word = word

    def examine(self, content: Text, /) -> tuple[Finding, ...]:
        at = content.text.find(self.word)
        place = Characters(start=at, end=at + len(self.word), part=content.part)
        return () if at < 0 else (Finding(category="hate", score=0.9, why="the word", where=place),)


class Blind:
    """Cannot look."""

    name = "test.blind@1"
    categories = frozenset({"sexual.nudity"})

    def examine(self, _content: object, /) -> tuple[Finding, ...]:
        raise ModelUnavailable("no weights; the message names /a/path and the prompt")


class Subtitles:
    name = "test.subtitles@1"

    def __init__(self, *words: Words) -> None:
        self.words = words

    def read(self, _content: object, /) -> tuple[Words, ...]:
        return self.words


class Deaf:
    name = "test.deaf@1"

    def read(self, _content: object, /) -> tuple[Words, ...]:
        raise RuntimeError("broken")


FOOTAGE = Footage(pictures=(Picture(rgb=np.zeros((8, 8, 3), np.uint8), at_s=0.0),))
SOUND = Sound(samples=np.zeros(16_000, np.float32), rate_hz=16_000)


def test_every_text_is_examined_by_every_detector() -> None:
    """One reading a detector, its findings placed in the part they came from."""
    asked = screen.Screen(text=(Word("zorg"), Word("blip")))
    first, second = screen.screen_text(asked, [Text(text="a zorg"), Text(text="zorg", part="title")])
    assert ["prompt", "title"] == [finding.where.part for finding in first.findings]
    assert () == second.findings


def test_a_detector_that_fails_says_so_and_quotes_nothing() -> None:
    """A failure keeps the kind of error and what was left unseen, not the message."""
    (reading,) = screen.screen_footage(screen.Screen(footage=(Blind(),)), FOOTAGE).readings
    assert ("ModelUnavailable", frozenset({"sexual.nudity"})) == (reading.failure, reading.categories)


def test_words_in_picture_and_sound_are_judged_where_they_stand() -> None:
    """A spoken word is found at its second, a written one in its box."""
    asked = screen.Screen(
        text=(Word("zorg"),),
        on_screen=Subtitles(Words(text="zorg", where=Box(left=0, top=0, width=1, height=1, at_s=2.0))),
        speech=Subtitles(
            Words(text="fine", where=Seconds(start_s=0, end_s=1)),
            Words(text="a zorg", where=Seconds(start_s=1, end_s=2)),
        ),
    )
    seen = screen.screen_clip(asked, FOOTAGE, SOUND)
    places = [finding.where for reading in seen.readings for finding in reading.findings]
    assert [Box(left=0, top=0, width=1, height=1, at_s=2.0), Seconds(start_s=1, end_s=2)] == places
    assert 3 == len(seen.words)


def test_a_reader_that_fails_leaves_every_text_category_unseen() -> None:
    """What could not be heard was not judged by any text detector."""
    (reading,) = screen.screen_clip(screen.Screen(text=(Word("a"),), speech=Deaf()), FOOTAGE, SOUND).readings
    assert ("RuntimeError", frozenset({"hate"})) == (reading.failure, reading.categories)


def test_silence_is_not_listened_to() -> None:
    """A clip without sound has no reading of its sound."""
    assert () == screen.screen_clip(screen.Screen(text=(Word("a"),), speech=Deaf()), FOOTAGE, None).readings


fractions = st.floats(0, 1)
places = st.one_of(
    st.none(),
    st.builds(Characters, start=st.integers(0, 9), end=st.integers(9, 20), part=st.text(max_size=5)),
    st.builds(Seconds, start_s=fractions, end_s=fractions),
    st.builds(
        Box, left=fractions, top=fractions, width=fractions, height=fractions, at_s=st.none() | fractions
    ),
)
findings = st.builds(
    Finding,
    category=st.sampled_from(["hate", "sexual.nudity"]),
    score=fractions,
    why=st.text(max_size=9),
    where=places,
    match=st.none()
    | st.builds(
        Match,
        reference=st.text(max_size=4),
        bank=st.text(max_size=4),
        method=st.just("exact"),
        value=st.text(max_size=4),
        distance=fractions,
        threshold=fractions,
    ),
)
readings = st.builds(
    Reading,
    detector=st.text(max_size=9),
    categories=st.frozensets(st.sampled_from(["hate", "illicit"])),
    findings=st.lists(findings, max_size=3).map(tuple),
    failure=st.none() | st.text(max_size=9),
)


@settings(max_examples=100, deadline=None)
@given(
    st.builds(
        Evidence,
        subject_digest=st.just("0" * 64),
        stage=st.sampled_from(Stage),
        readings=st.lists(readings, max_size=3).map(tuple),
    )
)
def test_evidence_is_stored_whole(given_evidence: Evidence) -> None:
    """What is stored is read back equal, under the same digest."""
    import json

    stored = json.loads(json.dumps(evidence.as_json(given_evidence)))
    assert given_evidence == evidence.from_json(stored)
    assert evidence.digest(given_evidence) == evidence.digest(evidence.from_json(stored))


def test_what_several_detectors_ask_of_a_text_is_worked_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many look: the same words are read and searched for encodings a single time."""
    asked: list[str] = []
    for name in ("normalise", "payloads"):
        whole = getattr(detector, name)
        monkeypatch.setattr(
            detector, name, lambda text, name=name, whole=whole: (asked.append(name), whole(text))[1]
        )
    both = screen.Screen(text=(HiddenWriting(), HiddenWriting()))
    screen.screen_text(both, [Text(text="a f0x in the sn0w")])
    assert ["normalise", "payloads"] == sorted(asked)
