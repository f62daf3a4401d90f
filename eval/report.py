"""The system card's figures: what was measured, on what, with what, and how far it can be trusted."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from eval.figures import confusion, figures, in_words
from eval.left_out import left_out_sources
from eval.metrics import reliability, roc
from eval.sample import Learned, Stage
from eval.score import Score, score_from_json
from eval.targets import judged
from policies.bundle import Policy
from policies.facts import AgeBand, Surface, Tier
from policies.limits import Thresholds
from policies.territory import ELSEWHERE

FORMAT = 1
_MOST_POINTS = 200
_FEWEST_IN_PLOT = 30


class NothingMeasured(Exception):  # noqa: N818 (a state that is told)
    """The folder holds no result: run ``filigrane eval run`` first."""


class OtherPolicy(Exception):  # noqa: N818 (a state that is told)
    """The results were judged by another policy than the one they are to be reported with."""


def read_runs(out: Path, names: Iterable[str]) -> dict[str, dict[str, Any]]:
    """
    Return what each suite wrote under `out`, by its name, in the order of `names`.

    Raises:
        NothingMeasured: no suite was run into this folder.
    """
    runs = {}
    for name in names:
        path = out / f"{name}.json"
        if path.is_file():
            runs[name] = json.loads(path.read_text(encoding="utf-8"))
    if not runs:
        raise NothingMeasured(f"{out} holds no result; run `filigrane eval run` first")
    return runs


def build(
    runs: Mapping[str, Mapping[str, Any]], policy: Policy, apart: frozenset[str], left_out: Path | None = None
) -> dict[str, Any]:
    """
    Return the report as plain JSON values; equal runs give an equal report.

    Raises:
        OtherPolicy: a suite was judged by another policy, whose thresholds these are not.
    """
    for name, run in runs.items():
        if run["policy"] != policy.digest:
            told = f"{run['policy'][:12]}, not {policy.digest[:12]}"
            raise OtherPolicy(f"{name} was judged by the policy {told}; run it again")
    lines = {name: [score_from_json(line) for line in run.get("lines", ())] for name, run in runs.items()}
    seed = next(iter(runs.values()))["seed"]
    found = [figure.as_json() for name, told in lines.items() for figure in figures(name, told, apart, seed)]
    report = {
        "format": FORMAT,
        "about": _about(runs),
        "suites": {name: _suite(run, lines[name]) for name, run in runs.items()},
        "families": _families(policy),
        "thresholds": thresholds(policy),
        "figures": found,
        "plots": {name: _plots(told, apart) for name, told in lines.items() if told},
        "left_out": left_out_sources(left_out) if left_out is not None and left_out.is_file() else None,
    }
    return {**report, "targets": judged(report)}


def _about(runs: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return how the runs were made; where they differ, every suite's own word is kept."""
    names = ("seed", "most", "policy", "looks", "detectors", "models")
    first = next(iter(runs.values()))
    told = {name: first[name] for name in names}
    differing = {
        suite: {name: run[name] for name in names if run[name] != first[name]} for suite, run in runs.items()
    }
    return {**told, "differing": {suite: own for suite, own in differing.items() if own}}


def _suite(run: Mapping[str, Any], lines: Sequence[Score]) -> dict[str, Any]:
    if "why" in run:
        return {"status": "not run", "why": run["why"]}
    return {
        "status": "run",
        "lines": len(lines),
        "unscored": sum(line.severity is None for line in lines),
        "unscored_why": sorted({line.unscored for line in lines if line.unscored is not None}),
        "sources": run["sources"],
        "missing": run["missing"],
    }


def _families(policy: Policy) -> dict[str, dict[str, str]]:
    """Return what people call each family."""
    known = policy.taxonomy.categories.values()
    return {one.name: {"en": one.title.en, "fr": one.title.fr} for one in known if one.name == one.family}


def thresholds(policy: Policy) -> list[dict[str, Any]]:
    """Return the limits in force for a text of an unknown adult, by category: what was never chosen here."""
    rows = []
    for name in policy.taxonomy.categories:
        limits = _limits(policy, name)
        rows.append(
            {
                "category": name,
                "surface": Surface.PROMPT.value,
                "label": limits.label,
                "review": limits.review,
                "block": limits.block,
            }
        )
    return rows


def _limits(policy: Policy, category: str) -> Thresholds:
    return policy.limits.thresholds(
        category, Surface.PROMPT, Tier.FREE, AgeBand.UNKNOWN, ELSEWHERE, "text.heads@1", None
    )


def _plots(lines: Sequence[Score], apart: frozenset[str]) -> dict[str, Any]:
    known = [
        in_words(line, apart) for line in lines if line.severity is not None and line.category not in apart
    ]
    never = [line for line in known if line.learned is Learned.NEVER]
    groups = {"never": never, "all": known}
    for lang in sorted({line.lang for line in known}):
        groups[lang] = [line for line in known if line.lang == lang]
    prompts = {name: [line for line in told if line.stage is Stage.PROMPT] for name, told in groups.items()}
    return {
        "confusion": confusion(lines),
        "roc": {name: curve for name, told in prompts.items() if (curve := _curve(told))},
        "reliability": {name: plot for name, told in prompts.items() if (plot := _reliable(told))},
        "reliability_by_category": _reliable_by_category(
            [line for line in known if line.stage is Stage.PROMPT]
        ),
    }


def _curve(lines: Sequence[Score]) -> list[list[float]]:
    harmful, harmless = _split(lines)
    if min(len(harmful), len(harmless)) < _FEWEST_IN_PLOT:
        return []
    points = roc(harmful, harmless)
    step = max(1, len(points) // _MOST_POINTS)
    kept = [*points[::step], points[-1]]
    return [[round(x, 4), round(y, 4)] for x, y in kept]


def _reliable(lines: Sequence[Score]) -> dict[str, Any] | None:
    harmful, harmless = _split(lines)
    if min(len(harmful), len(harmless)) < _FEWEST_IN_PLOT:
        return None
    told = reliability([*harmful, *harmless], [True] * len(harmful) + [False] * len(harmless))
    return None if told is None else {**asdict(told), "harmful": len(harmful)}


def _reliable_by_category(lines: Sequence[Score]) -> dict[str, Any]:
    """
    Return, for each category, whether its own scores are probabilities: on sets never learned from where
    these have rows enough, else (`is_learned`) on all.

    Against its rows stand the harmless ones only: a row of another category may well be of this one too.
    """
    never = [line for line in lines if line.learned is Learned.NEVER]
    plots = {}
    for category in sorted({line.category for line in lines if line.is_harmful and line.category}):
        for is_learned, told in ((False, never), (True, lines)):
            if plot := _reliable(_own(told, category)):
                plots[category] = {**plot, "is_learned": is_learned}
                break
    return plots


def _own(lines: Sequence[Score], category: str) -> list[Score]:
    """Return the harmful rows of a category and all harmless ones, with this category's scores alone."""
    return [
        replace(line, severity=line.families.get(category, 0.0))
        for line in lines
        if line.is_harmful is False or (line.is_harmful and line.category == category)
    ]


def _split(lines: Sequence[Score]) -> tuple[list[float], list[float]]:
    harmful = [line.severity for line in lines if line.is_harmful is True and line.severity is not None]
    harmless = [line.severity for line in lines if line.is_harmful is False and line.severity is not None]
    return harmful, harmless


def spelled(report: Mapping[str, Any]) -> str:
    """Return the report as it is written: equal reports, equal bytes."""
    return json.dumps(report, ensure_ascii=False, sort_keys=True, indent=1) + "\n"
