"""
The decision: what may happen to a piece of content, given all that was seen.

1. What nobody could look for is unchecked; where that is severe, it holds.
2. Each finding is measured against the limit of its square.
3. The rules ask what comes together.
4. The laws that no rule can switch off: consent, and what the policy cannot read.
5. A label given before stays, whatever this look adds.
6. The strictest reason wins; every reason is kept.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from policies.bundle import Policy
from policies.facts import Facts
from policies.finding import Box, Evidence, Finding, Stage
from policies.looks import judge, reader
from policies.rule import Rule
from policies.ruling import Reason, Ruling, Sentence, Verdict
from policies.taxonomy import Category, ErrorCodes

_MOST_PLACES = 8
"""How many places of one rule are told: beyond it more of the same helps nobody."""

Seen = tuple[Finding, str]
"""A finding and the name of the detector that made it."""


def decide(policy: Policy, facts: Facts, evidence: Evidence) -> Ruling:
    """
    Answer what may happen to a piece of content, given all that was seen.

    Pure and total: the same policy, facts and evidence always give the same ruling, and nothing is
    raised; what cannot be worked out holds.  The strictest rule that applies wins.  A detector that
    could not look has not seen nothing: a missing reading of a severe category holds; of any other it is
    recorded, told, and follows the policy.
    """
    seen = [(finding, reading.detector) for reading in evidence.readings for finding in reading.findings]
    unchecked = policy.looks.unchecked(facts.surface, evidence)
    reasons = [
        *_unseen(policy, evidence.stage, unchecked),
        *_limits(policy, facts, evidence.stage, seen),
        *_rules(policy, facts, evidence.stage, seen, unchecked),
        *_consent(policy, facts, evidence.stage),
    ]
    reasons += _labelled(policy, facts.labelled - {reason.category for reason in reasons})
    reasons.sort(key=lambda reason: _gravest_first(policy, reason))
    return Ruling(
        verdict=reasons[0].verdict if reasons else Verdict.ALLOW,
        reasons=tuple(reasons),
        unchecked=tuple(sorted(unchecked)),
        policy_digest=policy.digest,
    )


def _gravest_first(policy: Policy, reason: Reason) -> tuple[int, int, float, str]:
    """The strictest, then the sealed, the severe, the surest: the first reason names the answer."""
    category = policy.taxonomy.categories.get(reason.category)
    weight = category.is_severe + category.is_sealed if category else 0
    return -reason.verdict, -weight, -(reason.score or 0.0), reason.rule


def _strictest_first(reason: Reason) -> tuple[int, float]:
    return -reason.verdict, -(reason.score or 0.0)


def _unseen(policy: Policy, stage: Stage, unchecked: Mapping[str, Verdict]) -> Iterator[Reason]:
    for name, verdict in unchecked.items():
        if verdict is not Verdict.ALLOW:
            category = policy.taxonomy.categories.get(name)
            yield _of_law(policy, "unseen", stage, verdict, category, name)


def _limits(policy: Policy, facts: Facts, stage: Stage, seen: Collection[Seen]) -> Iterator[Reason]:
    territory = policy.limits.known_territory(facts.territory)
    fired: dict[str, list[Reason]] = defaultdict(list)
    for finding, detector in seen:
        category = policy.taxonomy.categories.get(finding.category)
        if category is None:
            yield _of_law(policy, "category", stage, Verdict.REVIEW, None, finding.category)
            continue
        bank = finding.match.bank if finding.match else None
        thresholds = policy.limits.thresholds(
            category.name,
            facts.surface,
            facts.tier,
            facts.age_band,
            territory,
            judge(detector),
            bank,
            reader(detector),
        )
        verdict, threshold = thresholds.verdict(finding.score)
        if verdict is not Verdict.ALLOW:
            fired[category.name].append(
                _of_limit(policy, category, stage, verdict, threshold, finding, detector)
            )
    for reasons in fired.values():
        yield from sorted(reasons, key=_strictest_first)[:_MOST_PLACES] if len(reasons) > 1 else reasons


def _of_limit(
    policy: Policy,
    category: Category,
    stage: Stage,
    verdict: Verdict,
    threshold: float,
    finding: Finding,
    detector: str,
) -> Reason:
    found_in = _found_in(policy, stage, finding, detector)
    bank = policy.roster.banks.get(finding.match.bank) if finding.match else None
    return Reason(
        rule=f"limit.{category.name}",
        verdict=verdict,
        category=category.name,
        stage=stage,
        ground=category.ground,
        why=policy.reasons.why[category.name, found_in],
        advice=policy.reasons.advice[category.name, verdict],
        error_code=_error_code(bank.codes if bank else category.codes, found_in),
        is_vague=category.is_vague,
        detector=detector,
        where=finding.where,
        score=finding.score,
        threshold=threshold,
    )


def _rules(
    policy: Policy, facts: Facts, stage: Stage, seen: Collection[Seen], unchecked: Collection[str]
) -> Iterator[Reason]:
    holding = policy.conditions.holding(facts, stage, _highest(policy, seen), unchecked)
    if holding is None:
        yield _of_law(policy, "condition", stage, Verdict.REVIEW, None, "")
        return
    for index in holding:
        yield _of_rule(policy, policy.rules[index], stage, seen)


def _highest(policy: Policy, seen: Collection[Seen]) -> dict[str, float]:
    """Return the highest score of each category and family, over all and over what pictures show."""
    scores: dict[str, float] = {}
    for finding, detector in seen:
        for variable in _variables(finding.category, policy.looks.medium(detector)):
            if finding.score > scores.get(variable, 0.0):
                scores[variable] = finding.score
    return scores


@functools.lru_cache(maxsize=4096)
def _variables(category: str, medium: str) -> tuple[str, ...]:
    """Return what a finding is called in conditions: its category and family, once more where pictured."""
    kinds = ("score", "pictured") if medium == "picture" else ("score",)
    return tuple(f"{kind}.{name}" for kind in kinds for name in (category, category.partition(".")[0]))


def _of_rule(policy: Policy, rule: Rule, stage: Stage, seen: Collection[Seen]) -> Reason:
    """Give the rule's words, at the place of the strongest finding it asked about."""
    asked = [found for found in seen if found[0].category in rule.asks_about]
    finding, detector = max(asked, key=lambda found: found[0].score, default=(None, None))
    found_in = _found_in(policy, stage, finding, detector)
    return Reason(
        rule=rule.id,
        verdict=rule.verdict,
        category=rule.category.name,
        stage=stage,
        ground=rule.ground,
        why=rule.why,
        advice=rule.advice,
        error_code=_error_code(rule.codes, found_in),
        is_vague=rule.category.is_vague,
        detector=detector,
        where=finding.where if finding else None,
        score=finding.score if finding else None,
    )


