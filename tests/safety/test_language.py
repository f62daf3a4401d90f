"""What telling languages apart promises."""

import json
from pathlib import Path

import pytest

import eval.train
from safety.language import Languages, by_words
from safety.models.store import ModelStore

SEEDS = Path(eval.train.__file__).parent / "seeds"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a red cat sleeps on the sofa", "en"),
        ("un chat roux dort sur le canapé", "fr"),
        ("eine rote Katze schläft auf dem Sofa", "de"),
        ("un gato rojo duerme en el sofá", "es"),
        ("un gatto rosso dorme sul divano della nonna", "it"),
        ("um gato vermelho não dorme no sofá", "pt"),
        ("рыжий кот спит на диване", "ru"),
        ("一只红猫睡在沙发上", "zh"),
        ("赤い猫がソファで寝ている", "ja"),
        ("빨간 고양이가 잔다", "ko"),
        ("قط أحمر ينام", "ar"),
    ],
)
def test_plain_sentences_are_told_apart(text: str, code: str) -> None:
    """A plain sentence of a language the encoder reads is told without any weights."""
    assert code == by_words(text).code


def test_seeds_are_told_apart() -> None:
    """Of our own prompts, at most one in twenty is taken for another language than it is written in."""
    rows = [
        json.loads(line) for path in sorted(SEEDS.glob("*.jsonl")) for line in path.open(encoding="utf-8")
    ]
    told = [(row["lang"], by_words(row["text"]).code) for row in rows]
    wrong = sum(code not in (lang, "und") for lang, code in told)
    assert wrong <= 0.05 * len(told)
    assert sum(lang == code for lang, code in told) >= 0.85 * len(told)


@pytest.mark.parametrize("text", ["", "12:30 !!", "😀", "𝕏", "qqq"])
def test_where_nothing_speaks_nothing_is_said(text: str) -> None:
    """A text that speaks for no language has none, and nobody is sure of it."""
    assert ("und", 0.0) == (Languages().of(text).code, Languages().of(text).confidence)


def test_without_weights_our_own_answer_stands(tmp_path: Path) -> None:
    """A missing optional model is no failure: the answer is that of the small words."""
    text = "le train part à midi"
    assert by_words(text) == Languages(ModelStore(tmp_path)).of(text)
