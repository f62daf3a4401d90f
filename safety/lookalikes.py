"""
Which letters pass for which Latin ones, one code point at a time.

Source: the confusables of Unicode TR39 as the package disarm ships them, and our own additions:
letters drawn to *suggest* a Latin one (``MACЯON``), blocks without a compatibility mapping
(squared and negative circled letters).
"""

from __future__ import annotations

import functools
import unicodedata

import disarm

BORROWED = frozenset({"CYRILLIC", "GREEK", "CHEROKEE", "ARMENIAN", "CANADIAN", "LISU", "COPTIC", "DESERET"})
"""Scripts whose letters are borrowed to imitate Latin; a letter of another script is itself."""

_SUGGESTED = dict(
    zip("яЯиИцшШгпПдДФэЭчбзΣΛΞΔΠλσзвηωψ", "rRnNuwWrnNaAOeEybzEAEANaoebnwy", strict=True),
) | {"ё": "e", "Ё": "E", "й": "n", "ї": "i", "ґ": "r", "ß": "b", "ᗩ": "A", "ᑎ": "N", "ᗰ": "M", "ᗯ": "W"}

_BOXED = (0x1F130, 0x1F150, 0x1F170)
"""First of the squared, negative circled and negative squared capital letters (26 each)."""


@functools.lru_cache(maxsize=4096)
def script(letter: str) -> str:
    """Return the first word of a letter's Unicode name (``"LATIN"``, ``"CYRILLIC"``), or ``""``."""
    return unicodedata.name(letter, "").split(" ", 1)[0]


@functools.lru_cache(maxsize=4096)
def lookalike(letter: str) -> str | None:
    """Return the ASCII letter that `letter` cannot be told from by eye, or None."""
    if script(letter) not in BORROWED and not _is_phonetic(letter):
        return None
    plain = disarm.normalize_confusables(letter)
    return plain if len(plain) == 1 and plain.isascii() and plain.isalpha() else None


@functools.lru_cache(maxsize=4096)
def suggested(letter: str) -> str | None:
    """Return the ASCII letter that `letter` passes for within a Latin word, or None."""
    return lookalike(letter) or _SUGGESTED.get(letter)


def unboxed(letter: str) -> str | None:
    """Return the letter drawn inside a square or disc that NFKC leaves alone, or None."""
    for first in _BOXED:
        if first <= ord(letter) < first + 26:
            return chr(ord("A") + ord(letter) - first)
    return None


def _is_phonetic(letter: str) -> bool:
    """Tell Latin letters of no living spelling: small capitals, phonetic signs, script forms."""
    code = ord(letter)
    return (
        0x0250 <= code <= 0x02AF
        or 0x1D00 <= code <= 0x1DBF
        or 0xA720 <= code <= 0xA7FF
        or 0x2C60 <= code <= 0x2C7F
        or letter == "ƒ"
    )
