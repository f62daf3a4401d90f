"""Step 10: publishing is a second, stricter decision, on everything that was seen of a clip."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from api.auth import Caller
from api.creation import Desk, facts_of, heeded
from api.db.pool import Connection
from api.db.stores import decisions, videos
from api.db.stores.decisions import Context
from api.db.stores.videos import SubmissionRow, VideoRow
from api.ids import new_id
from api.problems import Problem
from policies.facts import Surface
from policies.finding import Evidence, Stage
from policies.ruling import Sentence, Verdict
from safety.decision import Decision
from safety.detector import Text, Words
from safety.detectors.opt_outs import NAME as OPT_OUTS
from safety.pipeline import Looked, resolve, rule
from safety.rights.filed import UNKNOWN_TERRITORY

_STALE = Sentence(
    en="What was seen of this clip is no longer kept; make it again to publish it.",
    fr="Ce qui a été vu de cette vidéo n’est plus conservé ; refaites-la pour la publier.",
)


async def decide_publication(
    desk: Desk, connection: Connection, caller: Caller, row: VideoRow, asked: SubmissionRow
) -> Decision:
    """
    Return the decision that publishing now would be, not yet recorded.

    Consent and opt-outs are those in force now; the evidence is that of the prompt and of the output.

    Raises:
        Problem: 409 where the evidence is no longer kept.
    """
    evidence, digest = await _evidence(desk, connection, row, asked)
    facts = facts_of(caller, Surface.PUBLISH, asked.model)
    facts = resolve(desk.grants, asked.cameo_ids, caller.account_id, facts)
    return Decision(
        id=new_id("decision"),
        account_id=row.account_id,
        subject_type="video",
        subject_id=row.id,
        surface=Surface.PUBLISH,
        ruling=rule(desk.policy, facts, Looked(evidence=evidence)),
        evidence_digest=digest,
        detector_versions=tuple(reading.detector for reading in evidence.readings),
        decided_at=dt.datetime.now(dt.UTC),
    )


async def publish(
    connection: Connection, row: VideoRow, decision: Decision, visibility: str, context: Context
) -> bool:
    """Record the decision and, unless it stops or holds, publish; tell whether it did."""
    await decisions.record(connection, decision, context)
    is_allowed = decision.ruling.verdict < Verdict.REVIEW
    if is_allowed:
        await videos.set_visibility(connection, row.id, visibility)
    return is_allowed


async def _evidence(
    desk: Desk, connection: Connection, row: VideoRow, asked: SubmissionRow
) -> tuple[Evidence, str]:
    output = await decisions.latest(connection, "video", row.id, Surface.OUTPUT)
    prompt = await decisions.latest(connection, "submission", row.submission_id or "", Surface.PROMPT)
    if output is None or prompt is None:
        raise Problem("conflict", _STALE)
    seen = await decisions.evidence_of(connection, output.evidence_digest)
    said = await decisions.evidence_of(connection, prompt.evidence_digest)
    if seen is None or said is None:
        raise Problem("conflict", _STALE)
    looked = _of_then(said[0], seen[0], [decisions.words_from_json(one) for one in (*said[1], *seen[1])])
    both = (await heeded(desk, looked, [Text(text=asked.prompt)], UNKNOWN_TERRITORY)).evidence
    return both, await decisions.keep_evidence(connection, both, (), dt.datetime.now(dt.UTC))


def _of_then(said: Evidence, seen: Evidence, words: Sequence[Words]) -> Looked:
    """Return what was seen, without what opt-outs said: those in force now are asked again, everywhere."""
    readings = (*said.readings, *seen.readings)
    kept = tuple(reading for reading in readings if reading.detector != OPT_OUTS)
    return Looked(evidence=replace(seen, stage=Stage.OUTPUT, readings=kept), words=tuple(words))
