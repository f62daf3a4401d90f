"""What child safety finds is sealed: no plain byte stays, one role opens it, each opening is in the log."""

from __future__ import annotations

import dataclasses
import datetime as dt
import errno
import hashlib
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from psycopg.types.json import Jsonb

from api.db.stores import marks, sealed
from api.home import Home
from api.objects import Objects
from api.registry import DatabaseRegistry
from api.roles import Role
from api.wiring import build_sealing
from policies.finding import Finding
from safety import evidence as evidence_text
from safety.errors import SealBroken
from safety.sealing import Sealer

pytestmark = pytest.mark.anyio

ABSTRACT = Finding(category="sexual_minors", score=0.99, why="the placeholder")
REASON = {"reason": "report 2026-001"}


@pytest.fixture
def picture() -> bytes:
    """A picture of noise, as PNG."""
    noise = np.random.default_rng(11).integers(0, 255, (120, 160, 3), dtype=np.uint8)
    content = io.BytesIO()
    Image.fromarray(noise).save(content, "PNG")
    return content.getvalue()


async def found(studio, **changes) -> tuple[str, bytes]:
    """The id of a clip that the placeholder detector stopped, and what its bytes were."""
    admitted = await studio.submit(**changes)
    row = await studio.through(admitted.video_id, "generate")
    plain = b"".join([piece async for piece in await studio.desk.objects.open(row.generated_digest)])
    studio.eye.findings = (ABSTRACT,)
    await studio.through(admitted.video_id, "look")
    studio.eye.findings = ()
    return admitted.video_id, plain


def kept_files(home: Home) -> list[bytes]:
    return [
        path.read_bytes() for path in home.root.rglob("*") if path.is_file() and "postgres" not in path.parts
    ]


async def count(studio, query: str) -> int:
    async with studio.desk.pool.connection() as connection:
        return (await (await connection.execute(query)).fetchone())[0]


