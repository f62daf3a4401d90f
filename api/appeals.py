"""
Appeals: who was refused asks for another look, and somebody who has not decided before answers.

Overturning restores by itself.  A clip whose bytes are kept completes under the same id; one that was
stopped while it was made, or whose content is sealed, is made again from another seed and looked at like
any other; a refused request becomes its clip, once (its row may bear one clip), uncharged; a refused
publication passes when it is asked for again.
"""

from __future__ import annotations

import dataclasses
import enum
import secrets
from dataclasses import dataclass

from api.auth import Caller
from api.creation import CLIP_KEPT, Desk, decided_under
from api.db.pool import Connection
from api.db.stores import appeals, cases, decisions, sealed, submissions, uses, videos
from api.db.stores.appeals import AnswerRow, AppealRow
from api.db.stores.cases import CaseRow
from api.db.stores.decisions import Context
from api.db.stores.submissions import SubmissionRow
from api.db.stores.uses import Use
from api.db.stores.videos import NewVideo, VideoRow, VideoStage
from api.ids import new_id
from api.problems import Problem
from api.quota import quota_of, used_up
from api.review import decided_by_person, refuse_opted_out
from api.webhooks import announce
from policies.facts import Surface
from policies.ruling import Reason, Sentence, Verdict
from safety.decision import Decision


class Outcome(enum.StrEnum):
    """What became of an appeal."""

    UPHELD = "upheld"
    OVERTURNED = "overturned"
    PARTIALLY_OVERTURNED = "partially_overturned"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """
    What a reviewer answers.

    `remains` names the categories that still hold where a decision is overturned in part: the clip is
    released, and its label says them.
    """

    outcome: Outcome
    reply: str
    remains: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """What a decision stopped: the request, and its clip if there is one."""

    asked: SubmissionRow
    row: VideoRow | None


_ALLOWED = Sentence(
    en="This decision refused nothing; there is nothing to appeal.",
    fr="Cette décision n’a rien refusé ; il n’y a rien à contester.",
)
_WAITS = Sentence(
    en="A person looks at this already; appeal what they decide.",
    fr="Une personne l’examine déjà ; contestez ce qu’elle décidera.",
)
_OVERTAKEN = Sentence(
    en="This decision no longer stands; appeal the newest one.",
    fr="Cette décision ne vaut plus ; contestez la plus récente.",
)
_CONSENT = Sentence(
    en="A likeness was asked for that nobody granted: only the person can, no reviewer.",
    fr="Une ressemblance non accordée était demandée : seule la personne l’accorde, aucun examinateur.",
)
_SAME_PERSON = Sentence(
    en="This is answered already, or you decided about it before: somebody else answers.",
    fr="Une réponse existe déjà, ou vous en avez déjà décidé : une autre personne répondra.",
)
_NOTHING_REMAINS = Sentence(
    en="To overturn in part, name which categories of the first decision still hold.",
    fr="Pour infirmer en partie, nommez les catégories de la première décision qui demeurent.",
)


async def submit(
    desk: Desk, connection: Connection, caller: Caller, decision: Decision, reason: str, context: Context
) -> str:
    """
    File an appeal against a decision about the caller's own, and return its id.

    Raises:
        Problem: 409 where the decision refused nothing, does not stand, or was appealed before; 410 where
            what it is about is no longer kept; 429 where the day's appeals are used up.
    """
    await _refuse_unappealable(connection, decision)
    quota = quota_of(desk.policy, caller)
    limit = None if quota is None else quota.appeals_per_day
    if not await uses.take(connection, caller.account_id, Use.APPEALS, limit=limit, at=context.at):
        raise used_up(Use.APPEALS, context.at)
    appeal_id = await appeals.add(connection, decision, reason, context.at)
    if appeal_id is None:
        before = await appeals.against(connection, decision.id)
        raise Problem("conflict", members={"appeal_id": None if before is None else before.id})
    subject = (decision.subject_type, decision.subject_id)
    is_bad = is_sealed(desk, decision)
    await cases.open_case(connection, decision, subject, context, appeal_id=appeal_id, is_for_lead=is_bad)
    return appeal_id


def is_sealed(desk: Desk, decision: Decision) -> bool:
    """Tell whether a decision found what only few may see: child safety."""
    return any(desk.policy.is_sealed(reason.category) for reason in decision.ruling.reasons)


async def _refuse_unappealable(connection: Connection, decision: Decision) -> None:
    if decision.ruling.verdict < Verdict.REVIEW:
        raise Problem("conflict", _ALLOWED)
    if decision.ruling.verdict is Verdict.REVIEW:
        raise Problem("conflict", _WAITS)
    stopped = await _stopped(connection, decision)
    if stopped is None:
        raise Problem("gone", members={"reason": "expired"})
    if decision.surface is not Surface.PUBLISH:
        stands = stopped.row is None or (stopped.row.status, stopped.row.decision_id) == (
            "failed",
            decision.id,
        )
    else:
        newest = await decisions.latest(connection, "video", decision.subject_id, Surface.PUBLISH)
        stands = newest is not None and newest.id == decision.id
    if not stands:
        raise Problem("conflict", _OVERTAKEN)


