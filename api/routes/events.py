"""A clip's progress as it happens: server-sent events, one connection to the database for all readers."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import suppress
from types import TracebackType
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent
from psycopg import AsyncConnection, OperationalError

from api.auth import Caller, require
from api.db.stores import videos
from api.db.stores.videos import VideoRow
from api.ids import is_id
from api.language import language_of
from api.parts import Parts, PartsOf
from api.problems import Problem
from api.video_object import error_object

router = APIRouter(prefix="/v1/videos", tags=["videos"])

_ENDED = frozenset({"completed", "failed"})
_AGAIN_S = 5.0
"""A reader looks for itself this often, should a notification be lost."""


class Announcements:
    """Listens to the database for clips that changed and wakes those who wait for them."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._waiting: defaultdict[str, set[asyncio.Event]] = defaultdict(set)
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> None:
        self._task = asyncio.create_task(self._listen())

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def changed(self, video_id: str) -> None:
        """Wait until the clip changed, or a few seconds."""
        event = asyncio.Event()
        self._waiting[video_id].add(event)
        try:
            await asyncio.wait_for(event.wait(), _AGAIN_S)
        except TimeoutError:
            return
        finally:
            self._waiting[video_id].discard(event)
            if not self._waiting[video_id]:
                del self._waiting[video_id]

    async def _listen(self) -> None:
        while True:
            with suppress(OperationalError):  # the database restarts; readers look for themselves meanwhile
                await self._listen_once()
            await asyncio.sleep(1.0)

    async def _listen_once(self) -> None:
        async with await AsyncConnection.connect(self._address, autocommit=True) as connection:
            await connection.execute("LISTEN video")
            async for notice in connection.notifies():
                for event in tuple(self._waiting.get(notice.payload, ())):
                    event.set()


async def _own(
    video_id: str,
    parts: PartsOf,
    caller: Annotated[Caller, Depends(require("videos:read", limit="read"))],
) -> VideoRow:
    """Return the caller's clip before the stream begins: afterwards no 404 can be told."""
    row = await _found(parts, caller.account_id, video_id) if is_id(video_id, "video") else None
    if row is None:
        raise Problem("not_found")
    return row


@router.get("/{video_id}/events", response_class=EventSourceResponse)
async def events(
    request: Request, parts: PartsOf, own: Annotated[VideoRow, Depends(_own)]
) -> AsyncIterator[ServerSentEvent]:
    """Tell stage and progress as they change, until the clip has ended or waits for people."""
    language = language_of(request)
    row: VideoRow | None = own
    told: dict[str, Any] | None = None
    while row is not None:
        state = _state(row, language)
        if state != told:
            told = state
            yield ServerSentEvent(data=state, event=f"video.{row.status}", id=f"{row.attempt}-{row.progress}")
        if row.status in _ENDED:
            return
        await parts.of(Announcements).changed(row.id)
        row = await _found(parts, row.account_id, row.id)


async def _found(parts: Parts, account_id: str, video_id: str) -> VideoRow | None:
    async with parts.pool.connection() as connection:
        return await videos.of_account(connection, account_id, video_id)


def _state(row: VideoRow, language: str) -> dict[str, Any]:
    return {
        "id": row.id,
        "object": "video.progress",
        "status": row.status,
        "stage": row.stage,
        "progress": row.progress,
        "error": error_object(row, language),
    }
