"""What the French measuring split promises."""

import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from eval.measure.french import PATH, Line, lines
from eval.train.rows import ours, seeds, trainable
from safety.heads import CATEGORIES
from safety.normalise import skeleton

NEAR = 0.5
_listeners: list[list[str]] = []


@pytest.fixture(scope="module")
def split() -> tuple[Line, ...]:
    return lines()


@pytest.fixture(scope="session", autouse=True)
def _watch() -> None:
    """Tell whoever listens of every file Python opens; an audit hook cannot be taken off again."""

    def hear(event: str, given: tuple[object, ...]) -> None:
        for heard in _listeners if event == "open" else ():
            heard.append(str(given[0]))

    sys.addaudithook(hear)


@pytest.fixture
def opened() -> Iterator[list[str]]:
    """The names of the files opened during the test."""
    heard: list[str] = []
    _listeners.append(heard)
    yield heard
    _listeners.remove(heard)


def bare(text: str) -> str:
    """The small bare letters and figures of a text."""
    return skeleton(text).text


def grams(text: str) -> set[str]:
    bared = bare(text)
    return {bared[place : place + 5] for place in range(max(1, len(bared) - 4))}


def near(texts: Iterable[str], others: Iterable[str]) -> list[tuple[str, str]]:
    """Return the (text, other) whose sets of five-character runs have a Jaccard index of at least `NEAR`."""
    theirs = {other: grams(other) for other in others}
    postings: dict[str, list[str]] = defaultdict(list)
    for other, found in theirs.items():
        for gram in found:
            postings[gram].append(other)
    return [pair for text in texts for pair in _near(text, theirs, postings)]


def _near(
    text: str, theirs: dict[str, set[str]], postings: dict[str, list[str]]
) -> Iterator[tuple[str, str]]:
    mine = grams(text)
    shared = Counter(other for gram in mine for other in postings.get(gram, ()))
    for other, count in shared.items():
        if other != text and count >= NEAR * (len(mine) + len(theirs[other]) - count):
            yield text, other


def test_nearness_sees_a_changed_word() -> None:
    """A sentence with one word changed is near; another sentence about the same thing is not."""
    kept = "un chat roux dort sur le canapé du salon"
    assert [(kept, "Un chat roux dort sur le CANAPÉ du grenier")] == near(
        [kept], ["Un chat roux dort sur le CANAPÉ du grenier", "le canapé appartient désormais au chat"]
    )


def test_the_split_is_large_and_balanced(split: tuple[Line, ...]) -> None:
    """600 lines or more, half harmless and half of these long, every category measured by 35 lines or more."""
    harmless = [line for line in split if not line.label]
    assert len(split) >= 600
    assert 0.45 <= len(harmless) / len(split) <= 0.55
    assert 0.45 <= sum(line.length == "long" for line in harmless) / len(harmless) <= 0.55
    counts = Counter(line.category for line in split if line.label)
    assert set(CATEGORIES) == set(counts)
    assert min(counts.values()) >= 35


def test_every_line_says_what_it_is(split: tuple[Line, ...]) -> None:
    """Category and label agree, the length is that of the text, no text stands twice, and a why is given."""
    for line in split:
        size = len(line.text)
        assert (line.category is None) == (line.label == 0), line
        assert line.length == ("short" if size < 60 else "medium" if size < 200 else "long"), line
        assert size <= 600, line
        assert line.lang == "fr", line
        assert line.why, line
        assert line.kind, line
    assert len(split) == len({bare(line.text) for line in split})


def test_pairs_have_two_sides(split: tuple[Line, ...]) -> None:
    """A minimal pair is one harmful and one harmless line, in every category."""
    sides: dict[str, list[Line]] = defaultdict(list)
    for line in split:
        if line.kind == "pair":
            sides[line.pair].append(line)
    assert all([0, 1] == sorted(line.label for line in pair) for pair in sides.values())
    named = Counter(line.category for pair in sides.values() for line in pair if line.label)
    assert set(CATEGORIES) == set(named)


def test_no_two_lines_are_alike(split: tuple[Line, ...]) -> None:
    """But for minimal pairs, which share their words by design, no line repeats another."""
    pair = {line.text: line.pair for line in split}
    texts = list(pair)
    assert [] == [(one, other) for one, other in near(texts, texts) if pair[one] != pair[other]]


def test_no_seed_is_a_line_of_the_split(split: tuple[Line, ...]) -> None:
    """No line, nor one nearly like it, is among the seeds."""
    assert [] == near([line.text for line in split], {row.text for row in seeds()})


def test_nothing_grown_is_a_line_of_the_split(split: tuple[Line, ...]) -> None:
    """No line is, disguises taken off, what grows from the seeds."""
    assert set() == {bare(line.text) for line in split} & {bare(row.text) for row in ours(5)}


def test_reading_the_split_is_seen(opened: list[str]) -> None:
    """The watch used below does see the file when it is opened."""
    lines()
    assert str(PATH) in opened


def test_no_training_reader_opens_the_split(opened: list[str], data_folder: Path) -> None:
    """Seeds, what grows from them and the trainable sets are read without the split."""
    seeds()
    ours(5)
    trainable(data_folder, 1)
    assert any(name.endswith("pairs.jsonl") for name in opened)
    assert [] == [name for name in opened if "measure" in Path(name).parts]
