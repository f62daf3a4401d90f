"""What suites of texts have in common: the prompt's gate is asked, and what it saw is kept."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from eval.kept import key_of
from eval.sample import Learned, Sample, Stage
from eval.score import Score, scored
from eval.system import System
from eval.train.grammar import Row
from policies.facts import Surface
from safety.evidence import as_json, from_json


def sample_of_seed(number: int, row: Row, source: str) -> Sample:
    """Return a seed as a sample: its first category, or other where it is harmful in none of ours."""
    named = next((name for name, is_it in row.categories.items() if is_it), None)
    return Sample(
        id=f"seeds/{number}",
        source=source,
        is_harmful=row.harm,
        lang=row.lang,
        category=(named or "other") if row.harm else None,
        texts=(row.text,),
        learned=Learned.ROW,
    )


class TextSuite:
    """The half of a suite that looks at texts and scores them on the prompt's surface."""

    def key(self, sample: Sample) -> str:
        """Return the name of the texts, field by field."""
        return key_of("texts", *sample.texts)

    def look(self, system: System, sample: Sample) -> Any:
        """Return the evidence of the prompt's gate."""
        return as_json(system.examine(sample.texts))

    def score(self, system: System, sample: Sample, seen: Any) -> Iterable[Score]:
        """Return one line: what the policy answers at the prompt."""
        evidence = from_json(seen)
        ruling = system.judge(evidence, Surface.PROMPT)
        yield scored(sample, Stage.PROMPT, system.policy, Surface.PROMPT, evidence, ruling)
