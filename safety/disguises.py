"""Disguises made of ordinary signs: figures for letters (``p0rn``) and letters set apart (``s.e.x``)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from safety.draft import Edit

LEET = {"0": "o", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "€": "e", "!": "i", "|": "l"}
"""What figures and signs stand for; ``1`` is i or l by its neighbours."""

SOUNDED = {
    "4ever": "forever",
    "2night": "tonight",
    "2day": "today",
    "2morrow": "tomorrow",
    "2gether": "together",
    "gr8": "great",
    "l8r": "later",
    "str8": "straight",
    "h8": "hate",
    "h8r": "hater",
    "m8": "mate",
    "w8": "wait",
    "b4": "before",
}
"""Figures read aloud."""

FIGURES = frozenset("012345678@$€!|")
"""What a disguised word may hold; a text without any has none."""

_HINT = re.compile(
    r"[^\W\d_][013457@$€!|]+[^\W\d_]|(?<![\w.,])[013457$€][^\W\d_]"
    r"|[^\W\d_][248](?!\d)|(?<!\w)[248][^\W\d_]{3}|\$\$"
)
_TOKEN = re.compile(r"[\w@$€|]+(?:!+[\w@$€|]+)*")
_INSIDE = re.compile(r"[^\W\d_][013457@$€!|]{1,3}[^\W\d_]|[^\W\d_]\$\$\Z")
_LEADING = re.compile(r"[013457$€][^\W\d_]{3,}\w*")
_MEASURE = re.compile(
    r"""\d[\d.,:/x×]*[^\W\d_]{1,3}\d*            # 4k 60fps 3ème 1080p60 18h30
      | \d(?:years?|days?|hours?|mins?|weeks?|months?|ans|jours?|heures?|mois|semaines?|fois|stars?|some)\w*
      | \d+[^\W\d_]{1,2}\d+s?                      # 3m2 4x4s
      | [A-Z]\d[A-Z]                              # W3C
      | [^\W\d_]{1,4}\d{1,4}s?                   # mp4s PS5 h264 A4s T800
    """,
    re.VERBOSE | re.IGNORECASE,
)
_MANY = 3
"""So many words surely disguised, and short ones with a figure are read in letters too: ``7he``, ``dan5``."""

_SHORT = re.compile(r"[b-df-hj-np-tv-z][0134][b-df-hj-np-tv-z]\Z")
_MAIL = re.compile(r"\.\w")
_VOWELS = frozenset("aeiouyAEIOUY")


def spelled(text: str) -> Iterator[Edit]:
    """Yield the words of `text` in which figures stand for letters, written in letters."""
    if FIGURES.isdisjoint(text) or not _HINT.search(text):
        return
    words = [found for found in _TOKEN.finditer(text) if _is_mixed(text, found)]
    sure = [found for found in words if _is_disguised(found.group())]
    for found in words if len(sure) >= _MANY else sure:
        token = found.group()
        yield found.start(), found.end(), SOUNDED.get(token.lower()) or in_letters(token)


def _is_mixed(text: str, found: re.Match[str]) -> bool:
    """A word and figures in one, and no address."""
    token = found.group()
    if token.isalpha() or token.isdigit() or FIGURES.isdisjoint(token):
        return False
    return "@" not in token or not (token.startswith("@") or _MAIL.match(text, found.end()))


def _is_disguised(token: str) -> bool:
    return token.lower() in SOUNDED or _is_leet(token)


def in_letters(token: str, one: str | None = None) -> str:
    """Return a word, its figures read as letters; every ``1`` is `one`, or what stands beside it suggests."""
    out: list[str] = []
    for at, sign in enumerate(token):
        if sign == "1":
            out.append(
                one or (out[-1] if token[at - 1 : at] == "1" else _one(out[-1:], token[at + 1 : at + 2]))
            )
        else:
            out.append(LEET.get(sign, sign))
    word = "".join(out)
    return word.upper() if token.isupper() else word


def _one(before: list[str], after: str) -> str:
    """Read a ``1``: l beside a vowel that comes before it, or opening a word before one; i elsewhere."""
    if before:
        return "l" if before[0] in _VOWELS else "i"
    return "l" if after in _VOWELS else "i"


def _is_leet(token: str) -> bool:
    if sum(map(str.isalpha, token)) < (1 if "$$" in token else 2):
        return False
    if len(token) == 3:
        return bool(_SHORT.match(token)) or token.endswith("$$")
    if _MEASURE.fullmatch(token):
        return False
    return bool(_INSIDE.search(token) or _LEADING.fullmatch(token))


_SINGLE = r"(?:[^\W_]|[@$€])"
_APART = re.compile(
    rf"(?<![^\W_]){_SINGLE}(?:(?:[ \t\n]{{1,4}}|[ ]?[._\-*·•|/~+,'][ ]?){_SINGLE}(?![^\W_])){{2,}}",
)
_SEPARATOR = re.compile(r"[^\w@$€]+|_+")
_WORDS_OF_ONE_LETTER = frozenset("aàyoôiAÀYOÔI")


def joined(text: str) -> Iterator[Edit]:
    """Yield the separators to drop between letters set apart; a wider one is the blank between two words."""
    for found in _APART.finditer(text):
        singles = [sign for sign in _SEPARATOR.split(found.group()) if sign]
        odd = sum(sign.isalpha() and sign not in _WORDS_OF_ONE_LETTER for sign in singles)
        if odd < 2 or 2 * sum(sign.isalpha() for sign in singles) < len(singles):
            continue
        gaps = list(_SEPARATOR.finditer(text, found.start(), found.end()))
        narrow = min(len(gap.group()) for gap in gaps)
        for gap in gaps:
            is_wide = len(gap.group()) > narrow and " " in gap.group()
            yield gap.start(), gap.end(), " " if is_wide else ""
