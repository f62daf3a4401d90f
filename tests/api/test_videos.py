"""Clips over HTTP, in the shape of OpenAI's API: what the SDK relies on, and what nobody may do."""

from __future__ import annotations

import asyncio
import io

import numpy as np
import pytest
from PIL import Image

from policies.finding import Finding

pytestmark = pytest.mark.anyio


def picture(kind: str = "PNG", size: tuple[int, int] = (64, 48)) -> bytes:
    pixels = np.random.default_rng(1).integers(0, 255, (size[1], size[0], 3), dtype=np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, kind)
    return out.getvalue()


async def test_a_clip_is_asked_polled_and_downloaded(creating, studio) -> None:
    """create, retrieve, content: the object has the SDK's fields, the bytes are the released clip."""
    ada = await creating.as_("creator")
    made = await ada.post("/v1/videos", data={"prompt": "a fox", "seconds": "1", "size": "320x240"})
    assert 200 == made.status_code, made.text
    body = made.json()
    assert ("video", "queued", 0, "1", "320x240") == tuple(
        body[k] for k in ("object", "status", "progress", "seconds", "size")
    )
    assert made.headers["X-Decision-Id"] == body["decision_id"]
    early = await ada.get(f"/v1/videos/{body['id']}/content")
    assert (409, 409, "queued") == (
        early.status_code, early.json()["status"], early.json()["video_status"],
    )  # fmt: skip
    assert "still being made" in early.json()["detail"]
    await studio.through(body["id"])
    done = (await ada.get(f"/v1/videos/{body['id']}")).json()
    assert ("completed", "done", 100, None) == tuple(
        done[k] for k in ("status", "stage", "progress", "error")
    )
    whole = await ada.get(f"/v1/videos/{body['id']}/content")
    assert (200, "video/mp4", "private, no-store", "nosniff") == (
        whole.status_code, whole.headers["content-type"], whole.headers["cache-control"], whole.headers["x-content-type-options"],
    )  # fmt: skip
    assert b"ftyp" == whole.content[4:8]
    part = await ada.get(f"/v1/videos/{body['id']}/content", headers={"Range": "bytes=4-7"})
    assert (206, b"ftyp", f"bytes 4-7/{len(whole.content)}") == (
        part.status_code,
        part.content,
        part.headers["content-range"],
    )
    beyond = await ada.get(f"/v1/videos/{body['id']}/content", headers={"Range": "bytes=999999999-"})
    assert 416 == beyond.status_code
    for variant in ("thumbnail", "spritesheet"):
        still = await ada.get(f"/v1/videos/{body['id']}/content", params={"variant": variant})
        assert (200, "image/jpeg") == (still.status_code, still.headers["content-type"])
        Image.open(io.BytesIO(still.content)).verify()


async def test_a_refusal_names_the_words_and_costs_nothing(creating) -> None:
    """400 with the code, the reasons with their place, the submission's id, in the client's language."""
    ada = await creating.as_("creator")
    refused = await ada.post("/v1/videos", json={"prompt": "a zorg"}, headers={"Accept-Language": "fr"})
    body = refused.json()
    assert (400, "prompt_blocked", False) == (refused.status_code, body["error"]["code"], body["charged"])
    assert {"chars": [2, 6], "part": "prompt"} == body["reasons"][0]["where"]
    assert body["decision_id"] == refused.headers["X-Decision-Id"]
    assert body["submission_id"].startswith("sub_")
    assert {"rule", "category", "stage", "where", "why", "advice", "policy_version", "appeal_url"} == set(
        body["reasons"][0]
    )
    assert [] == (await ada.get("/v1/videos")).json()["data"]


async def test_a_likeness_asked_for_is_one_answer_whatever_its_state(creating) -> None:
    """Nobody is enrolled: any id is refused with one code and one message."""
    ada = await creating.as_("creator")
    answers = [
        (await ada.post("/v1/videos", json={"prompt": "a fox", "characters": [{"id": cameo}]})).json()
        for cameo in ("cameo_" + "0" * 32, "nobody")
    ]
    assert ["likeness_permission_denied"] * 2 == [answer["error"]["code"] for answer in answers]
    told = [[{**reason, "appeal_url": None} for reason in answer["reasons"]] for answer in answers]
    assert told[0] == told[1]


