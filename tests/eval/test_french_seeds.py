"""What the seeds written in French promise."""

import json
from collections import Counter, defaultdict

import pytest

from eval.train.rows import SEEDS, seeds
from safety.heads import CATEGORIES
from safety.normalise import skeleton

Seeds = dict[str, list[dict]]
REFUSED = ("fields", "scenes")
NAMES = (*REFUSED, "hard", "long", "pairs", "plain", "questions", "tweets")


@pytest.fixture(scope="module")
def written() -> Seeds:
    """The seeds of each French file, by its name."""
    return {name: _read(name) for name in NAMES}


def _read(name: str) -> list[dict]:
    lines = (SEEDS / f"{name}-fr.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_they_are_learned_from(written: Seeds) -> None:
    """The reader of the seeds gives every one of them, as French."""
    known = {(row.text, row.lang, row.harm) for row in seeds()}
    assert [] == [
        seed["text"]
        for found in written.values()
        for seed in found
        if (seed["text"], "fr", bool(seed["label"])) not in known
    ]


def test_pairs_have_two_sides(written: Seeds) -> None:
    """A minimal pair is one harmful and one harmless line; there are twenty or more in every category."""
    sides: dict[str, list[dict]] = defaultdict(list)
    for seed in written["pairs"]:
        sides[seed["pair"]].append(seed)
    assert all([0, 1] == sorted(seed["label"] for seed in pair) for pair in sides.values())
    counts = Counter(seed["category"] for seed in written["pairs"] if seed["label"])
    assert set(CATEGORIES) == set(counts)
    assert min(counts.values()) >= 20


def test_refused_ones_are_of_every_category(written: Seeds) -> None:
    """The scenes to refuse, whole or split over fields, are harmful all; each category has 45 or more."""
    counts = Counter(seed["category"] for name in REFUSED for seed in written[name])
    assert set(CATEGORIES) == set(counts)
    assert min(counts.values()) >= 45


def test_the_rest_is_harmless(written: Seeds) -> None:
    """The files that are neither pairs nor scenes to refuse hold nothing to refuse."""
    others = {*NAMES} - {*REFUSED, "pairs"}
    assert {0} == {seed["label"] for name in others for seed in written[name]}


def test_they_are_many_and_mostly_harmless(written: Seeds) -> None:
    """1,600 or more, two in three harmless; among these the posts, questions and long scenes that were missing."""
    labels = [seed["label"] for found in written.values() for seed in found]
    assert len(labels) >= 1600
    assert 0.6 <= labels.count(0) / len(labels) <= 0.75
    assert len(written["tweets"]) + len(written["questions"]) + len(written["long"]) >= 450
    assert all(200 <= len(seed["text"]) <= 600 for seed in written["long"])


def test_none_is_written_twice(written: Seeds) -> None:
    """No two of them say the same words."""
    said = Counter(skeleton(seed["text"]).text for found in written.values() for seed in found)
    assert [] == [text for text, count in said.items() if count > 1]
