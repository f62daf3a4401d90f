"""What stands on screen and is said in clips made to be found, and harmless twins of both."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from eval.measure.french import lines
from eval.sample import Draw, Learned, Sample
from eval.train.rows import seeds
from safety.detectors import lexicon
from safety.heads import CATEGORIES
from safety.language import by_words

_LONGEST = 110
_SLUR, _SLUR_CATEGORY = "slur", "hate"
_SLUR_SCORE = 0.9
"""From which a word of the list stands for itself, whatever stands beside it."""

_THREAT = "harassment.threat"
WORDS = "words of the list"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One text; `kind` is a category of the heads, `WORDS`, or None where it is harmless."""

    text: str
    lang: str
    category: str | None
    kind: str | None
    learned: Learned


def said() -> tuple[Said, ...]:
    """Return English seeds (learned), the French measuring split (never learned), and words of the list."""
    return (*(one for one in seeded() if one.lang == "en"), *_split(), *_threats())


def slurs() -> tuple[Said, ...]:
    """Return the words of contempt that the shipped list knows by themselves."""
    return tuple(_listed(_SLUR_CATEGORY, "none", term) for term in _terms(_SLUR_CATEGORY, _SLUR_SCORE))


def drawn(source: str, texts: tuple[Said, ...], dice: Draw, count: int, **wanted: str | None) -> list[Sample]:
    """Return samples of those of the texts whose fields are as `wanted`."""
    fitting = [one for one in texts if all(getattr(one, name) == what for name, what in wanted.items())]
    named = " ".join(str(what or "harmless") for what in wanted.values()) or _SLUR
    return [
        Sample(
            id=f"{source}/{named} {number}",
            source=source,
            is_harmful=one.kind is not None,
            lang=one.lang,
            category=one.category,
            texts=(one.text,),
            learned=one.learned,
        )
        for number, one in enumerate(dice.of(fitting, f"{source} {named}", count))
    ]


def seeded() -> Iterator[Said]:
    """Yield our seeds that are short enough for a screen, once for each of their categories."""
    for row in seeds():
        if row.harm is None or len(row.text) > _LONGEST:
            continue
        kinds = [name for name in CATEGORIES if row.categories.get(name)] if row.harm else [None]
        for kind in kinds:
            yield Said(text=row.text, lang=row.lang, category=kind, kind=kind, learned=Learned.ROW)


def _split() -> Iterator[Said]:
    for line in lines():
        if len(line.text) <= _LONGEST:
            kind = line.category if line.label else None
            yield Said(text=line.text, lang="fr", category=kind, kind=kind, learned=Learned.NEVER)


def _threats() -> Iterator[Said]:
    """Threats of the list that are sentences, so that their language can be told."""
    for term in _terms(_THREAT, 0.0):
        language = by_words(term).code
        if language in {"en", "fr"} and term.count(" ") >= 2:
            yield _listed("harassment", language, term)


def _listed(category: str, lang: str, term: str) -> Said:
    return Said(text=term, lang=lang, category=category, kind=WORDS, learned=Learned.ROW)


def _terms(category: str, least: float) -> list[str]:
    """The terms that need no other word beside them."""
    shipped = lexicon.shipped()
    return [
        term.rstrip("*")
        for term, numbers in shipped.terms.items()
        for entry in map(shipped.entries.__getitem__, numbers)
        if entry.category == category and entry.score >= least and not entry.near
    ]