async def test_another_accounts_clip_does_not_exist(creating, studio) -> None:
    """Every way to a foreign clip answers 404, like an id that never was."""
    ada, eve = await creating.as_("creator"), await creating.as_("creator")
    video = (await ada.post("/v1/videos", json={"prompt": "a fox", "seconds": 1})).json()["id"]
    for one in (video, "video_" + "0" * 32, "../../etc/passwd", "video_%00"):
        for method, path in (("GET", ""), ("DELETE", ""), ("GET", "/content"), ("POST", "/remix")):
            answer = await eve.request(
                method, f"/v1/videos/{one}{path}", json={"prompt": "a"} if method == "POST" else None
            )
            assert answer.status_code in (404, 405), (method, one, path, answer.text)
    assert [] == (await eve.get("/v1/videos")).json()["data"]
    assert 200 == (await ada.get(f"/v1/videos/{video}")).status_code


@pytest.mark.parametrize(
    "role", ["rights_holder", "auditor", "reviewer", "guardian", "child_safety", "policy_editor"]
)
async def test_roles_without_the_scope_create_nothing(creating, role: str) -> None:
    """403 names the missing scope."""
    other = await creating.as_(role)
    answer = await other.post("/v1/videos", json={"prompt": "a fox"})
    assert (403, ["videos:write"]) == (answer.status_code, answer.json()["missing_scopes"])
    assert 401 == (await creating.client.post("/v1/videos", json={"prompt": "a fox"})).status_code


async def test_a_bad_reference_is_refused_and_a_good_one_kept(creating, studio) -> None:
    """What is not a picture answers 422 and leaves nothing; what the detectors refuse in it is `input_blocked`."""
    ada = await creating.as_("creator")

    async def send(content: bytes) -> tuple[int, str | None]:
        answer = await ada.post(
            "/v1/videos",
            data={"prompt": "a fox", "seconds": "1"},
            files={"input_reference": ("r.png", content, "image/png")},
        )
        return answer.status_code, answer.json().get("error") and answer.json()["error"]["code"]

    assert (422, "invalid_media") == await send(b"<svg xmlns='http://www.w3.org/2000/svg'/>")
    assert (422, "invalid_media") == await send(picture()[:60])
    assert (200, None) == await send(picture())
    studio.eye.findings = (Finding(category="sexual.explicit", score=0.99, why="seen"),)
    assert (400, "input_blocked") == await send(picture())


async def test_equal_requests_under_one_key_create_once(creating) -> None:
    """Eight at once give one clip; another body under the key is refused."""
    ada = await creating.as_("creator")
    headers = {"Idempotency-Key": "k1"}
    answers = await asyncio.gather(
        *(ada.post("/v1/videos", json={"prompt": "a fox"}, headers=headers) for _ in range(3))
    )
    assert 1 == len({answer.json()["id"] for answer in answers})
    other = await ada.post("/v1/videos", json={"prompt": "a cat"}, headers=headers)
    assert 422 == other.status_code


async def test_preflight_answers_the_same_and_makes_nothing(creating) -> None:
    """The same gates, no clip, no charge."""
    ada = await creating.as_("creator")
    refused = (await ada.post("/v1/videos/preflight", json={"prompt": "a zorg"})).json()
    assert ("block", 0) == (refused["verdict"], refused["would_cost"])
    allowed = (await ada.post("/v1/videos/preflight", json={"prompt": "a fox"})).json()
    assert ("allow", 1, []) == (allowed["verdict"], allowed["would_cost"], allowed["reasons"])
    assert [] == (await ada.get("/v1/videos")).json()["data"]


async def test_lists_are_cursored_and_a_deleted_clip_is_gone(creating) -> None:
    """Newest first, page by page; deleting answers as the SDK expects."""
    ada = await creating.as_("creator")
    ids = [
        (await ada.post("/v1/videos", json={"prompt": f"fox {i}", "seconds": 1})).json()["id"]
        for i in range(2)
    ]
    first = (await ada.get("/v1/videos", params={"limit": 1})).json()
    assert ([ids[1]], True) == ([one["id"] for one in first["data"]], first["has_more"])
    second = (await ada.get("/v1/videos", params={"limit": 1, "after": first["last_id"]})).json()
    assert ([ids[0]], False) == ([one["id"] for one in second["data"]], second["has_more"])
    gone = await ada.delete(f"/v1/videos/{ids[0]}")
    assert {"id": ids[0], "object": "video.deleted", "deleted": True} == gone.json()
    assert 404 == (await ada.get(f"/v1/videos/{ids[0]}")).status_code
    assert 422 == (await ada.get("/v1/videos", params={"after": "x' OR 1=1"})).status_code


