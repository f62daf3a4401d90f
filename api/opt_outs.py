"""
The opt-outs by name that are in force, asked for at every decision.

A process keeps what it read and reads again when the database says that something changed; it asks the
database each time, so what it answers with is never older than the question.  Where the database does
not answer, there is no answer: the decision fails and is taken later.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from api.db.pool import Connection
from api.db.stores import optouts
from api.db.stores.optouts import Asked, Edition, OptOutRow
from policies.bundle import Policy
from policies.decide import decide
from policies.facts import Facts, Surface
from policies.finding import Evidence, Stage
from safety.detector import Text
from safety.detectors.opt_outs import OptOutsDetector
from safety.rights.filed import UNKNOWN_TERRITORY, FiledNames
from safety.screen import screen_words

FEWEST_TOLD = 10
"""Private matches are told in tens, so that one more or less tells of nobody's prompt."""

MOST_EXAMPLES = 10


class OptOuts:
    """What one process holds of the entries in force."""

    def __init__(self) -> None:
        self._names = FiledNames()
        self._edition: Edition | None = None
        self._one_at_a_time = asyncio.Lock()

    async def now(self, connection: Connection) -> FiledNames:
        """Return the entries in force at this moment, or at a later one."""
        async with self._one_at_a_time:
            edition = await optouts.edition(connection)
            if edition != self._edition:
                entries = await optouts.in_force(connection)  # as new as the edition, or newer
                self._names = await asyncio.to_thread(self._names.followed_by, entries)
                self._edition = edition
            return self._names

    async def detector(self, connection: Connection, territory: str) -> OptOutsDetector:
        """Return what finds the names that are opted out in a territory now."""
        return OptOutsDetector(filed=await self.now(connection), territory=territory)


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """
    What an entry would have stopped or held among the last submissions.

    `private` counts in full tens, and is None below ten; `examples` are ids of public clips.
    """

    looked_at: int
    published: int
    examples: tuple[str, ...]
    private: int | None
    codes: tuple[str, ...]


def effect_of(policy: Policy, row: OptOutRow, asked: Iterable[Asked]) -> Effect:
    """Return an entry's effect; the filer's own submissions show nothing and are left out."""
    entry = optouts.filed(row.id, row.kind, row.names, row.aliases, row.tier, row.territories)
    detector = OptOutsDetector(filed=FiledNames().followed_by([entry]), territory=UNKNOWN_TERRITORY)
    others = [one for one in asked if one.account_id != row.account_id]
    fired = [(one, codes) for one in others if (codes := _codes(policy, detector, one.prompt))]
    examples = [one.video_id for one, _ in fired if one.video_id is not None]
    hidden = len(fired) - len(examples)
    return Effect(
        looked_at=len(others),
        published=len(examples),
        examples=tuple(examples[:MOST_EXAMPLES]),
        private=hidden - hidden % FEWEST_TOLD if hidden >= FEWEST_TOLD else None,
        codes=tuple(sorted({code for _, codes in fired for code in codes})),
    )


def _codes(policy: Policy, detector: OptOutsDetector, prompt: str) -> frozenset[str]:
    """Return the codes of the reasons that the policy gives for what the entry names in a prompt."""
    reading = screen_words(detector, [Text(text=prompt)], ())
    if not reading.findings:
        return frozenset()
    evidence = Evidence(subject_digest="", stage=Stage.PROMPT, readings=(reading,))
    ruling = decide(policy, Facts(surface=Surface.PROMPT), evidence)
    return frozenset(one.error_code for one in ruling.reasons if one.detector == detector.name)
