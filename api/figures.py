"""
What only the service can say of its own speed, as one JSON object: ``python -m api.figures``.

`make bench` runs it and sets the figures beside their targets.  It works in a home and on an embedded
database of its own, with durable commits, and leaves nothing behind.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import json
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import cast

from psycopg import AsyncConnection

from api import creation
from api.auth import Caller
from api.creation import Asked, Desk
from api.db.addresses import Addresses, prepare_local
from api.db.local_postgres import LocalPostgres
from api.db.migrate import migrate
from api.db.pool import Connection, Pool, connection_pool
from api.db.stores import accounts, log
from api.db.stores.decisions import Context
from api.home import Home, open_home
from api.ids import new_id
from api.jobs import Jobs, queue_at
from api.log_key import log_key
from api.roles import SCOPES, Role
from api.sequencer import Sequencer
from api.settings import Settings
from api.wiring import build_desk
from policies.facts import AgeBand, Tier
from safety.audit.entry import ActionClass, Actor, Event
from safety.rights.bench import synthetic_bank

ENTRIES = 20_000
ACTS = 400
WRITERS = 8
OPT_OUTS = 100_000
GATE_ROUNDS = 200
WARM_UP = 3
_PROMPT = (
    "A red boat drifts on a calm sea at dawn while gulls circle above the mast and a lighthouse blinks"
    " behind the quiet harbour"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """
    Figures of one run, by the clock unless a name says otherwise, for the server works in its own processes.

    `sequenced_per_s` are acts that waited and got their place; `chained_per_s` is a log that is one chain of
    hashes under a lock, `recorded_per_s` ours, both by `writers` at once with a commit an act;
    `bare_act_ms` is one act's transaction without its entry, `recorded_act_ms` with it; `gate_ms` are whole
    answers to a prompt: looked at, names against `opt_outs` entries, decided, stored and logged, and
    `gate_processor_ms` what of that this process worked.
    """

    sequenced_per_s: float
    chained_per_s: float
    recorded_per_s: float
    writers: int
    bare_act_ms: float
    recorded_act_ms: float
    opt_outs: int
    prompt_characters: int
    gate_ms: list[float]
    gate_processor_ms: list[float]


async def measure(settings: Settings, home: Home, found: Addresses) -> Figures:
    """Return the figures of a fresh database."""
    async with connection_pool(found.app, purpose="figures") as pool:
        await _chain_table(found)
        bare_ms, recorded_ms = await _acts(pool)
        figures = Figures(
            chained_per_s=await _by_many(pool, _chain),
            recorded_per_s=await _by_many(pool, _act_with_entry),
            writers=WRITERS,
            bare_act_ms=bare_ms,
            recorded_act_ms=recorded_ms,
            sequenced_per_s=await _sequenced(settings, home, found),
            opt_outs=OPT_OUTS,
            prompt_characters=len(_PROMPT),
            gate_ms=[],
            gate_processor_ms=[],
        )
        gate = await _gate(settings, home, found, pool)
        return replace(
            figures, gate_ms=[one for one, _ in gate], gate_processor_ms=[other for _, other in gate]
        )


_Act = Callable[[Connection], Awaitable[None]]


async def _chain_table(found: Addresses) -> None:
    """Make the table of the log we did not build: every entry waits for the one before it."""
    async with await AsyncConnection.connect(found.owner, autocommit=True) as owner:
        await owner.execute("CREATE TABLE figures_act (id bigint GENERATED ALWAYS AS IDENTITY, what text)")
        await owner.execute("CREATE TABLE figures_chain (id bigint PRIMARY KEY, hash bytea, body bytea)")
        await owner.execute("INSERT INTO figures_chain VALUES (0, '\\x00', '')")
        await owner.execute("GRANT ALL ON figures_act, figures_chain TO filigrane_app")


async def _act(connection: Connection) -> None:
    await connection.execute("INSERT INTO figures_act (what) VALUES ('an act')")


async def _act_with_entry(connection: Connection) -> None:
    await _act(connection)
    await log.record(connection, _event())


async def _chain(connection: Connection) -> None:
    await _act(connection)
    body = _event().body()
    await connection.execute("LOCK TABLE figures_chain IN EXCLUSIVE MODE")
    head = await connection.execute("SELECT id, hash FROM figures_chain ORDER BY id DESC LIMIT 1")
    last, before = cast("tuple[int, bytes]", await head.fetchone())
    await connection.execute(
        "INSERT INTO figures_chain VALUES (%s, %s, %s)",
        (last + 1, hashlib.sha256(before + body).digest(), body),
    )


def _event() -> Event:
    return Event(
        event_id=new_id("event"),
        at=dt.datetime.now(dt.UTC),
        actor=Actor(type="system"),
        action="figures:act",
        action_class=ActionClass.DECISION,
        resource_type="figure",
        resource_id="0",
    )


async def _acts(pool: Pool) -> tuple[float, float]:
    """Return the median milliseconds of one act's transaction, without and with its entry, turn by turn."""
    spent: tuple[list[float], list[float]] = ([], [])
    async with pool.connection() as connection:
        for _ in range(ACTS):
            for act, times in zip((_act, _act_with_entry), spent, strict=True):
                started = time.perf_counter()
                async with connection.transaction():
                    await act(connection)
                times.append((time.perf_counter() - started) * 1e3)
    bare, recorded = (sorted(times)[ACTS // 2] for times in spent)
    return bare, recorded


async def _by_many(pool: Pool, act: _Act) -> float:
    """Return the acts a second of several writers at once, each act a durable transaction."""

    async def write() -> None:
        for _ in range(ACTS // WRITERS):
            async with pool.connection() as connection, connection.transaction():
                await act(connection)

    await write()
    started = time.perf_counter()
    await asyncio.gather(*(write() for _ in range(WRITERS)))
    return ACTS // WRITERS * WRITERS / (time.perf_counter() - started)


async def _sequenced(settings: Settings, home: Home, found: Addresses) -> float:
    async with await AsyncConnection.connect(found.app) as app:
        for _ in range(ENTRIES):
            await log.record(app, _event())
    key = log_key(settings, home)
    async with await AsyncConnection.connect(found.log, autocommit=True) as connection:
        sequencer = Sequencer(connection, key.public, key.sign)
        await sequencer.lead()
        started, count = time.perf_counter(), 0
        while done := await sequencer.step():
            count += done
        return count / (time.perf_counter() - started)


async def _gate(settings: Settings, home: Home, found: Addresses, pool: Pool) -> list[tuple[float, float]]:
    """Return the milliseconds of each whole answer but the first few, which load the models."""
    queue = queue_at(found.app)
    async with queue.open_async(), pool.connection() as connection:
        account = await accounts.create(connection, accounts.NewAccount(display_name="figures"))
        await _file_opt_outs(found, account.id)
        desk = build_desk(settings, home, pool, Jobs(queue))
        spent = [await _answered(desk, _caller(account.id), connection) for _ in range(WARM_UP + GATE_ROUNDS)]
    return spent[WARM_UP:]


async def _answered(desk: Desk, caller: Caller, connection: Connection) -> tuple[float, float]:
    """Return the milliseconds of one answer, by the clock and of this process's processor time."""
    started, worked = time.perf_counter(), time.process_time()
    asked = Asked(
        kind="create",
        prompt=_PROMPT,
        model=desk.models[0],
        duration_s=4,
        width_px=1280,
        height_px=720,
    )
    judged = await creation.judge(desk, caller, asked)
    context = Context(actor=caller.actor, at=dt.datetime.now(dt.UTC))
    async with connection.transaction():
        await creation.store(desk, connection, caller, asked, judged, context)
    return (time.perf_counter() - started) * 1e3, (time.process_time() - worked) * 1e3


def _caller(account_id: str) -> Caller:
    return Caller(
        account_id=account_id,
        key_id=new_id("key"),
        role=Role.ADMIN,
        scopes=SCOPES[Role.ADMIN],
        tier=Tier.PRO,
        age_band=AgeBand.ADULT,
        territory="FR",
        locale="fr-FR",
        sealing_key=bytes(32),
    )


async def _file_opt_outs(found: Addresses, account_id: str) -> None:
    """Put made-up entries in force; one raise of the generation stands for all of theirs."""
    async with await AsyncConnection.connect(found.owner, autocommit=True) as owner, owner.transaction():
        await owner.execute("ALTER TABLE optouts DISABLE TRIGGER in_force_came")
        await owner.execute(
            """
            INSERT INTO optouts (id, account_id, owner, kind, names, uses, status, submitted_at)
            SELECT 'optout_' || replace(uuidv7()::text, '-', ''), %s, '{}', 'character', ARRAY[name],
                   '{"generate": "deny"}', 'active', now()
            FROM unnest(%s::text[]) AS name
            """,
            (account_id, [entry.name for entry in synthetic_bank(OPT_OUTS).entries]),
        )
        await owner.execute("ALTER TABLE optouts ENABLE TRIGGER in_force_came")
        await owner.execute("UPDATE generations SET value = value + 1 WHERE name = 'opt_outs'")
    async with await AsyncConnection.connect(found.owner, autocommit=True) as owner:
        await owner.execute("ANALYZE optouts")


def main() -> None:
    """Measure in a home that is thrown away, and print."""
    with tempfile.TemporaryDirectory() as folder:
        home = open_home(Path(folder) / "home")
        with LocalPostgres(home.postgres) as server:
            found = prepare_local(server)
            asyncio.run(migrate(found.owner))
            figures = asyncio.run(measure(Settings(home=home.root), home, found))
    json.dump(asdict(figures), sys.stdout)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
