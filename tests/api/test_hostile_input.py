"""Whatever is sent: a clear typed error, nothing half-stored, no crash, and nobody else's data."""

from __future__ import annotations

import base64
import re

import pytest

from api.roles import EVERY_SCOPE
from api.routes.events import Announcements

pytestmark = pytest.mark.anyio

CLIPS = [
    "empty.mp4",
    "page.mp4",
    "header_then_noise.mp4",
    "cut_in_half.mp4",
    "no_index.mp4",
    "lying_duration.webm",
    "empty_sound.webm",
    "sound_only.mp4",
    "too_long.mp4",
    "too_many_frames.mp4",
    "too_large.mp4",
    "size_changes.webm",
    "moving.gif",
]
PICTURES = ["one_by_30000.png", "bomb.png", "bomb_within_pillow.png", "cut.jpg", "drawing.svg", "script.png"]
A_MEGABYTE = "fox " * 250_000
PUBLIC = {
    "GET /livez", "GET /readyz", "GET /metrics", "GET /.well-known/security.txt", "GET /problems/{code}", "POST /v1/verify",
    "GET /log/checkpoint", "GET /log/key", "GET /log/tile/entries/{path}", "GET /log/tile/{level}/{path}",
}  # fmt: skip
UNKNOWN = "0" * 32


async def nothing_is_stored(studio) -> None:
    """No row of a request, no bytes, no file in the spool."""
    async with studio.desk.pool.connection() as connection:
        for table in ("submissions", "videos", "objects", "decisions"):
            rows = await connection.execute(f"SELECT count(*) FROM {table}")
            assert (0,) == await rows.fetchone(), table
    assert [] == [path for path in studio.desk.home.objects.rglob("*") if path.is_file()]
    assert [] == list(studio.desk.home.spool.iterdir())


@pytest.mark.parametrize("name", CLIPS)
async def test_a_hostile_clip_is_refused_whole(creating, studio, vectors, name: str) -> None:
    """Broken, lying, endless, silent where it says sound: 422 with what is wrong, and nothing of it stays."""
    ada = await creating.as_("creator")
    clip = (vectors / name).read_bytes()
    answer = await ada.post("/v1/videos/imports", files={"video": ("clip.mp4", clip, "video/mp4")})
    assert (422, "invalid_media") == (answer.status_code, answer.json()["error"]["code"]), answer.text
    await nothing_is_stored(studio)


@pytest.mark.parametrize("name", PICTURES)
async def test_a_hostile_picture_is_refused_whole(creating, studio, vectors, name: str) -> None:
    """Bombs, 1 x 30000, scripts in disguise: 422 wherever a picture is taken, and nothing of it stays."""
    ada = await creating.as_("creator")
    content = (vectors / name).read_bytes()
    url = "data:image/png;base64," + base64.b64encode(content).decode()
    fields = {"prompt": "a fox", "seconds": "1"}
    answers = [
        await ada.post("/v1/videos", data=fields, files={"input_reference": ("x.png", content, "image/png")}),
        await ada.post("/v1/videos", json={**fields, "input_reference": {"image_url": url}}),
        await ada.post("/v1/videos/preflight", json={**fields, "input_reference": {"image_url": url}}),
        await ada.post("/v1/moderations", json={"input": [{"type": "image_url", "image_url": {"url": url}}]}),
    ]
    assert [422] * 4 == [answer.status_code for answer in answers], [answer.text for answer in answers]
    await nothing_is_stored(studio)


@pytest.mark.parametrize(
    "prompt",
    [A_MEGABYTE, "\u200b" * 99, "\u202e\u2066\u2069", "\ufeff \u00ad", "\u0301" * 20, "a\x00b", ""],
    ids=["megabyte", "zero width", "overrides", "soft", "accents alone", "nul", "empty"],
)
async def test_an_absurd_prompt_is_refused_whole(creating, studio, clip, prompt: str) -> None:
    """Too long or without anything to see: 422 that names the field, wherever a prompt is taken."""
    ada = await creating.as_("creator")
    for path in ("/v1/videos", "/v1/videos/preflight"):
        answer = await ada.post(path, json={"prompt": prompt, "seconds": 1})
        assert (422, "/prompt") == (answer.status_code, answer.json()["pointer"]), answer.text
    if prompt:  # an import needs none
        brought = {"video": ("x.mp4", clip.read_bytes(), "video/mp4")}
        answer = await ada.post("/v1/videos/imports", files=brought, data={"prompt": prompt})
        assert answer.status_code in (400, 413, 422), answer.text
    async with studio.desk.pool.connection() as connection:
        assert (0,) == await (await connection.execute("SELECT count(*) FROM submissions")).fetchone()


