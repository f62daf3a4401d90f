"""A clip's way through its stages, on the real database, with real media, marks and signatures."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import Any

import pytest

from api.claims import MOST_FAILURES
from api.db.stores import decisions, marks, parting, submissions, uses, videos
from api.db.stores.uses import Use
from api.problems import Problem
from generator.errors import GenerationFailed
from policies.bundle import load_policy
from policies.facts import Tier
from policies.finding import Box, Characters, Finding
from safety.provenance.credentials import ManifestState, read_credentials

pytestmark = pytest.mark.anyio

POLICY = load_policy()


async def test_a_clip_goes_its_whole_way(studio) -> None:
    """Asked, made, looked at, marked, signed, read back, released: one set of entries, a valid manifest."""
    admitted = await studio.submit()
    assert admitted.video_id is not None
    assert ["generate"] == await studio.jobs()
    row = await studio.through(admitted.video_id)
    assert ("completed", "done", 100) == (row.status, row.stage, row.progress)
    path = studio.desk.home.spool / "released.mp4"
    await studio.desk.objects.fetch(row.marked_digest, path)
    credentials = read_credentials(path, "video/mp4", studio.bench.issuer.trust)
    assert ManifestState.VALID == credentials.state
    async with studio.desk.pool.connection() as connection:
        mark = await marks.of_video(connection, row.id)
    assert mark is not None and mark.registered_at is not None
    assert row.provenance["watermark"]["id"]
    await studio.reconciled()


async def test_a_refused_prompt_is_stored_logged_and_never_charged(studio) -> None:
    """A refusal has a submission and a decision with its place, and no clip, job or charge."""
    admitted = await studio.submit("a zorg")
    assert None is admitted.video_id
    assert Characters(start=2, end=6) == admitted.decision.ruling.reasons[0].where
    async with studio.desk.pool.connection() as connection:
        stored = await decisions.find(connection, admitted.decision.id)
        assert admitted.decision == stored
        assert 0 == await uses.used(
            connection, studio.caller.account_id, Use.CLIPS, at=admitted.decision.decided_at
        )
    assert [] == await studio.jobs()
    await studio.reconciled()


@pytest.mark.parametrize(
    ("finding", "code"),
    [
        (
            Finding(
                category="sexual.explicit",
                score=0.99,
                why="seen",
                where=Box(left=0, top=0, width=1, height=1, at_s=0.5),
            ),
            "output_blocked",
        ),
        (Finding(category="violence.graphic", score=0.99, why="seen"), "output_blocked"),
    ],
)
async def test_a_bad_output_is_stopped_uncharged_and_counted(studio, finding: Finding, code: str) -> None:
    """What the prompt did not tell is stopped at the output, with the place, given back, and capped."""
    studio.eye.findings = ()
    admitted = await studio.submit()
    studio.eye.findings = (finding,)
    row = await studio.through(admitted.video_id, "generate", "look")
    assert ("failed", code) == (row.status, row.error_code)
    async with studio.desk.pool.connection() as connection:
        decision = await decisions.find(connection, row.decision_id)
        assert finding.where == decision.ruling.reasons[0].where
        now = dt.datetime.now(dt.UTC)
        assert 0 == await uses.used(connection, studio.caller.account_id, Use.CLIPS, at=now)
        assert 1 == await uses.used(connection, studio.caller.account_id, Use.OUTPUT_BLOCKS, at=now)
    await studio.reconciled()


async def test_a_doubtful_output_is_held_with_one_case(studio) -> None:
    """What policy cannot decide waits for people, and the poll ends."""
    admitted = await studio.submit()
    studio.eye.findings = (Finding(category="sexual.nudity", score=0.6, why="seen"),)
    row = await studio.through(admitted.video_id, "generate", "look")
    assert ("failed", "held_for_review", "held_for_review") == (row.status, row.stage, row.error_code)
    async with studio.desk.pool.connection() as connection:
        rows = await connection.execute("SELECT subject_id, state FROM cases")
        assert [(row.id, "open")] == await rows.fetchall()
    await studio.reconciled()


@pytest.mark.parametrize("stage", ["generate", "look", "mark", "release"])
async def test_a_stage_done_twice_leaves_one_of_everything(studio, stage: str) -> None:
    """A job that is delivered twice finds its stage gone: one release, one mark, one set of entries."""
    admitted = await studio.submit()
    names = ["generate", "look", "mark", "release"]
    for name in names:
        await studio.through(admitted.video_id, name)
        if name == stage:
            await studio.through(admitted.video_id, name)
    assert "completed" == (await studio.video(admitted.video_id)).status
    async with studio.desk.pool.connection() as connection:
        for query in (
            "SELECT count(*) FROM marks",
            "SELECT count(*) FROM audit_events WHERE action = 'video:release'",
        ):
            assert (1,) == await (await connection.execute(query)).fetchone()


@pytest.mark.parametrize("stage", ["generate", "look", "mark"])
async def test_a_frozen_worker_commits_nothing(studio, stage: str) -> None:
    """While one worker sleeps in a stage, another does it; the sleeper wakes and changes nothing."""
    admitted = await studio.submit()
    for name in ("generate", "look", "mark"):
        if name == stage:
            break
        await studio.through(admitted.video_id, name)
    workshop = studio.stages.workshop

    others: list[asyncio.Task[Any]] = []

    async def overtaken(_order: Any) -> None:
        workshop.before = None
        others.append(asyncio.create_task(studio.through(admitted.video_id, stage)))
        await asyncio.shield(others[0])

    workshop.before = overtaken
    await getattr(studio.stages, stage)(admitted.video_id)
    await others[0]
    after = await studio.video(admitted.video_id)
    rest = ["look", "mark", "release"][["generate", "look", "mark"].index(stage) :]
    row = await studio.through(admitted.video_id, *rest)
    assert ("completed", "done") == (row.status, row.stage)
    assert after.attempt + len(rest) == row.attempt
    await studio.reconciled()


async def test_a_stage_that_breaks_is_tried_again_then_ends_uncharged(studio) -> None:
    """Three failures in a row end the clip as `generator_failed`, and its charge is given back once."""
    admitted = await studio.submit()

    async def breaks(_order: Any) -> None:
        raise GenerationFailed("no clip came")

    studio.stages.workshop.before = breaks
    for _ in range(MOST_FAILURES):
        assert "failed" != (await studio.video(admitted.video_id)).status
        await studio.stages.generate(admitted.video_id)
    row = await studio.video(admitted.video_id)
    assert ("failed", "generator_failed", None) == (row.status, row.error_code, row.charged_on)
    async with studio.desk.pool.connection() as connection:
        assert 0 == await uses.used(
            connection, studio.caller.account_id, Use.CLIPS, at=dt.datetime.now(dt.UTC)
        )


@pytest.mark.parametrize("stage", ["generate", "look", "mark"])
async def test_without_room_a_clip_waits_uncounted(studio, stage: str) -> None:
    """However often the disk is full (ENOSPC from the kernel), the clip keeps its place, and a job that comes later."""
    names = ["generate", "look", "mark"]
    admitted = await studio.submit()
    for name in names[: names.index(stage)]:
        await studio.through(admitted.video_id, name)

    async def full(_order: Any) -> None:
        with open("/dev/full", "wb", buffering=0) as device:
            device.write(b"0")

    studio.stages.workshop.before = full
    before = await studio.video(admitted.video_id)
    for _ in range(MOST_FAILURES + 1):
        await getattr(studio.stages, stage)(admitted.video_id)
    row = await studio.video(admitted.video_id)
    assert ("in_progress", before.stage, 0) == (row.status, row.stage, row.failed_attempts)
    assert stage == (await studio.jobs())[-1]
    studio.stages.workshop.before = None
    row = await studio.through(admitted.video_id, *names[names.index(stage) :], "release")
    assert "completed" == row.status


async def test_a_fault_that_nobody_foresaw_ends_the_clip_too(studio) -> None:
    """A stage that always breaks, however, is not done for ever: no clip keeps a worker busy for good."""
    admitted = await studio.submit()

    async def breaks(_order: Any) -> None:
        raise KeyError("a fault of ours")

    studio.stages.workshop.before = breaks
    for _ in range(MOST_FAILURES):
        await studio.stages.generate(admitted.video_id)
    row = await studio.video(admitted.video_id)
    assert ("failed", "generator_failed") == (row.status, row.error_code)


async def test_a_release_whose_ground_moved_is_decided_again(studio) -> None:
    """An opt-out that came between decision and release sends the clip back to be looked at."""
    admitted = await studio.submit()
    await studio.through(admitted.video_id, "generate", "look", "mark")
    async with studio.desk.pool.connection() as connection:
        await connection.execute("UPDATE generations SET value = value + 1 WHERE name = 'opt_outs'")
    row = await studio.through(admitted.video_id, "release")
    assert ("in_progress", "output_check") == (row.status, row.stage)
    row = await studio.through(admitted.video_id, "look", "mark", "release")
    assert "completed" == row.status


async def test_parallel_creates_never_exceed_the_quota(studio) -> None:
    """However many ask at once, no more clips run than the policy lets run."""
    quota = POLICY.quotas.of(Tier.PRO)

    async def ask() -> bool:
        try:
            await studio.submit()
        except Problem as refused:
            assert "quota_exceeded" == refused.code
            return False
        return True

    told = await asyncio.gather(*(ask() for _ in range(64)))
    assert quota.concurrent_jobs == sum(told)
    async with studio.desk.pool.connection() as connection:
        used = await uses.used(connection, studio.caller.account_id, Use.CLIPS, at=dt.datetime.now(dt.UTC))
    assert quota.concurrent_jobs == used


async def test_a_deleted_clip_keeps_no_content_and_its_mark_is_withdrawn(studio) -> None:
    """Deleting removes request and media, gives nothing back, and a copy met later is still answered for."""
    admitted = await studio.submit()
    await studio.through(admitted.video_id)
    async with studio.desk.pool.connection() as connection, connection.transaction():
        await parting.delete(connection, admitted.video_id, dt.datetime.now(dt.UTC))
    async with studio.desk.pool.connection() as connection:
        assert None is await videos.find(connection, admitted.video_id)
        assert None is await submissions.find(connection, admitted.submission_id)
        assert (await marks.of_video(connection, admitted.video_id)).withdrawn_at is not None
        assert 1 == await uses.used(
            connection, studio.caller.account_id, Use.CLIPS, at=dt.datetime.now(dt.UTC)
        )
