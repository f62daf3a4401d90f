"""
Text as its reader would hear it, with every disguise taken off.

Two depths. `normalise` keeps case, accents and punctuation: what a classifier reads. `skeleton`
keeps small bare letters, figures and single blanks: what names and word lists are compared by.
Both know where each of their code points came from, and both are idempotent: the steps are
repeated until nothing changes, and each either shortens the text or brings a sign nearer to a
plain letter. Linear in the length of the text.
"""

from __future__ import annotations

import enum
import functools
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from safety import signs
from safety.disguises import joined, spelled
from safety.draft import Draft, Edit
from safety.encodings import PAIRS, has_encoded, is_misread
from safety.lookalikes import BORROWED, lookalike, script, suggested
from safety.signs import LONGEST, Kind


class Suspicion(enum.Enum):
    """A way of writing that hides something: a finding of its own, never a measure of harm."""

    ZERO_WIDTH = "zero_width"
    BIDI = "bidi"
    HIDDEN_TEXT = "hidden_text"
    SCRIPT_MIX = "script_mix"
    STYLED_LETTERS = "styled_letters"
    STACKED_MARKS = "stacked_marks"
    SPACED_LETTERS = "spaced_letters"
    LEET = "leet"
    ENCODED = "encoded"
    BROKEN_ENCODING = "broken_encoding"


@dataclass(frozen=True, slots=True, kw_only=True)
class Normalised:
    """A normalised text, the way back to the original, and what was suspicious about that."""

    draft: Draft
    suspicions: frozenset[Suspicion] = frozenset()

    @property
    def text(self) -> str:
        """The normalised text."""
        return self.draft.text

    def span(self, start: int, end: int) -> tuple[int, int]:
        """
        Return the span of the original that `text[start:end]` stands for, both half-open.

        Raises:
            ValueError: the span does not lie within the text.
        """
        return self.draft.span(start, end)

    def after(self, earlier: Draft) -> Normalised:
        """Return the same text seen as made from the original of `earlier`, whose text it was made from."""
        return Normalised(draft=self.draft.after(earlier), suspicions=self.suspicions)


def normalise(text: str) -> Normalised:
    """Return `text` for a classifier: plain signs, words whole; case, accents and punctuation kept."""
    return _settled(text, _read)


def skeleton(text: str) -> Normalised:
    """Return `text` for comparing: small bare letters, figures and single blanks, nothing else."""
    if _PLAIN_WORDS.fullmatch(text):
        return Normalised(draft=Draft(text=text.lower()))
    if _PROSE.fullmatch(text) and not PAIRS.search(text):
        bare = text.translate(_FOLD)
        if len(bare) == len(text):
            return Normalised(draft=Draft(text=bare).rewritten(_gaps(bare)))
    return _settled(text, _bare)


_PLAIN_WORDS = re.compile(r"(?:[A-Za-z]{2,23} )*[A-Za-z]{2,23}")
"""Most names of a list: nothing to take off, and there may be a hundred thousand."""

_LETTER, _POINTS = "[A-Za-z\u00c0-\u00d6\u00d9-\u00f6\u00f9-\u00fd]", "[,.;:?\"()'\\-]"
_PROSE = re.compile(
    rf"""{_POINTS}{{0,2}}
    (?:(?:{_LETTER}(?:{_POINTS}{{0,3}}[ ]{_POINTS}{{0,2}}|['\-]))? # a letter alone, never two in a row
       {_LETTER}{{2,23}}+(?:{_POINTS}{{0,3}}[ ]{_POINTS}{{0,2}}|['\-]|(?={_POINTS}{{0,3}}\Z)))*+
    {_LETTER}?{_POINTS}{{0,3}}""",
    re.VERBOSE,
)
"""Words and points as almost everybody writes them: only case, accents and points to take off."""

_GAPS = re.compile(" {2,}|^ | $")


def _gaps(bare: str) -> Iterator[Edit]:
    """Yield the blanks that points left beside blanks and at the edges."""
    for found in _GAPS.finditer(bare):
        at_edge = found.start() == 0 or found.end() == len(bare)
        yield found.start(), found.end(), "" if at_edge else " "


