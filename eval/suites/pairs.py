"""Minimal pairs: the same words with another meaning, in both languages."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from eval.measure.french import lines as french
from eval.sample import Draw, Learned, Sample
from eval.suites.suite import Drawn, Source
from eval.suites.texts import TextSuite, sample_of_seed
from eval.train.rows import seeds

SPLIT, OURS = "french split", "our pairs"


class Pairs(TextSuite):
    """
    The French measuring split, which no training reads, and the pairs of our seeds.

    The shipped weights learned from our pairs: their rows say whether a lesson was learned, not whether it
    carries over.  Both travel with the code, so no data is needed.
    """

    name = "pairs"

    def draw(self, data: Path | None, dice: Draw) -> Drawn:
        """Return both, the pairs whole: a draw takes both sides or none."""
        del data
        split = [
            Sample(
                id=f"french/{number}",
                source=SPLIT,
                is_harmful=bool(line.label),
                lang=line.lang,
                category=line.category,
                texts=(line.text,),
                pair=line.pair if line.kind == "pair" else "",
            )
            for number, line in enumerate(french())
        ]
        ours = [
            replace(sample_of_seed(number, row, OURS), pair=f"{row.lang} {row.group}")
            for number, row in enumerate(seeds())
            if row.harm is not None
        ]
        told = (whole_pairs(split, SPLIT, dice), whole_pairs(_two_sided(ours), OURS, dice))
        sources = [
            Source(name=SPLIT, licence="Apache-2.0", rows=len(split), drawn=len(told[0])),
            Source(
                name=OURS,
                licence="Apache-2.0",
                rows=len(_two_sided(ours)),
                drawn=len(told[1]),
                learned=Learned.ROW,
                known=len(told[1]),
            ),
        ]
        return Drawn(samples=[*told[0], *told[1]], sources=sources)


def _two_sided(rows: list[Sample]) -> list[Sample]:
    sides: dict[str, set[bool | None]] = {}
    for row in rows:
        sides.setdefault(row.pair, set()).add(row.is_harmful)
    return [row for row in rows if sides[row.pair] == {True, False}]


def whole_pairs(rows: list[Sample], name: str, dice: Draw) -> list[Sample]:
    """Return rows of pairs drawn whole; a row without a pair stands for itself."""
    if dice.most is None or len(rows) <= dice.most:
        return rows
    names = list(dict.fromkeys(row.pair or row.id for row in rows))
    # As many pairs as make about the rows that were asked for.
    kept = set(dice.of(names, name, round(dice.most * len(names) / len(rows))))
    return [row for row in rows if (row.pair or row.id) in kept]