async def test_tiers_and_unbuilt_surfaces_say_so(creating) -> None:
    """A clip longer than the tier allows is 403; edits and extensions are 501 until built."""
    ada = await creating.as_("creator")
    long = await ada.post("/v1/videos", json={"prompt": "a fox", "seconds": 20})
    assert (403, "tier_required") == (long.status_code, long.json()["error"]["code"])
    for path in ("edits", "extensions"):
        assert 501 == (await ada.post(f"/v1/videos/{path}", json={"prompt": "a"})).status_code


async def test_a_remix_names_its_parent(creating, studio) -> None:
    """A remix is a clip of its own, screened anew, whose manifest holds the parent as ingredient."""
    import c2pa

    ada = await creating.as_("creator")
    video = (await ada.post("/v1/videos", json={"prompt": "a fox", "seconds": 1})).json()["id"]
    assert 409 == (await ada.post(f"/v1/videos/{video}/remix", json={"prompt": "at night"})).status_code
    await studio.through(video)
    assert 400 == (await ada.post(f"/v1/videos/{video}/remix", json={"prompt": "a zorg"})).status_code
    remix = (await ada.post(f"/v1/videos/{video}/remix", json={"prompt": "at night"})).json()
    assert video == remix["remixed_from_video_id"]
    row = await studio.through(remix["id"])
    assert "completed" == row.status
    path = studio.desk.home.spool / "remix.mp4"
    await studio.desk.objects.fetch(row.marked_digest, path)
    with c2pa.Reader("video/mp4", path.open("rb")) as reader:
        parents = reader.get_active_manifest()["ingredients"]
    assert [(video, "parentOf")] == [(parent["title"], parent["relationship"]) for parent in parents]


@pytest.mark.parametrize(
    ("content", "kind", "status", "en", "fr"),
    [
        (b"", "application/json", 400, "The body is empty", "Le corps est vide"),
        (b'{"prompt": "SECRET",\n x}', "application/json", 400, "line 2, column 2", "ligne 2, colonne 2"),
        (b'["SECRET"]', "application/json", 400, "no object", "pas un objet"),
        (b"SECRET", "text/plain", 415, "application/json", "application/json"),
    ],
    ids=["empty", "broken", "list", "text"],
)
async def test_a_body_that_cannot_be_read_is_told_why(creating, content, kind, status, en, fr) -> None:
    """Where it breaks or what to send, in the reader's language, never quoting it."""
    ada = await creating.as_("creator")
    for language, said in (("en", en), ("fr", fr)):
        headers = {"Content-Type": kind, "Accept-Language": language}
        answer = await ada.post("/v1/videos", content=content, headers=headers)
        assert status == answer.status_code
        assert said in answer.json()["detail"] and said in answer.json()["error"]["message"]
        assert "SECRET" not in answer.text


@pytest.mark.parametrize(
    ("content", "en", "fr"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "This kind of file", "Ce type de fichier"),
        (picture(size=(6, 400)), "each side", "chaque côté"),
    ],
    ids=["no picture", "a thin one"],
)
async def test_what_is_wrong_with_a_file_is_told(creating, content: bytes, en: str, fr: str) -> None:
    """The very fault, in the reader's language, at the field that held it."""
    ada = await creating.as_("creator")
    for language, said in (("en", en), ("fr", fr)):
        answer = await ada.post(
            "/v1/videos",
            data={"prompt": "a fox", "seconds": "1"},
            files={"input_reference": ("r.png", content, "image/png")},
            headers={"Accept-Language": language},
        )
        assert (422, "/input_reference") == (answer.status_code, answer.json()["pointer"])
        assert said in answer.json()["detail"], answer.text


async def test_what_is_too_large_is_told_how_large_it_may_be(creating) -> None:
    """413 with the bound, whether of a body or of a file in it; a file's id is not one of ours."""
    ada = await creating.as_("creator")
    body = await ada.post("/v1/videos", json={"prompt": "a" * 30_000_000})
    assert 413 == body.status_code
    assert "MB are taken here" in body.json()["detail"]
    by_id = await ada.post("/v1/videos", json={"prompt": "a fox", "input_reference": {"file_id": "file_1"}})
    assert (422, "/input_reference") == (by_id.status_code, by_id.json()["pointer"])
    assert "No files are kept here" in by_id.json()["detail"]
