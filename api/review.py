"""What people decide about a held clip: with a policy, a reason and, to act, the evidence they saw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from api import acts
from api.creation import Desk, decided_under
from api.db.pool import Connection
from api.db.stores import accounts, cases, decisions, submissions, uses, videos
from api.db.stores.cases import CaseRow
from api.db.stores.decisions import Context
from api.db.stores.submissions import SubmissionRow
from api.db.stores.videos import VideoRow, VideoStage
from api.ids import new_id
from api.problems import Problem
from api.publication import take_down
from api.sealing import Seal, content_of
from api.webhooks import announce, announce_end
from policies.facts import Facts, Surface
from policies.finding import Evidence, Seconds, Stage
from policies.ruling import Reason, Ruling, Sentence, Verdict
from safety.audit.entry import ActionClass
from safety.decision import Decision
from safety.detector import Text
from safety.pipeline import Looked, heed, rule
from safety.rights.filed import UNKNOWN_TERRITORY

_STAGES = {Surface.PROMPT: Stage.PROMPT, Surface.OUTPUT: Stage.OUTPUT, Surface.PUBLISH: Stage.OUTPUT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A reviewer's answer; `category` and `evidence` are given where the clip violates it."""

    violates: bool
    category: str | None
    reason: str
    evidence: tuple[Seconds, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """A decision of a person as recorded, and the digests of what it leaves to be removed."""

    decision: Decision
    parted: frozenset[str]


async def to_seal(
    desk: Desk, connection: Connection, case: CaseRow, judgement: Judgement
) -> dict[str, str | None]:
    """Return what is to be sealed before a judgement is settled; nothing of what may be looked at."""
    row = await videos.find(connection, case.subject_id)
    asked = await submissions.behind(connection, case.subject_type, case.subject_id)
    if not desk.policy.is_sealed(judgement.category or "") or row is None or asked is None:
        return {}
    return content_of(asked.kind, asked.reference_digest, row)


async def settle(
    desk: Desk,
    connection: Connection,
    case: CaseRow,
    judgement: Judgement,
    context: Context,
    seals: tuple[Seal, ...] = (),
) -> Settled:
    """
    Record a reviewer's decision and let it take effect: the same clip goes on, or ends; one whose publication
    was held may be published, or not.

    `seals` hold all that `to_seal` named: a released clip whose media are sealed is withdrawn.

    Raises:
        Problem: 409 where the clip is no longer held, or may not be dismissed: a proven opt-out came since.
    """
    row = await videos.find(connection, case.subject_id)
    before = await decisions.find(connection, case.decision_id)
    if row is None or before is None or not _waits(row, before):
        raise Problem("conflict")
    under = await decided_under(connection, desk.policy)
    if not judgement.violates:
        asked = await submissions.find(connection, row.submission_id or "")
        await refuse_opted_out(desk, connection, asked, before)
    kept = await to_seal(desk, connection, case, judgement)
    if {one.plain.digest for one in seals} != {digest for digest in kept.values() if digest is not None}:
        raise Problem("conflict")
    decision = _decision(desk, before, case, judgement, context)
    await _record(desk, connection, case, judgement, decision, context)
    if before.surface is Surface.PUBLISH and seals:
        parted = await take_down(desk, connection, row, seals, decision, context)
        return Settled(decision=decision, parted=parted)
    if before.surface is not Surface.PUBLISH:  # else its owner publishes again, and is answered so
        await _take_effect(desk, connection, row, decision, under)
    parted = await desk.sealing.note(connection, seals, decision, context.actor)
    return Settled(decision=decision, parted=parted)


async def _record(
    desk: Desk,
    connection: Connection,
    case: CaseRow,
    judgement: Judgement,
    decision: Decision,
    context: Context,
) -> None:
    """Record the decision and close its case; the log and the account are told."""
    await decisions.record(connection, decision, context)
    outcome = "violates" if judgement.violates else "does_not_violate"
    await cases.close(connection, case.id, outcome, decision.id, context.at)
    await _enter(connection, case, outcome, judgement, context)
    await _tell(desk, connection, case, outcome, decision)


async def _enter(
    connection: Connection, case: CaseRow, outcome: str, judgement: Judgement, context: Context
) -> None:
    """Enter why, in the reviewer's words: for auditors, never for the account."""
    await acts.enter(
        connection,
        context.actor,
        "case:decide",
        ("case", case.id),
        action_class=ActionClass.REVIEW,
        request_id=context.request_id,
        outcome=outcome,
        reason=judgement.reason,
    )


async def _tell(desk: Desk, connection: Connection, case: CaseRow, outcome: str, decision: Decision) -> None:
    """Tell the account whose content it is what people decided; who they are stays the operator's."""
    told = {"decision_id": decision.id, f"{case.subject_type}_id": case.subject_id, "outcome": outcome}
    if decision.ruling.reasons:
        told["reason"] = decision.ruling.reasons[0].error_code
    await announce(desk.jobs, connection, case.account_id, "review.decided", case.id, told)


def _waits(row: VideoRow, before: Decision) -> bool:
    if before.surface is Surface.PUBLISH:
        return row.status == "completed" and row.withdrawn_at is None
    return row.stage == VideoStage.HELD_FOR_REVIEW


_OPTED_OUT = Sentence(
    en="A proven opt-out forbids what this names; decide that it violates.",
    fr="Une opposition prouvée interdit ce qui est nommé ici ; concluez qu’il y a infraction.",
)


async def refuse_opted_out(
    desk: Desk, connection: Connection, asked: SubmissionRow | None, before: Decision
) -> None:
    """
    Let nobody lift what an opt-out in force now stops, in what was asked for or in what was found.

    Raises:
        Problem: 409 where one does.
    """
    account = await accounts.by_id(connection, before.account_id)
    kept = await decisions.evidence_of(connection, before.evidence_digest)
    words = () if kept is None else tuple(decisions.words_from_json(one) for one in kept[1])
    territory = UNKNOWN_TERRITORY if account is None else account.territory
    opt_outs = await desk.opt_outs.detector(connection, territory)
    nothing = Looked(evidence=Evidence(subject_digest="", stage=_STAGES[before.surface]), words=words)
    looked = heed(opt_outs, nothing, [] if asked is None else [Text(text=asked.prompt)])
    ruling = rule(desk.policy, Facts(surface=before.surface, territory=territory), looked)
    if any(one.verdict is Verdict.BLOCK and one.detector == opt_outs.name for one in ruling.reasons):
        raise Problem("conflict", _OPTED_OUT)


async def _take_effect(
    desk: Desk, connection: Connection, row: VideoRow, decision: Decision, under: dict[str, Any]
) -> None:
    """A clip held before it was made is made now, and looked at like any other; one held after is marked."""
    if decision.ruling.verdict is Verdict.BLOCK:
        await uses.give_back_clip(connection, row.id)
        code = decision.ruling.reasons[0].error_code
        await videos.fail(connection, row.id, code, decision_id=decision.id)
        await announce_end(desk.jobs, connection, row.account_id, row.id, is_blocked=True)
        return
    stage = VideoStage.GENERATING if row.generated_digest is None else VideoStage.MARKING
    await videos.move_on(connection, row.id, stage, decision_id=decision.id, decided_under=under)
    await desk.jobs.defer_stage(connection, row.id, stage)


def _decision(
    desk: Desk, before: Decision, case: CaseRow, judgement: Judgement, context: Context
) -> Decision:
    subject = (case.subject_type, case.subject_id)
    if judgement.violates:
        reason = _reason(desk, before, judgement, Verdict.BLOCK)
        return decided_by_person(desk, before, subject, Verdict.BLOCK, (reason,), context)
    # What held the clip is lifted; what merely labels it was not asked about, and stays.
    labels = tuple(one for one in before.ruling.reasons if one.verdict is Verdict.LABEL)
    verdict = Verdict.LABEL if labels else Verdict.ALLOW
    return decided_by_person(desk, before, subject, verdict, labels, context)


def decided_by_person(
    desk: Desk,
    before: Decision,
    subject: tuple[str, str],
    verdict: Verdict,
    reasons: tuple[Reason, ...],
    context: Context,
) -> Decision:
    """Return what a person decides on the evidence of a decision taken before, not yet recorded."""
    return Decision(
        id=new_id("decision"),
        account_id=before.account_id,
        subject_type=subject[0],
        subject_id=subject[1],
        surface=before.surface,
        ruling=Ruling(
            verdict=verdict,
            reasons=reasons,
            unchecked=before.ruling.unchecked,
            policy_digest=desk.policy.digest,
        ),
        evidence_digest=before.evidence_digest,
        detector_versions=before.detector_versions,
        decided_at=context.at,
        reviewer_id=context.actor.id,
    )


def _reason(desk: Desk, before: Decision, judgement: Judgement, verdict: Verdict) -> Reason:
    category = desk.policy.taxonomy.categories[judgement.category or ""]
    is_prompt = before.surface is Surface.PROMPT
    return Reason(
        rule=f"review.{category.name}",
        verdict=verdict,
        category=category.name,
        stage=_STAGES[before.surface],
        ground=category.ground,
        why=Sentence(
            en="A person looked at it and found that it goes against this rule.",
            fr="Une personne l’a examiné et a constaté qu’il enfreint cette règle.",
        ),
        advice=Sentence(
            en="Change what the rule forbids, or appeal: someone else will look.",
            fr="Changez ce que la règle interdit, ou faites appel : quelqu’un d’autre examinera.",
        ),
        error_code=category.codes.prompt if is_prompt else category.codes.output,
        is_vague=category.is_vague,
        where=judgement.evidence[0] if judgement.evidence else None,
    )
