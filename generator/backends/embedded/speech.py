"""Spoken lines: what stands in quotation marks is said aloud, never drawn and never read as scenery."""

from __future__ import annotations

import re
from dataclasses import dataclass

from generator.backends.embedded.lexicon import fold, small_words

_QUOTED = re.compile(
    r"«\s*(.+?)\s*»|“(.+?)”|„(.+?)[“”]|\"(.+?)\"|‹\s*(.+?)\s*›|(?<!\w)['‘](.{2,}?)['’](?!\w)", re.DOTALL
)
_LONGEST = 400
_LETTERS_A_SECOND = 14.0
_ASKED = {
    "en": ("in english", "en anglais"), "fr": ("in french", "en francais"), "de": ("in german", "en allemand"),
    "es": ("in spanish", "en espagnol"), "it": ("in italian", "en italien"),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A spoken line as written, and its language."""

    text: str
    language: str


def spoken_s(text: str) -> float:
    """Return about how many seconds it takes to say a text."""
    return len(text) / _LETTERS_A_SECOND


def set_apart(prompt: str) -> tuple[str, tuple[Quote, ...]]:
    """Return the prompt with each quotation replaced by its number between marks, and the quotations."""
    asked = next(
        (code for code, words in _ASKED.items() if any(word in fold(prompt) for word in words)), None
    )
    quotes: list[Quote] = []

    def replace(found: re.Match[str]) -> str:
        text = " ".join(next(group for group in found.groups() if group).split())[:_LONGEST]
        if not any(mark.isalpha() for mark in text):
            return " "
        quotes.append(Quote(text=text, language=asked or spoken_language(text, prompt)))
        return f" \x01{len(quotes) - 1}\x01 "

    plain = prompt.replace("\x01", " ")
    return _QUOTED.sub(replace, plain), tuple(quotes)


def spoken_language(text: str, context: str) -> str:
    """Return the language of a line by its small words; by its surroundings when it has none."""
    best = _most_hinted(text)
    return best or _most_hinted(context) or "en"


def _most_hinted(text: str) -> str | None:
    words = re.findall(r"[^\W\d_]+", fold(text))
    counts = {code: sum(word in hints for word in words) for code, hints in small_words().items()}
    best = max(counts, key=lambda code: counts[code])
    return best if counts[best] else None
