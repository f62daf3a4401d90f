"""
What child safety found in a clip: sealed at once, its plain bytes removed, opened by one role alone.

The clip, and the file it was brought as, are encrypted each with a key of its own before the decision is
committed; the decision, the seals and their entries in the log are one transaction; then the plain bytes go.
Cut short before the commit, nothing has happened and the stage is done again; cut short after it, no row
needs the plain bytes any more and housekeeping removes them.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from api import acts
from api.db.pool import Connection, Pool
from api.db.stores import objects as stored
from api.db.stores import sealed, videos
from api.db.stores.objects import StoredObject
from api.db.stores.sealed import SealedRow
from api.db.stores.videos import VideoRow
from api.home import Home
from api.ids import new_id
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
            kept = StoredObject(
                digest=await self.objects.put(target),
                media_type=SEALED_TYPE,
                byte_count=target.stat().st_size,
            )
        return Seal(id=sealed_id, part=part, plain=plain, kept=kept, sealed=done)

    async def note(
        self,
        connection: Connection,
        row: VideoRow,
        seals: tuple[Seal, ...],
        decision: Decision,
        actor: Actor = SYSTEM,
    ) -> None:
        """Note seals in the transaction of their decision; from then on no row leads to the plain bytes."""
        for one in seals:
            await stored.remember(connection, one.kept)
            await sealed.add(connection, _row(one, row, decision))
            await acts.enter(
                connection, actor, "sealed:seal", ("sealed", one.id), action_class=ActionClass.REVIEW
            )
        if seals:
            await videos.part_with_content(connection, row.id)

    async def remove_plain(self, seals: tuple[Seal, ...]) -> None:
        """Remove the plain bytes of seals that were noted, unless another row needs the same."""
        async with self.pool.connection() as connection, connection.transaction():
            for digest in await stored.forget_these(connection, [one.plain.digest for one in seals]):
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


def _row(seal: Seal, row: VideoRow, decision: Decision) -> SealedRow:
    return SealedRow(
        id=seal.id,
        video_id=row.id,
        account_id=row.account_id,
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
