"""Step 10: publishing is a second, stricter decision, on everything that was seen of a clip."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from api.auth import Caller
from api.creation import Desk, facts_of, heeded
from api.db.pool import Connection
from api.db.stores import cases, decisions, parting, videos
from api.db.stores.decisions import About, Context
from api.db.stores.submissions import SubmissionRow
from api.db.stores.videos import VideoRow
from api.problems import Problem
from api.sealing import Seal, content_of, is_sealed
from api.webhooks import announce
from policies.facts import Surface
from policies.finding import Evidence, Stage
from policies.ruling import Ruling, Sentence, Verdict
from safety.decision import Decision
from safety.detector import Text, Words
from safety.detectors.opt_outs import NAME as OPT_OUTS
from safety.pipeline import Looked, Ruled, resolve, ruled
from safety.rights.filed import UNKNOWN_TERRITORY

_STALE = Sentence(
    en="What was seen of this clip is no longer kept; make it again to publish it.",
    fr="Ce qui a été vu de cette vidéo n’est plus conservé ; refaites-la pour la publier.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """What publishing a clip now would be answered; `standing` is a person's decision that answers it."""

    ruled: Ruled
    standing: Decision | None

    @property
    def ruling(self) -> Ruling:
        """What is answered."""
        return self.ruled.ruling if self.standing is None else self.standing.ruling


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What publishing was answered, as recorded, and the digests of what it leaves to be removed."""

    decision: Decision
    parted: frozenset[str] = frozenset()


async def judge_publication(
    desk: Desk, connection: Connection, caller: Caller, row: VideoRow, asked: SubmissionRow
) -> Publication:
    """
    Answer what publishing now would be answered.

    Consent and opt-outs are those in force now; the evidence is that of the prompt and of the output.

    Raises:
        Problem: 409 where the evidence is no longer kept.
    """
    looked = await _looked(desk, connection, row, asked)
    facts = facts_of(caller, Surface.PUBLISH, asked.model)
    facts = resolve(desk.grants, asked.cameo_ids, caller.account_id, facts)
    now = ruled(desk.policy, facts, looked)
    standing = await decisions.standing(connection, desk.policy, _about(row), now)
    return Publication(ruled=now, standing=standing)


async def publish(
    desk: Desk,
    connection: Connection,
    row: VideoRow,
    judged: Publication,
    visibility: str,
    context: Context,
    seals: tuple[Seal, ...] = (),
) -> Published:
    """
    Record the decision, if it is new, and publish, unless it stops or holds; what is held waits for people.

    Once they have decided, publishing again is answered so.  `seals` hold all that `to_seal` named: a clip
    that may not be looked at is not merely left unpublished, it is taken down.
    """
    decision = judged.standing or await decisions.take(
        connection, desk.policy, _about(row), judged.ruled, context
    )
    if decision.ruling.verdict < Verdict.REVIEW:
        await videos.set_visibility(connection, row.id, visibility)
    elif decision.ruling.verdict is Verdict.REVIEW:
        await cases.open_case(connection, decision, ("video", row.id), context)
    elif seals:
        parted = await take_down(desk, connection, row, seals, decision, context)
        return Published(decision=decision, parted=parted)
    return Published(decision=decision)


def to_seal(desk: Desk, row: VideoRow, asked: SubmissionRow, judged: Publication) -> dict[str, str | None]:
    """Return what is to be sealed before a publication is answered; nothing of what may be looked at."""
    if not is_sealed(desk.policy, judged.ruling):
        return {}
    return content_of(asked.kind, asked.reference_digest, row)


async def take_down(
    desk: Desk,
    connection: Connection,
    row: VideoRow,
    seals: tuple[Seal, ...],
    decision: Decision,
    context: Context,
) -> frozenset[str]:
    """
    Withdraw a released clip whose media are sealed, and tell its owner.

    Returns the digests of all that is to be removed once this is committed.
    """
    await parting.withdraw(connection, row.id, "policy", context.at)
    await announce(desk.jobs, connection, row.account_id, "video.taken_down", row.id)
    return await desk.sealing.note(connection, seals, decision, context.actor)


def _about(row: VideoRow) -> About:
    return About(account_id=row.account_id, subject_type="video", subject_id=row.id)


async def _looked(desk: Desk, connection: Connection, row: VideoRow, asked: SubmissionRow) -> Looked:
    output = await decisions.latest(connection, "video", row.id, Surface.OUTPUT)
    prompt = await decisions.latest(connection, "submission", row.submission_id or "", Surface.PROMPT)
    if output is None or prompt is None:
        raise Problem("conflict", _STALE)
    seen = await decisions.evidence_of(connection, output.evidence_digest)
    said = await decisions.evidence_of(connection, prompt.evidence_digest)
    if seen is None or said is None:
        raise Problem("conflict", _STALE)
    looked = _of_then(said[0], seen[0], [decisions.words_from_json(one) for one in (*said[1], *seen[1])])
    return await heeded(desk, looked, [Text(text=asked.prompt)], UNKNOWN_TERRITORY)


def _of_then(said: Evidence, seen: Evidence, words: Sequence[Words]) -> Looked:
    """Return what was seen, without what opt-outs said: those in force now are asked again, everywhere."""
    readings = (*said.readings, *seen.readings)
    kept = tuple(reading for reading in readings if reading.detector != OPT_OUTS)
    return Looked(evidence=replace(seen, stage=Stage.OUTPUT, readings=kept), words=tuple(words))
