"""The banks that detectors match against; their rows live elsewhere."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from policies.source import Complaints, Place
from policies.taxonomy import ErrorCodes, Taxonomy


class BankKind(enum.StrEnum):
    """What the references of a bank are."""

    NAMES = "names"
    FACES = "faces"
    VOICES = "voices"
    FINGERPRINTS = "fingerprints"
    OPT_OUTS = "opt_outs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bank:
    """A bank of references; `languages` are those its names are written in (empty for pictures and sound)."""

    id: str
    kind: BankKind
    codes: ErrorCodes
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """Every bank the policy knows, by its id."""

    banks: Mapping[str, Bank]

    def pattern(self, place: Place) -> str:
        """Return a bank's id, or a beginning of ids ending in ``*``; one that names no bank is refused."""
        word = place.text()
        if word.endswith("*") and any(name.startswith(word[:-1]) for name in self.banks):
            return word
        return place.one_of(self.banks, "bank")


def read_roster(root: Place, taxonomy: Taxonomy) -> Roster:
    """
    Read the list of banks.

    Raises:
        PolicyError: with every fault found in the file.
    """
    complaints = Complaints()
    banks: dict[str, Bank] = {}
    for key, value in root.fields("banks")["banks"].entries():
        with complaints.gather():
            banks[key.text()] = _read_bank(key.text(), value, taxonomy)
    complaints.raise_any()
    return Roster(banks=MappingProxyType(banks))


def _read_bank(name: str, place: Place, taxonomy: Taxonomy) -> Bank:
    fields = place.fields("kind code", "languages")
    return Bank(
        id=name,
        kind=BankKind(fields["kind"].one_of(BankKind, "kind of bank")),
        codes=taxonomy.error_codes(fields["code"]),
        languages=tuple(item.text() for item in fields["languages"].items()) if "languages" in fields else (),
    )
