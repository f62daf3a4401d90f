"""What is no longer needed is forgotten, and nothing else."""

from __future__ import annotations

import datetime as dt
import os
import time

import pytest

from api.db.stores import decisions, marks, objects, parting
from api.errors import ObjectMissing, StorageUnavailable
from api.keeping import keep
from api.leftovers import IDLE_S
from api.outbound import Outbound
from api.retention import Retention
from api.webhooks import Deliveries, Secrets
from policies.finding import Finding

pytestmark = pytest.mark.anyio


@pytest.fixture
def retention(studio):
    """The worker's housekeeping over the studio."""
    desk = studio.desk
    postman = Deliveries(pool=desk.pool, jobs=desk.jobs, outbound=Outbound(), secrets=Secrets(home=desk.home))
    return Retention(pool=desk.pool, home=desk.home, objects=desk.objects, deliveries=postman)


async def run(studio, query: str, *values: object) -> list[tuple]:
    async with studio.desk.pool.connection() as connection:
        cursor = await connection.execute(query, values)
        return await cursor.fetchall() if cursor.description else []


async def age_objects(studio) -> None:
    """Let everything have been stored two hours ago."""
    await run(studio, "UPDATE objects SET stored_at = now() - interval '2 hours'")
    for path in studio.desk.home.objects.rglob("*"):
        if path.is_file():
            os.utime(path, (time.time() - 7200,) * 2)


async def test_an_expired_clip_loses_its_content_and_keeps_its_mark(studio, retention) -> None:
    """Clip, stills and request go, the bytes with them; mark, manifest, decisions and log stay, and it is not withdrawn."""
    old, young = (await studio.submit()).video_id, (await studio.submit()).video_id
    gone, kept = await studio.through(old), await studio.through(young)
    await run(studio, "UPDATE videos SET expires_at = now() - interval '1 second' WHERE id = %s", old)
    await age_objects(studio)
    await retention.forget_rows()
    assert 0 < await retention.forget_bytes()
    async with studio.desk.pool.connection() as connection:
        mark = await marks.of_video(connection, old)
        assert mark is not None and mark.withdrawn_at is None
        assert await objects.find(connection, gone.manifest_digest)
        assert await decisions.find(connection, gone.decision_id)
    assert [(1,)] == await run(studio, "SELECT count(*) FROM submissions")
    with pytest.raises(ObjectMissing):
        await studio.desk.objects.size(gone.marked_digest)
    # Both clips were made of the same bytes, which are kept once, for the one that needs them still.
    assert gone.generated_digest == kept.generated_digest
    assert 0 < await studio.desk.objects.size(gone.manifest_digest)
    for digest in (kept.marked_digest, kept.generated_digest, kept.manifest_digest, kept.thumbnail_digest):
        assert 0 < await studio.desk.objects.size(digest)
    assert "completed" == (await studio.video(young)).status
    (entry,) = await run(studio, "SELECT resource_id FROM audit_events WHERE action = 'video:expire'")
    assert (old,) == entry
    await studio.reconciled()
    await retention.forget_rows()
    assert 1 == len(await run(studio, "SELECT 1 FROM audit_events WHERE action = 'video:expire'"))


POINTERS = """
SELECT c.conrelid::regclass::text, a.attname FROM pg_constraint c
JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
WHERE c.contype = 'f' AND c.confrelid = 'objects'::regclass
"""


@pytest.mark.parametrize("is_deleted", [True, False], ids=["deleted", "expired"])
async def test_a_clip_that_is_gone_holds_no_bytes(studio, retention, is_deleted) -> None:
    """Every column that may point at bytes is emptied: one that was forgotten would stop the sweeping of all."""
    pointers = [name for table, name in await run(studio, POINTERS) if table == "videos"]
    assert len(pointers) >= 6
    video = (await studio.submit()).video_id
    released = await studio.through(video)
    each = ", ".join(f"{name} = coalesce({name}, %s)" for name in pointers)
    await run(studio, f"UPDATE videos SET {each}", *[released.generated_digest] * len(pointers))
    if is_deleted:
        async with studio.desk.pool.connection() as connection, connection.transaction():
            await parting.delete(connection, video, dt.datetime.now(dt.UTC))
    else:
        await run(studio, "UPDATE videos SET expires_at = now() - interval '1 second'")
        await retention.forget_rows()
    assert [(None,) * len(pointers)] == await run(studio, f"SELECT {', '.join(pointers)} FROM videos")
    await age_objects(studio)
    assert 0 < await retention.forget_bytes()


async def test_bytes_put_within_the_hour_stay(studio, retention) -> None:
    """A stage stores its product before its row moves on: fresh bytes stay, though their row were old."""
    digest = await studio.desk.objects.put_bytes(b"fresh")
    async with studio.desk.pool.connection() as connection:
        await objects.remember(
            connection, objects.StoredObject(digest=digest, media_type="video/mp4", byte_count=5)
        )
    assert 0 == await retention.forget_bytes()
    await run(studio, "UPDATE objects SET stored_at = now() - interval '2 hours'")
    assert 1 == await retention.forget_bytes()
    assert 5 == await studio.desk.objects.size(digest)


