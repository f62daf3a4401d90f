"""Many at once are taken, or told to wait; nobody gets more than is theirs, and nothing falls over."""

import asyncio
import os

import pytest

from policies.bundle import load_policy
from policies.facts import Tier

pytestmark = pytest.mark.anyio

AT_ONCE, ROUNDS = (256, 10) if os.environ.get("FILIGRANE_SOAK") else (48, 1)
BODY = {"prompt": "a fox", "seconds": 1, "size": "320x240"}


async def rows(studio, query: str) -> int:
    async with studio.desk.pool.connection() as connection:
        return (await (await connection.execute(query)).fetchone())[0]


def told_to_wait(answer) -> bool:
    """Beyond the quota, or beyond what the machine can take at once; either says when to come again."""
    return answer.status_code in (429, 503) and int(answer.headers["Retry-After"]) > 0


async def test_a_burst_of_creations_is_taken_or_told_to_wait(creating, studio) -> None:
    """200, or a time to wait, and nothing else; clips, jobs and charges are as many as were taken."""
    ada = await creating.as_("creator")
    taken = 0
    for _ in range(ROUNDS):
        answers = await asyncio.gather(*(ada.post("/v1/videos", json=BODY) for _ in range(AT_ONCE)))
        taken += sum(answer.status_code == 200 for answer in answers)
        assert all(answer.status_code == 200 or told_to_wait(answer) for answer in answers)
    assert 0 < taken <= load_policy().quotas.of(Tier.FREE).concurrent_jobs
    for query in (
        "SELECT count(*) FROM videos",
        "SELECT count(*) FROM procrastinate_jobs",
        "SELECT count(*) FROM decisions",
        "SELECT sum(used) FROM uses WHERE kind = 'clips'",
    ):
        assert taken == await rows(studio, query), query


async def test_a_burst_under_one_idempotency_key_creates_once(creating, studio) -> None:
    """However many repeat one request at once: one clip, one charge, one answer."""
    ada = await creating.as_("admin")
    for number in range(ROUNDS):
        same = {"Idempotency-Key": f"burst-{number}"}
        asked = (ada.post("/v1/videos", json=BODY, headers=same) for _ in range(AT_ONCE // 4))
        answers = await asyncio.gather(*asked)
        assert all(answer.status_code == 200 or told_to_wait(answer) for answer in answers)
        assert 1 == len({answer.json()["id"] for answer in answers if answer.status_code == 200})
    assert ROUNDS == await rows(studio, "SELECT count(*) FROM videos")
    assert ROUNDS == await rows(studio, "SELECT count(*) FROM decisions")
