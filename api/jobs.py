"""The queue: a job a stage or delivery, put there in the transaction of the row it serves; ids only."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

import procrastinate
from procrastinate import jobs as queue_jobs

from api.db.pool import Connection, with_session_settings
from api.db.stores.videos import VideoStage

Stage = Callable[[str], Awaitable[None]]
"""Does one stage of the clip with this id."""

_TASKS = {
    VideoStage.GENERATING: "generate",
    VideoStage.OUTPUT_CHECK: "look",
    VideoStage.MARKING: "mark",
    VideoStage.SIGNING: "release",
}
STAGES_QUEUE = "stages"
DELIVERIES_QUEUE = "deliveries"
_DELIVER = "deliver"


class Jobs:
    """Puts stages into the queue; the worker takes them out."""

    def __init__(self, app: procrastinate.App) -> None:
        self._app = app

    async def defer_stage(
        self, connection: Connection, video_id: str, stage: VideoStage, *, after_s: int = 0
    ) -> None:
        """Put a stage of a clip into the queue, in the caller's transaction."""
        schedule = {"seconds": after_s} if after_s else None
        task = self._app.configure_task(
            _TASKS[stage], queue=STAGES_QUEUE, schedule_in=schedule, connection=connection
        )
        await task.defer_async(video_id=video_id)

    async def defer_delivery(self, connection: Connection, delivery_id: str, *, after_s: int = 0) -> None:
        """Put an attempt to deliver into the queue, in the caller's transaction."""
        schedule = {"seconds": after_s} if after_s else None
        task = self._app.configure_task(
            _DELIVER, queue=DELIVERIES_QUEUE, schedule_in=schedule, connection=connection
        )
        await task.defer_async(delivery_id=delivery_id)


def queue_at(address: str) -> procrastinate.App:
    """Return the queue that lies in the database at `address`, not yet open."""
    connector = procrastinate.PsycopgConnector(conninfo=with_session_settings(address), max_size=6)
    return procrastinate.App(connector=connector)


def add_stages(app: procrastinate.App, stages: Mapping[VideoStage, Stage]) -> None:
    """Tell the queue what this process does for each stage."""
    for stage, work in stages.items():
        _add(app, _TASKS[stage], work)


def _add(app: procrastinate.App, name: str, work: Stage) -> None:
    @app.task(name=name, queue=STAGES_QUEUE)
    async def task(video_id: str) -> None:
        await work(video_id)


def add_deliveries(app: procrastinate.App, deliver: Callable[[str], Awaitable[None]]) -> None:
    """Tell the queue what this process does for each attempt to deliver."""

    @app.task(name=_DELIVER, queue=DELIVERIES_QUEUE)
    async def task(delivery_id: str) -> None:
        await deliver(delivery_id)


async def sweep_stalled(app: procrastinate.App, stalled_after_s: float) -> list[int]:
    """Give the jobs of dead or frozen workers back to the queue; their claims are fenced by the attempt."""
    stalled: list[queue_jobs.Job] = list(
        await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=stalled_after_s)
    )
    for job in stalled:
        await app.job_manager.retry_job(job)
    return [job.id for job in stalled if job.id is not None]
