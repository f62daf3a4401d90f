"""From a request for a clip to its answer: one way for creations, remixes and imports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import Request, Response
from fastapi.responses import JSONResponse

from api import creation, quota
from api.acting import context_of
from api.auth import Caller
from api.creation import Admission, Asked, Desk
from api.db.pool import Connection
from api.db.stores import submissions, videos
from api.db.stores.uses import Use
from api.idempotency import fingerprint, once
from api.language import language_of
from api.parts import Parts
from api.problems import Problem, problem_json
from api.video_object import reasons_of, video_object
from safety.decision import Decision


async def admitted(
    request: Request, parts: Parts, caller: Caller, asked: Asked, key: str | None, digest: bytes
) -> Response:
    """
    Count, look, decide and store; answer with the clip's object, or with the refusal and its reasons.

    What is looked at outside the transaction is stored inside it; a repeat under one Idempotency-Key is
    answered as the first was.
    """
    desk, context = parts.of(Desk), context_of(request, caller)
    quota.refuse_beyond_tier(desk.policy, caller, asked.duration_s)
    await quota.count_attempt(desk.pool, desk.policy, caller, Use.ATTEMPTS, context.at)
    judged = await creation.judge(desk, caller, asked)
    rewrites = await creation.rewrites(desk, caller, asked, judged, language_of(request))
    seals = await creation.sealed_first(desk, asked, judged)

    async def work(connection: Connection) -> Response:
        admission = await creation.store(desk, connection, caller, asked, judged, context, seals)
        return await _answer(request, parts, connection, admission, rewrites)

    answer = await once(parts.pool, caller, key, fingerprint(request, digest), work)
    await desk.sealing.remove_plain([one.plain.digest for one in seals])
    return answer


async def _answer(
    request: Request,
    parts: Parts,
    connection: Connection,
    admission: Admission,
    rewrites: tuple[str, ...],
) -> Response:
    language, address = language_of(request), parts.settings.address
    if admission.video_id is None:
        return refusal(
            request,
            parts,
            admission.decision,
            {"submission_id": admission.submission_id, "rewrites": list(rewrites)},
        )
    row = await videos.find(connection, admission.video_id)
    asked = await submissions.find(connection, admission.submission_id)
    if row is None or asked is None:
        raise RuntimeError("what was stored in this transaction is there")
    body = video_object(row, asked, admission.decision, language, address)
    return JSONResponse(body, headers={"X-Decision-Id": admission.decision.id})


def refusal(request: Request, parts: Parts, decision: Decision, members: Mapping[str, Any]) -> Response:
    """Turn a decision to stop or hold into its response: the one place that does."""
    reasons = reasons_of(decision.ruling, language_of(request), parts.settings.address, decision.id)
    problem = Problem(
        decision.ruling.reasons[0].error_code,
        headers={"X-Decision-Id": decision.id},
        members={**members, "decision_id": decision.id, "charged": False, "reasons": reasons},
    )
    return problem_json(request, problem)
