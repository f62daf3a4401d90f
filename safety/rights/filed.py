"""Opt-outs by name, as rights holders filed them: those in force at one moment, ready to be looked for."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from safety.normalise import skeleton
from safety.rights.bank import Kind, Name, NameBank, common_words
from safety.rights.names import NameHit, NameMatcher

UNKNOWN_TERRITORY = "ZZ"


class Standing(enum.StrEnum):
    """How well an entry is proven; what follows from that is the policy's, by the bank's name."""

    SELF_DECLARED = "self_declared"
    VERIFIED = "verified"

    @property
    def bank(self) -> str:
        """The bank that entries of this standing are in."""
        return f"optouts.{self.value}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledName:
    """One entry in force; it holds in `territories` (ISO 3166-1 alpha-2), everywhere where none is named."""

    entry: Name
    standing: Standing
    territories: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls,
        *,
        optout_id: str,
        kind: Kind,
        names: Iterable[str],
        aliases: Iterable[str] = (),
        standing: Standing,
        territories: Iterable[str] = (),
    ) -> FiledName:
        """Return the entry; its first name is the one that reasons tell."""
        first, *others = names
        entry = Name(
            id=optout_id,
            kind=kind,
            name=first,
            aliases=(*others, *aliases),
            ordinary_word=common_words().issuperset(skeleton(first).text.split()),
            source="filed",
        )
        return cls(entry=entry, standing=standing, territories=frozenset(territories))


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledNames:
    """The entries in force at one moment; `number` grows with every set that follows another."""

    number: int = 0
    _matcher: NameMatcher = field(default_factory=lambda: NameMatcher(()))
    _territories: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def followed_by(self, entries: Iterable[FiledName]) -> FiledNames:
        """Return the set that holds `entries` and no other, at the cost of what changed."""
        held = tuple(entries)
        matcher, number = self._matcher, self.number + 1
        for standing in Standing:
            names = tuple(one.entry for one in held if one.standing is standing)
            matcher = matcher.with_bank(NameBank(name=standing.bank, entries=names, generation=number))
        where = {one.entry.id: one.territories for one in held if one.territories}
        return FiledNames(number=number, _matcher=matcher, _territories=where)

    def find(self, text: str, territory: str) -> tuple[NameHit, ...]:
        """Return what `text` names of the entries that hold in a territory; all hold where it is unknown."""
        return tuple(hit for hit in self._matcher.find(text) if self._holds(hit.reference, territory))

    def _holds(self, reference: str, territory: str) -> bool:
        where = self._territories.get(reference)
        return where is None or territory in where or territory == UNKNOWN_TERRITORY