async def _stopped(connection: Connection, decision: Decision) -> Stopped | None:
    """Return what the decision is about, or None once it is not kept."""
    row = None
    submission_id: str | None = decision.subject_id
    if decision.subject_type == "video":
        row = await videos.find(connection, decision.subject_id)
        submission_id = None if row is None else row.submission_id
    asked = await submissions.find(connection, submission_id or "")
    return None if asked is None else Stopped(asked=asked, row=row)


async def settle(
    desk: Desk, connection: Connection, appeal: AppealRow, case: CaseRow, answer: Answer, context: Context
) -> None:
    """
    Record the answer and let it take effect; the account is told.

    Raises:
        Problem: 409 where it was answered, by the same person or for what no person lifts; 410 where
            what it is about is gone; 422 where a part overturned does not say what remains.
    """
    before = await decisions.find(connection, appeal.decision_id)
    stopped = None if before is None else await _stopped(connection, before)
    if before is None or stopped is None:
        raise Problem("gone")
    decision, video_id = None, None
    if answer.outcome is not Outcome.UPHELD:
        await _refuse_unliftable(desk, connection, stopped.asked, before)
        decision = _overturning(desk, before, answer, context)
        await decisions.record(connection, decision, context)
        video_id = await _restore(desk, connection, stopped, before, decision, context)
    given = AnswerRow(
        outcome=answer.outcome.value,
        reply=answer.reply,
        decided_by=context.actor.id or "",
        decided_at=context.at,
        final_decision_id=None if decision is None else decision.id,
        restored_video_id=video_id,
    )
    try:
        await appeals.answer(connection, appeal.id, given)
    except appeals.AnsweredBefore as error:
        raise Problem("conflict", _SAME_PERSON) from error
    outcome = "violates" if decision is None else "does_not_violate"
    await cases.close(connection, case.id, outcome, given.final_decision_id, context.at)
    await announce(desk.jobs, connection, appeal.account_id, "appeal.decided", appeal.id)


async def _refuse_unliftable(
    desk: Desk, connection: Connection, asked: SubmissionRow, before: Decision
) -> None:
    if any(reason.rule == "law.consent" for reason in before.ruling.reasons):
        raise Problem("conflict", _CONSENT)
    await refuse_opted_out(desk, connection, asked, before)


def _overturning(desk: Desk, before: Decision, answer: Answer, context: Context) -> Decision:
    subject = (before.subject_type, before.subject_id)
    if answer.outcome is Outcome.OVERTURNED:
        return decided_by_person(desk, before, subject, Verdict.ALLOW, (), context)
    remaining = tuple(
        _as_label(desk, reason) for reason in before.ruling.reasons if reason.category in answer.remains
    )
    if not remaining or {reason.category for reason in remaining} != answer.remains:
        raise Problem("invalid", _NOTHING_REMAINS, pointer="/policy_ids")
    return decided_by_person(desk, before, subject, Verdict.LABEL, remaining, context)


def _as_label(desk: Desk, reason: Reason) -> Reason:
    advice = desk.policy.reasons.advice.get((reason.category, Verdict.LABEL), reason.advice)
    return dataclasses.replace(reason, verdict=Verdict.LABEL, advice=advice)


async def _restore(
    desk: Desk,
    connection: Connection,
    stopped: Stopped,
    before: Decision,
    decision: Decision,
    context: Context,
) -> str | None:
    """Give back what was stopped, and return the clip's id; None where nothing can be made any more."""
    if before.surface is Surface.PUBLISH:
        is_withdrawn = stopped.row is None or stopped.row.withdrawn_at is not None
        return None if is_withdrawn else before.subject_id
    if not await _can_be_made(connection, stopped.asked):
        return None
    if stopped.row is None:
        return await _made_of(desk, connection, stopped.asked, decision, context)
    stage = VideoStage.MARKING
    if stopped.row.generated_digest is None or is_sealed(desk, before):
        stage = VideoStage.GENERATING
        await submissions.reseed(connection, stopped.asked.id, secrets.randbits(31))
    await videos.restore(
        connection,
        stopped.row.id,
        stage,
        decision_id=decision.id,
        decided_under=await decided_under(connection, desk.policy),
        expires_at=context.at + CLIP_KEPT,
    )
    await desk.jobs.defer_stage(connection, stopped.row.id, stage)
    return stopped.row.id


async def _can_be_made(connection: Connection, asked: SubmissionRow) -> bool:
    """A remix needs the clip that it remixes, an import the one that was brought, nothing what is sealed."""
    if asked.kind == "import" and asked.reference_digest is None:
        return False
    if await sealed.has_given(connection, asked.id):
        return False
    if asked.parent_video_id is None:
        return True
    parent = await videos.find(connection, asked.parent_video_id)
    return parent is not None and parent.status == "completed" and parent.withdrawn_at is None


async def _made_of(
    desk: Desk, connection: Connection, asked: SubmissionRow, decision: Decision, context: Context
) -> str:
    """Let a refused request become its clip: uncharged, for the refusal was our mistake."""
    new = NewVideo(
        id=new_id("video"),
        account_id=asked.account_id,
        submission_id=asked.id,
        decision_id=decision.id,
        decided_under=await decided_under(connection, desk.policy),
        charged_on=None,
        created_at=context.at,
        expires_at=context.at + CLIP_KEPT,
    )
    await videos.add(connection, new)
    await desk.jobs.defer_stage(connection, new.id, VideoStage.GENERATING)
    return new.id
