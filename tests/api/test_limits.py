"""Rate limits let through exactly what they say, however many ask at once."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.db.addresses import Addresses
from api.db.pool import connection_pool
from api.db.stores.rate_limits import sweep, take
from policies.quota import Rate

pytestmark = pytest.mark.anyio


async def test_no_more_than_the_burst_pass_at_once(database: Addresses) -> None:
    """Of forty at once on ten connections, ten pass; the others are told to wait a whole number of seconds."""
    limit = Rate(per_minute=1, burst=10)

    async with connection_pool(database.app, purpose="test") as pool:

        async def ask() -> int | None:
            async with pool.connection() as connection:
                return await take(connection, "videos:a", limit)

        waits = await asyncio.gather(*(ask() for _ in range(40)))
        assert 10 == waits.count(None)
        assert {60} == set(waits) - {None}


async def test_subjects_do_not_count_for_each_other(database: Addresses) -> None:
    """What one uses up is no loss to another."""
    limit = Rate(per_minute=1, burst=1)
    async with connection_pool(database.app, purpose="test") as pool, pool.connection() as connection:
        assert [None, 60, None] == [await take(connection, subject, limit) for subject in ("a", "a", "b")]


async def test_time_gives_back_and_never_more_than_the_burst(database: Addresses) -> None:
    """After a long rest the burst is whole again and no larger; idle subjects are forgotten."""
    limit = Rate(per_minute=1, burst=3)
    async with connection_pool(database.app, purpose="test") as pool, pool.connection() as connection:
        for rest in ("10 minutes", "2 days"):
            await connection.execute(f"UPDATE rate_limits SET arrives_at = arrives_at - interval '{rest}'")
            assert [None, None, None, 60] == [await take(connection, "a", limit) for _ in range(4)]
        await connection.execute("UPDATE rate_limits SET arrives_at = now() - interval '2 hours'")
        await sweep(connection)
        assert (0,) == await (await connection.execute("SELECT count(*) FROM rate_limits")).fetchone()


@given(per_minute=st.integers(max_value=0), burst=st.integers(min_value=1))
@settings(deadline=None, max_examples=20)
def test_a_limit_that_lets_nothing_through_is_no_limit(per_minute: int, burst: int) -> None:
    """Such data is a mistake and is refused."""
    with pytest.raises(ValueError, match="lets something through"):
        Rate(per_minute=per_minute, burst=burst)
    with pytest.raises(ValueError, match="lets something through"):
        Rate(per_minute=1, burst=-burst + 1)
