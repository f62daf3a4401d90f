"""
A refused prompt told again so that it passes.

Four ways, the one that keeps most of the author's idea first: names become invented people, harmful words
become gentle ones, the harmful clauses are left out, or a near and harmless scene stands where they were.
Nothing is offered that the caller's judge does not let through, and nothing at all where child safety is
concerned.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from policies.finding import Characters, Finding
from safety.clauses import clauses
from safety.detectors.child_safety import CATEGORY as CHILD_SAFETY
from safety.detectors.child_safety import YOUNG
from safety.language import UNKNOWN, by_words
from safety.normalise import normalise

Judge = Callable[[str], bool]
"""Says whether a prompt would pass."""

MOST = 3
_TRIES = 8  # judged at most: a refusal must not cost more than a few looks
_FEWEST_LETTERS = 8
_TABLE = Path(__file__).parent / "rewrites.yaml"


@dataclass(frozen=True, slots=True)
class _Phrases:
    soften: tuple[tuple[re.Pattern[str], str], ...]
    instead: dict[str, str]
    invented: dict[str, str]
    article: str


@functools.cache
def _phrases(language: str) -> _Phrases:
    told = yaml.safe_load(_TABLE.read_text(encoding="utf-8"))[language]
    soften = tuple((re.compile(pattern, re.IGNORECASE), gentle) for pattern, gentle in told["soften"])
    return _Phrases(soften, told["instead"], told["invented"], told["article"])


def rewrites(text: str, findings: Sequence[Finding], judge: Judge, reader: str = "en") -> tuple[str, ...]:
    """
    Return up to three prompts near to `text` that `judge` lets through, the nearest first.

    `findings` are those the refusal stands on; their places count the signs of `text`.  The answer is in the
    language of `text`, French or English, and where its words do not tell, in that of the `reader`; it is
    empty where nothing passes, or where child safety speaks.
    """
    if any(finding.category == CHILD_SAFETY for finding in findings):
        return ()
    told = [finding for finding in findings if finding.category != YOUNG]
    phrases = _phrases(_language(text, reader))
    offered = dict.fromkeys(_tidied(attempt) for attempt in _attempts(text, told, phrases))
    written = _tidied(text)
    worth = [attempt for attempt in offered if attempt != written and len(attempt) >= _FEWEST_LETTERS]
    passing = (attempt for attempt in worth[:_TRIES] if judge(attempt))
    return tuple(attempt for attempt, _number in zip(passing, range(MOST), strict=False))


def _language(text: str, reader: str) -> str:
    """Return ``fr`` or ``en``: what is not written in either is answered in English."""
    found = by_words(text, ("en", "fr")).code
    code = reader if found == UNKNOWN else found
    return "fr" if code.lower().startswith("fr") else "en"


def _attempts(text: str, findings: Sequence[Finding], phrases: _Phrases) -> Iterator[str]:
    named = _renamed(text, findings, phrases)
    yield named
    plain = normalise(named).text
    yield _softened(plain, phrases)
    families = [_family(finding) for finding in findings if _family(finding) not in phrases.invented]
    if not families:
        return
    # Who writes of harming themselves is answered with help, whatever else the text may be.
    family = "self_harm" if "self_harm" in families else families[0]
    gentle = phrases.instead.get(family, phrases.instead["other"])
    kept = _kept(plain, _bare_words(" ".join(_harmful(text, findings))))
    if kept:
        yield " ".join(kept)
        yield " ".join([gentle, *kept])
    style = _style(plain)
    yield f"{gentle.rstrip('.')}, {style}." if style else gentle
    yield gentle


def _kept(text: str, harmful: frozenset[str]) -> list[str]:
    """The sentences without a harmful word, where there are several and some have none."""
    pieces = [clause.text for clause in clauses(text)]
    kept = [piece for piece in pieces if piece[0].isupper() and not harmful & _bare_words(piece)]
    return kept if len(kept) < len(pieces) else []


def _renamed(text: str, findings: Sequence[Finding], phrases: _Phrases) -> str:
    """The text with something invented in every place of a name; of two that overlap, the later."""
    named = [finding for finding in findings if _family(finding) in phrases.invented]
    end_of_later = len(text) + 1
    for finding in sorted(named, key=lambda each: -_end(each)):
        if not isinstance(finding.where, Characters) or finding.where.end > end_of_later:
            continue
        before = _TITLES.sub("", text[: finding.where.start])
        invented = phrases.invented[_family(finding)]
        if _LENT_ARTICLE.search(before) is None:
            before, invented = _ARTICLE.sub("", before), f"{phrases.article} {invented}"
        text = before + invented + text[finding.where.end :]
        end_of_later = len(before)
    return text


_TITLES = re.compile(
    r"(?:\b(?:the|le|la|l['’])\s*)?\b(?:president|prime minister|minister|captain|king|queen|pope|singer|"
    r"président|présidente|premier ministre|ministre|capitaine|roi|reine|pape|chanteur|chanteuse)\s+$",
    re.IGNORECASE,
)
_ARTICLE = re.compile(r"\b(?:an?|the|une?|le|la)\s+$", re.IGNORECASE)
_LENT_ARTICLE = re.compile(r"\b(?:an?|the|une?|le|la)\s+[\w-]+\s+$", re.IGNORECASE)


def _end(finding: Finding) -> int:
    return finding.where.end if isinstance(finding.where, Characters) else 0


def _softened(text: str, phrases: _Phrases) -> str:
    for pattern, gentle in phrases.soften:
        text = pattern.sub(gentle, text)
    return text


def _harmful(text: str, findings: Iterable[Finding]) -> Iterator[str]:
    """Yield the words that the findings point at, disguises taken off."""
    for finding in findings:
        if isinstance(finding.where, Characters):
            yield normalise(text[finding.where.start : finding.where.end]).text


def _bare_words(text: str) -> frozenset[str]:
    """The words of a text that carry its meaning: those of more than three letters."""
    return frozenset(word for word in re.findall(r"[^\W\d_]+", text.casefold()) if len(word) > 3)


_STYLES = re.compile(
    r"\b(?:cinematic|anime|cartoon|documentary|watercolou?r|black and white|slow motion|drone shot|4k|"
    r"cinématique|dessin animé|documentaire|aquarelle|noir et blanc|au ralenti|vue de drone)\b",
    re.IGNORECASE,
)


def _style(text: str) -> str:
    """The author's wishes about style, as they stand in the text."""
    return ", ".join(dict.fromkeys(found.group().lower() for found in _STYLES.finditer(text)))


def _family(finding: Finding) -> str:
    return finding.category.partition(".")[0]


def _tidied(text: str) -> str:
    """Mend what putting words together leaves: doubled words and blanks, "a" before a vowel."""
    text = re.sub(r"\b(\w+)( \1\b)+", r"\1", text)
    text = re.sub(r"\b([Aa]) (?=(?:elegantly|embracing|invented)\b)", r"\1n ", text)
    text = re.sub(r"\s+([,.])", r"\1", re.sub(r"\s{2,}", " ", text)).strip(" ,;")
    return text[:1].upper() + text[1:]
