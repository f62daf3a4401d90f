"""Names of people of public life, of owned characters, works and brands."""

from __future__ import annotations

from collections.abc import Callable

from policies.finding import Characters, Finding, Match
from safety.detector import Text
from safety.rights.bank import Kind
from safety.rights.context import BLOCKS
from safety.rights.names import NameHit, NameMatcher
from safety.rights.resembling import ResemblingNames

CATEGORY = {
    Kind.PERSON: "likeness.public_figure",
    Kind.CHARACTER: "rights.character",
    Kind.WORK: "rights.work",
    Kind.BRAND: "rights.brand",
}


MANNER = "rights.style"
"""Of what is named for how its works look alone: a label says so, nothing is held."""


class NamesDetector:
    """
    Finds the names of banks in a text.

    `matcher` is asked at every look, so that an opt-out filed a moment ago counts in this one.
    """

    name = "text.names@2"
    categories = frozenset({*CATEGORY.values(), MANNER})

    def __init__(self, matcher: Callable[[], NameMatcher]) -> None:
        self._matcher = matcher

    def examine(self, content: Text, /) -> tuple[Finding, ...]:
        """Say which names stand where; a score below `BLOCKS` is one that the context does not settle."""
        return tuple(finding_of(hit, content.part) for hit in self._matcher().find(content.text))


class ResemblingNamesDetector:
    """Finds what resembles the names of the lists that ship: a matter for people, never a block by itself."""

    name = "text.names-resembling@2"
    categories = frozenset(CATEGORY.values())

    def __init__(self, names: ResemblingNames) -> None:
        self._names = names

    def examine(self, content: Text, /) -> tuple[Finding, ...]:
        """Say which words resemble which names."""
        hits = self._names.find(content.text)
        return tuple(finding_of(hit, content.part, method="fuzzy") for hit in hits)


def finding_of(hit: NameHit, part: str, *, method: str = "exact") -> Finding:
    """Return the finding that tells a hit in the text called `part`."""
    return Finding(
        category=MANNER if hit.is_manner else CATEGORY[hit.kind],
        score=hit.score,
        why=_why(hit),
        where=Characters(start=hit.start, end=hit.end, part=part),
        match=Match(
            reference=hit.reference,
            bank=hit.bank,
            method=method,
            value=hit.written,
            distance=round(1.0 - hit.score, 2),
            threshold=BLOCKS,
        ),
    )


def _why(hit: NameHit) -> str:
    named = "names" if hit.score >= BLOCKS else "may name"
    return f"{named} {hit.name} for a style" if hit.is_manner else f"{named} {hit.name}"
