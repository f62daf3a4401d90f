"""A clip's way through its stages, on the real database, with real media, marks and signatures."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av
import numpy as np
import procrastinate
import pytest

from api import creation
from api.auth import Caller
from api.claims import MOST_FAILURES, Claims
from api.creation import Asked, Desk
from api.db.addresses import Addresses
from api.db.pool import connection_pool
from api.db.stores import accounts, decisions, marks, uses, videos
from api.db.stores.decisions import Context
from api.db.stores.reconcile import reconcile
from api.db.stores.uses import Use
from api.db.stores.videos import VideoStage
from api.home import Home, open_home
from api.jobs import Jobs, add_stages
from api.objects import objects_at
from api.problems import Problem
from api.roles import SCOPES, Role
from api.settings import Settings
from api.stages import Stages
from api.wiring import Bench, build_issuer
from api.worker import by_stage
from generator.backends.given import GivenBackend
from generator.errors import GenerationFailed
from generator.media.encode import encode
from generator.media.sound import Sound as Track
from policies.bundle import load_policy
from policies.facts import AgeBand, Tier
from policies.finding import Box, Characters, Finding
from safety.audit.entry import Actor
from safety.detector import Footage, Text
from safety.pipeline import NoGrants
from safety.provenance.credentials import ManifestState, read_credentials
from safety.screen import Screen

pytestmark = pytest.mark.anyio

POLICY = load_policy()
EVERYTHING = frozenset(POLICY.taxonomy.categories)


@dataclass(frozen=True)
class Word:
    """Finds one word, scored; looks for everything, so that nothing is left unseen."""

    word: str = "zorg"
    score: float = 0.99
    category: str = "hate"
    name: str = "text.word@1"
    categories: frozenset[str] = EVERYTHING

    def examine(self, content: Text, /) -> tuple[Finding, ...]:
        at = content.text.find(self.word)
        where = Characters(start=at, end=at + len(self.word), part=content.part)
        return (
            ()
            if at < 0
            else (Finding(category=self.category, score=self.score, why="the word", where=where),)
        )


@dataclass
class Eye:
    """Sees in a picture what the test tells it to; looks for everything."""

    findings: tuple[Finding, ...] = ()
    name: str = "picture.eye@1"
    categories: frozenset[str] = EVERYTHING

    def examine(self, _content: Footage, /) -> tuple[Finding, ...]:
        return self.findings


@dataclass
class Inline:
    """The workshop's orders, fulfilled in this process."""

    bench: Bench
    orders: list[Any] = field(default_factory=list)
    before: Any = None

    async def run(self, order: Any, tell: Any) -> Any:
        self.orders.append(order)
        if self.before is not None:
            await self.before(order)
        return await asyncio.to_thread(order.fulfil, self.bench, tell)


@dataclass
class Studio:
    """Everything a clip passes, and the means to push it on."""

    desk: Desk
    stages: Stages
    bench: Bench
    eye: Eye
    caller: Caller
    database: Addresses

    async def submit(self, prompt: str = "a fox", **changes: object) -> creation.Admission:
        fields = {
            "kind": "create",
            "prompt": prompt,
            "model": "given",
            "duration_s": 1,
            "width_px": 320,
            "height_px": 240,
            **changes,
        }
        asked = Asked(**fields)
        now = dt.datetime.now(dt.UTC)
        judged = await creation.judge(self.desk, self.caller, asked)
        context = Context(actor=self.caller.actor, at=now)
        async with self.desk.pool.connection() as connection, connection.transaction():
            return await creation.store(self.desk, connection, self.caller, asked, judged, context)

    async def video(self, video_id: str) -> videos.VideoRow:
        async with self.desk.pool.connection() as connection:
            row = await videos.find(connection, video_id)
        assert row is not None
        return row

    async def jobs(self) -> list[str]:
        async with self.desk.pool.connection() as connection:
            rows = await connection.execute(
                "SELECT task_name FROM procrastinate_jobs WHERE status = 'todo' ORDER BY id"
            )
            return [str(name) for (name,) in await rows.fetchall()]

    async def through(self, video_id: str, *stages: str) -> videos.VideoRow:
        for stage in stages or ("generate", "look", "mark", "release"):
            await getattr(self.stages, stage)(video_id)
        return await self.video(video_id)

    async def reconciled(self) -> None:
        import psycopg

        async with await psycopg.AsyncConnection.connect(self.database.owner, autocommit=True) as owner:
            assert None is (await reconcile(owner)).gap


