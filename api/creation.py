"""
Step 1 of a clip's way, and the answer to a request: admit, screen, resolve, decide, store.

A refusal is a value: it is stored, logged, can be appealed, and is never charged.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from api.auth import Caller
from api.db.pool import Connection, Pool
from api.db.stores import cases, decisions, generations, optouts, submissions, videos
from api.home import Home
from api.ids import new_id
from api.jobs import Jobs
from api.objects import Objects
from api.opt_outs import OptOuts
from api.quota import take_clip
from api.sealing import Seal, Sealing, content_of, is_sealed
from api.webhooks import announce
from policies.bundle import Policy
from policies.facts import Facts, Surface
from policies.ruling import Verdict
from safety.decision import Decision
from safety.detector import Text
from safety.pipeline import Grants, Looked, Ruled, heed, resolve, rule, ruled, screen_request
from safety.rewrite import rewrites as offered
from safety.screen import Screen

REFUSED_KEPT = dt.timedelta(days=30)
CLIP_KEPT = dt.timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a creator asks for, already of the right types; `reference` is the decoded picture, if any."""

    kind: str
    prompt: str
    model: str
    duration_s: int
    width_px: int
    height_px: int
    cameo_ids: tuple[str, ...] = ()
    reference: NDArray[np.uint8] | None = None
    reference_digest: str | None = None
    parent_video_id: str | None = None
    safety_identifier: str | None = None
    brought_generator: str | None = None
    brought_model: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What admitting needs: the law, the detectors, who has granted what, the queue, where bytes lie."""

    pool: Pool
    home: Home
    objects: Objects
    models: tuple[str, ...]
    policy: Policy
    screen: Screen
    grants: Grants
    jobs: Jobs
    sealing: Sealing
    opt_outs: OptOuts = field(default_factory=OptOuts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A request that has been looked at and answered, not yet stored."""

    submission_id: str
    ruled: Ruled
    under: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """The answer as stored; `video_id` is None where the request was refused."""

    submission_id: str
    decision: Decision
    video_id: str | None


async def judge(desk: Desk, caller: Caller, asked: Asked) -> Judged:
    """Steps 2 to 4: look at the request and answer it; the detectors run beside the event loop."""
    submission_id = new_id("sub")
    async with desk.pool.connection() as connection:
        under = await decided_under(connection, desk.policy)
    texts = [Text(text=asked.prompt)]
    looked = await asyncio.to_thread(
        screen_request, desk.screen, subject_digest(asked), texts, asked.reference
    )
    looked = await heeded(desk, looked, texts, caller.territory)
    facts = resolve(
        desk.grants, asked.cameo_ids, caller.account_id, facts_of(caller, Surface.PROMPT, asked.model)
    )
    return Judged(
        submission_id=submission_id,
        ruled=ruled(desk.policy, facts, looked),
        under=under,
    )


async def heeded(desk: Desk, looked: Looked, texts: Sequence[Text], territory: str) -> Looked:
    """Add what the opt-outs in force now say of what was asked."""
    async with desk.pool.connection() as connection:
        opt_outs = await desk.opt_outs.detector(connection, territory)
    return await asyncio.to_thread(heed, opt_outs, looked, texts)


async def rewrites(
    desk: Desk, caller: Caller, asked: Asked, judged: Judged, language: str
) -> tuple[str, ...]:
    """Return rewrites of a prompt that was not allowed, each judged and found to pass; `language` is read."""
    if judged.ruled.ruling.verdict < Verdict.REVIEW or asked.kind == "import":
        return ()
    facts = facts_of(caller, Surface.PROMPT, asked.model)
    async with desk.pool.connection() as connection:
        opt_outs = await desk.opt_outs.detector(connection, caller.territory)

    def passes(text: str) -> bool:
        texts = [Text(text=text)]
        looked = heed(opt_outs, screen_request(desk.screen, "", texts, None), texts)
        return rule(desk.policy, facts, looked).verdict < Verdict.REVIEW

    found = judged.ruled.looked.evidence.findings
    return await asyncio.to_thread(offered, asked.prompt, found, passes, language)


async def sealed_first(desk: Desk, asked: Asked, judged: Judged) -> tuple[Seal, ...]:
    """
    Seal what came with a request that is refused for what nobody may look at; nothing of any other.

    The seals count once they are stored with the refusal; then what they hold is removed.
    """
    if not is_sealed(desk.policy, judged.ruled.ruling):
        return ()
    return await desk.sealing.seal(content_of(asked.kind, asked.reference_digest))


