"""Whether a released clip may still be read: the opt-outs in force are asked at every request."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from api.auth import Caller
from api.creation import Desk, facts_of
from api.db.pool import Connection
from api.db.stores import decisions, submissions
from api.db.stores.videos import VideoRow
from api.problems import Problem
from policies.facts import Surface
from policies.finding import Evidence, Stage
from policies.ruling import Verdict
from safety.detector import Text, Words
from safety.detectors.opt_outs import OptOutsDetector
from safety.pipeline import Looked, heed, rule

MOST_REMEMBERED = 50_000
"""Answers kept by one process; about 10 MB."""


@dataclass(slots=True)
class Answers:
    """What was found of clips under one set of entries; another set begins anew."""

    number: int = -1
    codes: dict[tuple[str, ...], str | None] = field(default_factory=dict)

    def under(self, number: int) -> dict[tuple[str, ...], str | None]:
        """Return the answers under that set, by clip and who asks: a code, or None where it may be read."""
        if number != self.number or len(self.codes) >= MOST_REMEMBERED:
            self.number, self.codes = number, {}
        return self.codes


class Reading:
    """
    Asks of each read whether an entry that came since the release stops the clip.

    Only what the policy blocks counts: an entry that merely holds is a matter for people, and a clip
    that they or the policy released stays readable while they look.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._answers = Answers()

    async def refuse_stopped(self, connection: Connection, caller: Caller, row: VideoRow) -> None:
        """
        Return where the clip may be read.

        Raises:
            Problem: 410 with the reason's class.
        """
        detector = await self._desk.opt_outs.detector(connection, caller.territory)
        answers = self._answers.under(detector.filed.number)
        asked = (row.id, caller.territory, caller.tier.value, caller.age_band.value)
        if asked not in answers:
            answers[asked] = await self._code(connection, caller, row, detector)
        code = answers[asked]
        if code is not None:
            raise Problem("gone", members={"reason": code})

    async def _code(
        self, connection: Connection, caller: Caller, row: VideoRow, detector: OptOutsDetector
    ) -> str | None:
        """Return the code of the first reason that stops the clip, None where nothing does."""
        submission = await submissions.find(connection, row.submission_id or "")
        texts = [] if submission is None else [Text(text=submission.prompt)]
        words = await _words(connection, row)
        nothing = Evidence(subject_digest="", stage=Stage.OUTPUT, readings=())
        looked = await asyncio.to_thread(heed, detector, Looked(evidence=nothing, words=words), texts)
        model = "" if submission is None else submission.model
        ruling = rule(self._desk.policy, facts_of(caller, Surface.OUTPUT, model), looked)
        codes = [
            reason.error_code
            for reason in ruling.reasons
            if reason.detector == detector.name and reason.verdict is Verdict.BLOCK
        ]
        return codes[0] if codes else None


async def _words(connection: Connection, row: VideoRow) -> tuple[Words, ...]:
    """Return the words found in a clip, none once their time is over."""
    decision = await decisions.latest(connection, "video", row.id, Surface.OUTPUT)
    kept = None if decision is None else await decisions.evidence_of(connection, decision.evidence_digest)
    return () if kept is None else tuple(decisions.words_from_json(one) for one in kept[1])
