"""What an account may do in an hour and a day: counted before anything is looked at, or with what is made."""

from __future__ import annotations

import datetime as dt

from api.auth import Caller
from api.db.pool import Connection, Pool
from api.db.stores import uses, videos
from api.db.stores.uses import Use
from api.problems import Problem
from api.roles import Role
from policies.bundle import Policy
from policies.quota import Quota
from policies.ruling import Sentence


async def count_attempt(pool: Pool, policy: Policy, caller: Caller, use: Use, at: dt.datetime) -> None:
    """
    Count a request towards its cap before anything is looked at, so that refusals are no free oracle.

    Raises:
        Problem: 429 with `Retry-After` once the hour's cap is reached.
    """
    quota = quota_of(policy, caller)
    caps = {Use.ATTEMPTS: "attempts_per_hour", Use.PREFLIGHTS: "preflights_per_hour"}
    limit = getattr(quota, caps[use]) if quota is not None else None
    async with pool.connection() as connection:
        if not await uses.take(connection, caller.account_id, use, limit=limit, at=at):
            raise used_up(use, at)
        if quota is not None:
            blocked = await uses.used(connection, caller.account_id, Use.OUTPUT_BLOCKS, at=at)
            if blocked >= quota.output_blocks_per_hour:
                raise used_up(Use.OUTPUT_BLOCKS, at)


def quota_of(policy: Policy, caller: Caller) -> Quota | None:
    """Return what the caller may do; None is without limit (the operator's own keys)."""
    return None if caller.role is Role.ADMIN else policy.quotas.of(caller.tier)


def used_up(use: Use, at: dt.datetime) -> Problem:
    """Return the problem that says when the next window begins."""
    wait_s = int((use.window_end(at) - at).total_seconds()) + 1
    return Problem("quota_exceeded", headers={"Retry-After": str(wait_s)}, members={"quota": use.value})


def refuse_beyond_tier(policy: Policy, caller: Caller, duration_s: int) -> None:
    """
    Raises:
        Problem: 403 where the clip is longer than the caller's tier allows.
    """
    quota = quota_of(policy, caller)
    if quota is not None and duration_s > quota.longest_clip_s:
        longest = quota.longest_clip_s
        raise Problem(
            "tier_required",
            Sentence(
                en=f"Your tier makes clips of up to {longest} s; ask for {longest} s or less.",
                fr=f"Votre formule va jusqu’à {longest} s ; demandez {longest} s ou moins.",
            ),
            pointer="/seconds",
        )


async def take_clip(policy: Policy, connection: Connection, caller: Caller, at: dt.datetime) -> None:
    """
    Count a clip of the day, in the transaction that creates it.

    It is counted first: that locks the day's row, so creations of one account pass here one by one.

    Raises:
        Problem: 429 where the day's clips or the running ones are used up.
    """
    quota = quota_of(policy, caller)
    limit = None if quota is None else quota.clips_per_day
    if not await uses.take(connection, caller.account_id, Use.CLIPS, limit=limit, at=at):
        raise used_up(Use.CLIPS, at)
    if quota is not None and await videos.running(connection, caller.account_id) >= quota.concurrent_jobs:
        raise Problem(
            "quota_exceeded",
            Sentence(
                en=f"{quota.concurrent_jobs} of your clips are being made; wait for one to end.",
                fr=f"{quota.concurrent_jobs} de vos vidéos sont en cours ; attendez que l’une finisse.",
            ),
            headers={"Retry-After": "10"},
            members={"quota": "concurrent_jobs"},
        )