async def test_no_plain_byte_stays(studio) -> None:
    """The clip ends with minor_protection; nothing in the home holds its bytes, no row leads to them."""
    video_id, plain = await found(studio)
    row = await studio.video(video_id)
    assert ("failed", "minor_protection") == (row.status, row.error_code)
    assert {None} == {row.generated_digest, row.marked_digest, row.thumbnail_digest, row.spritesheet_digest}
    middle = plain[len(plain) // 2 :][:64]
    assert [] == [one[:40] for one in kept_files(studio.desk.home) if middle in one]
    assert 0 == await count(
        studio, f"SELECT count(*) FROM objects WHERE digest = '{hashlib.sha256(plain).hexdigest()}'"
    )
    assert 1 == await count(studio, "SELECT count(*) FROM sealed_media")
    assert 0 == await count(studio, "SELECT count(*) FROM cases")
    await studio.reconciled()


async def test_the_file_an_import_came_as_is_sealed_too(creating, studio, clip: Path) -> None:
    """A clip that was brought: what came and what was made of it, each under a key of its own."""
    ada = await creating.as_("creator")
    made = await ada.post("/v1/videos/imports", files={"video": ("x.mp4", clip.read_bytes(), "video/mp4")})
    studio.eye.findings = (ABSTRACT,)
    await studio.through(made.json()["id"], "generate", "look")
    middle = clip.read_bytes()[clip.stat().st_size // 2 :][:64]
    assert [] == [one[:40] for one in kept_files(studio.desk.home) if middle in one]
    officer = await creating.as_("child_safety")
    answers = [await officer.post("/v1/sealed/exports", json=REASON) for _ in range(2)]
    assert {"clip", "brought"} == {answer.headers["x-sealed-part"] for answer in answers}
    brought = next(answer for answer in answers if "brought" == answer.headers["x-sealed-part"])
    assert clip.read_bytes() == brought.content


async def test_only_child_safety_exports_and_each_export_is_entered(creating, studio) -> None:
    """Exactly what was found, as a file; the entry names who, which and why; the next finds nothing waiting."""
    video_id, plain = await found(studio)
    officer = await creating.as_("child_safety")
    told = (await officer.get("/v1/sealed/waiting")).json()
    assert 1 == told["count"]
    answer = await officer.post("/v1/sealed/exports", json=REASON)
    assert (200, plain) == (answer.status_code, answer.content)
    head = answer.headers
    assert (
        head["content-disposition"].startswith("attachment")
        and "application/octet-stream" == head["content-type"]
    )
    assert "private, no-store" == head["cache-control"]
    assert (hashlib.sha256(plain).hexdigest(), "video/mp4") == (
        head["x-sealed-sha256"],
        head["x-sealed-media-type"],
    )
    assert 0 == (await officer.get("/v1/sealed/waiting")).json()["count"]
    assert 404 == (await officer.post("/v1/sealed/exports", json=REASON)).status_code
    again = await officer.post("/v1/sealed/exports", json={**REASON, "sealed_id": head["x-sealed-id"]})
    assert plain == again.content
    auditor = await creating.as_("auditor")
    asked = {"purpose": "who opened what", "action": "sealed:export"}
    events = (await auditor.get("/v1/audit/events", params=asked)).json()["data"]
    assert 2 == len(events)
    assert {head["x-sealed-id"]} == {event["resource"]["id"] for event in events}
    assert {"report 2026-001"} == {event["reason"] for event in events}


@pytest.mark.parametrize("role", [role.value for role in Role if role is not Role.CHILD_SAFETY])
async def test_nobody_else_opens_or_counts(creating, studio, role: str) -> None:
    """Admins, reviewers, auditors and the account itself are refused, and nothing is entered as exported."""
    await found(studio)
    other = await creating.as_(role)
    assert 403 == (await other.post("/v1/sealed/exports", json=REASON)).status_code
    assert 403 == (await other.get("/v1/sealed/waiting")).status_code
    assert 0 == await count(studio, "SELECT count(*) FROM sealed_media WHERE exported_at IS NOT NULL")


async def test_an_export_needs_a_reason(creating, studio) -> None:
    """Without one nothing is opened; another's id and none are told alike."""
    await found(studio)
    officer = await creating.as_("child_safety")
    assert 422 == (await officer.post("/v1/sealed/exports", json={})).status_code
    nothing = {**REASON, "sealed_id": "sealed_" + "0" * 32}
    assert 404 == (await officer.post("/v1/sealed/exports", json=nothing)).status_code
    assert 0 == await count(studio, "SELECT count(*) FROM sealed_media WHERE exported_at IS NOT NULL")


async def test_a_broken_seal_is_not_half_an_export(creating, studio) -> None:
    """Under another key the export fails whole: no byte is sent, and it does not count as exported."""
    await found(studio)
    sealing = dataclasses.replace(studio.desk.sealing, sealer=Sealer(b"k" * 32))
    with pytest.raises(SealBroken):
        async with studio.desk.pool.connection() as connection, connection.transaction():
            row = await sealed.take(connection, None, dt.datetime.now(dt.UTC))
            await sealing.opened(row)
    assert 1 == await count(studio, "SELECT count(*) FROM sealed_media WHERE exported_at IS NULL")


SEEN = Finding(category="sexual.nudity", score=0.6, why="seen")
FOUND = {
    "outcome": "violates",
    "reason": "the placeholder",
    "policy_ids": ["sexual_minors"],
    "evidence_ranges": [{"start_s": 0, "end_s": 1}],
}


async def only_seals_are_kept(studio) -> None:
    """No object but sealed ones is left, neither as a row nor as a file."""
    async with studio.desk.pool.connection() as connection:
        rows = await (await connection.execute("SELECT digest, media_type FROM objects")).fetchall()
    assert {"application/octet-stream"} == {media_type for _, media_type in rows}
    files = [path for path in studio.desk.home.objects.rglob("*") if path.is_file()]
    assert len(rows) == len(files)


async def decided(creating, role: str = "reviewer", body: dict = FOUND):
    """What a reviewer is answered who takes the next case and decides it so."""
    rita = await creating.as_(role)
    case = (await rita.post("/v1/review/cases/next")).json()
    return rita, case, await rita.post(f"/v1/review/cases/{case['id']}/decision", json=body)


async def test_what_a_reviewer_finds_is_sealed_like_a_detectors_finding(creating, studio) -> None:
    """A held clip that a person finds it in: no plain byte, no still, one seal that child safety opens."""
    admitted = await studio.submit()
    row = await studio.through(admitted.video_id, "generate")
    plain = b"".join([piece async for piece in await studio.desk.objects.open(row.generated_digest)])
    studio.eye.findings = (SEEN,)
    await studio.through(admitted.video_id, "look")
    rita, case, answer = await decided(creating)
    assert (200, "block") == (answer.status_code, answer.json()["verdict"]), answer.text
    row = await studio.video(admitted.video_id)
    assert ("failed", "minor_protection", None) == (row.status, row.error_code, row.generated_digest)
    await only_seals_are_kept(studio)
    assert [] == (await rita.get(f"/v1/review/cases/{case['id']}")).json()["stills"]
    assert 404 == (await rita.get(case["stills"][0])).status_code
    officer = await creating.as_("child_safety")
    assert plain == (await officer.post("/v1/sealed/exports", json=REASON)).content
    assert 1 == await count(
        studio,
        f"SELECT count(*) FROM audit_events WHERE action = 'sealed:seal' AND actor_id = '{case['claimed_by']}'",
    )


async def test_what_a_reviewer_finds_in_a_released_clip_withdraws_it(creating, studio) -> None:
    """Published or not: 410 for every variant, its manifest's picture goes too, and the owner is told."""
    ada = creating.speaking(await creating.key("creator", studio.caller.account_id))
    hook = {"url": "https://ada.example/", "events": ["video.taken_down", "review.decided"]}
    await ada.post("/v1/webhooks", json=hook)
    admitted = await studio.submit()
    studio.eye.findings = (Finding(category="sexual.suggestive", score=0.85, why="seen"),)
    await studio.through(admitted.video_id)
    path = f"/v1/videos/{admitted.video_id}"
    await ada.post(f"{path}/publish", json={"visibility": "public"})
    _, _, answer = await decided(creating)
    assert 200 == answer.status_code, answer.text
    for variant in ("video", "thumbnail", "spritesheet"):
        gone = await ada.get(f"{path}/content", params={"variant": variant})
        assert (410, "policy") == (gone.status_code, gone.json()["reason"])
    shown = (await ada.get(path)).json()
    assert ("private", "policy") == (shown["visibility"], shown["withdrawn_reason"])
    await only_seals_are_kept(studio)
    registry = DatabaseRegistry(studio.desk.pool, studio.desk.objects, studio.bench.issuer.keys)
    async with studio.desk.pool.connection() as connection:
        mark = await marks.of_video(connection, admitted.video_id)
    known = await registry._clip(mark.counter)
    assert (admitted.video_id, True, None) == (known.video_id, known.is_withdrawn, known.manifest)
    assert 2 == await count(studio, "SELECT count(*) FROM webhook_deliveries")
    refused = await ada.post(f"{path}/publish", json={"visibility": "public"})
    assert 410 == refused.status_code


@pytest.mark.parametrize("asks", ["publish", "publish?preview=true"])
async def test_what_publication_finds_is_taken_down(creating, studio, asks: str) -> None:
    """What is found when all that was said and seen comes together is sealed then, even where one only asked."""
    ada = creating.speaking(await creating.key("creator", studio.caller.account_id))
    admitted = await studio.submit()
    await studio.through(admitted.video_id)
    await put_into_evidence(studio, ABSTRACT)
    path = f"/v1/videos/{admitted.video_id}"
    answer = await ada.post(f"{path}/{asks}", json={"visibility": "public"})
    if "preview" in asks:
        assert (200, "block") == (answer.status_code, answer.json()["verdict"])
    else:
        assert (400, "minor_protection") == (answer.status_code, answer.json()["error"]["code"])
    assert {None} == {reason["where"] for reason in answer.json()["reasons"]}
    await only_seals_are_kept(studio)
    gone = await ada.get(f"{path}/content")
    assert (410, "policy") == (gone.status_code, gone.json()["reason"])
    assert 410 == (await ada.post(f"{path}/{asks}", json={"visibility": "public"})).status_code
    assert 1 == await count(studio, "SELECT count(*) FROM sealed_media")


async def test_a_publication_refused_for_anything_else_leaves_the_clip(creating, studio) -> None:
    """It stays private and readable by its owner; nothing is sealed."""
    ada = creating.speaking(await creating.key("creator", studio.caller.account_id))
    admitted = await studio.submit()
    await studio.through(admitted.video_id)
    await put_into_evidence(studio, Finding(category="sexual.explicit", score=0.99, why="seen"))
    path = f"/v1/videos/{admitted.video_id}"
    refused = await ada.post(f"{path}/publish", json={"visibility": "public"})
    assert (400, "output_blocked") == (refused.status_code, refused.json()["error"]["code"])
    assert 200 == (await ada.get(f"{path}/content")).status_code
    assert 0 == await count(studio, "SELECT count(*) FROM sealed_media")


async def put_into_evidence(studio, finding: Finding) -> None:
    """Have every kept evidence say what publication is to find."""
    async with studio.desk.pool.connection() as connection:
        rows = await (await connection.execute("SELECT digest, body FROM evidence")).fetchall()
        for digest, body in rows:
            kept = evidence_text.from_json(body)
            first, *rest = kept.readings
            said = dataclasses.replace(first, findings=(finding,))
            changed = evidence_text.as_json(dataclasses.replace(kept, readings=(said, *rest)))
            await connection.execute(
                "UPDATE evidence SET body = %s WHERE digest = %s", (Jsonb(changed), digest)
            )


async def asked(ada, path: str, picture: bytes):
    """The answer to a request with a picture."""
    fields = {"prompt": "a fox", "model": "given", "seconds": "1", "size": "320x240"}
    return await ada.post(path, data=fields, files={"input_reference": ("x.png", picture, "image/png")})


@pytest.mark.parametrize("path", ["/v1/videos", "/v1/videos/preflight"])
async def test_a_refused_picture_is_sealed_too(creating, studio, picture: bytes, path: str) -> None:
    """What came with a request, or with a preview of one: sealed, and no row or file holds it in the clear."""
    ada = await creating.as_("creator")
    studio.eye.findings = (ABSTRACT,)
    answer = (await asked(ada, path, picture)).json()
    assert {None} == {reason["where"] for reason in answer["reasons"]}
    await only_seals_are_kept(studio)
    assert [] == [one[:40] for one in kept_files(studio.desk.home) if picture[-200:] in one]
    assert 1 == await count(studio, "SELECT count(*) FROM submissions WHERE reference_digest IS NULL")
    officer = await creating.as_("child_safety")
    export = await officer.post("/v1/sealed/exports", json=REASON)
    assert ("reference", picture) == (export.headers["x-sealed-part"], export.content)


async def test_a_picture_refused_for_anything_else_is_kept_for_its_appeal(
    creating, studio, picture: bytes
) -> None:
    """Only what nobody may look at is sealed."""
    ada = await creating.as_("creator")
    studio.eye.findings = (Finding(category="sexual.explicit", score=0.99, why="seen"),)
    refused = await asked(ada, "/v1/videos", picture)
    assert (400, "input_blocked") == (refused.status_code, refused.json()["error"]["code"])
    assert 0 == await count(studio, "SELECT count(*) FROM sealed_media")
    assert 1 == await count(studio, "SELECT count(*) FROM submissions WHERE reference_digest IS NOT NULL")


async def test_a_held_request_whose_picture_a_person_finds_it_in(creating, studio, picture: bytes) -> None:
    """Before anything was made: the picture is sealed; overturned later, nothing is made without it."""
    ada = await creating.as_("creator")
    studio.eye.findings = (SEEN,)
    held = (await asked(ada, "/v1/videos", picture)).json()
    assert "held_for_review" == held["error"]["code"]
    studio.eye.findings = ()
    _, _, answer = await decided(creating)
    await only_seals_are_kept(studio)
    appeal = {"decision_id": answer.json()["decision_id"], "reason": "It is a placeholder."}
    filed = (await ada.post("/v1/appeals", json=appeal)).json()
    lead = await creating.as_("lead_reviewer")
    await lead.post("/v1/review/cases/next")
    overturn = {"outcome": "overturned", "reply": "It was a placeholder."}
    done = (await lead.post(f"/v1/appeals/{filed['id']}/decision", json=overturn)).json()
    assert ("overturned", None) == (done["outcome"], done["restored_video_id"])
    assert "failed" == (await studio.video(held["id"])).status


async def test_a_person_seals_whole_or_not_at_all(creating, studio, monkeypatch) -> None:
    """Not on lease, of another role, or with no room to seal: the clip waits as before, its bytes with it."""
    admitted = await studio.submit()
    studio.eye.findings = (SEEN,)
    await studio.through(admitted.video_id, "generate", "look")
    rita, remi, eve = [await creating.as_(role) for role in ("reviewer", "reviewer", "creator")]
    case = (await rita.post("/v1/review/cases/next")).json()
    path = f"/v1/review/cases/{case['id']}/decision"
    assert 409 == (await remi.post(path, json=FOUND)).status_code
    assert 403 == (await eve.post(path, json=FOUND)).status_code

    def full(*_given: object) -> None:
        raise OSError(errno.ENOSPC, "no room")

    with monkeypatch.context() as broken:
        broken.setattr(Sealer, "seal", full)
        refused = await rita.post(path, json=FOUND)
    assert (503, "60") == (refused.status_code, refused.headers["Retry-After"]), refused.text
    row = await studio.video(admitted.video_id)
    assert "held_for_review" == row.error_code and row.generated_digest is not None
    assert 0 == await count(studio, "SELECT count(*) FROM sealed_media")
    assert 200 == (await rita.post(path, json=FOUND)).status_code
    assert 1 == await count(studio, "SELECT count(*) FROM sealed_media")


async def test_what_was_made_of_a_clip_goes_with_it(studio) -> None:
    """Found when it is looked at again after marking: the marked copy, stills and manifest go at once."""
    admitted = await studio.submit()
    await studio.through(admitted.video_id, "generate", "look", "mark")
    async with studio.desk.pool.connection() as connection:
        await connection.execute("UPDATE generations SET value = value + 1 WHERE name = 'banks'")
    studio.eye.findings = (ABSTRACT,)
    row = await studio.through(admitted.video_id, "release", "look")
    assert ("minor_protection", None, None) == (row.error_code, row.marked_digest, row.manifest_digest)
    await only_seals_are_kept(studio)


async def test_what_is_only_blocked_is_not_sealed(studio) -> None:
    """Another category that stops a clip leaves it where its appeal may need it."""
    admitted = await studio.submit()
    studio.eye.findings = (Finding(category="sexual.explicit", score=0.99, why="seen"),)
    row = await studio.through(admitted.video_id, "generate", "look")
    assert ("failed", "output_blocked") == (row.status, row.error_code)
    assert row.generated_digest is not None
    assert 0 == await count(studio, "SELECT count(*) FROM sealed_media")


async def test_a_crash_before_the_commit_seals_nothing_twice(studio, monkeypatch) -> None:
    """The stage is done again, and the one seal that is noted opens."""
    admitted = await studio.submit()
    await studio.through(admitted.video_id, "generate")
    studio.eye.findings = (ABSTRACT,)
    note = type(studio.desk.sealing).note
    calls = []

    async def once_broken(self, *given) -> None:
        calls.append(given)
        if len(calls) == 1:
            raise OSError("the disk went")
        await note(self, *given)

    monkeypatch.setattr(type(studio.desk.sealing), "note", once_broken)
    await studio.through(admitted.video_id, "look")
    assert "in_progress" == (await studio.video(admitted.video_id)).status
    row = await studio.through(admitted.video_id, "look")
    assert "minor_protection" == row.error_code
    assert 1 == await count(studio, "SELECT count(*) FROM sealed_media")


async def test_the_year_over_key_and_bytes_go(studio) -> None:
    """After its retention the wrapped key is deleted, and the sealed bytes are swept."""
    from api.db.stores import objects as stored
    from api.db.sweep import sweep

    await found(studio)
    async with studio.desk.pool.connection() as connection:
        digest = (await (await connection.execute("SELECT object_digest FROM sealed_media")).fetchone())[0]
        assert digest not in await stored.forget_unneeded(connection, older_than_s=0)
    import psycopg

    async with await psycopg.AsyncConnection.connect(studio.database.owner, autocommit=True) as owner:
        await owner.execute(
            "UPDATE sealed_media SET sealed_at = now() - interval '2 y', expires_at = now() - interval '1 d'"
        )
    async with studio.desk.pool.connection() as connection:
        await sweep(connection)
        assert digest in await stored.forget_unneeded(connection, older_than_s=0)


async def test_the_key_is_made_once_and_apart(parts, tmp_path: Path) -> None:
    """Made in the home for its owner alone, or read from the operator's file; a short one is refused."""
    objects: Objects = None
    first = build_sealing(parts.settings, parts.home, parts.pool, objects).sealer.key
    assert first == build_sealing(parts.settings, parts.home, parts.pool, objects).sealer.key
    path = parts.home.keys / "seal.secret"
    assert (0o600, 32) == (path.stat().st_mode & 0o777, len(first))
    apart = tmp_path / "elsewhere"
    apart.write_text("ab" * 32)
    chosen = parts.settings.model_copy(update={"seal_key": apart})
    assert b"\xab" * 32 == build_sealing(chosen, parts.home, parts.pool, objects).sealer.key
    apart.write_text("ab")
    with pytest.raises(ValueError, match="32 bytes"):
        build_sealing(chosen, parts.home, parts.pool, objects)
