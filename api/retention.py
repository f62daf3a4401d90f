"""The worker's housekeeping: rows whose time is over, bytes that no row needs, deliveries left behind."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import dataclass

import psycopg
import psycopg_pool
import structlog
from obstore.exceptions import BaseError as ObjectStoreError

from api.db.pool import Pool
from api.db.stores import objects as stored
from api.db.sweep import sweep
from api.home import Home
from api.leftovers import sweep_leftovers
from api.objects import Objects
from api.webhooks import Deliveries

_log = structlog.get_logger(__name__)

EVERY_S = 180.0
GRACE_S = 3600
"""Bytes put within the last hour stay: the row that will need them may not be written yet."""

ROUNDS_WITHOUT_FILES = 20
"""Left files are looked for once an hour: there may be many that are in their place."""

_FAULTS = (psycopg.Error, psycopg_pool.PoolTimeout, OSError, ObjectStoreError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """Forgets in the background; any number of workers may at once."""

    pool: Pool
    home: Home
    objects: Objects
    deliveries: Deliveries

    async def run(self) -> None:
        """Keep house until cancelled; a round that fails is told and tried again in the next."""
        usual = (self.forget_rows, self.forget_bytes, self.deliveries.requeue_overdue)
        for number in itertools.count():
            rarely = (self.forget_leftovers,) if number % ROUNDS_WITHOUT_FILES == 0 else ()
            for part in (*usual, *rarely):
                try:
                    await part()
                except _FAULTS as error:
                    _log.warning("retention_broke", part=part.__name__, kind=type(error).__name__)
            await asyncio.sleep(EVERY_S)

    async def forget_leftovers(self) -> int:
        """Remove files that a killed process left in the home; return how many."""
        return await asyncio.to_thread(sweep_leftovers, self.home)

    async def forget_rows(self) -> None:
        """Forget what has outlived its retention."""
        async with self.pool.connection() as connection:
            await sweep(connection)

    async def forget_bytes(self, *, grace_s: int = GRACE_S) -> int:
        """
        Remove the bytes that no row has needed for a while; return how many objects.

        The rows go in the transaction that removes the bytes: cut short, both are found again.
        """
        async with self.pool.connection() as connection, connection.transaction():
            unneeded = await stored.forget_unneeded(connection, older_than_s=grace_s)
            for digest in unneeded:
                await self.objects.delete_idle(digest, idle_s=grace_s)
        return len(unneeded)
