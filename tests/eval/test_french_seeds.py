"""What the seeds written in French promise."""

import json
from collections import Counter, defaultdict

import pytest

from eval.train.rows import SEEDS, seeds
from safety.heads import CATEGORIES
from safety.normalise import skeleton

Seeds = dict[str, list[dict]]
NAMES = ("hard", "pairs", "questions", "scenes", "tweets")


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


def test_scenes_are_of_every_category(written: Seeds) -> None:
    """The scenes to refuse are harmful all, 25 or more in every category."""
    counts = Counter(seed["category"] for seed in written["scenes"])
    assert set(CATEGORIES) == set(counts)
    assert min(counts.values()) >= 25


def test_the_rest_is_harmless(written: Seeds) -> None:
    """The other files hold nothing to refuse."""
    others = [seed for name, found in written.items() if name not in ("pairs", "scenes") for seed in found]
    assert {0} == {seed["label"] for seed in others}


def test_none_is_written_twice(written: Seeds) -> None:
    """No two of them say the same words."""
    said = Counter(skeleton(seed["text"]).text for found in written.values() for seed in found)
    assert [] == [text for text, count in said.items() if count > 1]
