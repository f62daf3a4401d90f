"""
The four stages a worker does; each claims, works, and commits what was made if its claim still stands.

What a stage makes is stored under its digest before the row moves on; the row, its decision, its entry in
the log and the next job are one transaction, so a stage that is cut short is simply done again.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from api.claims import Claims, Work
from api.creation import decided_under
from api.db.pool import Connection
from api.db.stores import cases, decisions, marks, objects, uses, videos
from api.db.stores.decisions import Context
from api.db.stores.objects import StoredObject
from api.db.stores.uses import Use
from api.db.stores.videos import VideoStage
from api.keeping import keep
from api.lineage import Lineage
from api.objects import Objects
from api.opt_outs import OptOuts
from api.orders import GenerateOrder, LookOrder, MarkOrder
from api.sealing import Sealing, content_of, is_sealed
from api.telling import Telling
from api.webhooks import announce, announce_end
from api.workshop import Order, Workshop
from generator.media.source import MEDIA_TYPES, container_kind
from generator.request import Submission
from policies.bundle import Policy
from policies.facts import Facts, Surface
from policies.ruling import Verdict
from safety.audit.entry import SYSTEM
from safety.decision import Decision
from safety.detector import Text
from safety.pipeline import Grants, Looked, Ruled, heed, resolve, ruled

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stages:
    """The stages of one worker process and what they need."""

    claims: Claims
    objects: Objects
    sealing: Sealing
    workshop: Workshop
    policy: Policy
    grants: Grants
    lineage: Lineage
    opt_outs: OptOuts = field(default_factory=OptOuts)

    async def generate(self, video_id: str) -> None:
        """Step 5: make the clip and keep it, or stop at what a preview showed."""
        async with self.claims.claimed(video_id, VideoStage.GENERATING) as work:
            if work is None:
                return
            given = await self._references(work)
            is_brought = work.asked.kind == "import"
            order = GenerateOrder(
                request=_request(work, () if is_brought else given),
                model=work.asked.model,
                folder=_made(work.folder / "made"),
                brought=given[0] if is_brought else None,
            )
            made = await self._ordered(work, order)
            if isinstance(made, Looked):
                await self._decide(work, made)
                return
            stored = await self._keep(made.path, "video/mp4")
            received = None if made.received is None else await self._keep_received(made.received)
            async with self.claims.commit(work) as connection:
                await objects.remember(connection, stored)
                await videos.move_on(
                    connection,
                    video_id,
                    VideoStage.OUTPUT_CHECK,
                    generated_digest=stored.digest,
                    received_digest=received,
                )
                await self.claims.enter(connection, work, "video:generate", digest=stored.digest)
                await self.claims.jobs.defer_stage(connection, video_id, VideoStage.OUTPUT_CHECK)

    async def look(self, video_id: str) -> None:
        """Steps 6 and 7: look at the clip and decide: mark it, hold it, or stop it."""
        async with self.claims.claimed(video_id, VideoStage.OUTPUT_CHECK) as work:
            if work is None or work.row.generated_digest is None:
                return
            digest = work.row.generated_digest
            clip = await self._fetched(digest, work.folder / "clip.mp4")
            looked = await self._ordered(work, LookOrder(clip=clip, subject_digest=digest))
            await self._decide(work, looked)

    async def mark(self, video_id: str) -> None:
        """Step 8: mark and sign the clip, read both back, and keep what will be released."""
        async with self.claims.claimed(video_id, VideoStage.MARKING) as work:
            if work is None or work.row.generated_digest is None:
                return
            clip = await self._fetched(work.row.generated_digest, work.folder / "clip.mp4")
            counter = await self._counter(video_id)
            order = MarkOrder(
                clip=clip,
                folder=_made(work.folder / "marked"),
                counter=counter,
                facts=await self.lineage.facts(work),
                language=work.account.locale,
            )
            marked = await self._ordered(work, order)
            kept = {name: await self._keep(path, kind) for name, (path, kind) in marked.files.items()}
            async with self.claims.commit(work) as connection:
                for stored in kept.values():
                    await objects.remember(connection, stored)
                await marks.prepare(
                    connection,
                    video_id,
                    payload=marked.payload,
                    fingerprint=marked.fingerprint,
                    manifest_digest=kept["manifest"].digest,
                )
                products = {f"{name}_digest": stored.digest for name, stored in kept.items()}
                await videos.move_on(
                    connection, video_id, VideoStage.SIGNING, provenance=marked.provenance, **products
                )
                await self.claims.jobs.defer_stage(connection, video_id, VideoStage.SIGNING)

    async def release(self, video_id: str) -> None:
        """Step 9: release the clip; if what its decision stood on has moved, decide again first."""
        async with self.claims.claimed(video_id, VideoStage.SIGNING) as work:
            if work is None:
                return
            async with self.claims.commit(work) as connection:
                under = await decided_under(connection, self.policy, is_held=True)
                if under != work.row.decided_under:
                    await videos.move_on(connection, video_id, VideoStage.OUTPUT_CHECK)
                    await self.claims.jobs.defer_stage(connection, video_id, VideoStage.OUTPUT_CHECK)
                    return
                now = dt.datetime.now(dt.UTC)
                await marks.register(connection, video_id, now)
                await videos.complete(connection, video_id, now)
                await self.claims.enter(connection, work, "video:release", digest=work.row.marked_digest)
                await announce(self.claims.jobs, connection, work.account.id, "video.completed", work.row.id)

    async def _decide(self, work: Work, looked: Looked) -> None:
        """Step 7: decide with the grants and generations of now."""
        under, looked = await self._heeded(work, looked)
        facts = replace(_facts(work), labelled=await self._labelled(work))
        facts = resolve(self.grants, work.asked.cameo_ids, work.account.id, facts)
        now = ruled(self.policy, facts, looked)
        is_bad = is_sealed(self.policy, now.ruling)
        content = content_of(work.asked.kind, work.asked.reference_digest, work.row)
        seals = await self.sealing.seal(content) if is_bad else ()
        parted: Collection[str] = ()
        async with self.claims.commit(work) as connection:
            decision = await self._decision(connection, work, now)
            if decision.ruling.verdict is Verdict.BLOCK:
                await self._stop(connection, work, decision)
                parted = await self.sealing.note(connection, seals, decision)
            elif decision.ruling.verdict is Verdict.REVIEW:
                await self._hold(connection, work, decision)
            else:
                await videos.move_on(
                    connection, work.row.id, VideoStage.MARKING, decision_id=decision.id, decided_under=under
                )
                await self.claims.jobs.defer_stage(connection, work.row.id, VideoStage.MARKING)
        await self.sealing.remove_plain(parted)

    async def _labelled(self, work: Work) -> frozenset[str]:
        """Return what the request was labelled as, by policy and by people: the clip keeps it."""
        async with self.claims.pool.connection() as connection:
            return await decisions.labels_of_request(connection, work.asked.id, work.row.id)

    async def _decision(self, connection: Connection, work: Work, now: Ruled) -> Decision:
        about = decisions.About(account_id=work.account.id, subject_type="video", subject_id=work.row.id)
        standing = await decisions.standing(connection, self.policy, about, now)
        if standing is not None:
            return standing
        context = Context(actor=SYSTEM, at=dt.datetime.now(dt.UTC))
        return await decisions.take(connection, self.policy, about, now, context)

    async def _heeded(self, work: Work, looked: Looked) -> tuple[dict[str, Any], Looked]:
        """
        Add what the opt-outs in force now say of the words in a clip, and of its prompt if any came since.

        What is in force is named before it is read: whatever moves in between is found at release.
        """
        async with self.claims.pool.connection() as connection:
            under = await decided_under(connection, self.policy)
            opt_outs = await self.opt_outs.detector(connection, work.account.territory)
        before = work.row.decided_under or {}
        is_moved = any(under[name] != before.get(name) for name in ("opt_outs", "opt_outs_turned_at"))
        texts = [Text(text=work.asked.prompt)] if is_moved else []
        return under, await asyncio.to_thread(heed, opt_outs, looked, texts)

    async def _stop(self, connection: Connection, work: Work, decision: Decision) -> None:
        """End a clip that may not be released: uncharged, counted towards the cap of blocked outputs."""
        await uses.give_back_clip(connection, work.row.id)
        await uses.take(
            connection, work.account.id, Use.OUTPUT_BLOCKS, limit=None, at=dt.datetime.now(dt.UTC)
        )
        code = decision.ruling.reasons[0].error_code
        await videos.fail(connection, work.row.id, code, decision_id=decision.id)
        await announce_end(self.claims.jobs, connection, work.account.id, work.row.id, is_blocked=True)

    async def _hold(self, connection: Connection, work: Work, decision: Decision) -> None:
        await videos.fail(connection, work.row.id, "held_for_review", decision_id=decision.id)
        context = Context(actor=SYSTEM, at=decision.decided_at)
        await cases.open_case(connection, decision, ("video", work.row.id), context)
        await announce(self.claims.jobs, connection, work.account.id, "video.held", work.row.id)

    async def _ordered(self, work: Work, order: Order[Answer]) -> Answer:
        """Have the workshop do it, telling the clip's progress; a lost claim ends the work."""
        telling = Telling(self.claims, work)
        running = asyncio.ensure_future(self.workshop.run(order, telling.tell))
        watching = asyncio.ensure_future(telling.watch())
        try:
            await asyncio.wait((running, watching), return_when=asyncio.FIRST_COMPLETED)
            if watching.done():
                watching.result()
            return await running
        finally:
            for task in (running, watching):
                task.cancel()
            await asyncio.gather(running, watching, return_exceptions=True)

    async def _fetched(self, digest: str, path: Path) -> Path:
        await self.objects.fetch(digest, path)
        return path

    async def _keep_received(self, path: Path) -> str:
        """Keep what another service gave, and return its digest."""
        return (await self._keep(path, MEDIA_TYPES[container_kind(path)])).digest

    async def _keep(self, path: Path, media_type: str) -> StoredObject:
        return await keep(self.claims.pool, self.objects, path, media_type)

    async def _references(self, work: Work) -> tuple[Path, ...]:
        if work.asked.reference_digest is None:
            return ()
        return (await self._fetched(work.asked.reference_digest, work.folder / "reference"),)

    async def _counter(self, video_id: str) -> int:
        """Return the clip's mark number: the same however often the stage is done."""
        async with self.claims.pool.connection() as connection, connection.transaction():
            return await marks.reserve(connection, video_id)


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _request(work: Work, references: tuple[Path, ...]) -> Submission:
    asked = work.asked
    return Submission(
        id=asked.id,
        creator_id=asked.account_id,
        prompt=asked.prompt,
        duration_s=asked.duration_s,
        width_px=asked.width_px,
        height_px=asked.height_px,
        seed=asked.seed,
        submitted_at=asked.submitted_at,
        cameo_ids=tuple(asked.cameo_ids),
        references=references,
    )


def _facts(work: Work) -> Facts:
    return Facts(
        surface=Surface.OUTPUT,
        tier=work.account.tier,
        age_band=work.account.age_band,
        territory=work.account.territory,
        backend=work.asked.model,
    )
