"""Varied prompts out of a few: openings, places, styles, long paragraphs, questions; all by seed."""

from __future__ import annotations

import functools
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

LANGUAGES = ("en", "fr")
_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """
    One text to learn from.

    `harm` and each of `categories` are what is known: absent or None is unknown, never "no".
    `group` keeps the children of one seed together when rows are split.
    """

    text: str
    lang: str
    source: str
    harm: bool | None
    categories: dict[str, bool]
    weight: float = 1.0
    group: str = ""


Pairs = list[list[str]]


@functools.cache
def _pieces() -> dict[str, Pairs]:
    pieces: dict[str, Pairs] = yaml.safe_load((_HERE / "grammar.yaml").read_text(encoding="utf-8"))
    return pieces


def dressed(seeds: Sequence[Row], children: int, thrown: int) -> Iterator[Row]:
    """
    Yield `children` variants of each seed: opened, placed, styled, in another case.

    They depend on the seed and on `thrown` alone: new seeds leave the children of the others as they were.
    """
    for seed in seeds:
        if len(seed.text) > 200 or seed.text.endswith("?"):
            continue
        dice = random.Random(f"{thrown} {seed.text}")
        for _ in range(children):
            text = _dress(seed.text, seed.lang, dice)
            yield replace(seed, text=text, source="dressed", weight=seed.weight / 3)


def _dress(text: str, lang: str, dice: random.Random) -> str:
    pieces, voice = _pieces(), LANGUAGES.index(lang)
    if dice.random() < 0.4:
        text = dice.choice(pieces["openings"])[voice] + text
    if dice.random() < 0.3 and text[-1] not in "?!.»":
        text += dice.choice(pieces["places"])[voice]
    if dice.random() < 0.5:
        text = text.rstrip(".") + dice.choice(pieces["styles"])[voice]
    chance = dice.random()
    return text.lower() if chance < 0.25 else text[:1].upper() + text[1:] if chance < 0.7 else text


def plain(count: int, dice: random.Random) -> Iterator[Row]:
    """Yield `count` harmless scenes of one sentence, in both languages."""
    for number in range(count):
        lang = LANGUAGES[number % 2]
        yield _benign(_dress(_scene(lang, dice), lang, dice), lang, "plain", f"plain-{number}")


def portraits(dice: random.Random) -> Iterator[Row]:
    """Yield every portrait with three of the finishes, in both languages: how artists ask for people."""
    pieces = _pieces()
    for number, portrait in enumerate(pieces["portraits"]):
        for voice, lang in enumerate(LANGUAGES):
            for finish in dice.sample(pieces["finishes"], 3):
                yield _benign(portrait[voice] + finish[voice], lang, "portraits", f"portrait-{number}")


def _scene(lang: str, dice: random.Random) -> str:
    pieces, voice = _pieces(), LANGUAGES.index(lang)
    return f"{dice.choice(pieces['subjects'])[voice]} {dice.choice(pieces['verbs'])[voice]}"


def requests() -> Iterator[Row]:
    """Yield every harmless task in every frame of a question or request."""
    pieces = _pieces()
    for number, task in enumerate(pieces["tasks"]):
        for frame in pieces["frames"]:
            for voice, lang in enumerate(LANGUAGES):
                yield _benign(frame[voice].format(task[voice]), lang, "requests", f"task-{number}")


def paragraphs(count: int, seeds: Sequence[Row], dice: random.Random) -> Iterator[Row]:
    """Yield `count` paragraphs of two to nine sentences; two in five have one harmful seed among them."""
    for number in range(count):
        lang = LANGUAGES[number % 2]
        ours = [seed for seed in seeds if seed.lang == lang and len(seed.text) < 200]
        sentences = [_sentence(lang, ours, dice) for _ in range(dice.randint(2, 9))]
        if dice.random() < 0.6:
            yield _benign(" ".join(sentences), lang, "paragraphs", f"paragraph-{number}")
            continue
        seed = dice.choice([seed for seed in ours if seed.harm])
        sentences.insert(dice.randint(0, len(sentences)), _as_sentence(seed.text))
        yield replace(seed, text=" ".join(sentences), source="paragraphs", weight=seed.weight / 1.5)


def _sentence(lang: str, seeds: Sequence[Row], dice: random.Random) -> str:
    chance = dice.random()
    if chance < 0.4:
        return dice.choice(_pieces()["sentences"])[LANGUAGES.index(lang)]
    if chance < 0.7:
        return _as_sentence(_scene(lang, dice))
    return _as_sentence(dice.choice([seed.text for seed in seeds if seed.harm is False]))


def _as_sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text[-1] in ".?!»" else ".")


def _benign(text: str, lang: str, source: str, group: str) -> Row:
    return Row(text=text, lang=lang, source=source, harm=False, categories={}, group=group)
