"""What the English seeds promise beyond their form: enough of every kind, no shortcut, nobody young."""

import json
import re
from collections import Counter
from typing import Any

import pytest

from eval.train.rows import SEEDS, seeds
from safety.detector import Text
from safety.detectors.lexicon import LexiconDetector
from safety.heads import CATEGORIES

Seed = dict[str, Any]


def read(*names: str) -> list[Seed]:
    return [json.loads(line) for name in names for line in (SEEDS / f"{name}.jsonl").open(encoding="utf-8")]


@pytest.fixture(scope="module")
def english() -> list[Seed]:
    names = sorted(path.stem for path in SEEDS.glob("*.jsonl"))
    return [seed for seed in read(*names) if seed["lang"] == "en"]


def test_every_kind_of_harm_is_asked_for(english: list[Seed]) -> None:
    """Of each kind there are dozens of requests, and of what was missed most, hundreds."""
    found = Counter(seed["category"] for seed in english if seed["label"])
    assert {name for name in CATEGORIES if found[name] < 80} == set()
    assert min(found["violence"], found["sexual"]) >= 200
    assert min(found["hate"], found["illicit"]) >= 150


@pytest.mark.parametrize(
    ("names", "harmless", "harmful"),
    [
        (("scenes-en", "implicit-en"), 300, 700),
        (("traps-en",), 370, 0),
        (("questions-en", "tweets-en", "texts-en"), 750, 0),
        (("films-en",), 400, 0),
    ],
)
def test_files_hold_what_they_are_named_after(names: tuple[str, ...], harmless: int, harmful: int) -> None:
    """Scenes and implied harm are mostly harmful; traps, questions, posts, texts and films never."""
    labels = Counter(seed["label"] for seed in read(*names))
    assert labels[0] >= harmless
    assert labels[1] >= harmful
    assert harmful or not labels[1]


def test_length_tells_nothing(english: list[Seed]) -> None:
    """Harmless and harmful seeds are both found short and long, so that length is no sign of either."""
    lengths = Counter((seed["label"], len(seed["text"]) >= 200) for seed in english)
    assert {(label, is_long) for label in (0, 1) for is_long in (False, True)} == set(lengths)
    assert lengths[0, True] >= 400
    assert lengths[1, True] >= 60


def test_no_seed_stands_twice(english: list[Seed]) -> None:
    """But for case and punctuation, every English seed is one of its own."""
    bare = Counter(re.sub(r"\W+", " ", seed["text"].casefold()).strip() for seed in english)
    assert [] == [text for text, times in bare.items() if times > 1]


def test_no_sexual_seed_knows_anybody_young(english: list[Seed]) -> None:
    """No request for sexual content has a word for a child or a teenager in it."""
    detector = LexiconDetector()
    texts = [seed["text"] for seed in english if seed["category"] == "sexual"]
    assert texts
    assert [] == [
        text
        for text in texts
        if any(found.category == "minors.depicted" for found in detector.examine(Text(text=text)))
    ]


def test_training_reads_every_file(english: list[Seed]) -> None:
    """What lies in the folder of the seeds is learned from, without a list to be kept."""
    assert {seed["text"] for seed in english} == {row.text for row in seeds() if row.lang == "en"}
