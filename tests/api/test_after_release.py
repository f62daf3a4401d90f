"""Imports, progress, publication and decisions over HTTP."""

from __future__ import annotations

import asyncio
import json

import pytest

from api.routes.events import Announcements
from policies.finding import Finding

pytestmark = pytest.mark.anyio


async def test_a_finished_clip_is_brought_marked_and_signed(creating, studio, clip) -> None:
    """An import enters where our own clips are looked at, and comes back marked with its origin told."""
    import c2pa

    ada = await creating.as_("creator")
    sent = {"video": ("mine.mp4", clip.read_bytes(), "video/mp4")}
    made = await ada.post("/v1/videos/imports", files=sent, data={"generator": "Elsewhere", "model": "e-1"})
    assert 200 == made.status_code, made.text
    row = await studio.through(made.json()["id"])
    assert ("completed", "480x360", "1") == (row.status, made.json()["size"], made.json()["seconds"])
    path = studio.desk.home.spool / "brought.mp4"
    await studio.desk.objects.fetch(row.marked_digest, path)
    with c2pa.Reader("video/mp4", path.open("rb")) as reader:
        manifest = reader.get_active_manifest()
    actions = next(
        a["data"]["actions"] for a in manifest["assertions"] if a["label"].startswith("c2pa.actions")
    )
    assert "c2pa.opened" == actions[0]["action"]
    assert 1 == len(manifest["ingredients"])


@pytest.mark.parametrize(
    "content",
    [b"", b"no clip", b"\x00\x00\x00\x18ftypmp42" + bytes(100)],
    ids=["empty", "text", "header only"],
)
async def test_a_broken_import_leaves_nothing(creating, content: bytes) -> None:
    """422, no clip, no object, no file."""
    ada = await creating.as_("creator")
    answer = await ada.post("/v1/videos/imports", files={"video": ("x.mp4", content, "video/mp4")})
    assert (422, "invalid_media") == (answer.status_code, answer.json()["error"]["code"])
    assert [] == (await ada.get("/v1/videos")).json()["data"]
    assert [] == list(creating.parts.home.spool.iterdir())


async def test_a_bad_import_is_stopped_where_our_own_would_be(creating, studio, clip) -> None:
    """Brought clips pass the same look: what they show stops them."""
    ada = await creating.as_("creator")
    made = (
        await ada.post("/v1/videos/imports", files={"video": ("x.mp4", clip.read_bytes(), "video/mp4")})
    ).json()
    studio.eye.findings = (Finding(category="sexual.explicit", score=0.99, why="seen"),)
    row = await studio.through(made["id"], "generate", "look")
    assert ("failed", "output_blocked") == (row.status, row.error_code)


async def test_progress_is_told_until_the_clip_has_ended(creating, studio) -> None:
    """Server-sent events: each state once, the last one the end."""
    announcements = Announcements(studio.database.app)
    creating.parts.wired[Announcements] = announcements
    ada = await creating.as_("creator")
    video = (await ada.post("/v1/videos", json={"prompt": "a fox", "seconds": 1})).json()["id"]
    async with announcements:
        pushing = asyncio.create_task(studio.through(video))
        told = await ada.get(f"/v1/videos/{video}/events")
        await pushing
    assert told.headers["content-type"].startswith("text/event-stream")
    states = [json.loads(line[6:]) for line in told.text.splitlines() if line.startswith("data: ")]
    assert ("completed", 100) == (states[-1]["status"], states[-1]["progress"])
    assert [s["progress"] for s in states] == sorted(s["progress"] for s in states)
    eve = await creating.as_("creator")
    assert 404 == (await eve.get(f"/v1/videos/{video}/events")).status_code


async def test_publishing_is_a_second_decision(creating, studio) -> None:
    """Private until published; a preview does nothing; taken back, it is private at once."""
    ada = await creating.as_("creator")
    video = (await ada.post("/v1/videos", json={"prompt": "a fox", "seconds": 1})).json()["id"]
    assert 409 == (await ada.post(f"/v1/videos/{video}/publish", json={"visibility": "public"})).status_code
    await studio.through(video)
    previewed = await ada.post(f"/v1/videos/{video}/publish?preview=true", json={"visibility": "public"})
    assert "allow" == previewed.json()["verdict"], previewed.text
    assert "private" == (await studio.video(video)).visibility
    published = await ada.post(f"/v1/videos/{video}/publish", json={"visibility": "public"})
    assert (200, "public") == (published.status_code, published.json()["visibility"])
    assert 422 == (await ada.post(f"/v1/videos/{video}/publish", json={"visibility": "world"})).status_code
    back = await ada.post(f"/v1/videos/{video}/unpublish")
    assert "private" == back.json()["visibility"]


async def test_a_decision_is_read_by_those_it_concerns(creating, studio) -> None:
    """Its account sees reasons without scores, an auditor with; another account sees nothing."""
    ada, eve, auditor = [await creating.as_(role) for role in ("creator", "creator", "auditor")]
    refused = (await ada.post("/v1/videos", json={"prompt": "a zorg"})).json()
    path = f"/v1/decisions/{refused['decision_id']}"
    own = (await ada.get(path)).json()
    assert ("block", "automated") == (own["verdict"], own["decided_by"])
    assert "score" not in own["reasons"][0]
    assert 404 == (await eve.get(path)).status_code == (await eve.get(path + "/receipt")).status_code
    assert "score" in (await auditor.get(path)).json()["reasons"][0]
    assert 404 == (await ada.get(path + "/receipt")).status_code


async def test_models_are_listed_as_the_sdk_expects(creating) -> None:
    """The generators, the default first."""
    ada = await creating.as_("creator")
    assert ["given"] == [model["id"] for model in (await ada.get("/v1/models")).json()["data"]]
