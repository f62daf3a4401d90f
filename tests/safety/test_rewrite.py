"""What offering a rewrite promises."""

from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from policies.finding import Characters, Finding
from safety.detector import Text
from safety.detectors.lexicon import LexiconDetector
from safety.detectors.prompt import TextHeads
from safety.language import by_words
from safety.models.store import ModelStore
from safety.rewrite import MOST, rewrites

CASES = yaml.safe_load((Path(__file__).parent / "rewrite_cases.yaml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Names:
    """A bank of made-up names, refused wherever they stand."""

    known: tuple[str, ...]

    def examine(self, content: Text, /) -> tuple[Finding, ...]:
        at = [(content.text.find(name), name) for name in self.known if name in content.text]
        return tuple(
            Finding(
                category="likeness.public_figure",
                score=0.9,
                why="a listed name",
                where=Characters(start=start, end=start + len(name)),
            )
            for start, name in at
        )


@pytest.fixture(scope="module")
def detectors(models: ModelStore) -> tuple:
    names = Names(tuple({row["name"] for rows in CASES.values() for row in rows if "name" in row}))
    return names, TextHeads.of(models), LexiconDetector()


def findings(detectors: tuple, text: str) -> list[Finding]:
    """What the prompt surface would hold or block."""
    found = [finding for each in detectors for finding in each.examine(Text(text=text))]
    return [finding for finding in found if finding.score >= 0.5 and finding.category != "minors.depicted"]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_most_refusals_come_with_a_way_out(detectors: tuple, language: str) -> None:
    """Of thirty refused prompts a language, four in five get a rewrite that passes, in the same language."""
    rows = CASES[language]
    assert len(rows) == 30
    helped = 0
    for row in rows:
        why = findings(detectors, row["text"])
        assert why, row["text"]
        offered = rewrites(row["text"], why, lambda text: not findings(detectors, text))
        helped += bool(offered)
        assert all(not findings(detectors, text) for text in offered)
        assert all(by_words(text).code in (language, "und") for text in offered)
    assert helped >= 0.8 * len(rows)


def test_a_name_becomes_somebody_invented(detectors: tuple) -> None:
    """Where only the name is at fault, all else stays as the author wrote it."""
    text = "Zorbella Quist sings in the rain on a rooftop"
    (first, *_) = rewrites(text, findings(detectors, text), lambda told: not findings(detectors, told))
    assert "An invented person sings in the rain on a rooftop" == first


def test_overlapping_names_are_one() -> None:
    """Two findings over the same letters become one invented person, and a title goes with the name."""
    text = "le capitaine Vexnor et Zorbella Quist dansent"
    places = [(3, 19), (13, 19), (23, 37)]
    found = [
        Finding(category="likeness.public_figure", score=0.9, why="w", where=Characters(start=start, end=end))
        for start, end in places
    ]
    (first, *_) = rewrites(text, found, lambda _text: True)
    assert "Un personnage inventé et un personnage inventé dansent" == first


def test_the_harmless_rest_is_kept(detectors: tuple) -> None:
    """A harmful sentence among harmless ones is replaced; the others are not lost."""
    text = CASES["en"][7]["text"]
    offered = rewrites(text, findings(detectors, text), lambda told: not findings(detectors, told))
    assert any("kite" in told for told in offered)


def test_nothing_is_offered_against_the_judge() -> None:
    """A judge that lets nothing through gets no rewrite offered, and is asked a few times at most."""
    asked: list[str] = []
    finding = Finding(category="sexual", score=0.9, why="w", where=Characters(start=0, end=5))
    assert () == rewrites(
        "naked people, then a lake at dawn", [finding], lambda text: bool(asked.append(text))
    )
    assert 0 < len(asked) <= 8


def test_child_safety_is_never_helped() -> None:
    """Where child safety speaks, nothing is offered and nothing even tried."""
    finding = Finding(category="sexual_minors", score=0.9, why="w")

    def judge(text: str) -> bool:
        raise AssertionError(text)

    assert () == rewrites("placeholder one two three", [finding], judge)


def test_few_are_offered_and_none_is_the_text_itself() -> None:
    """At most three rewrites, each another text."""
    text = "blood on the wall, then a quiet lake, then birds over the hills"
    finding = Finding(category="violence.graphic", score=0.9, why="w", where=Characters(start=0, end=5))
    offered = rewrites(text, [finding], lambda _text: True)
    assert 1 <= len(offered) <= MOST
    assert text not in offered
    assert len(set(offered)) == len(offered)


@pytest.mark.parametrize(
    ("text", "reader", "invented"),
    [
        ("Zorblax chante", "fr", "un personnage inventé"),
        ("Zorblax chante", "fr-CA", "un personnage inventé"),
        ("Zorblax sings", "en", "an invented person"),
        ("Zorblax chante sous la pluie", "en", "un personnage inventé"),
        ("Zorblax is singing in the rain", "fr", "an invented person"),
    ],
)
def test_words_that_do_not_tell_their_language_are_answered_in_the_readers(
    text: str, reader: str, invented: str
) -> None:
    """A name and a verb may be of any language; where the words tell, the reader's does not count."""
    found = Names(("Zorblax",)).examine(Text(text=text))
    (told,) = rewrites(text, found, lambda _attempt: True, reader)
    assert told.casefold().startswith(invented)
