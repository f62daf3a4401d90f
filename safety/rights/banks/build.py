"""
Write the lists of names that ship: ``python -m safety.rights.banks.build NAMES PROMPTS FRENCH ENGLISH``.

NAMES holds the lists `corpora` and `us_legislators`, PROMPTS the benign prompt sets, FRENCH and ENGLISH are
JSON arrays of words; README.md beside this file says where each is from and under which licence.
The same inputs give the same files.
"""

from __future__ import annotations

import collections
import csv
import gzip
import json
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import yaml

from safety.normalise import skeleton
from safety.rights.bank import SHIPPED, NameBank
from safety.rights.resembling import ResemblingNames

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a list, as `safety.rights.bank.NameBank.load` reads it."""

    id: str
    kind: str
    name: str
    aliases: str = ""
    weak_aliases: str = ""
    living: str = ""
    public_domain: str = "no"
    ordinary_word: str = "no"
    ambiguous_with: str = ""
    owner: str = ""
    territory: str = ""
    maker: str = "no"
    source: str = "hand"


def main(names: Path, prompts: Path, french: Path, english: Path) -> None:
    """Write the lists and the words that are no names beside this file."""
    _write("public_figures", _unique([*_by_hand("people.txt"), *_celebrities(names), *_legislators(names)]))
    owned = _unique([*_by_hand("owned_names.txt"), *_pokemon(names)])
    for kind in ("character", "work", "brand"):
        _write(f"{kind}s", [row for row in owned if row.kind == kind])
    words = sorted((_english(prompts) | _french(prompts, french)) - _meant_as_names())
    _write_words("common_words", words)
    _write_words("near_names", sorted(_near_names(_dictionary(french) | _dictionary(english))))


def _by_hand(file: str) -> Iterator[Row]:
    heading = ""
    for line in (HERE / file).read_text(encoding="utf-8").splitlines():
        if line.startswith("@"):
            heading = line[1:]
        elif line and not line.startswith("#"):
            yield _row(heading, [part.strip() for part in line.split(";")])


def _row(heading: str, parts: list[str]) -> Row:
    kind, _, owner = heading.partition(" ")
    is_owned = kind in ("character", "work", "brand")
    marks = {part for part in parts[1:] if part in ("+", "++", "+?", "*", "%")}
    rest = [part for part in parts[1:] if part not in marks]
    living = "" if is_owned or "+?" in marks else "no" if marks & {"+", "++"} else "yes"
    return Row(
        id=_id(kind if is_owned else "person", parts[0]),
        kind=kind if is_owned else "person",
        name=parts[0],
        aliases="; ".join(part for part in rest if part[0] not in "?~"),
        weak_aliases="; ".join(part[1:] for part in rest if part[0] == "?"),
        living=living,
        public_domain="yes" if "++" in marks else "no",
        ordinary_word="yes" if "*" in marks else "no",
        ambiguous_with="; ".join(part[1:] for part in rest if part[0] == "~"),
        owner=owner if is_owned and owner not in (".", "public") else "",
        territory="" if is_owned else kind,
        maker="yes" if "%" in marks else "no",
    )


def _id(kind: str, name: str) -> str:
    return f"{kind}:{skeleton(name).text.replace(' ', '-')}"


def _celebrities(names: Path) -> Iterator[Row]:
    left_out, died = _lines("celebrities_left_out.txt"), _lines("celebrities_died.txt")
    for name in _json(names / "corpora/humans/celebrities.json.gz")["celebrities"]:
        if name not in left_out:
            living = "no" if name in died else ""
            yield Row(
                id=_id("person", name), kind="person", name=name, living=living, source="corpora/celebrities"
            )


def _legislators(names: Path) -> Iterator[Row]:
    """Give the members of the United States Congress; most share their names with private people."""
    with gzip.open(names / "us_legislators/legislators-current.yaml.gz", "rt", encoding="utf-8") as file:
        people = yaml.load(file, yaml.CSafeLoader)
    for person in people:
        name = person["name"].get("official_full") or f"{person['name']['first']} {person['name']['last']}"
        yield Row(
            id=_id("person", name),
            kind="person",
            name=name,
            ambiguous_with="namesake",
            territory="US",
            source="us_legislators",
        )


ORDINARY_CREATURES = frozenset({"Persian", "Golem", "Electrode", "Sharpedo", "Durant"})
"""Long names that are words, or nearly; every name of five letters and fewer is taken as one."""


def _pokemon(names: Path) -> Iterator[Row]:
    for creature in _json(names / "corpora/games/pokemon.json.gz")["pokemon"]:
        name = re.sub(r"[♀♂]", "", creature["name"]).strip()
        yield Row(
            id=_id("character", name),
            kind="character",
            name=name,
            ordinary_word="yes" if name in ORDINARY_CREATURES or len(name) < 6 else "no",
            owner="Nintendo Pokémon",
            source="corpora/pokemon",
        )


def _unique(rows: Iterable[Row]) -> list[Row]:
    """Keep the first row of each name: what is kept by hand comes before what a list says, aliases too."""
    first: dict[str, Row] = {}
    known: set[str] = set()
    for row in rows:
        names = {skeleton(name).text for name in (row.name, *row.aliases.split("; ")) if name}
        if row.id not in first and (row.source == "hand" or names.isdisjoint(known)):
            first[row.id] = row
            known |= names
    return sorted(first.values(), key=lambda row: row.id)


def _write(name: str, rows: list[Row]) -> None:
    with (HERE / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [field.name for field in fields(Row)], lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(row) for row in rows)


def _write_words(name: str, words: Iterable[str]) -> None:
    (HERE / f"{name}.txt").write_text("\n".join(words) + "\n", encoding="utf-8")


def _meant_as_names() -> set[str]:
    """Give the names kept by hand that people write small (``lego``) and that mean nothing else."""
    rows = [*_by_hand("people.txt"), *_by_hand("owned_names.txt")]
    certain = [row.name for row in rows if row.ordinary_word == "no" and not row.ambiguous_with]
    aliases = [alias for row in rows for alias in row.aliases.split("; ")]
    return {skeleton(name).text for name in (*certain, *aliases)}


_WORD = re.compile(r"[^\W\d_]+")
ENGLISH_SETS = ("benign_t2v", "benign_t2v_long", "benign_t2i", "benign_captions", "requests_safety_en")


def _english(prompts: Path) -> set[str]:
    """Give the words that benign prompts write small, at least twice."""
    return _small_words(prompts, ENGLISH_SETS)


def _french(prompts: Path, dictionary: Path) -> set[str]:
    """Give the dictionary's words that people write small, and everyday ones kept by hand."""
    kept = (HERE / "everyday_french.txt").read_text(encoding="utf-8").split()
    return (_small_words(prompts, ("tweets_hate_fr",)) & _dictionary(dictionary)) | set(kept)