@pytest.mark.parametrize(
    "prompt", ["a \u202ezorg\u202c fox", "\u2067a fox\u2069 zorg", "a \u200fzorg", "\u202d" * 50 + "zorg"]
)
async def test_overrides_of_direction_hide_nothing(creating, prompt: str) -> None:
    """A word between them is found, and the place told is that in the text as it was sent."""
    ada = await creating.as_("creator")
    refused = (await ada.post("/v1/videos", json={"prompt": prompt, "seconds": 1})).json()
    assert "prompt_blocked" == refused["error"]["code"]
    start, end = refused["reasons"][0]["where"]["chars"]
    assert "zorg" == prompt[start:end]


def lists(app) -> list[str]:
    """Every list that has cursors."""
    return sorted(
        path
        for path, operations in app.openapi()["paths"].items()
        for one in operations.get("get", {}).get("parameters", [])
        if one["name"] == "after"
    )


async def test_a_bad_cursor_is_a_typed_error_in_every_list(creating) -> None:
    """Nonsense, an injection, a NUL, a page of no size: 422 that names the parameter; a stranger's id tells nothing."""
    admin = await creating.as_("admin")
    found = lists(creating.app)
    assert len(found) >= 6
    for path in found:
        path = re.sub(r"\{(\w+)_id\}", rf"\1_{UNKNOWN}", path)
        for query in (
            {"after": "x"},
            {"after": "video_' OR 1=1 --"},
            {"after": "video_" + "z" * 32},
            {"after": "a\x00b"},
            {"after": "v" * 10_000},
            {"limit": "0"},
            {"limit": "101"},
            {"limit": "1e9"},
            {"order": "sideways"},
        ):
            answer = await admin.get(path, params={"purpose": "test", **query})
            body = answer.json()
            assert 422 == answer.status_code, (path, query, answer.text)
            assert "parameter" in body and next(iter(query)) == body["parameter"], (path, body)


def operations(app) -> list[tuple[str, str]]:
    """Every operation of the contract that needs a key."""
    return [
        (method.upper(), path)
        for path, found in app.openapi()["paths"].items()
        for method in found
        if f"{method.upper()} {path}" not in PUBLIC
    ]


async def test_every_operation_asks_for_a_key_and_its_scope(creating, studio) -> None:
    """Without a key 401, and before anything else; of two keys of one scope each, at least one is 403 naming what is missing."""
    creating.parts.wired[Announcements] = Announcements(studio.database.app)
    found = operations(creating.app)
    assert len(found) >= 45
    narrow = [
        creating.speaking(await creating.key(role, scopes=frozenset({scope})))
        for role, scope in (("child_safety", "sealed:export"), ("creator", "social:read"))
    ]
    for method, path in found:
        here = re.sub(r"\{(\w+)\}", lambda name: f"{name[1].removesuffix('_id')}_{UNKNOWN}", path)
        nobody = await creating.client.request(method, here)
        assert 401 == nobody.status_code, (method, path, nobody.text)
        refused = [one for eve in narrow if (one := await eve.request(method, here)).status_code == 403]
        assert refused, (method, path)
        assert all(set(one.json()["missing_scopes"]) <= EVERY_SCOPE for one in refused)


async def test_a_strangers_ids_are_as_ids_that_never_were(creating, studio) -> None:
    """Whatever another account has, asking for it answers as asking for nothing does, word for word."""
    creating.parts.wired[Announcements] = Announcements(studio.database.app)
    ada = creating.speaking(await creating.key("admin", studio.caller.account_id))
    clip = (await studio.submit()).video_id
    released = await studio.through(clip)
    hook = await ada.post("/v1/webhooks", json={"url": "https://example.com/", "events": ["video.failed"]})
    entry = {
        "owner": {"type": "organisation", "name": "Zorblax Studios"},
        "subject": {"kind": "character", "names": ["Zorblax"]},
    }
    optout = await ada.post("/v1/optouts", json=entry)
    owned = {
        "video_id": clip,
        "decision_id": released.decision_id,
        "webhook_id": hook.json()["id"],
        "optout_id": optout.json()["id"],
    }
    strangers = [await creating.as_("creator"), await creating.as_("rights_holder")]
    asked = 0
    for method, path in operations(creating.app):
        name = next((one for one in owned if f"{{{one}}}" in path), None)
        for eve in strangers if name else ():
            kind = name.removesuffix("_id")
            there = await eve.request(method, path.replace(f"{{{name}}}", owned[name]))
            never = await eve.request(method, path.replace(f"{{{name}}}", f"{kind}_{UNKNOWN}"))
            told = [
                {k: v for k, v in one.json().items() if k not in ("instance", "request_id")}
                for one in (there, never)
            ]
            assert there.status_code in (400, 403, 404, 422, 501), (method, path, there.text)
            assert (there.status_code, told[0]) == (never.status_code, told[1]), (method, path)
            asked += 1
    assert asked >= 30