async def seal_preview(
    desk: Desk, caller: Caller, asked: Asked, judged: Judged, context: decisions.Context
) -> None:
    """
    Record a preview as the refusal it would be, where its picture shows what nobody may look at.

    A preview of anything else is not recorded, and its picture is swept.
    """
    if seals := await sealed_first(desk, asked, judged):
        async with desk.pool.connection() as connection, connection.transaction():
            await store(desk, connection, caller, asked, judged, context, seals)
        await desk.sealing.remove_plain([one.plain.digest for one in seals])


def subject_digest(asked: Asked) -> str:
    """Return the digest that names a request's content in its evidence."""
    parts = (asked.prompt, asked.reference_digest or "", *asked.cameo_ids)
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def facts_of(caller: Caller, surface: Surface, backend: str) -> Facts:
    """Return the circumstances of a decision about the caller's own content."""
    return Facts(
        surface=surface,
        tier=caller.tier,
        age_band=caller.age_band,
        territory=caller.territory,
        backend=backend,
    )


async def decided_under(connection: Connection, policy: Policy, *, is_held: bool = False) -> dict[str, Any]:
    """Return what a decision taken now stands on, to be compared at release, where it `is_held` still."""
    turned_at = (await optouts.edition(connection)).turned_at
    return {
        "policy": policy.digest,
        **await generations.current(connection, is_held=is_held),
        "opt_outs_turned_at": None if turned_at is None else turned_at.isoformat(),
    }


async def store(
    desk: Desk,
    connection: Connection,
    caller: Caller,
    asked: Asked,
    judged: Judged,
    context: decisions.Context,
    seals: tuple[Seal, ...] = (),
) -> Admission:
    """
    Store the request, its decision and, unless refused, its clip and job: in the caller's transaction.

    `seals` hold what came with it, where nobody may look at that (`sealed_first`).

    Raises:
        Problem: 429 where the day's clips or the running ones are used up; nothing is stored.
    """
    is_refused = judged.ruled.ruling.verdict is Verdict.BLOCK
    kept = REFUSED_KEPT if is_refused else CLIP_KEPT
    await submissions.add(connection, _submission(caller, asked, judged, context.at, kept))
    about = decisions.About(
        account_id=caller.account_id, subject_type="submission", subject_id=judged.submission_id
    )
    decision = await decisions.take(connection, desk.policy, about, judged.ruled, context)
    if is_refused:
        await desk.sealing.note(connection, seals, decision)
        return Admission(submission_id=judged.submission_id, decision=decision, video_id=None)
    await take_clip(desk.policy, connection, caller, context.at)
    new = _video(judged, decision, context.at)
    await videos.add(connection, new)
    if new.is_held:
        await cases.open_case(connection, decision, ("video", new.id), context)
        await announce(desk.jobs, connection, caller.account_id, "video.held", new.id)
    else:
        await desk.jobs.defer_stage(connection, new.id, videos.VideoStage.GENERATING)
    return Admission(submission_id=judged.submission_id, decision=decision, video_id=new.id)


def _video(judged: Judged, decision: Decision, at: dt.datetime) -> videos.NewVideo:
    return videos.NewVideo(
        id=new_id("video"),
        account_id=decision.account_id,
        submission_id=judged.submission_id,
        decision_id=decision.id,
        decided_under=judged.under,
        charged_on=at.astimezone(dt.UTC).date(),
        created_at=at,
        expires_at=at + CLIP_KEPT,
        is_held=decision.ruling.verdict is Verdict.REVIEW,
    )


def _submission(
    caller: Caller, asked: Asked, judged: Judged, at: dt.datetime, kept: dt.timedelta
) -> submissions.SubmissionRow:
    return submissions.SubmissionRow(
        id=judged.submission_id,
        account_id=caller.account_id,
        kind=asked.kind,
        prompt=asked.prompt,
        model=asked.model,
        duration_s=asked.duration_s,
        width_px=asked.width_px,
        height_px=asked.height_px,
        seed=secrets.randbits(31),
        cameo_ids=list(asked.cameo_ids),
        reference_digest=asked.reference_digest,
        parent_video_id=asked.parent_video_id,
        safety_identifier=asked.safety_identifier,
        brought_generator=asked.brought_generator,
        brought_model=asked.brought_model,
        submitted_at=at,
        expires_at=at + kept,
    )