def _small_words(prompts: Path, sets: Iterable[str]) -> set[str]:
    small: collections.Counter[str] = collections.Counter()
    every: collections.Counter[str] = collections.Counter()
    for name in sets:
        with gzip.open(prompts / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
            for line in lines:
                for word in _WORD.findall(json.loads(line)["text"]):
                    every[word.casefold()] += 1
                    small[word.casefold()] += word.islower()
    return {
        skeleton(word).text for word, n in every.items() if n > 1 and len(word) > 1 and small[word] >= 0.6 * n
    }


def _dictionary(path: Path) -> set[str]:
    return {skeleton(word).text for word in json.loads(path.read_text(encoding="utf-8"))}


def _near_names(words: set[str]) -> Iterator[str]:
    """Give the words of a dictionary that are nearly a listed name, and mean what they say."""
    banks = [NameBank.load(HERE / f"{name}.csv") for name in SHIPPED]
    entries = [entry for bank in banks for entry in bank.entries]
    names = {skeleton(name).text for one in entries for name in (one.name, *one.aliases, *one.weak_aliases)}
    listed = ResemblingNames(banks)
    return (word for word in words - names if listed.is_near_one(word))


def _lines(file: str) -> frozenset[str]:
    return frozenset((HERE / file).read_text(encoding="utf-8").splitlines())


def _json(path: Path) -> dict[str, list[Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        loaded: dict[str, list[Any]] = json.load(file)
        return loaded


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:5]))