async def test_bytes_of_a_stage_that_died_are_swept(studio, retention, tmp_path, monkeypatch) -> None:
    """Whoever dies after the bytes, or between their row and them, leaves nothing for good; nothing fresh goes."""
    made = tmp_path / "made"
    made.write_bytes(b"made, and then the worker died")
    desk = studio.desk
    stored = await keep(desk.pool, desk.objects, made, "video/mp4")
    assert [(stored.digest,)] == await run(studio, "SELECT digest FROM objects")
    assert (0, stored.byte_count) == (await retention.forget_bytes(), await desk.objects.size(stored.digest))

    async def dies(*_: object) -> None:
        raise StorageUnavailable

    with monkeypatch.context() as patched, pytest.raises(StorageUnavailable):
        made.write_bytes(b"never stored")
        patched.setattr(type(desk.objects), "put", dies)
        await keep(desk.pool, desk.objects, made, "video/mp4")
    await age_objects(studio)
    assert 2 == await retention.forget_bytes()
    assert [] == await run(studio, "SELECT digest FROM objects")
    with pytest.raises(ObjectMissing):
        await desk.objects.size(stored.digest)


async def test_files_of_the_killed_are_swept_and_those_of_the_living_are_not(studio, retention) -> None:
    """A work folder that nothing has written to for hours, and the half of an object, go; a late write keeps a folder."""
    home = studio.desk.home
    digest = await studio.desk.objects.put_bytes(b"whole")
    whole = next(path for path in home.objects.rglob(digest))
    half = whole.with_name(f"{'a' * 64}#1")
    half.write_bytes(b"ha")
    for name in ("dead", "living"):
        (home.spool / name / "made").mkdir(parents=True)
        (home.spool / name / "made" / "clip.mp4").write_bytes(b"clip")
    (home.spool / "lost-upload").write_bytes(b"x")
    long_ago = time.time() - IDLE_S - 60
    for path in (*home.spool.rglob("*"), whole, half):
        os.utime(path, (long_ago, long_ago))
    os.utime(home.spool / "living" / "made" / "clip.mp4")
    assert 3 == await retention.forget_leftovers()
    assert ["living"] == [path.name for path in home.spool.iterdir()]
    assert whole.exists() and not half.exists()
    assert 0 == await retention.forget_leftovers()


async def test_jobs_that_failed_go_after_their_time(studio, retention) -> None:
    """A job that ended badly is kept for 30 days, to be looked into; one that waits is kept."""
    await studio.submit()
    await studio.submit()
    await run(
        studio,
        "UPDATE procrastinate_jobs SET status = 'failed' WHERE id = (SELECT min(id) FROM procrastinate_jobs)",
    )
    await retention.forget_rows()
    assert [(2,)] == await run(studio, "SELECT count(*) FROM procrastinate_jobs")
    await run(studio, "UPDATE procrastinate_events SET at = now() - interval '31 days'")
    await retention.forget_rows()
    assert [("todo",)] == await run(studio, "SELECT status::text FROM procrastinate_jobs")


async def test_a_refused_request_goes_after_its_time_and_a_held_clip_waits_for_people(
    studio, retention
) -> None:
    """An expired refusal is deleted; a clip whose case is open is not, however old."""
    refused = await studio.submit("a zorg")
    studio.eye.findings = ()
    held = (await studio.submit()).video_id
    studio.eye.findings = (Finding(category="sexual.nudity", score=0.6, why="seen"),)
    assert "held_for_review" == (await studio.through(held, "generate", "look")).error_code
    await retention.forget_rows()
    assert [(2,)] == await run(studio, "SELECT count(*) FROM submissions")
    await run(studio, "UPDATE submissions SET expires_at = now() - interval '1 second'")
    await run(studio, "UPDATE videos SET expires_at = now() - interval '1 second'")
    await retention.forget_rows()
    assert [((await studio.video(held)).submission_id,)] == await run(studio, "SELECT id FROM submissions")
    assert refused.submission_id != (await studio.video(held)).submission_id


async def test_evidence_counts_and_deliveries_go_in_their_time(studio, retention) -> None:
    """Each table's retention, from either side."""
    account = studio.caller.account_id
    await studio.submit()
    for days in (35, 37):
        await run(
            studio,
            "INSERT INTO uses VALUES (%s, 'attempts', now() - make_interval(days => %s), 1)",
            account,
            days,
        )
    await run(
        studio,
        "INSERT INTO webhook_endpoints (id, account_id, url, events, sealed_secret) VALUES (%s, %s, 'x', '{a}', '')",
        "webhook_" + "0" * 32, account,
    )  # fmt: skip
    for days in (29, 31):
        await run(
            studio,
            "INSERT INTO webhook_deliveries (id, endpoint_id, event_id, event_type, data, created_at, delivered_at)"
            " VALUES (%s, %s, %s, 'a', '{}', now() - make_interval(days => %s), now())",
            f"delivery_{days:032}", "webhook_" + "0" * 32, f"evt_{days:032}", days,
        )  # fmt: skip
    await run(
        studio,
        "INSERT INTO evidence (digest, body, expires_at) VALUES (%s, '{}', now() - interval '1 second')",
        "a" * 64,
    )
    await retention.forget_rows()
    assert [(1,)] == await run(studio, "SELECT count(*) FROM uses WHERE kind = 'attempts'")
    assert [(f"delivery_{29:032}",)] == await run(studio, "SELECT id FROM webhook_deliveries")
    assert [(1,)] == await run(studio, "SELECT count(*) FROM evidence")


async def test_sweepers_at_once_expire_a_clip_once(studio, retention) -> None:
    """Two workers keep house at the same time: one deletion, one entry."""
    import asyncio

    video = (await studio.submit()).video_id
    await run(studio, "UPDATE videos SET expires_at = now() - interval '1 second'")
    await asyncio.gather(*(retention.forget_rows() for _ in range(4)))
    assert [(video,)] == await run(
        studio, "SELECT resource_id FROM audit_events WHERE action = 'video:expire'"
    )
