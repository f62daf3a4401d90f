"""The words that prompts are made of, in French and English, and finding them in a sentence."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

Role = Literal[
    "subject", "place", "time", "weather", "mood", "camera", "colour", "size", "count", "action", "cut", "with",
    "idle", "line", "stop", "unknown",
]  # fmt: skip
Language = Literal["en", "fr"]

_WORDS = Path(__file__).parent / "words"
_LANGUAGES: tuple[Language, ...] = ("fr", "en")
_LONGEST = 5
_TOKEN = re.compile(r"\x01\d+\x01|[^\W_]+|[.,;:!?\n]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A word or phrase of a prompt: what part it plays, what it means, whether it is a plural."""

    role: Role
    meaning: str
    text: str
    is_plural: bool = False


@dataclass(frozen=True, slots=True)
class _Entry:
    role: Role
    meaning: str
    is_plural: bool


def fold(text: str) -> str:
    """Return text in lower case without accents or ligatures, as words are compared."""
    lowered = text.lower().replace("œ", "oe").replace("æ", "ae")
    spread = unicodedata.normalize("NFKD", lowered)
    return "".join(mark for mark in spread if not unicodedata.combining(mark))


def tokens(text: str) -> list[str]:
    """Return the words and stops of a text, folded; hyphens and apostrophes part words."""
    return _TOKEN.findall(fold(text))


@cache
def small_words() -> dict[str, frozenset[str]]:
    """Return the little words by which each language that can be spoken is told."""
    rows = (_WORDS / "small.tsv").read_text(encoding="utf-8").splitlines()
    return {
        row.split("\t")[0]: frozenset(row.split("\t")[1].split()) for row in rows if not row.startswith("#")
    }


def language_of(words: list[str]) -> Language:
    """Return whether a prompt is French or English, by its small words, then by its others; else English."""
    french, english = (sum(word in small_words()[code] for word in words) for code in ("fr", "en"))
    if french == english:
        french, english = (sum(word in _table(code) for word in words) for code in _LANGUAGES)
    return "fr" if french > english else "en"


def read(words: list[str], language: Language, *, with_drawings: bool = True) -> list[Word]:
    """Return what a prompt's words mean, longest phrase first; its own language wins over the other."""
    own, other = _table(language), _table("fr" if language == "en" else "en")
    drawn = _drawings(language) if with_drawings else {}
    drawn_other = _drawings("fr" if language == "en" else "en") if with_drawings else {}
    found: list[Word] = []
    at = 0
    while at < len(words):
        word, length = _longest(words, at, (own, drawn, other, drawn_other))
        found.append(word)
        at += length
    return found


def _longest(words: list[str], at: int, tables: tuple[dict[str, _Entry], ...]) -> tuple[Word, int]:
    token = words[at]
    if token.startswith("\x01"):
        return Word(role="line", meaning=token.strip("\x01"), text=token), 1
    if not token[0].isalnum():
        return Word(role="stop", meaning=token, text=token), 1
    if token.isdigit():
        return Word(role="count", meaning=token[:3], text=token, is_plural=True), 1
    for length in range(min(_LONGEST, len(words) - at), 0, -1):
        phrase = " ".join(words[at : at + length])
        for table in tables:
            entry = table.get(phrase)
            if entry:
                return Word(
                    role=entry.role, meaning=entry.meaning, text=phrase, is_plural=entry.is_plural
                ), length
    return Word(role="unknown", meaning=token, text=token), 1


@cache
def _table(language: Language) -> dict[str, _Entry]:
    """Return every form of every known word in a language."""
    table: dict[str, _Entry] = {}
    column = 2 if language == "en" else 3
    for row in (_WORDS / "scene.tsv").read_text(encoding="utf-8").splitlines():
        if row.startswith("#"):
            continue
        fields = row.split("\t")
        role: Role = fields[0]  # type: ignore[assignment]
        for text in fields[column].split(","):
            for form, is_plural in _forms(text.strip(), role, language):
                table.setdefault(" ".join(tokens(form)), _Entry(role, fields[1], is_plural))
    return table


@cache
def _drawings(language: Language) -> dict[str, _Entry]:
    """Return the names of the drawings in a language."""
    path = _WORDS / "drawings.tsv"
    if not path.is_file():
        return {}
    table: dict[str, _Entry] = {}
    for row in path.read_text(encoding="utf-8").splitlines():
        if row.startswith("#"):
            continue
        code, _, english, french = row.split("\t")
        for name in (english if language == "en" else french).split(","):
            for form, is_plural in _forms(name.strip(), "subject", language):
                table.setdefault(" ".join(tokens(form)), _Entry("subject", f"drawing:{code}", is_plural))
    return table


def _forms(text: str, role: Role, language: Language) -> list[tuple[str, bool]]:
    """Return a word's forms, each with whether it is a plural: derived by rule, or given as singular|plural."""
    if not text:
        return []
    single, _, plural = text.partition("|")
    forms = [(single, False)]
    if plural:
        forms.append((plural, True))
    elif role in ("subject", "place"):
        forms += [(form, True) for form in _plurals(single, language)]
    if language == "fr" and role in ("colour", "size", "mood", "time", "weather"):
        feminine = single if single.endswith("e") else single + "e"
        forms += [(feminine, False), (single + "s", True), (feminine + "s", True)]
    return forms


def _plurals(single: str, language: Language) -> list[str]:
    head, _, rest = single.partition(" ")
    if language == "fr":
        return [" ".join(filter(None, (_french_plural(head), rest))), _french_plural(single)]
    if single.endswith("y") and single[-2:-1] not in "aeiou":
        return [single[:-1] + "ies"]
    return [single + ("es" if single.endswith(("s", "x", "ch", "sh")) else "s")]


def _french_plural(single: str) -> str:
    if single.endswith(("s", "x", "z")):
        return single
    if single.endswith(("eau", "eu")):
        return single + "x"
    return single[:-2] + "aux" if single.endswith("al") else single + "s"
