"""Sounds: what our engine plays is always there, what is free in packages where it lies, and each says what it is."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from eval.figures import by_key, figures
from eval.sample import Draw, Stage
from eval.suites.sounds import MOST, WORDS, Sounds, _heard, _kinds, _spelled_out
from policies.finding import Finding, Seconds
from safety.detector import Footage, Sound, Words
from safety.detectors.sound_tags import TAGS
from safety.screen import Screen

NOWHERE = Seconds(start_s=0.0, end_s=1.0)


class Tells:
    """Tells music of whatever is even; made for these tests."""

    name = "sound.even@1"
    categories = frozenset(tag.category for tag in TAGS)

    def examine(self, content: Sound, /) -> tuple[Finding, ...]:
        tag = next(tag for tag in TAGS if tag.why == "has music")
        found = Finding(category=tag.category, score=tag.weight * 0.9, why=tag.why, where=NOWHERE)
        return (found,) if float(np.abs(content.samples).max()) < 0.6 else ()


class Sees:
    """Looks at pictures, of which there are none; made for these tests."""

    name = "picture.none@1"

    def __init__(self, categories) -> None:
        self.categories = categories

    def examine(self, content: Footage, /) -> tuple[Finding, ...]:
        assert () == content.pictures
        return ()


class Hears:
    """Hears a word in what is loud; made for these tests."""

    name = "speech.loud@1"

    def read(self, content: Sound, /) -> tuple[Words, ...]:
        return (
            (Words(text="VIOLENCE95", where=NOWHERE),) if float(np.abs(content.samples).max()) >= 0.6 else ()
        )


@pytest.fixture
def two(monkeypatch) -> tuple:
    """An even and a loud sound instead of recordings: the one is music, in the other somebody speaks."""
    from eval.suites import sounds

    made = {"even": np.full(16_000, 0.1, np.float32), "loud": np.full(16_000, 0.9, np.float32)}
    monkeypatch.setattr(sounds, "_heard", lambda one: Sound(samples=made[one.id], rate_hz=16_000))
    plain = next(iter(Sounds().draw(None, Draw()).samples))
    return tuple(
        dataclasses.replace(plain, id=name, pair=what) for name, what in (("even", "music"), ("loud", WORDS))
    )


def lines_of(system, samples) -> list:
    suite = Sounds()
    return [line for one in samples for line in suite.score(system, one, suite.look(system, one))]


def test_each_line_asks_one_thing(small_system, words, two) -> None:
    """What is there counts as recall and what is not as a false alarm, for words and each tag; the policy answers too."""
    screen = Screen(text=(words,), footage=(Sees(words.categories),), sound=(Tells(),), speech=Hears())
    system = dataclasses.replace(small_system, screen=screen)
    lines = lines_of(system, two)
    assert {Stage.OUTPUT} == {line.stage for line in lines}
    told = {(line.id, line.variant): (line.is_harmful, line.is_held) for line in lines}
    assert {
        ("even", "plain"): (False, False), ("loud", "plain"): (False, True),
        ("even", "words"): (False, False), ("loud", "words"): (True, True),
        ("even", "music"): (True, True), ("loud", "music"): (False, False),
        ("even", "gunfire"): (False, False), ("loud", "gunfire"): (False, False),
        ("even", "explosion"): (False, False), ("loud", "explosion"): (False, False),
    } == told  # fmt: skip
    found = by_key(figures("sounds", lines, set(), 1))
    assert 1.0 == found["sounds/recall/stage=output/variant=music"].estimate.value
    assert 0.5 == found["sounds/false_alarms/stage=output/variant=plain"].estimate.value


def test_tags_that_nobody_tells_are_not_measured(small_system, words, two) -> None:
    """Without a detector of sounds there are no lines of tags at all: what was not asked is no silence."""
    system = dataclasses.replace(small_system, screen=Screen(text=(words,), speech=Hears()))
    assert {"plain", "words"} == {line.variant for line in lines_of(system, two)}


def test_recordings_are_drawn_where_they_lie(tmp_path: Path) -> None:
    """Of a kind at most so many, each knowing what is in it; a kind whose packages are absent is told."""
    music = tmp_path / "debian/warmux-data/usr/share/games/warmux/music/menu"
    music.mkdir(parents=True)
    for number in range(MOST + 5):
        (music / f"{number}.ogg").write_bytes(bytes([number]))
    drawn = Sounds().draw(tmp_path, Draw())
    (source,) = [one for one in drawn.sources if one.name == "music of games"]
    assert (MOST + 5, MOST) == (source.rows, source.drawn)
    assert {"music"} == {one.pair for one in drawn.samples if one.source == source.name}
    assert {kind.name for kind in _kinds()} - {source.name} == set(drawn.missing)
    keys = {Sounds().key(sample) for sample in drawn.samples}
    assert len(keys) == len(drawn.samples)


def test_choices_of_a_pattern_are_spelled_out() -> None:
    """Each choice is a pattern of its own; what has none is itself."""
    assert ["x/a1.ogg", "x/b1.ogg"] == list(_spelled_out("x/{a,b}1.ogg"))
    assert ["x/*.ogg"] == list(_spelled_out("x/*.ogg"))


@pytest.mark.parametrize("source", ["our music", "our places", "our voices"])
def test_our_own_sounds_are_heard(source: str) -> None:
    """What our engine plays is ten seconds at one level, a voice as long as it speaks; no two are the same."""
    drawn = [one for one in Sounds().draw(None, Draw()).samples if one.source == source][:2]
    heard = [_heard(one) for one in drawn]
    assert {16_000} == {one.rate_hz for one in heard}
    assert all(0.05 < float(np.sqrt(np.mean(one.samples**2))) < 0.15 for one in heard)
    assert not np.array_equal(heard[0].samples[:16_000], heard[1].samples[:16_000])
