"""The sets of prompts: where they lie, what their rows mean, and which of them were learned from."""

from __future__ import annotations

import functools
import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from eval.sample import Learned, NoData, Sample
from eval.train.recipe import SEED
from eval.train.rows import ours, trainable

_HERE = Path(__file__).parent
OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptSet:
    """
    What `sets.yaml` says of one set; `categories` maps its words to families of the taxonomy.

    `split` parts a row's category where it has several, of which the first known counts; `skip` and `only`
    say whose rows have a truth of harmful or harmless.
    """

    name: str
    licence: str
    text: str
    categories: dict[str, str]
    split: str | None = None
    skip: tuple[str, ...] = ()
    only: tuple[str, ...] = ()

    @property
    def is_quotable(self) -> bool:
        """Whether rows may be shown: sets without a licence are measured and never quoted."""
        return self.licence != "none stated"

    def path(self, data: Path) -> Path:
        """Return the set's file under the folder of the evaluation data."""
        return data / "prompts" / f"{self.name}.jsonl.gz"

    def rows(self, data: Path) -> Iterator[dict[str, Any]]:
        """
        Yield the rows whose truth is known or unknown, but not in between.

        Raises:
            NoData: the file is not there.
        """
        if not self.path(data).is_file():
            raise NoData(f"not run: no data ({self.path(data).name} is not under {data / 'prompts'})")
        with gzip.open(self.path(data), "rt", encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                if self._has_truth(row):
                    yield row

    def _has_truth(self, row: dict[str, Any]) -> bool:
        told = str(row["category"])
        is_meant = told not in self.skip and (not self.only or told in self.only)
        return is_meant and bool(row["text"].strip())

    def _words(self, row: dict[str, Any]) -> list[str]:
        told = str(row["category"]).strip("[]'")
        return told.split(self.split) if self.split else [told]

    def category(self, row: dict[str, Any]) -> str | None:
        """Return the family that a harmful row belongs to; None for a harmless one."""
        if not row["label"]:
            return None
        return next((self.categories[word] for word in self._words(row) if word in self.categories), OTHER)


@functools.cache
def _told() -> dict[str, Any]:
    told: dict[str, Any] = yaml.safe_load((_HERE / "sets.yaml").read_text(encoding="utf-8"))
    return told


def apart() -> frozenset[str]:
    """Return the families that words alone cannot carry."""
    return frozenset(_told()["apart"])


def prompt_sets() -> tuple[PromptSet, ...]:
    """Return every set we know of, in the order of `sets.yaml`."""
    return tuple(
        PromptSet(
            name=name,
            licence=fields["licence"],
            text=fields["text"],
            categories=fields.get("categories", {}),
            split=fields.get("split"),
            skip=tuple(fields.get("skip", ())),
            only=tuple(fields.get("only", ())),
        )
        for name, fields in _told()["sets"].items()
    )


def samples(chosen: PromptSet, data: Path, lessons: Lessons) -> list[Sample]:
    """
    Return every row of a set as a sample.

    Raises:
        NoData: the set is not there.
    """
    return [
        Sample(
            id=f"{chosen.name}/{row['id']}",
            source=chosen.name,
            is_harmful=None if row["label"] is None else bool(row["label"]),
            lang=row["lang"],
            category=chosen.category(row),
            texts=(row["text"],),
            learned=lessons.of(chosen.name, row["text"]),
        )
        for row in chosen.rows(data)
    ]


def plain(text: str) -> str:
    """Return the text as rows are compared: single blanks."""
    return re.sub(r"\s+", " ", text).strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lessons:
    """What the shipped weights learned from: these texts, of these sets."""

    texts: frozenset[str]
    sets: frozenset[str]

    def of(self, name: str, text: str) -> Learned:
        """Return what they know of a text of the set `name`."""
        if plain(text) in self.texts:
            return Learned.ROW
        return Learned.SET if name in self.sets else Learned.NEVER


@functools.lru_cache(maxsize=2)
def lessons_in(data: Path) -> Lessons:
    """Return our seeds, what grew from them, and what of the sets under `data` was drawn to learn from."""
    rows = [*ours(SEED), *trainable(data, SEED)]
    return Lessons(
        texts=frozenset(plain(row.text) for row in rows), sets=frozenset(row.source for row in rows)
    )
