"""What people decide about a held clip: with a policy, a reason and, to act, the evidence they saw."""

from __future__ import annotations

from dataclasses import dataclass

from api.creation import Desk, decided_under
from api.db.pool import Connection
from api.db.stores import cases, decisions, uses, videos
from api.db.stores.cases import CaseRow
from api.db.stores.decisions import Context
from api.db.stores.videos import VideoRow, VideoStage
from api.ids import new_id
from api.problems import Problem
from api.webhooks import announce_end
from policies.facts import Surface
from policies.finding import Seconds, Stage
from policies.ruling import Reason, Ruling, Sentence, Verdict
from safety.decision import Decision

_STAGES = {Surface.PROMPT: Stage.PROMPT, Surface.OUTPUT: Stage.OUTPUT, Surface.PUBLISH: Stage.OUTPUT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A reviewer's answer; `category` and `evidence` are given where the clip violates it."""

    violates: bool
    category: str | None
    reason: str
    evidence: tuple[Seconds, ...] = ()


async def settle(
    desk: Desk, connection: Connection, case: CaseRow, judgement: Judgement, context: Context
) -> Decision:
    """
    Record a reviewer's decision and let it take effect: the same clip goes on, or ends.

    Raises:
        Problem: 409 where the clip is no longer held.
    """
    row = await videos.find(connection, case.subject_id)
    before = await decisions.find(connection, case.decision_id)
    if row is None or before is None or row.stage != VideoStage.HELD_FOR_REVIEW:
        raise Problem("conflict")
    decision = _decision(desk, before, case, judgement, context)
    await decisions.record(connection, decision, context)
    if judgement.violates:
        await uses.give_back_clip(connection, row.id)
        code = decision.ruling.reasons[0].error_code
        await videos.fail(connection, row.id, code, decision_id=decision.id)
        await announce_end(desk.jobs, connection, row.account_id, row.id, is_blocked=True)
    else:
        await _go_on(desk, connection, row, decision)
    outcome = "violates" if judgement.violates else "does_not_violate"
    await cases.close(connection, case.id, outcome, decision.id, context.at)
    return decision


async def _go_on(desk: Desk, connection: Connection, row: VideoRow, decision: Decision) -> None:
    """A clip held before it was made is made now, and looked at like any other; one held after is marked."""
    stage = VideoStage.GENERATING if row.generated_digest is None else VideoStage.MARKING
    under = await decided_under(connection, desk.policy)
    await videos.move_on(connection, row.id, stage, decision_id=decision.id, decided_under=under)
    await desk.jobs.defer_stage(connection, row.id, stage)


def _decision(
    desk: Desk, before: Decision, case: CaseRow, judgement: Judgement, context: Context
) -> Decision:
    verdict = Verdict.BLOCK if judgement.violates else Verdict.ALLOW
    reasons = (_reason(desk, before, judgement, verdict),) if judgement.violates else ()
    return Decision(
        id=new_id("decision"),
        account_id=case.account_id,
        subject_type=case.subject_type,
        subject_id=case.subject_id,
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
