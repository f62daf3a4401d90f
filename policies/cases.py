"""Examples that a bundle promises to answer so, run against itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from policies.bundle import EXAMPLES, Policy
from policies.decide import decide
from policies.facts import AgeBand, Facts, Surface, Tier
from policies.finding import Evidence, Finding, Match, Reading, Stage
from policies.looks import VERDICTS
from policies.ruling import Ruling, Verdict
from policies.source import Complaints, Place, read_yaml
from policies.taxonomy import ERROR_CODES
from policies.territory import ELSEWHERE, TERRITORIES

_DETECTORS = {None: "text.example@1", "text": "text.example@1", "picture": "picture.example@1"}
_FACTS = "tier age_band territory granted refused opt_outs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """What is seen in which circumstances, and what must follow (`rule`, `code`: of the first reason)."""

    name: str
    facts: Facts
    evidence: Evidence
    verdict: Verdict
    rule: str | None
    code: str | None
    place: Place = field(compare=False, repr=False)

    def faults(self, ruling: Ruling) -> tuple[str, ...]:
        """Say how a ruling differs from what was promised; nothing where it does not."""
        first = ruling.reasons[0] if ruling.reasons else None
        promised = {"verdict": self.verdict.word, "rule": self.rule, "code": self.code}
        given = {
            "verdict": ruling.verdict.word,
            "rule": first.rule if first else None,
            "code": first.error_code if first else None,
        }
        return tuple(
            f"{name}: expected {expected}, got {given[name]}"
            for name, expected in promised.items()
            if expected is not None and expected != given[name]
        )


def everything_looked_for(
    policy: Policy, surface: Surface, seen: Iterable[tuple[str, Finding]] = (), unseen: Iterable[str] = ()
) -> Evidence:
    """
    Return evidence in which every duty of a surface was done, with the findings given.

    `seen` pairs each finding with the name of its detector; `unseen` categories were looked for by nobody.
    """
    looked: dict[str, set[str]] = {}
    found: dict[str, list[Finding]] = {}
    for duty in policy.looks.duties[surface]:
        looked.setdefault(_DETECTORS.get(duty.medium, f"{duty.medium}.example@1"), set()).add(duty.category)
    for detector, finding in seen:
        looked.setdefault(detector, set()).add(finding.category)
        found.setdefault(detector, []).append(finding)
    is_before = surface in {Surface.PROMPT, Surface.MODERATION}
    return Evidence(
        subject_digest="0" * 64,
        stage=Stage.PROMPT if is_before else Stage.OUTPUT,
        readings=tuple(
            Reading(
                detector=detector,
                categories=frozenset(categories - set(unseen)),
                findings=tuple(found.get(detector, ())),
            )
            for detector, categories in looked.items()
        ),
    )


def read_examples(folder: Path, policy: Policy) -> tuple[Example, ...]:
    """
    Read a bundle's ``tests.yaml``.

    Raises:
        PolicyError: it is absent, or an example is wrong.
    """
    complaints = Complaints()
    found: dict[str, Example] = {}
    for item in read_yaml(folder / EXAMPLES).fields("cases")["cases"].items():
        with complaints.gather():
            example = _read_example(item, policy)
            if example.name in found:
                raise item.wrong(f"`{example.name}` is already written at {found[example.name].place}")
            found[example.name] = example
    complaints.raise_any()
    return tuple(found.values())


def run_examples(policy: Policy, examples: Iterable[Example]) -> dict[Example, tuple[str, ...]]:
    """Return the faults of each example; an empty tuple where it was answered as promised."""
    return {example: example.faults(decide(policy, example.facts, example.evidence)) for example in examples}


def _read_example(place: Place, policy: Policy) -> Example:
    fields = place.fields("name surface expect", f"{_FACTS} seen unseen rule code")
    surface = Surface(fields["surface"].one_of(Surface, "surface"))
    seen = [_read_seen(item, policy) for item in fields["seen"].items()] if "seen" in fields else []
    unseen = (
        [policy.taxonomy.named(item).name for item in fields["unseen"].items()] if "unseen" in fields else []
    )
    rules = {rule.id for rule in policy.rules} | {f"limit.{name}" for name in policy.taxonomy.categories}
    rules |= {f"law.{name}" for name in policy.reasons.laws}
    return Example(
        name=fields["name"].text(),
        facts=_read_facts(surface, fields),
        evidence=everything_looked_for(policy, surface, seen, unseen),
        verdict=VERDICTS[fields["expect"].one_of(VERDICTS, "verdict")],
        rule=fields["rule"].one_of(rules, "rule") if "rule" in fields else None,
        code=fields["code"].one_of(ERROR_CODES, "error code") if "code" in fields else None,
        place=place,
    )


def _read_facts(surface: Surface, fields: Mapping[str, Place]) -> Facts:
    def ids(name: str) -> frozenset[str]:
        return frozenset(item.text() for item in fields[name].items()) if name in fields else frozenset()

    return Facts(
        surface=surface,
        tier=Tier(fields["tier"].one_of(Tier, "tier")) if "tier" in fields else Tier.FREE,
        age_band=AgeBand(fields["age_band"].one_of(AgeBand, "age band"))
        if "age_band" in fields
        else AgeBand.UNKNOWN,
        territory=fields["territory"].one_of(TERRITORIES, "territory")
        if "territory" in fields
        else ELSEWHERE,
        granted_cameo_ids=ids("granted"),
        refused_cameo_ids=ids("refused"),
        opt_out_ids=ids("opt_outs"),
    )


def _read_seen(place: Place, policy: Policy) -> tuple[str, Finding]:
    fields = place.fields("category score", "detector bank")
    match = None
    if "bank" in fields:
        bank = fields["bank"].one_of(policy.roster.banks, "bank")
        match = Match(reference="example", bank=bank, method="example", value="", distance=0.0, threshold=0.0)
    finding = Finding(
        category=policy.taxonomy.named(fields["category"]).name,
        score=fields["score"].number(0.0, 1.0),
        why="an example",
        match=match,
    )
    return (fields["detector"].text() if "detector" in fields else "text.example@1"), finding
