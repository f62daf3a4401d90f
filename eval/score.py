"""What the system answered about one sample, as one line that a table can be made of."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eval.sample import Learned, Length, Sample, Stage
from policies.bundle import Policy
from policies.facts import AgeBand, Surface, Tier
from policies.finding import Evidence, Finding
from policies.limits import Thresholds
from policies.looks import judge, reader
from policies.ruling import Ruling, Verdict
from policies.territory import ELSEWHERE

HELD, STOPPED = 0.5, 0.8
"""Severities from which a person looks, and from which nothing is made."""

_LEVELS = {Verdict.ALLOW: 0.0, Verdict.LABEL: 0.3, Verdict.REVIEW: HELD, Verdict.BLOCK: STOPPED}
_NEXT = {Verdict.ALLOW: HELD, Verdict.LABEL: HELD, Verdict.REVIEW: STOPPED, Verdict.BLOCK: 1.0}
_BELOW = 1e-6

_UNSEEN = "law.unseen"
"""What the policy answers where nobody looked for something severe: no judgement of the content."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """
    One sample as it was judged.

    `severity` is 0 to 1 over all findings: from .5 it is held, from .8 stopped, by the limits of the policy;
    None where the system could not look (`unscored` says why): that is counted, and never a zero.
    `families` is the severity by family of the taxonomy; `verdict` and `reason` are the policy's answer and
    the rule that named it, `named` that rule's family.
    """

    id: str
    source: str
    is_harmful: bool | None
    lang: str
    length: Length
    stage: Stage
    category: str | None
    learned: Learned
    variant: str
    pair: str
    severity: float | None
    families: dict[str, float]
    verdict: str
    reason: str | None
    named: str | None
    unscored: str | None

    @property
    def is_held(self) -> bool:
        """Whether it does not simply pass: a person looks, or nothing is made."""
        return self.severity is not None and self.severity >= HELD

    @property
    def is_stopped(self) -> bool:
        """Whether nothing is made."""
        return self.severity is not None and self.severity >= STOPPED

    def as_json(self) -> dict[str, Any]:
        """Return the line as plain JSON values, figures rounded to what can be told apart."""
        told = dataclasses.asdict(self)
        told["severity"] = None if self.severity is None else round(self.severity, 6)
        told["families"] = {name: round(one, 6) for name, one in sorted(self.families.items())}
        return told


def score_from_json(stored: Mapping[str, Any]) -> Score:
    """
    Return the line that `Score.as_json` gave.

    Raises:
        KeyError, TypeError, ValueError: it is not such an object.
    """
    fields = dict(stored)
    known = {"length": Length(fields["length"]), "stage": Stage(fields["stage"])}
    return Score(**{**fields, **known, "learned": Learned(fields["learned"])})


def scored(
    sample: Sample, stage: Stage, policy: Policy, surface: Surface, evidence: Evidence, ruling: Ruling
) -> Score:
    """Return how the policy answered one sample, given what was seen of it."""
    families = severities(policy, surface, evidence, ruling)
    failures = sorted({reading.failure for reading in evidence.readings if reading.failure is not None})
    if not failures and any(reason.rule == _UNSEEN for reason in ruling.reasons):
        failures = ["unseen"]
    first = ruling.reasons[0] if ruling.reasons else None
    return _line(
        sample,
        stage,
        severity=None if failures else max(families.values(), default=0.0),
        families=families,
        verdict=ruling.verdict.word,
        reason=None if first is None else first.rule,
        named=None if first is None else first.category.partition(".")[0],
        unscored=" ".join(failures) or None,
    )


def counted(
    sample: Sample, stage: Stage, *, severity: float | None, reason: str | None, why: str | None = None
) -> Score:
    """Return a line that no policy was asked about: a mark that was read or not, a job that broke."""
    verdict = _word(severity)
    return _line(
        sample,
        stage,
        severity=severity,
        families={},
        verdict=verdict,
        reason=reason,
        named=None,
        unscored=why,
    )


def merged(lines: Sequence[Score], stage: Stage) -> Score:
    """
    Return one line for what must pass each of `lines`: as severe as the most severe of them.

    Where one could not look and none of the others holds it, the whole is unscored as well.
    """
    known = [line for line in lines if line.severity is not None]
    gravest = max(known, key=lambda line: line.severity or 0.0, default=lines[0])
    if len(known) < len(lines) and not gravest.is_held:
        unseen = next(line for line in lines if line.severity is None)
        return dataclasses.replace(unseen, stage=stage)
    families: dict[str, float] = {}
    for line in known:
        for name, height in line.families.items():
            families[name] = max(height, families.get(name, 0.0))
    return dataclasses.replace(gravest, stage=stage, families=families)


def _word(severity: float | None) -> str:
    if severity is None:
        return "unknown"
    return "block" if severity >= STOPPED else "review" if severity >= HELD else "allow"


def _line(sample: Sample, stage: Stage, **answer: Any) -> Score:
    return Score(
        id=sample.id,
        source=sample.source,
        is_harmful=sample.is_harmful,
        lang=sample.lang,
        length=sample.length,
        stage=stage,
        category=sample.category,
        learned=sample.learned,
        variant=sample.variant,
        pair=sample.pair,
        **answer,
    )


def severities(policy: Policy, surface: Surface, evidence: Evidence, ruling: Ruling) -> dict[str, float]:
    """
    Return how grave each family of the taxonomy is, 0 to 1, in the policy's own measure.

    Scores of different categories have different limits; on this scale their limits are the same, .5 to
    hold and .8 to stop, and between limits a higher score stays higher.  What only a rule answers has the
    height of its verdict.
    """
    found: dict[str, float] = {}
    for name, height in [*_findings(policy, surface, evidence), *_rules(ruling)]:
        family = name.partition(".")[0]
        found[family] = max(height, found.get(family, 0.0))
    return found


def _findings(policy: Policy, surface: Surface, evidence: Evidence) -> Iterator[tuple[str, float]]:
    for reading in evidence.readings:
        for finding in reading.findings:
            yield finding.category, height(policy, surface, finding, reading.detector)


def height(policy: Policy, surface: Surface, finding: Finding, detector: str) -> float:
    """Return how grave one finding is by itself, 0 to 1, by the limits that the policy has for it."""
    return severity(_limits(policy, surface, finding, detector), finding.score)


def _limits(policy: Policy, surface: Surface, finding: Finding, detector: str) -> Thresholds:
    bank = finding.match.bank if finding.match else None
    return policy.limits.thresholds(
        finding.category,
        surface,
        Tier.FREE,
        AgeBand.UNKNOWN,
        ELSEWHERE,
        judge(detector),
        bank,
        reader(detector),
    )


def _rules(ruling: Ruling) -> Iterator[tuple[str, float]]:
    for reason in ruling.reasons:
        yield reason.category, _LEVELS[reason.verdict]


def severity(limits: Thresholds, score: float) -> float:
    """Return where a score stands among its limits: at .3 a label is due, at .5 a look, at .8 a stop."""
    verdict, reached = limits.verdict(score)
    above = [
        (limit, _LEVELS[stricter])
        for stricter, limit in (
            (Verdict.LABEL, limits.label),
            (Verdict.REVIEW, limits.review),
            (Verdict.BLOCK, limits.block),
        )
        if limit is not None and limit > score and stricter > verdict
    ]
    if not above and verdict is Verdict.ALLOW:
        return 0.0  # the policy allows this category whatever its score
    limit, ceiling = min(above, default=(1.0, _NEXT[verdict]))
    if verdict < Verdict.REVIEW:
        ceiling = min(ceiling, HELD)  # where nothing is held before it is stopped, the way up is the same
    floor = _LEVELS[verdict]
    along = (score - reached) / (limit - reached) if limit > reached else 0.0
    # What lies below a limit stays below its height, also where the score is highest of all.
    top = ceiling if verdict is Verdict.BLOCK else ceiling - _BELOW
    return min(floor + along * (ceiling - floor), top)