def small_clip(path: Path, seconds: float = 1.0) -> Path:
    """A second of moving texture with a tone: enough to carry every mark."""
    noise = np.random.default_rng(7).integers(60, 200, (60, 80, 3), dtype=np.uint8)
    base = np.kron(noise, np.ones((6, 6, 1), np.uint8))
    frames = (np.ascontiguousarray(np.roll(base, 2 * i, axis=1)) for i in range(int(24 * seconds)))
    tone = (0.2 * np.sin(2 * np.pi * 440 * np.arange(int(48_000 * seconds)) / 48_000)).astype(np.float32)
    encode(
        frames,
        Track(samples=tone[:, None], rate_hz=48_000),
        path,
        fps=24,
        width_px=480,
        height_px=360,
        backend="given",
    )
    return path


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_clip(tmp_path_factory.mktemp("clip") / "clip.mp4")


@pytest.fixture
async def studio(database: Addresses, tmp_path: Path, clip: Path) -> AsyncIterator[Studio]:
    home = open_home(tmp_path / "home")
    settings = Settings(home=home.root)
    eye = Eye()
    screen = Screen(text=(Word(),), footage=(eye,))
    bench = Bench(screen=screen, backends={"given": GivenBackend(clip)}, issuer=build_issuer(settings, home))
    pool = connection_pool(database.app, purpose="test")
    queue = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=database.app))
    jobs = Jobs(queue)
    objects = objects_at(None, home.objects)
    desk = Desk(
        pool=pool,
        home=home,
        objects=objects,
        models=("given",),
        policy=POLICY,
        screen=screen,
        grants=NoGrants(),
        jobs=jobs,
    )
    stages = Stages(
        claims=Claims(pool=pool, home=home, jobs=jobs), objects=objects, workshop=Inline(bench), policy=POLICY,
        grants=NoGrants(), provider="Test", trained_models=frozenset(),
    )  # fmt: skip
    add_stages(queue, by_stage(stages))
    async with pool, queue.open_async():
        async with pool.connection() as connection:
            account = await accounts.create(
                connection, accounts.NewAccount(display_name="Ada", tier=Tier.PRO)
            )
        caller = Caller(
            account_id=account.id, key_id="key_" + "0" * 32, role=Role.CREATOR, scopes=SCOPES[Role.CREATOR], tier=Tier.PRO,
            age_band=AgeBand.ADULT, territory="FR", locale="fr", sealing_key=bytes(32),
        )  # fmt: skip
        yield Studio(desk=desk, stages=stages, bench=bench, eye=eye, caller=caller, database=database)


async def test_a_clip_goes_its_whole_way(studio: Studio) -> None:
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


async def test_a_refused_prompt_is_stored_logged_and_never_charged(studio: Studio) -> None:
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
async def test_a_bad_output_is_stopped_uncharged_and_counted(
    studio: Studio, finding: Finding, code: str
) -> None:
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


async def test_a_doubtful_output_is_held_with_one_case(studio: Studio) -> None:
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
async def test_a_stage_done_twice_leaves_one_of_everything(studio: Studio, stage: str) -> None:
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
async def test_a_frozen_worker_commits_nothing(studio: Studio, stage: str) -> None:
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


async def test_a_stage_that_breaks_is_tried_again_then_ends_uncharged(studio: Studio) -> None:
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


async def test_a_release_whose_ground_moved_is_decided_again(studio: Studio) -> None:
    """An opt-out that came between decision and release sends the clip back to be looked at."""
    admitted = await studio.submit()
    await studio.through(admitted.video_id, "generate", "look", "mark")
    async with studio.desk.pool.connection() as connection:
        await connection.execute("UPDATE generations SET value = value + 1 WHERE name = 'opt_outs'")
    row = await studio.through(admitted.video_id, "release")
    assert ("in_progress", "output_check") == (row.status, row.stage)
    row = await studio.through(admitted.video_id, "look", "mark", "release")
    assert "completed" == row.status


async def test_parallel_creates_never_exceed_the_quota(studio: Studio) -> None:
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


async def test_a_deleted_clip_keeps_no_content_and_its_mark_is_withdrawn(studio: Studio) -> None:
    """Deleting removes request and media, gives nothing back, and a copy met later is still answered for."""
    admitted = await studio.submit()
    await studio.through(admitted.video_id)
    async with studio.desk.pool.connection() as connection, connection.transaction():
        await videos.delete(connection, admitted.video_id, dt.datetime.now(dt.UTC))
    async with studio.desk.pool.connection() as connection:
        assert None is await videos.find(connection, admitted.video_id)
        assert None is await videos.submission(connection, admitted.submission_id)
        assert (await marks.of_video(connection, admitted.video_id)).withdrawn_at is not None
        assert 1 == await uses.used(
            connection, studio.caller.account_id, Use.CLIPS, at=dt.datetime.now(dt.UTC)
        )
