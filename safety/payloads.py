"""
Texts within a text: what somebody encoded so that a reader, or a model, would decode it.

One family of transforms, each undone where it stands: base64, hexadecimal, octets in binary and decimal
codes, percent and character escapes, rot13, reversed words, and bits in invisible signs.  What comes out must
read as words, or it is taken for what it was: an identifier, a colour, a hash.  A payload may hold another.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import functools
import html
import itertools
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from safety.normalise import skeleton
from safety.rights.bank import common_words

DEEPEST = 3
"""Encodings within encodings that are still undone."""

_FEWEST_LETTERS = 4

_FEWEST_WORDS = 2

_NO_CHANCE = 12
"""Letters that a long word, read as base64, decodes to once in 100,000 times."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """What stands encoded from `start` to `end` of the original, decoded, and by which transforms."""

    start: int
    end: int
    text: str
    encoding: str


def payloads(text: str) -> tuple[Payload, ...]:
    """Return the encoded texts in a text, in the order of their places, those within others behind them."""
    return tuple(_found(text, DEEPEST))


def _found(text: str, depth: int) -> Iterator[Payload]:
    if depth == 0:
        return
    for start, end, decoded, encoding in sorted(_decoded(text)):
        yield Payload(start=start, end=end, text=decoded, encoding=encoding)
        for inner in _found(decoded, depth - 1):
            yield Payload(start=start, end=end, text=inner.text, encoding=f"{encoding}, {inner.encoding}")


_Decoded = tuple[int, int, str, str]


def _decoded(text: str) -> Iterator[_Decoded]:
    for encoding, (pattern, decode) in _WRITTEN.items():
        for match in pattern.finditer(text):
            plain = _text_of(decode, match.group())
            if plain is not None and plain != match.group():
                yield match.start(), match.end(), plain, encoding
    for encoding, respell in _RESPELLED.items():
        for start, end in _runs(text, respell):
            plain = "".join(map(respell, _PIECES.findall(text[start:end])))
            if _known(plain) >= _FEWEST_WORDS:
                yield start, end, plain, encoding


def _text_of(decode: Callable[[str], str], written: str) -> str | None:
    """Return what is written, decoded; None where that is no text."""
    try:
        plain = decode(written)
    except (ValueError, binascii.Error, OverflowError):
        return None
    letters = sum(map(str.isalpha, plain))
    is_text = letters >= _FEWEST_LETTERS and 3 * letters >= 2 * len(plain.strip())
    is_code = any(pattern.fullmatch(plain) for pattern, _ in _WRITTEN.values())
    return plain if plain.isprintable() and (is_text or is_code) else None


def _base64(written: str) -> str:
    plain = written.rstrip("=").replace("-", "+").replace("_", "/")
    decoded = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True).decode("utf-8")
    return decoded if len(decoded) >= _NO_CHANCE else _only_if_it_reads(decoded)


def _hexadecimal(written: str) -> str:
    return bytes.fromhex(re.sub(r"0x|\\x|[^0-9a-fA-F]", "", written)).decode("utf-8")


def _binary(written: str) -> str:
    return bytes(int(octet, 2) for octet in re.findall("[01]{8}", written)).decode("utf-8")


def _codes(written: str) -> str:
    codes = [int(code) for code in re.findall(r"\d+", written)]
    if not all(32 <= code < 127 for code in codes):
        raise ValueError("numbers, not the codes of letters")
    return _only_if_it_reads(bytes(codes).decode("ascii"))


def _entities(written: str) -> str:
    if not any(html.unescape(entity).isalpha() for entity in re.findall(r"&#\w+;", written)):
        raise ValueError("signs, not letters")
    return html.unescape(written)


def _escapes(written: str) -> str:
    return re.sub(r"\\[ux]\{?([0-9a-fA-F]{2,6})\}?", lambda found: chr(int(found[1], 16)), written)


def _invisible_bits(written: str) -> str:
    """Bits in two invisible signs, eight a letter, either of them for one."""
    signs = sorted(set(written))
    for one in signs:
        bits = "".join("1" if sign == one else "0" for sign in written)
        octets = [int(bits[at : at + 8], 2) for at in range(0, len(bits) - len(bits) % 8, 8)]
        if all(32 <= octet < 127 for octet in octets):
            return bytes(octets).decode("ascii")
    raise ValueError("invisible signs without a message")


def _only_if_it_reads(plain: str) -> str:
    if not _reads(plain):
        raise ValueError("not words")
    return plain


def _reads(plain: str) -> bool:
    """Tell whether at least a third of the words are words that people use."""
    return 3 * _known(plain) >= max(len(plain.split()), 1)


def _known(plain: str) -> int:
    """Return how many of the words that are not the shortest are words that people use."""
    return sum(len(word) > 2 and word in common_words() for word in skeleton(plain).text.split())


def _percent(written: str) -> str:
    return unquote(written, errors="strict")


_NEAR = r"[\w.~+-]{0,20}"
"""Plain signs between escapes; bounded, so that no text is searched from every place to its end."""

_WRITTEN: dict[str, tuple[re.Pattern[str], Callable[[str], str]]] = {
    encoding: (re.compile(pattern, re.ASCII), decode)
    for encoding, pattern, decode in (
        ("base64", r"(?<![\w+/=-])[\w+/-]{11,}={0,2}(?![\w+/=])", _base64),
        (
            "hexadecimal",
            r"(?<![0-9A-Za-z])(?:(?:0x|\\x)?[0-9a-fA-F]{2}[ ,:-]?){4,}(?![0-9A-Za-z])",
            _hexadecimal,
        ),
        ("binary", r"(?<!\d)(?:[01]{8}[ ,]?){4,}(?!\d)", _binary),
        ("codes", r"(?<!\d)(?:\d{2,3}[ ,;]{1,2}){5,}\d{2,3}(?!\d)", _codes),
        (
            "percent",
            rf"{_NEAR}%[0-9a-fA-F]{{2}}(?:{_NEAR}%[0-9a-fA-F]{{2}})+{_NEAR}",
            _percent,
        ),
        ("entities", r"\w{0,20}&#x?[0-9a-fA-F]{1,6};(?:\w{0,20}&#x?[0-9a-fA-F]{1,6};)+\w{0,20}", _entities),
        ("escapes", r"(?:\\u[0-9a-fA-F]{4}|\\u\{[0-9a-fA-F]{1,6}\}|\\x[0-9a-fA-F]{2}){4,}", _escapes),
        ("invisible", "[\u200b-\u200d\u2060\u2062-\u2064\ufeff]{32,}", _invisible_bits),
    )
}

_RESPELLED: dict[str, Callable[[str], str]] = {
    "rot13": lambda word: codecs.encode(word, "rot13"),
    "reversed": lambda word: word[::-1],
}

_WORDS = re.compile(r"[A-Za-z]+")
_PIECES = re.compile(r"[A-Za-z]+|[^A-Za-z]")


def _runs(text: str, respell: Callable[[str], str]) -> Iterator[tuple[int, int]]:
    """
    Yield the runs of words whose letters follow each other as in French and English only when respelled.

    Each word weighs how much likelier it becomes; a run begins where the sum rises above nothing and ends
    where it was highest.
    """
    words = [*_WORDS.finditer(text)]
    first, best, total, highest = 0, 0, 0.0, 0.0
    for at, word in enumerate(words):
        total += _gain(word.group(), respell)
        if total > highest:
            best, highest = at, total
        if total <= 0.0 or at == len(words) - 1:
            if highest > _SURE:
                yield words[first].start(), words[best].end()
            first, best, total, highest = at + 1, at + 1, 0.0, 0.0


_SURE = 14.0
"""How much likelier, as a natural logarithm, a run must become; harmless prompts stay under a third of it."""


@functools.lru_cache(maxsize=50_000)
def _gain(word: str, respell: Callable[[str], str]) -> float:
    return likelihood(respell(word)) - likelihood(word)


def likelihood(word: str) -> float:
    """Return the natural logarithm of how likely a word's letters follow each other, its ends included."""
    follows = _followers()
    letters = f" {word.lower()} "
    return sum(follows.get(pair, _NEVER) for pair in map("".join, itertools.pairwise(letters)))


_NEVER = math.log(1e-4)


@functools.cache
def _followers() -> dict[str, float]:
    """Return the logarithm of how often, in common words, one letter follows another, by the pair."""
    pairs = Counter(pair for word in common_words() for pair in map("".join, itertools.pairwise(f" {word} ")))
    firsts: Counter[str] = Counter()
    for pair, count in pairs.items():
        firsts[pair[0]] += count
    return {pair: max(math.log(count / firsts[pair[0]]), _NEVER) for pair, count in pairs.items()}
