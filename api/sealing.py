"""
What child safety found: sealed at once, its plain bytes removed, opened by one role alone.

Whether a detector found it or a person, in a clip or in what came with a request: every file is encrypted
with a key of its own before the decision is committed; the decision, the seals and their entries in the log
are one transaction; then the plain bytes go, and with them all that was made of them.  Cut short before the
commit, nothing has happened and it is done again; cut short after it, no row needs the plain bytes any more
and housekeeping removes them.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from pathlib import Path

from api import acts
from api.db.pool import Connection, Pool
from api.db.stores import objects as stored
from api.db.stores import parting, sealed
from api.db.stores.objects import StoredObject
from api.db.stores.sealed import SealedRow
from api.db.stores.videos import VideoRow
from api.home import Home
from api.ids import new_id
from api.keeping import keep
from api.objects import Objects
from policies.bundle import Policy
from policies.ruling import Ruling, Verdict
from safety.audit.entry import SYSTEM, ActionClass, Actor
from safety.decision import Decision
from safety.sealing import Sealed, Sealer

KEPT = dt.timedelta(days=365)
"""As long as providers must preserve what they reported (18 U.S.C. 2258A(h)); then key and bytes go."""

SEALED_TYPE = "application/octet-stream"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """A file that is sealed and kept, not yet noted: its plain object, and the one that replaces it."""

    id: str
    part: str
    plain: StoredObject
    kept: StoredObject
    sealed: Sealed


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealing:
    """Seals what lies in the object store; `home` lends the folder in which that is done."""

    pool: Pool
    home: Home
    objects: Objects
    sealer: Sealer

    async def seal(self, digests: dict[str, str | None]) -> tuple[Seal, ...]:
        """Seal objects, given by the part they play; the plain ones are still there."""
        return tuple(
            [await self._sealed(part, digest) for part, digest in digests.items() if digest is not None]
        )

    async def _sealed(self, part: str, digest: str) -> Seal:
        async with self.pool.connection() as connection:
            plain = await stored.find(connection, digest)
        if plain is None:
            raise OSError("what is to be sealed is not kept")
        sealed_id = new_id("sealed")
        with self.home.work_folder() as folder:
            source, target = Path(folder) / "plain", Path(folder) / "sealed"
            await self.objects.fetch(digest, source)
            done = await asyncio.to_thread(self.sealer.seal, source, target, sealed_id)
            kept = await keep(self.pool, self.objects, target, SEALED_TYPE)
        return Seal(id=sealed_id, part=part, plain=plain, kept=kept, sealed=done)

    async def note(
        self,
        connection: Connection,
        seals: tuple[Seal, ...],
        decision: Decision,
        actor: Actor = SYSTEM,
    ) -> frozenset[str]:
        """
        Note seals in the transaction of their decision; from then on no row leads to the plain bytes.

        Returns the digests of all that is to be removed once this is committed: what was sealed, and what
        was made of it (a marked copy, stills, the manifest with its picture).
        """
        for one in seals:
            await stored.remember(connection, one.kept)
            await sealed.add(connection, _row(one, decision))
            await acts.enter(
                connection, actor, "sealed:seal", ("sealed", one.id), action_class=ActionClass.REVIEW
            )
        if not seals:
            return frozenset()
        part = parting.with_clip if decision.subject_type == "video" else parting.with_request
        return await part(connection, decision.subject_id)

    async def remove_plain(self, digests: Collection[str]) -> None:
        """Remove the plain bytes of what was sealed, unless another row needs the same."""
        if not digests:
            return
        async with self.pool.connection() as connection, connection.transaction():
            for digest in await stored.forget_these(connection, list(digests)):
                await self.objects.delete(digest)

    async def opened(self, row: SealedRow) -> AsyncIterator[bytes]:
        """
        Return the plain bytes of a seal; the first piece is proven before this returns.

        Raises:
            SealBroken: the key in force is another, or the bytes were changed.
            ObjectMissing: they are gone.
        """
        pieces = self.sealer.opened(await self.objects.open(row.object_digest), row.wrapped_key, row.id)
        first = await anext(pieces)

        async def all_of_them() -> AsyncIterator[bytes]:
            yield first
            async for piece in pieces:
                yield piece

        return all_of_them()


def is_sealed(policy: Policy, ruling: Ruling) -> bool:
    """Tell whether a ruling stops something that is to be sealed."""
    return ruling.verdict is Verdict.BLOCK and any(
        policy.is_sealed(reason.category) for reason in ruling.reasons
    )


def content_of(kind: str, given: str | None, row: VideoRow | None = None) -> dict[str, str | None]:
    """
    Return the digests of a request's bytes by the part each plays: what came with it (`given`, of a
    request of that `kind`), and of its clip, if there is one, what was made and what another service gave.
    """
    made = {} if row is None else {"clip": row.generated_digest, "received": row.received_digest}
    return {**made, "brought" if kind == "import" else "reference": given}


def _row(seal: Seal, decision: Decision) -> SealedRow:
    is_clip = decision.subject_type == "video"
    return SealedRow(
        id=seal.id,
        video_id=decision.subject_id if is_clip else None,
        submission_id=None if is_clip else decision.subject_id,
        account_id=decision.account_id,
        decision_id=decision.id,
        part=seal.part,
        object_digest=seal.kept.digest,
        wrapped_key=seal.sealed.wrapped_key,
        media_type=seal.plain.media_type,
        plain_sha256=seal.sealed.sha256,
        byte_count=seal.sealed.byte_count,
        sealed_at=decision.decided_at,
        expires_at=decision.decided_at + KEPT,
    )
