"""Disguised texts, harmful and harmless alike: what recall is kept, what false alarms a disguise brings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from eval.sample import Draw, Learned, NoData, Sample
from eval.suites.disguise import DISGUISES
from eval.suites.prompts import draw_set, given
from eval.suites.sets import apart, prompt_sets
from eval.suites.suite import Drawn, Source
from eval.suites.texts import TextSuite, sample_of_seed
from eval.train.rows import seeds

SETS = ("t2v_unsafe", "benign_t2v_2")
OURS = "our seeds"
MOST_OF_SETS, MOST_OF_SEEDS = 60, 30
"""Rows of one truth (and of one language, of our seeds): each is looked at in two dozen disguises."""


class Attacks(TextSuite):
    """Rows of other people's sets and of our seeds, plain and in every disguise."""

    name = "attacks"

    def draw(self, data: Path | None, dice: Draw) -> Drawn:
        """Return every drawn row plain and disguised; without data, those of our seeds alone."""
        plain, sources = _ours(dice)
        missing = {}
        for one in prompt_sets():
            if one.name not in SETS:
                continue
            try:
                drawn, source = draw_set(one, given(data), dice, MOST_OF_SETS, outside=apart())
            except NoData as error:
                missing[one.name] = str(error)
                continue
            plain += drawn
            sources.append(source)
        return Drawn(samples=list(_disguised(plain, dice)), sources=sources, missing=missing)


def _ours(dice: Draw) -> tuple[list[Sample], list[Source]]:
    taken: list[Sample] = []
    rows = [row for row in seeds() if row.harm is not None]
    for lang in ("en", "fr"):
        for harm in (True, False):
            told = [
                sample_of_seed(number, row, OURS)
                for number, row in enumerate(rows)
                if (row.lang, row.harm) == (lang, harm)
            ]
            taken += dice.of(told, f"{OURS} {lang} {harm}", MOST_OF_SEEDS)
    source = Source(
        name=OURS,
        licence="Apache-2.0",
        rows=len(rows),
        drawn=len(taken),
        learned=Learned.ROW,
        known=len(taken),
    )
    return taken, [source]


def _disguised(plain: list[Sample], dice: Draw) -> Iterator[Sample]:
    yield from plain
    for variant, disguise in DISGUISES.items():
        for sample in plain:
            own = dice.dice(f"{variant}\0{sample.id}")
            yield replace(sample, texts=disguise(sample.texts[0], sample.lang, own), variant=variant)
