"""What the harmless wrappers promise: a pretext alone is no sign of harm, learned or measured."""

import json
from collections import Counter

import pytest

from eval.measure.french import lines
from eval.train.rows import SEEDS, seeds

WRAPPERS = SEEDS / "wrappers.jsonl"


def test_pretexts_are_measured_both_ways() -> None:
    """The split holds at least as many innocent pretexts as harmful ones, thirty or more."""
    labels = Counter(line.label for line in lines() if line.kind == "wrapper")
    assert labels[0] >= max(30, labels[1])


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_innocent_pretexts_are_learned_from(lang: str) -> None:
    """Thirty or more of each language are seeds, harmless all."""
    texts = {
        seed["text"] for seed in map(json.loads, WRAPPERS.open(encoding="utf-8")) if seed["lang"] == lang
    }
    assert len(texts) >= 30
    assert {(text, False) for text in texts} == {(row.text, row.harm) for row in seeds() if row.text in texts}
