"""
How a stage is claimed, committed, and what follows when it breaks.

A claim raises the clip's attempt number; what the stage made is committed only while the row still bears
it.  A stage that breaks is tried again, a few times with growing pauses; then the clip ends, uncharged.
Without room to write it is no fault of the clip's: it waits, however long, and is made once there is room.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import structlog
from procrastinate.exceptions import ConnectorException
from psycopg_pool import PoolTimeout

from api.db.pool import Connection, Pool
from api.db.stores import accounts, log, submissions, uses, videos
from api.db.stores.accounts import Account
from api.db.stores.submissions import SubmissionRow
from api.db.stores.videos import Superseded, VideoRow, VideoStage
from api.home import Home
from api.ids import new_id
from api.jobs import Jobs
from api.room import is_full
from api.webhooks import announce_end
from generator.errors import GenerationFailed
from policies.taxonomy import ERROR_CODES
from safety.audit.entry import SYSTEM, ActionClass, Event

_log = structlog.get_logger(__name__)

MOST_FAILURES = 3
_NO_DATABASE = (psycopg.OperationalError, PoolTimeout, ConnectorException)


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A claimed stage: the clip's row as claimed, what was asked by whom, and a folder that will vanish."""

    row: VideoRow
    asked: SubmissionRow
    account: Account
    folder: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """Claims stages for one worker process."""

    pool: Pool
    home: Home
    jobs: Jobs
    room_pause_s: int = 30

    @asynccontextmanager
    async def claimed(self, video_id: str, stage: VideoStage) -> AsyncIterator[Work | None]:
        """Claim a stage and yield it, or None where the clip is elsewhere or gone; see to what breaks."""
        with self.home.work_folder() as folder:
            work = await self._claim(video_id, stage, Path(folder))
            try:
                yield work
            except Superseded:
                _log.info("stage_superseded", video=video_id, stage=stage.value)
            except _NO_DATABASE:
                raise  # nothing can be written about it: the job is given back, or the clip another one
            except Exception as error:  # whatever it was: a clip that breaks is not done for ever
                if work is None:
                    raise
                await self._broke(work, error)

    async def _claim(self, video_id: str, stage: VideoStage, folder: Path) -> Work | None:
        async with self.pool.connection() as connection:
            row = await videos.claim(connection, video_id, stage)
            if row is None or row.submission_id is None:
                return None
            asked = await submissions.find(connection, row.submission_id)
            account = await accounts.by_id(connection, row.account_id)
        if asked is None or account is None:
            return None
        return Work(row=row, asked=asked, account=account, folder=folder)

    @asynccontextmanager
    async def commit(self, work: Work) -> AsyncIterator[Connection]:
        """
        Yield a connection in a transaction that holds the clip's row, if the claim still stands.

        Raises:
            Superseded: it does not; nothing of this stage may be committed.
        """
        async with self.pool.connection() as connection, connection.transaction():
            await videos.lock_claim(connection, work.row)
            yield connection

    async def enter(
        self,
        connection: Connection,
        work: Work,
        action: str,
        *,
        outcome: str = "done",
        digest: str | None = None,
    ) -> None:
        """Enter an act of the system about this clip in the log."""
        event = Event(
            event_id=new_id("event"),
            at=dt.datetime.now(dt.UTC),
            actor=SYSTEM,
            action=action,
            action_class=ActionClass.DECISION,
            resource_type="video",
            resource_id=work.row.id,
            outcome=outcome,
            after_digest=digest,
        )
        await log.record(connection, event)

    async def _broke(self, work: Work, error: Exception) -> None:
        """Try the stage again after a pause, or end the clip once it broke too often."""
        # Of an error only its kind is logged: a message may quote what was asked for.
        stage = VideoStage(work.row.stage)
        event = "stage_waits_for_room" if is_full(error) else "stage_broke"
        _log.warning(event, video=work.row.id, stage=stage.value, kind=type(error).__name__)
        try:
            async with self.commit(work) as connection:
                if is_full(error):
                    await self.jobs.defer_stage(connection, work.row.id, stage, after_s=self.room_pause_s)
                    return
                failures = await videos.count_failure(connection, work.row.id)
                code = refusal_code(error)
                if failures < MOST_FAILURES and code is None:
                    await self.jobs.defer_stage(connection, work.row.id, stage, after_s=2**failures)
                    return
                await uses.give_back_clip(connection, work.row.id)
                await videos.fail(connection, work.row.id, code or "generator_failed")
                await self.enter(connection, work, "video:fail", outcome=code or type(error).__name__)
                is_blocked = code not in {None, "generator_failed"}
                await announce_end(self.jobs, connection, work.account.id, work.row.id, is_blocked=is_blocked)
        except Superseded:
            _log.info("stage_superseded", video=work.row.id, stage=work.row.stage)


def refusal_code(error: Exception) -> str | None:
    """
    Return the code of a clip whose back-end refuses it, None where asking again may help.

    A remote service's own word is kept where it is one of ours; of any other we say that no clip came.
    """
    if not isinstance(error, GenerationFailed) or not error.is_refusal:
        return None
    return error.code if error.code in ERROR_CODES else "generator_failed"