def _consent(policy: Policy, facts: Facts, stage: Stage) -> Iterator[Reason]:
    """One answer for every cause: nobody may learn whether a likeness is refused, revoked or unknown."""
    if facts.refused_cameo_ids:
        category = policy.taxonomy.categories.get("likeness.unconsented")
        yield _of_law(policy, "consent", stage, Verdict.BLOCK, category, "likeness.unconsented")


def _labelled(policy: Policy, names: Collection[str]) -> Iterator[Reason]:
    """Say once more what the request was labelled as, in the words of then."""
    for name in sorted(names):
        category = policy.taxonomy.categories.get(name)
        reason = _of_law(policy, "category", Stage.PROMPT, Verdict.LABEL, category, name)
        if category is not None:
            why, advice = policy.reasons.why[name, "prompt"], policy.reasons.advice[name, Verdict.LABEL]
            reason = replace(reason, ground=category.ground, why=why, advice=advice)
        yield replace(reason, rule="law.label")


def _of_law(
    policy: Policy, law: str, stage: Stage, verdict: Verdict, category: Category | None, name: str
) -> Reason:
    words = policy.reasons.laws[law]
    why: Sentence = policy.reasons.unseen(category) if law == "unseen" and category else words.why
    return Reason(
        rule=f"law.{law}",
        verdict=verdict,
        category=name,
        stage=stage,
        ground=words.ground,
        why=why,
        advice=words.advice,
        error_code=_error_code(category.codes if category else None, stage.value),
        is_vague=category.is_vague if category else True,
    )


def _found_in(policy: Policy, stage: Stage, finding: Finding | None, detector: str | None) -> str:
    """Tell a prompt from the reference picture that came with it; a clip is a clip."""
    if stage is Stage.OUTPUT or finding is None or detector is None:
        return stage.value
    is_picture = isinstance(finding.where, Box) or policy.looks.medium(detector) != "text"
    return "input" if is_picture else "prompt"


def _error_code(codes: ErrorCodes | None, found_in: str) -> str:
    if found_in == "output":
        return codes.output if codes else "output_blocked"
    if found_in == "input":
        return codes.input if codes else "input_blocked"
    return codes.prompt if codes else "prompt_blocked"