_SETTLED = re.compile(r"(?:(?:[a-z] )?[a-z]{2,}(?: |\Z))*(?:[a-z]\Z)?(?<! )")
"""Small letters in words, no two of one letter in a row: no step changes that, at either depth."""

Step = Callable[[Draft, set[Suspicion]], Draft]


def _settled(text: str, step: Step) -> Normalised:
    suspicions = set(_encodings(text))
    draft = Draft(text=text)
    while (after := step(draft, suspicions)).text != draft.text:
        draft = after
        if _SETTLED.fullmatch(draft.text):
            break  # what another step would find: most text is done after one
    return Normalised(draft=draft, suspicions=frozenset(suspicions))


def _encodings(text: str) -> Iterator[Suspicion]:
    if has_encoded(text):
        yield Suspicion.ENCODED
    if is_misread(text):
        yield Suspicion.BROKEN_ENCODING


_PLAIN = frozenset(
    sign
    for sign in map(chr, (*range(0x20, 0x7F), *range(0xA1, 0x180), 0x2013, 0x2014, 0x201C, 0x201D))
    if unicodedata.normalize("NFKC", sign) == sign and not signs.kind(sign)
) | {"\n"}
"""What almost all text in French and English is written with: nothing to unveil."""


def _is_plain(text: str) -> bool:
    return (text.isascii() and text.isprintable()) or _PLAIN.issuperset(text)


def _read(draft: Draft, suspicions: set[Suspicion]) -> Draft:
    if not _is_plain(draft.text):
        draft = _one_script(_seen(draft, suspicions), suspicions)
    draft = _noted(draft, joined, Suspicion.SPACED_LETTERS, suspicions)
    draft = _noted(draft, spelled, Suspicion.LEET, suspicions)
    return draft.rewritten(_blanks(draft.text))


def _bare(draft: Draft, suspicions: set[Suspicion]) -> Draft:
    draft = _read(draft, suspicions)
    if not draft.text.isascii():
        longer = {sign for sign in set(draft.text) if not sign.isascii() and len(_folded(sign)) != 1}
        draft = draft.rewritten(_replaced(draft.text, longer))
    draft = draft.recoloured(lambda text: text.translate(_FOLD))
    return draft.rewritten(_blanks(draft.text))


def _noted(
    draft: Draft, edits: Callable[[str], Iterator[Edit]], suspicion: Suspicion, suspicions: set[Suspicion]
) -> Draft:
    after = draft.rewritten(edits(draft.text))
    if after is not draft:
        suspicions.add(suspicion)
    return after


_BLANKS = re.compile(r"\s(?:\s+|(?<=[^\n ])|\Z|(?<=\A\s))")
"""Every run of two or more, any but a blank or a line break, and what stands at an edge."""


def _blanks(text: str) -> Iterator[Edit]:
    """Yield the white space that is not one plain blank or one line break."""
    if " ".join(text.split()) == text:
        return
    for found in _BLANKS.finditer(text):
        at_edge = found.start() == 0 or found.end() == len(text)
        yield found.start(), found.end(), "" if at_edge else "\n" if "\n" in found.group() else " "


_INVISIBLE = {
    Kind.BIDI: Suspicion.BIDI,
    Kind.BROKEN: Suspicion.BROKEN_ENCODING,
    Kind.CONTROL: Suspicion.BROKEN_ENCODING,
}
_SPLITTER = re.compile(
    r"(?<=[A-Za-z\u00c0-\u052f])[\u00ad\u034f\u200b-\u200d\u2060-\u2064\ufeff]+(?=[A-Za-z\u00c0-\u052f])"
)
_STYLED = re.compile("[\u2460-\u24ff\uff10-\uff5a\U0001d400-\U0001d7ff\U0001f130-\U0001f189]{3}")


