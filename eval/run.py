"""
A run: suites draw their samples, the system looks at each once, and every answer becomes a line.

1. Draw by seed.  No data is "not run", which is told and never a pass.
2. Look at what nobody looked at yet.  Each look is kept as it is made, so a run that was killed goes on.
3. Score what was seen, by the policy of now.
4. Write ``<suite>.json`` whole or not at all: lines without their texts, counts of what was not scored.

Nothing in these files depends on the clock: equal seed, data and system give equal bytes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from eval.kept import Kept, key_of
from eval.looking import Look, here
from eval.sample import Draw, NoData, Sample
from eval.score import Score
from eval.suites.suite import Drawn, Suite
from eval.system import System

FORMAT = 1

Follow = Callable[[str, Sequence[Sample]], Iterable[Sample]]
"""Goes through the samples of a suite and shows how far it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a suite ended: `why` says why it was not run, where it was not."""

    suite: str
    lines: int
    unscored: int
    why: str | None = None

    @property
    def was_run(self) -> bool:
        """Whether it was."""
        return self.why is None


def quietly(_suite: str, samples: Sequence[Sample]) -> Iterable[Sample]:
    """Show nothing."""
    return samples


def run(
    suites: Sequence[Suite],
    system: System,
    *,
    data: Path | None,
    out: Path,
    cache: Path,
    dice: Draw,
    follow: Follow = quietly,
    look: Look | None = None,
) -> Iterator[Outcome]:
    """
    Run each suite and write what it answered under `out`; looks are kept under `cache`.

    `look` is who looks: `system` in this process unless others are given, who must look with the same.
    """
    look = look or here(system)
    out.mkdir(parents=True, exist_ok=True)
    for suite in suites:
        try:
            drawn = suite.draw(data, dice)
        except NoData as error:
            _write(out, suite.name, {**_about(system, dice), "why": str(error)})
            yield Outcome(suite=suite.name, lines=0, unscored=0, why=str(error))
            continue
        lines = list(_lines(suite, system, drawn, cache, follow, look))
        told = {
            **_about(system, dice),
            "sources": [asdict(source) for source in drawn.sources],
            "missing": dict(sorted(drawn.missing.items())),
            "lines": [line.as_json() for line in lines],
        }
        _write(out, suite.name, told)
        yield Outcome(
            suite=suite.name,
            lines=len(lines),
            unscored=sum(line.severity is None for line in lines),
        )


def _lines(
    suite: Suite, system: System, drawn: Drawn, cache: Path, follow: Follow, look: Look
) -> Iterator[Score]:
    with Kept(cache / f"{suite.name}.jsonl") as kept:
        keys = [key_of(system.digest, suite.key(sample)) for sample in drawn.samples]
        unseen = {
            key: sample for key, sample in zip(keys, drawn.samples, strict=True) if kept.get(key) is None
        }
        looked = zip(unseen, look(suite, list(unseen.values())), strict=True)
        for sample, key in zip(follow(suite.name, drawn.samples), keys, strict=True):
            while kept.get(key) is None:
                kept.put(*next(looked))
            yield from suite.score(system, sample, kept.get(key))


def _about(system: System, dice: Draw) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "seed": dice.seed,
        "most": dice.most,
        "policy": system.policy.digest,
        "looks": system.digest,
        "detectors": list(system.versions),
        "models": dict(sorted(system.models.items())),
    }


def _write(out: Path, suite: str, told: Mapping[str, Any]) -> None:
    """Put the file in its place in one step: a reader never sees half of it."""
    path = out / f"{suite}.json"
    fresh = path.with_suffix(".json.new")
    spelled = json.dumps({"suite": suite, **told}, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    fresh.write_text(spelled + "\n", encoding="utf-8")
    fresh.replace(path)
