"""
The one process that gives acts their place in the log.

Numbered steps of one batch: 1 take the waiting leaves in order, 2 append them, 3 extend the tiles of
the right edge, 4 sign the new size and root, 5 announce it; all in one transaction, under an advisory
lock that makes a second sequencer wait.
"""

from __future__ import annotations

import asyncio

import structlog
from psycopg import AsyncConnection, sql

from api.db.addresses import Addresses
from api.db.pool import Connection, with_session_settings
from api.home import Home
from api.log_key import log_key
from api.programs import run_program
from api.settings import Settings
from safety.audit import checkpoint as notes
from safety.audit.merkle import Tree, extend, leaf_hash, right_edge
from safety.errors import LogInconsistent

_LOCK = 0x61756469  # "audi": shared by every process that may sequence
BATCH = 4096
PAUSE_S = 0.1
CHANNEL = "audit_checkpoint"

_log = structlog.get_logger(__name__)


class Sequencer:
    """Appends batches; holds the right edge of the tree between them."""

    def __init__(self, connection: Connection, key: notes.VerifierKey, signer: notes.Sign) -> None:
        self._connection = connection
        self._key = key
        self._signer = signer
        self._size = 0
        self._edge: dict[tuple[int, int], bytes] = {}

    async def lead(self) -> None:
        """
        Wait to be the only sequencer, then read the tree's right edge.

        Raises:
            LogInconsistent: the stored tiles do not hash to the last signed root.
        """
        await self._connection.execute("SELECT pg_advisory_lock(%s)", (_LOCK,))
        async with self._connection.transaction():
            await self._connection.execute(
                "INSERT INTO audit_keys (verifier_key) VALUES (%s) ON CONFLICT DO NOTHING", (str(self._key),)
            )
            await self._read_edge()

    async def _read_edge(self) -> None:
        row = await (
            await self._connection.execute(
                "SELECT size, root FROM audit_checkpoints ORDER BY size DESC LIMIT 1"
            )
        ).fetchone()
        self._size, root = (0, None) if row is None else (int(row[0]), bytes(row[1]))
        self._edge = {}
        for level, number in right_edge(self._size).items():
            tile = await (
                await self._connection.execute(
                    "SELECT hashes FROM audit_tiles WHERE level = %s AND number = %s", (level, number)
                )
            ).fetchone()
            if tile is None:
                raise LogInconsistent(f"tile {level}/{number} at the right edge is missing")
            self._edge[level, number] = bytes(tile[0])
        if root is not None and Tree(self._size, self._tile).root() != root:
            raise LogInconsistent(f"the tiles do not hash to the root signed at size {self._size}")

    def _tile(self, level: int, number: int) -> bytes:
        return self._edge[level, number]

    async def step(self, limit: int = BATCH) -> int:
        """Sequence what waits, at most `limit` acts, and return how many."""
        async with self._connection.transaction():
            waiting = await self._take(limit)
            if not waiting:
                return 0
            await self._append(waiting)
            changed = extend(self._size, [leaf_hash(leaf) for _, leaf in waiting], self._tile)
            await self._store(changed)
            size = self._size + len(waiting)
            edge = self._edge | changed
            await self._sign(size, edge)
        self._size = size
        self._edge = {place: edge[place] for place in right_edge(size).items()}
        return len(waiting)

    async def _take(self, limit: int) -> list[tuple[str, bytes]]:
        rows = await (
            await self._connection.execute(
                "WITH taken AS (DELETE FROM audit_intake WHERE id IN"
                " (SELECT id FROM audit_intake ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED)"
                " RETURNING id, event_id, leaf) SELECT event_id, leaf FROM taken ORDER BY id",
                (limit,),
            )
        ).fetchall()
        return [(str(event_id), bytes(leaf)) for event_id, leaf in rows]

    async def _append(self, waiting: list[tuple[str, bytes]]) -> None:
        statement = "COPY audit_entries (index, event_id, leaf) FROM STDIN (FORMAT BINARY)"
        async with self._connection.cursor().copy(statement) as copy:
            copy.set_types(["int8", "text", "bytea"])
            for offset, (event_id, leaf) in enumerate(waiting):
                await copy.write_row((self._size + offset, event_id, leaf))

    async def _store(self, changed: dict[tuple[int, int], bytes]) -> None:
        async with self._connection.cursor() as cursor:
            await cursor.executemany(
                "INSERT INTO audit_tiles (level, number, hashes) VALUES (%s, %s, %s)"
                " ON CONFLICT (level, number) DO UPDATE SET hashes = excluded.hashes",
                [(level, number, hashes) for (level, number), hashes in changed.items()],
            )

    async def _sign(self, size: int, edge: dict[tuple[int, int], bytes]) -> None:
        root = Tree(size, lambda level, number: edge[level, number]).root()
        checkpoint = notes.Checkpoint(origin=self._key.origin, size=size, root=root)
        await self._connection.execute(
            "INSERT INTO audit_checkpoints (size, root, note) VALUES (%s, %s, %s)",
            (size, root, notes.sign(checkpoint, self._key, self._signer)),
        )
        await self._connection.execute(
            sql.SQL("NOTIFY {}, {}").format(sql.Identifier(CHANNEL), sql.Literal(str(size)))
        )


async def run_sequencer(settings: Settings, home: Home, found: Addresses, stopped: asyncio.Event) -> None:
    """Sequence until told to stop; an inconsistency ends it with the evidence, for people to look at."""
    key = log_key(settings, home)
    address = with_session_settings(found.log, statement_timeout_s=0)
    async with await AsyncConnection.connect(
        address, autocommit=True, application_name="filigrane-sequencer"
    ) as connection:
        await connection.execute("SET lock_timeout = 0")  # a second sequencer waits to become the first
        sequencer = Sequencer(connection, key.public, key.sign)
        await sequencer.lead()
        _log.info("sequencing", verifier_key=str(key.public))
        while not stopped.is_set():
            if await sequencer.step() < BATCH:
                await _pause(stopped)


async def _pause(stopped: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(stopped.wait(), PAUSE_S)
    except TimeoutError:
        return


def main() -> None:
    """Run the sequencer as a process."""
    run_program(run_sequencer)


if __name__ == "__main__":
    main()