def _seen(draft: Draft, suspicions: set[Suspicion]) -> Draft:
    """Drop what is not seen, and give what is its plain sign."""
    text = draft.text
    kinds = {signs.kind(sign) for sign in set(text)}
    suspicions |= {_INVISIBLE[kind] for kind in kinds if kind in _INVISIBLE}
    if _SPLITTER.search(text) or (Kind.ZERO_WIDTH in kinds and not any(map(str.isalnum, text))):
        suspicions.add(Suspicion.ZERO_WIDTH)
    if _STYLED.search(text):
        suspicions.add(Suspicion.STYLED_LETTERS)
    if Kind.TAG in kinds:
        draft = _noted(draft, signs.untagged, Suspicion.HIDDEN_TEXT, suspicions)
    draft = draft.rewritten(signs.dropped(draft.text))
    if not unicodedata.is_normalized("NFKC", draft.text) or signs.is_marked(draft.text):
        if signs.is_stacked(draft.text):
            suspicions.add(Suspicion.STACKED_MARKS)
        draft = draft.rewritten(signs.composed(draft.text))
    return draft.rewritten(signs.unflagged(draft.text))


_WORD = re.compile(r"[^\W\d_]+")


def _one_script(draft: Draft, suspicions: set[Suspicion]) -> Draft:
    """
    Give words of several scripts their Latin letters.

    A word wholly in letters that pass for Latin is one of ours in disguise, unless the text has a
    genuine word of that script.
    """
    words = [found for found in _WORD.finditer(draft.text) if _is_odd(found.group())]
    genuine = {name for word in words if _is_genuine(word.group()) for name in _scripts(word.group())}
    edits: list[Edit] = []
    for word in words:
        scripts = _scripts(word.group())
        if len(scripts) > 1 or not scripts & genuine:
            edits.append((word.start(), word.end(), _latin(word.group(), in_mix="LATIN" in scripts)))
    after = draft.rewritten(edits)
    if after is not draft:
        suspicions.add(Suspicion.SCRIPT_MIX)
    return after


def _scripts(word: str) -> frozenset[str]:
    return frozenset(name for name in map(script, word) if name in BORROWED or name == "LATIN")


def _is_odd(word: str) -> bool:
    return not word.isascii() and any(script(letter) in BORROWED or lookalike(letter) for letter in word)


def _is_genuine(word: str) -> bool:
    scripts = _scripts(word)
    return "LATIN" not in scripts and any(lookalike(letter) is None for letter in word)


def _latin(word: str, *, in_mix: bool) -> str:
    pick = suggested if in_mix else lookalike
    return "".join(letter if letter.isascii() else pick(letter) or letter for letter in word)


@functools.lru_cache(maxsize=8192)
def _folded(sign: str) -> str:
    """Return what a sign is in a skeleton: letters and figures, a blank, or nothing for a mark."""
    parts = unicodedata.normalize("NFKD", sign)
    if len(parts) > LONGEST:
        return sign
    bare = "".join(part for part in parts if not unicodedata.combining(part))
    plain = unicodedata.normalize("NFKC", bare.casefold())
    plain = "".join(_LETTERS.get(letter) or suggested(letter) or letter for letter in plain).casefold()
    if plain not in ("", sign):
        plain = "".join(map(_folded, plain))
    return "".join(letter if letter.isalnum() else " " for letter in plain)


_LETTERS = {
    "æ": "ae",
    "œ": "oe",
    "ø": "o",
    "đ": "d",
    "ð": "d",
    "þ": "th",
    "ł": "l",
    "ħ": "h",
    "ŋ": "n",
    "ı": "i",
    "ĸ": "k",
}


class _Fold(dict[int, str]):
    """The table of `_folded`, filled as signs are met."""

    def __missing__(self, code: int) -> str:
        self[code] = _folded(chr(code))
        return self[code]


_FOLD = _Fold()


def _replaced(text: str, chosen: set[str]) -> Iterator[Edit]:
    if chosen:
        for found in re.finditer(f"[{re.escape(''.join(chosen))}]", text):
            yield found.start(), found.end(), _folded(found.group())
