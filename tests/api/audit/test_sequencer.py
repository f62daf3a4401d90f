"""Acts and their entries, on the real database and as its real roles."""

from __future__ import annotations

import asyncio
import datetime as dt
import uuid

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.db.addresses import Addresses
from api.db.stores import log
from api.sequencer import Sequencer
from safety.audit import auditor, checkpoint, entry, receipt, tiles
from safety.errors import LogInconsistent

pytestmark = pytest.mark.anyio

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = checkpoint.verifier_key("log.example", KEY)


def act(number: int = 0, actor: str = "acct_1", action: str = "video:submit") -> entry.Event:
    return entry.Event(
        event_id=f"event_{uuid.uuid4().hex}",
        at=dt.datetime(2026, 11, 21, tzinfo=dt.UTC) + dt.timedelta(seconds=number),
        actor=entry.Actor(type="account", id=actor, role="creator"),
        action=action,
        action_class=entry.ActionClass.DECISION,
        resource_type="video",
        resource_id=f"video_{number}",
    )


async def connect(address: str) -> psycopg.AsyncConnection:
    return await psycopg.AsyncConnection.connect(address, autocommit=True)


async def leading(database: Addresses) -> Sequencer:
    sequencer = Sequencer(await connect(database.log), PUBLIC, KEY.sign)
    await sequencer.lead()
    return sequencer


class Stored:
    """The log as an auditor fetches it, read from the database."""

    def __init__(self, address: str) -> None:
        self.address = address

    def _ask(self, call):
        async def ask():
            async with await connect(self.address) as connection:
                return await call(connection)

        return asyncio.run(ask())

    def checkpoint(self) -> str:
        return self._ask(log.latest_note)

    def tile(self, level: int, number: int, width: int) -> bytes:
        return self._ask(lambda connection: log.tile(connection, level, number, width))

    def entries(self, number: int, width: int) -> bytes:
        return tiles.pack_entries(self._ask(lambda connection: log.leaves(connection, number * 256, width)))


async def test_an_act_that_is_rolled_back_leaves_no_entry(database: Addresses) -> None:
    """Act and entry are committed together or not at all."""
    async with await connect(database.app) as app:
        with pytest.raises(ZeroDivisionError):
            async with app.transaction():
                await log.record(app, act())
                raise ZeroDivisionError
    sequencer = await leading(database)
    assert 0 == await sequencer.step()


async def test_every_act_gets_one_place_and_a_receipt(database: Addresses) -> None:
    """600 acts of three batches stand in one tree; each receipt verifies offline, before and after growth."""
    recorded = [act(i) for i in range(600)]
    async with await connect(database.app) as app:
        async with app.transaction():
            for one in recorded:
                await log.record(app, one)
        assert await log.receipt(app, recorded[0].event_id) is None
        sequencer = await leading(database)
        assert [250, 250, 100, 0] == [await sequencer.step(250) for _ in range(4)]
        for one in (recorded[0], recorded[255], recorded[256], recorded[599]):
            proof = await log.receipt(app, one.event_id)
            assert one.as_json() == receipt.verify_receipt(receipt.Receipt.parse(proof.text()), PUBLIC)
        assert [str(PUBLIC)] == await log.verifier_keys(app)
    seen = await asyncio.to_thread(auditor.audit, Stored(database.app), PUBLIC)
    assert 600 == seen.size


async def test_a_second_sequencer_waits_and_then_goes_on(database: Addresses) -> None:
    """Only one leads; its heir reads the right edge and continues the same tree."""
    first = await leading(database)
    async with await connect(database.app) as app:
        for i in range(5):
            await log.record(app, act(i))
        await first.step()
        heir = Sequencer(await connect(database.log), PUBLIC, KEY.sign)
        waiting = asyncio.create_task(heir.lead())
        done, _ = await asyncio.wait([waiting], timeout=0.2)
        assert not done
        await first._connection.close()
        await asyncio.wait_for(waiting, 10)
        for i in range(300):
            await log.record(app, act(i))
        assert 300 == await heir.step()
    seen = await asyncio.to_thread(auditor.audit, Stored(database.app), PUBLIC)
    assert 305 == seen.size


async def test_a_sequencer_refuses_to_continue_a_bent_log(database: Addresses) -> None:
    """Tiles that no longer hash to the signed root stop the sequencer, whoever bent them."""
    first = await leading(database)
    async with await connect(database.app) as app:
        await log.record(app, act())
        await first.step()
    await first._connection.close()
    async with await connect(database.owner) as owner:
        await owner.execute("ALTER TABLE audit_tiles DISABLE TRIGGER USER")
        await owner.execute("UPDATE audit_tiles SET hashes = decode(repeat('00', 32), 'hex')")
    with pytest.raises(LogInconsistent, match="size 1"):
        await leading(database)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entries SET leaf = ''",
        "DELETE FROM audit_entries",
        "TRUNCATE audit_entries",
        "UPDATE audit_events SET actor_id = NULL",
        "UPDATE audit_checkpoints SET note = ''",
        "DELETE FROM audit_keys",
        "DELETE FROM audit_tiles",
        "UPDATE audit_tiles SET hashes = decode(repeat('00', 32), 'hex')",
    ],
)
async def test_even_the_owner_cannot_rewrite(database: Addresses, statement: str) -> None:
    """The log only grows: triggers stop the owner too."""
    sequencer = await leading(database)
    async with await connect(database.app) as app:
        await log.record(app, act())
    await sequencer.step()
    async with await connect(database.owner) as owner:
        with pytest.raises(psycopg.Error, match="only grow"):
            await owner.execute(statement)


async def test_events_are_found_by_actor_action_resource_and_time(database: Addresses) -> None:
    """An auditor's question is answered whole, page by page, in both orders."""
    async with await connect(database.app) as app:
        for i in range(6):
            await log.record(
                app, act(i, actor=f"acct_{i % 2}", action="video:submit" if i < 3 else "clip:publish")
            )

        async def asked(**filters: object) -> int:
            found = await log.events(
                app, log.EventFilter(**filters), after=None, limit=100, is_ascending=True
            )
            return len(found)

        start = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)
        assert 3 == await asked(actor_id="acct_0")
        assert 3 == await asked(action="clip:publish")
        assert 1 == await asked(resource_type="video", resource_id="video_4")
        assert 2 == await asked(since=start + dt.timedelta(seconds=1), until=start + dt.timedelta(seconds=3))
        everything = await log.events(app, log.EventFilter(), after=None, limit=100, is_ascending=False)
        page = await log.events(
            app, log.EventFilter(), after=everything[3].event_id, limit=100, is_ascending=False
        )
        assert everything[4:] == page
