"""The worker: takes stages out of the queue, and gives back those of workers that died."""

from __future__ import annotations

import asyncio
import math
from contextlib import AsyncExitStack, suppress

import procrastinate
import structlog
from procrastinate.exceptions import ConnectorException
from psycopg import OperationalError
from psycopg_pool import PoolTimeout

from api.claims import Claims
from api.db.addresses import Addresses
from api.db.pool import Pool, connection_pool
from api.db.stores import videos
from api.db.stores.videos import VideoStage
from api.home import Home
from api.jobs import (
    DELIVERIES_QUEUE,
    STAGES_QUEUE,
    Jobs,
    Stage,
    add_deliveries,
    add_stages,
    queue_at,
    sweep_stalled,
)
from api.lineage import Lineage
from api.outbound import outbound_of
from api.programs import run_program
from api.retention import Retention
from api.settings import Settings
from api.stages import Stages
from api.webhooks import Deliveries, Secrets
from api.wiring import backends, build_sealing, objects_of
from api.workshop import Workshop
from policies.bundle import load_policy
from safety.pipeline import NoGrants

_log = structlog.get_logger(__name__)

CONCURRENCY = 2
"""One clip is worked on in the workshop while another is fetched, stored or released."""

DELIVERY_CONCURRENCY = 8
"""Receivers are slow and cost nothing: they wait beside the stages, never before them."""


async def run_worker(settings: Settings, home: Home, addresses: Addresses, stopped: asyncio.Event) -> None:
    """Work until told to stop; a stage under way then is given back to the queue."""
    async with AsyncExitStack() as stack:
        pool = await stack.enter_async_context(connection_pool(addresses.app, purpose="worker"))
        app = queue_at(addresses.app)
        workshop = Workshop(settings)
        stack.callback(workshop.close)
        jobs = Jobs(app)
        objects = objects_of(settings, home)
        stages = Stages(
            claims=Claims(pool=pool, home=home, jobs=jobs, room_pause_s=math.ceil(settings.stalled_after_s)),
            objects=objects,
            sealing=build_sealing(settings, home, pool, objects),
            workshop=workshop,
            policy=load_policy(settings.policy),
            grants=NoGrants(),
            lineage=Lineage(
                pool=pool,
                objects=objects,
                provider=settings.provider,
                trained_models=frozenset(backend.name for backend in backends(settings) if backend.is_model),
            ),
        )
        add_stages(app, by_stage(stages))
        deliveries = Deliveries(
            pool=pool, jobs=jobs, outbound=outbound_of(settings), secrets=Secrets(home=home)
        )
        add_deliveries(app, deliveries.deliver)
        retention = Retention(pool=pool, home=home, objects=stages.objects, deliveries=deliveries)
        await stack.enter_async_context(app.open_async())
        await _work(app, pool, retention, stopped, settings.stalled_after_s)


def by_stage(stages: Stages) -> dict[VideoStage, Stage]:
    """Return what each stage of a clip does."""
    return {
        VideoStage.GENERATING: stages.generate,
        VideoStage.OUTPUT_CHECK: stages.look,
        VideoStage.MARKING: stages.mark,
        VideoStage.SIGNING: stages.release,
    }


async def _work(
    app: procrastinate.App,
    pool: Pool,
    retention: Retention,
    stopped: asyncio.Event,
    stalled_after_s: float,
) -> None:
    """Do everything at once until one of it ends or we are told to stop."""
    tasks = [
        asyncio.create_task(part)
        for part in (
            _run(app, STAGES_QUEUE, CONCURRENCY, stalled_after_s),
            _run(app, DELIVERIES_QUEUE, DELIVERY_CONCURRENCY, stalled_after_s),
            _sweep(app, pool, stalled_after_s),
            retention.run(),
            stopped.wait(),
        )
    ]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
    for task in tasks:
        with suppress(asyncio.CancelledError):
            await task


async def _run(app: procrastinate.App, queue: str, concurrency: int, stalled_after_s: float) -> None:
    await app.run_worker_async(
        queues=[queue],
        concurrency=concurrency,
        install_signal_handlers=False,
        delete_jobs="successful",
        update_heartbeat_interval=stalled_after_s / 6,
        stalled_worker_timeout=stalled_after_s,
        shutdown_graceful_timeout=1.0,
    )


async def _sweep(app: procrastinate.App, pool: Pool, stalled_after_s: float) -> None:
    """Give back the jobs of the dead, and a job to clips that lost theirs; wait for a lost database."""
    while True:
        with suppress(OperationalError, PoolTimeout, ConnectorException):
            for job_id in await sweep_stalled(app, stalled_after_s):
                _log.warning("job_given_back", job=job_id)
            async with pool.connection() as connection, connection.transaction():
                for video_id, stage in await videos.orphaned(connection):
                    _log.warning("job_lost", video=video_id, stage=stage.value)
                    await Jobs(app).defer_stage(connection, video_id, stage)
        await asyncio.sleep(stalled_after_s / 3)


def main() -> None:
    """Run the worker as a process."""
    run_program(run_worker)


if __name__ == "__main__":
    main()
