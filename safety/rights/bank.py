"""Names that somebody answers for: people of public life, owned characters, works, brands, opt-outs."""

from __future__ import annotations

import csv
import enum
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from safety.errors import SafetyError

BANKS = Path(__file__).parent / "banks"
"""The lists that ship with the project."""

SHIPPED = ("public_figures", "characters", "works", "brands")


class BankInvalid(SafetyError):  # noqa: N818
    """A list of names cannot be read; its message gives file, line and what to correct."""


class Kind(enum.StrEnum):
    """What a name is the name of."""

    PERSON = "person"
    CHARACTER = "character"
    WORK = "work"
    BRAND = "brand"


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """
    One entry: a name, what else it is called, and what else it may mean.

    `aliases` stand for it by themselves; `weak_aliases` (a lone surname, a word of the language)
    only where the context agrees, and so does the name itself when `ordinary_word` is true or
    `ambiguous_with` says what it may be instead (``"street"``, ``"place"``, ``"namesake"``).
    `living` is None where it does not apply or is not known. An entry in the public domain, or a
    person long dead, is known but never counts by itself. A `maker` is known for how what they make
    looks, so that their name may ask for that alone.
    """

    id: str
    kind: Kind
    name: str
    aliases: tuple[str, ...] = ()
    weak_aliases: tuple[str, ...] = ()
    living: bool | None = None
    public_domain: bool = False
    ordinary_word: bool = False
    ambiguous_with: frozenset[str] = frozenset()
    owner: str = ""
    territory: str = ""
    maker: bool = False
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NameBank:
    """A list of entries under one bank's name; `generation` grows with every change of the entries."""

    name: str
    entries: tuple[Name, ...]
    generation: int = 0

    @classmethod
    def load(cls, path: Path) -> NameBank:
        """
        Read a list of names from a CSV file with a heading, as the bank ``names.`` and the file's name.

        Raises:
            BankInvalid: no entry; or a line lacks a field, repeats an id or says what we do not know.
        """
        entries: dict[str, Name] = {}
        with path.open(encoding="utf-8", newline="") as lines:
            rows = csv.DictReader(lines, strict=True)
            for row in rows:
                entry = _entry(row, f"{path}:{rows.line_num}")
                if entries.setdefault(entry.id, entry) is not entry:
                    raise BankInvalid(f"{path}:{rows.line_num}: the id {entry.id!r} is taken; give another")
        if not entries:
            raise BankInvalid(f"{path}: no entry; an empty list would let every name pass")
        return cls(name=f"names.{path.stem}", entries=tuple(entries.values()))


@functools.cache
def shipped_banks() -> tuple[NameBank, ...]:
    """Return the lists that ship with the project."""
    return tuple(NameBank.load(BANKS / f"{name}.csv") for name in SHIPPED)


@functools.cache
def common_words() -> frozenset[str]:
    """Return common words of French and English, as skeletons; source in `banks/README.md`."""
    return frozenset((BANKS / "common_words.txt").read_text(encoding="utf-8").split())


@functools.cache
def near_names() -> frozenset[str]:
    """Return words of both languages that are nearly a name of one word, as skeletons."""
    return frozenset((BANKS / "near_names.txt").read_text(encoding="utf-8").split())


_TRUTH: Mapping[str, bool | None] = {"yes": True, "no": False, "": None}


def _entry(row: Mapping[str, str | None], place: str) -> Name:
    try:
        fields = {key: _field(row, key) for key in _FIELDS}
        return Name(
            id=fields["id"],
            kind=Kind(fields["kind"]),
            name=fields["name"],
            aliases=_several(fields["aliases"]),
            weak_aliases=_several(fields["weak_aliases"]),
            living=_TRUTH[fields["living"]],
            public_domain=_TRUTH[fields["public_domain"]] is True,
            ordinary_word=_TRUTH[fields["ordinary_word"]] is True,
            ambiguous_with=frozenset(_several(fields["ambiguous_with"])),
            owner=fields["owner"],
            territory=fields["territory"],
            maker=_TRUTH[fields["maker"]] is True,
            source=fields["source"],
        )
    except (KeyError, ValueError) as error:
        raise BankInvalid(f"{place}: {error}; see banks/README.md for the columns") from error


_FIELDS = (
    "id", "kind", "name", "aliases", "weak_aliases", "living", "public_domain", "ordinary_word",
    "ambiguous_with", "owner", "territory", "maker", "source",
)  # fmt: skip


def _field(row: Mapping[str, str | None], key: str) -> str:
    field = row.get(key)
    if field is None:
        raise ValueError(f"the column {key!r} is missing")
    if not field and key in ("id", "kind", "name", "source"):
        raise ValueError(f"{key!r} is empty")
    return field


def _several(field: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in field.split(";") if part.strip())
