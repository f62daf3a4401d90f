"""One service behind another: the first makes the clip, signs and marks it; the second answers for it anew."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import c2pa
import pytest
import uvicorn

from api.home import open_home
from api.listening import listening_socket
from api.settings import Settings
from generator.backends.given import GivenBackend
from generator.backends.openai_videos import OpenAIVideosBackend, Terms
from safety.provenance.clip_file import luma_of, probe, read_planes
from safety.provenance.geometry import Search
from safety.provenance.mark_reader import MarkReader
from safety.provenance.residual import ResidualSum

pytestmark = pytest.mark.anyio


@dataclass
class Chain:
    """The service that people ask, the one behind it, and how each is spoken to."""

    front: Any
    behind: Any
    front_service: Any
    behind_service: Any


@pytest.fixture
async def chain(two_services, database, other_database, tmp_path: Path, clip: Path) -> AsyncIterator[Chain]:
    """The one behind is served on loopback, and its stages are worked on as they come."""
    opened_studio, service_over, word = two_services
    async with opened_studio(database, open_home(tmp_path / "behind"), GivenBackend(clip)) as behind:
        service = service_over(behind)
        async with served(service) as address, working(behind):
            backend = OpenAIVideosBackend(
                base_url=f"{address}/v1",
                key=await service.key("creator"),
                model="given",
                terms=Terms(lengths_s=None, sizes=None, poll_s=0.1),
            )
            home, lenient = open_home(tmp_path / "front"), (word(word="unthinkable"),)
            async with opened_studio(other_database, home, backend, lenient) as front:
                yield Chain(front, behind, service_over(front), service)


@asynccontextmanager
async def served(service) -> AsyncIterator[str]:
    bound = listening_socket(Settings(home=service.parts.home.root, port=0))
    server = uvicorn.Server(uvicorn.Config(service.app, log_config=None, access_log=False, lifespan="off"))
    running = asyncio.create_task(server.serve(sockets=[bound]))
    yield "http://{}:{}".format(*bound.getsockname())
    server.should_exit = True
    await running
    bound.close()


@asynccontextmanager
async def working(studio) -> AsyncIterator[None]:
    """Do what the worker would: each stage of each clip as soon as it waits."""
    by_stage = {"generating": "generate", "output_check": "look", "marking": "mark", "signing": "release"}

    async def work() -> None:
        while True:
            async with studio.desk.pool.connection() as connection:
                found = await connection.execute(
                    "SELECT id, stage FROM videos WHERE status IN ('queued', 'in_progress') AND deleted_at IS NULL"
                )
                rows = await found.fetchall()
            for video_id, stage in rows:
                await studio.through(video_id, by_stage[stage])
            await asyncio.sleep(0.05)

    task = asyncio.create_task(work())
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def asked_through(chain: Chain, prompt: str, language: str = "en") -> dict[str, Any]:
    """What a creator of the front service ends with."""
    key = await chain.front_service.key("creator")
    ada = chain.front_service.speaking(key, **{"Accept-Language": language})
    body = {"prompt": prompt, "model": "given", "seconds": "1", "size": "480x360"}
    made = await ada.post("/v1/videos", json=body)
    assert 200 == made.status_code, made.text
    video = made.json()["id"]
    for stage in ("generate", "look", "mark", "release"):
        await getattr(chain.front.stages, stage)(video)
    return (await ada.get(f"/v1/videos/{video}")).json()


def manifests(path: Path) -> tuple[dict, dict]:
    """The active manifest, and the store that it lies in."""
    with path.open("rb") as stream, c2pa.Reader("video/mp4", stream) as reader:
        store = json.loads(reader.json())
    return store["manifests"][store["active_manifest"]], store["manifests"]


def disclosure(manifest: dict) -> dict:
    return next(a["data"] for a in manifest["assertions"] if a["label"] == "org.filigrane.disclosure")


def marks_in(path: Path, keys) -> list[int]:
    """The ids of the picture marks that can be read in a clip under some keys."""
    residuals = ResidualSum(float(probe(path).fps))
    for index, planes in enumerate(read_planes(path)):
        residuals.add(luma_of(planes), index)
    found = MarkReader(keys).read(residuals.finish().whole(), search=Search.SCALES)
    return [mark.payload.mark_id for mark in found]


async def test_a_clip_goes_from_one_service_through_another(chain: Chain) -> None:
    """It is released twice: the first's manifest is an ingredient of the second's, both marks can be read."""
    told = await asked_through(chain, "a fox")
    assert "completed" == told["status"], told
    row = await chain.front.video(told["id"])
    path = chain.front.desk.home.spool / "out.mp4"
    await chain.front.desk.objects.fetch(row.marked_digest, path)
    active, all_of_them = manifests(path)
    assert ("commissioned", told["id"]) == (
        disclosure(active)["origin"],
        disclosure(active)["unique_id"],
    )
    actions = next(
        a["data"]["actions"] for a in active["assertions"] if a["label"].startswith("c2pa.actions")
    )
    assert "c2pa.opened" == actions[0]["action"]
    (ingredient,) = active["ingredients"]
    assert "parentOf" == ingredient["relationship"]
    before = all_of_them[ingredient["active_manifest"]]
    async with chain.behind.desk.pool.connection() as connection:
        rows = await (await connection.execute("SELECT id, deleted_at FROM videos")).fetchall()
    assert [(disclosure(before)["unique_id"], True)] == [(name, at is not None) for name, at in rows]
    assert "generated" == disclosure(before)["origin"]
    assert told["provenance"]["watermark"]["id"] in [
        f"{one:08x}" for one in marks_in(path, chain.front.bench.issuer.keys)
    ]
    assert 1 == len(marks_in(path, chain.behind.bench.issuer.keys))


@pytest.mark.parametrize(("language", "word"), [("en", "blocked"), ("fr", "refus")])
async def test_a_refusal_behind_is_a_typed_end_in_front(chain: Chain, language: str, word: str) -> None:
    """Asked once, not three times; the code is kept, told in the reader's language, and nothing is charged."""
    told = await asked_through(chain, "a zorg", language)
    assert ("failed", "prompt_blocked") == (told["status"], told["error"]["code"])
    assert told["error"]["message"] and (language == "fr") == any(
        c in told["error"]["message"] for c in "éèàê’"
    )
    row = await chain.front.video(told["id"])
    assert (1, None, None) == (row.failed_attempts, row.charged_on, row.received_digest)
    async with chain.behind.desk.pool.connection() as connection:
        asked = await (await connection.execute("SELECT count(*) FROM decisions")).fetchone()
    assert (1,) == asked


async def test_what_the_front_finds_it_stops_itself(chain: Chain) -> None:
    """The service behind is not trusted: what it released is looked at, and stopped, like any other clip."""
    from policies.finding import Finding

    chain.front.eye.findings = (Finding(category="sexual.explicit", score=0.99, why="seen"),)
    told = await asked_through(chain, "a fox")
    assert ("failed", "output_blocked") == (told["status"], told["error"]["code"])
