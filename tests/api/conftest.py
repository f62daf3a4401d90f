"""The service in one process, on a database of the test's own."""

import asyncio
import datetime as dt
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import psycopg
import pytest
from fastapi import FastAPI

from api import creation
from api.app import create_app
from api.auth import Caller
from api.claims import Claims
from api.creation import Asked, Desk
from api.db.addresses import Addresses
from api.db.pool import connection_pool
from api.db.stores import accounts, keys, videos
from api.db.stores.decisions import Context
from api.db.stores.reconcile import reconcile
from api.home import Home, open_home
from api.jobs import Jobs, add_stages, queue_at
from api.lineage import Lineage
from api.objects import objects_at
from api.parts import Parts
from api.reading import Reading
from api.roles import SCOPES, Role
from api.sealing import Sealing
from api.settings import Settings
from api.stages import Stages
from api.wiring import Bench, build_issuer, rate_limits
from api.worker import by_stage
from generator.backend import Backend
from generator.backends.given import GivenBackend
from generator.media.encode import encode
from generator.media.sound import Sound as Track
from policies.bundle import load_policy
from policies.facts import AgeBand, Tier
from policies.finding import Characters, Finding
from safety.detector import Footage, Text
from safety.pipeline import NoGrants
from safety.screen import Screen
from safety.sealing import Sealer

PUBLIC_URL = "https://filigrane.test"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home of the test's own."""
    return open_home(tmp_path / "home")


@pytest.fixture
def parts(database: Addresses, home: Home) -> Parts:
    """The wired things; a test replaces what it looks at."""
    settings = Settings(home=home.root, public_url=PUBLIC_URL, largest_json_bytes=10_000)
    return Parts(settings=settings, home=home, pool=connection_pool(database.app, purpose="test"))


@dataclass
class Service:
    """A running app, a client without a key, and a maker of clients with one."""

    app: FastAPI
    parts: Parts
    client: httpx2.AsyncClient
    _made: list[httpx2.AsyncClient] = field(default_factory=list)
    _numbers: itertools.count = field(default_factory=itertools.count)

    def speaking(self, key: str | None = None, **headers: str) -> httpx2.AsyncClient:
        """A client that sends `key` with each request."""
        if key:
            headers["Authorization"] = f"Bearer {key}"
        transport = httpx2.ASGITransport(app=self.app)
        client = httpx2.AsyncClient(transport=transport, base_url=PUBLIC_URL, headers=headers)
        self._made.append(client)
        return client

    async def key(self, role: str = "creator", account: str | None = None, **narrowed: frozenset[str]) -> str:
        """The text of a new key of `role`, of a new account unless its id is given."""
        async with self.parts.pool.connection() as connection:
            if account is None:
                name = f"{role} {next(self._numbers)}"
                account = (await accounts.create(connection, accounts.NewAccount(display_name=name))).id
            new = keys.NewKey(
                account_id=account, role=Role(role), name=f"test {next(self._numbers)}", **narrowed
            )
            return (await keys.create(connection, new))[1]

    async def as_(self, role: str) -> httpx2.AsyncClient:
        """A client with a key of `role`, of a new account."""
        return self.speaking(await self.key(role))


@pytest.fixture
async def service(parts: Parts) -> AsyncIterator[Service]:
    """The app over `parts`, started."""
    app = create_app(parts)
    async with app.router.lifespan_context(app):
        made = Service(app=app, parts=parts, client=httpx2.AsyncClient())
        made.client = made.speaking()
        yield made
        for client in made._made:
            await client.aclose()


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
    async with opened_studio(database, open_home(tmp_path / "home"), GivenBackend(clip)) as made:
        yield made


@asynccontextmanager
async def opened_studio(
    database: Addresses, home: Home, backend: Backend, words: tuple[Word, ...] = ()
) -> AsyncIterator[Studio]:
    """A studio whose model `given` is this back-end, and whose prompt gate knows these words, or `zorg`."""
    settings = Settings(home=home.root)
    eye = Eye()
    screen = Screen(text=words or (Word(),), footage=(eye,))  # made anew: a test may change it
    bench = Bench(screen=screen, backends={"given": backend}, issuer=build_issuer(settings, home))
    pool = connection_pool(database.app, purpose="test")
    queue = queue_at(database.app)
    jobs = Jobs(queue)
    objects = objects_at(None, home.objects)
    sealing = Sealing(pool=pool, home=home, objects=objects, sealer=Sealer(bytes(32)))
    desk = Desk(
        pool=pool,
        home=home,
        objects=objects,
        models=("given",),
        policy=POLICY,
        screen=screen,
        grants=NoGrants(),
        jobs=jobs,
        sealing=sealing,
    )
    stages = Stages(
        claims=Claims(pool=pool, home=home, jobs=jobs), objects=objects, workshop=Inline(bench), policy=POLICY,
        sealing=sealing,
        grants=NoGrants(),
        lineage=Lineage(pool=pool, objects=objects, provider="Test", trained_models=frozenset()),
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


@pytest.fixture
async def creating(studio: Studio) -> AsyncIterator[Service]:
    """The app with everything that creation needs; stages are pushed on by hand through `studio`."""
    made = service_over(studio)
    yield made
    for client in made._made:
        await client.aclose()


def service_over(studio: Studio) -> Service:
    """The app over a studio, not yet started."""
    settings = Settings(home=studio.desk.home.root, public_url=PUBLIC_URL)
    parts = Parts(
        settings=settings,
        home=studio.desk.home,
        pool=studio.desk.pool,
        limits=rate_limits(POLICY),
        wired={Desk: studio.desk, Reading: Reading(studio.desk)},
    )
    made = Service(app=create_app(parts), parts=parts, client=httpx2.AsyncClient())
    made.client = made.speaking()
    return made


@pytest.fixture
def two_services():
    """What a test needs in which two services meet: how a studio is opened, and an app made over it."""
    return opened_studio, service_over, Word
