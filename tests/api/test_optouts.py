"""Opt-outs by name: drafted, in force from the next decision on, and nobody else's business."""

from __future__ import annotations

import datetime as dt

import pytest

from api.db.stores import optouts
from api.opt_outs import OptOuts
from policies.finding import Finding, Seconds
from policies.ruling import Verdict
from safety.detector import Words
from safety.screen import Screen

pytestmark = pytest.mark.anyio

OWNER = {"type": "organisation", "name": "Zorblax Studios"}


def entry(name: str = "Zorblax", **changes: object) -> dict:
    return {"owner": OWNER, "subject": {"kind": "character", "names": [name]}, **changes}


async def drafted(client, name: str = "Zorblax", **changes: object) -> str:
    answer = await client.post("/v1/optouts", json=entry(name, **changes))
    assert 201 == answer.status_code, answer.text
    return answer.json()["id"]


async def filed(creating, name: str = "Zorblax", *, is_verified: bool = False, **changes: object):
    """An entry in force, with the client of its filer."""
    holder = await creating.as_("rights_holder")
    optout = await drafted(holder, name, **changes)
    assert "active" == (await holder.post(f"/v1/optouts/{optout}/submit")).json()["status"]
    if is_verified:
        await verified(creating, optout)
    return holder, optout


async def verified(creating, optout: str) -> None:
    admin = await creating.as_("admin")
    answer = await admin.post(f"/v1/optouts/{optout}/verify")
    assert (200, "verified") == (answer.status_code, answer.json()["tier"])


async def test_an_entry_holds_when_submitted_and_blocks_when_verified(creating, studio) -> None:
    """A draft does nothing, a self-declared entry waits for people, a verified one stops; all at once."""
    holder = await creating.as_("rights_holder")
    optout = await drafted(holder)
    prompt = "Zorblax dances in the rain"
    assert Verdict.ALLOW == (await studio.submit(prompt)).decision.ruling.verdict
    await holder.post(f"/v1/optouts/{optout}/submit")
    held = (await studio.submit(prompt)).decision.ruling
    assert (Verdict.REVIEW, "rights_opt_out") == (held.verdict, held.reasons[0].error_code)
    await verified(creating, optout)
    ada = await creating.as_("creator")
    answer = await ada.post("/v1/videos", json={"prompt": prompt, "seconds": 1})
    body = answer.json()
    assert (400, "rights_opt_out") == (answer.status_code, body["error"]["code"])
    assert {"chars": [0, 7], "part": "prompt"} == body["reasons"][0]["where"]
    assert body["rewrites"] and not any("zorblax" in told.lower() for told in body["rewrites"])
    await holder.post(f"/v1/optouts/{optout}/withdraw")
    assert Verdict.ALLOW == (await studio.submit(prompt)).decision.ruling.verdict


async def test_every_surface_heeds_it(creating, studio) -> None:
    """Pre-flight and moderation answer as creation does."""
    await filed(creating, is_verified=True)
    ada = await creating.as_("creator")
    preflight = await ada.post("/v1/videos/preflight", json={"prompt": "Z.o.r.b.l.a.x naps", "seconds": 1})
    assert "block" == preflight.json()["verdict"]
    moderated = await ada.post("/v1/moderations", json={"input": ["a fox", "zorblax naps"]})
    assert [False, True] == [one["flagged"] for one in moderated.json()["results"]]


async def moved(studio, video_id: str):
    """The clip after a release that found other entries in force, looked at again."""
    row = await studio.through(video_id, "release")
    assert ("in_progress", "output_check") == (row.status, row.stage)
    return await studio.through(video_id, "look")


async def test_an_entry_filed_between_look_and_release_stops_a_typed_name(creating, studio) -> None:
    """What was allowed when it was asked for is not released once its name is opted out."""
    admitted = await studio.submit("Zorblax dances")
    await studio.through(admitted.video_id, "generate", "look", "mark")
    await filed(creating, is_verified=True)
    row = await moved(studio, admitted.video_id)
    assert ("failed", "rights_opt_out", None) == (row.status, row.error_code, row.charged_on)


class Ear:
    """Hears one sentence."""

    name = "speech.ear@1"

    def read(self, _sound: object, /) -> tuple[Words, ...]:
        return (Words(text="my name is Zorblax", where=Seconds(start_s=0.25, end_s=0.75)),)


async def test_an_entry_filed_between_look_and_release_stops_a_spoken_name(creating, studio) -> None:
    """A name that nobody typed is heard in the clip, and the reason tells its seconds."""
    screen = studio.bench.screen
    listening = Screen(text=screen.text, footage=screen.footage, speech=Ear())
    object.__setattr__(studio.bench, "screen", listening)
    admitted = await studio.submit()
    row = await studio.through(admitted.video_id, "generate", "look", "mark")
    assert "signing" == row.stage
    await filed(creating, is_verified=True)
    row = await moved(studio, admitted.video_id)
    assert ("failed", "rights_opt_out") == (row.status, row.error_code)
    async with studio.desk.pool.connection() as connection:
        (where,) = await (
            await connection.execute(
                "SELECT reasons->0->'where' FROM decisions WHERE id = %s", [row.decision_id]
            )
        ).fetchone()
    assert {"seconds": {"start_s": 0.25, "end_s": 0.75}} == where


async def test_an_entry_of_another_name_lets_the_clip_go_on(creating, studio) -> None:
    """Decided again it is released; drafts and their changes send nothing back."""
    admitted = await studio.submit("a quiet harbour")
    await studio.through(admitted.video_id, "generate", "look", "mark")
    await filed(creating)
    await moved(studio, admitted.video_id)
    holder = await creating.as_("rights_holder")
    optout = await drafted(holder, "Quibblon")
    await holder.patch(f"/v1/optouts/{optout}", json={"stance": "opt_in_only"})
    assert "completed" == (await studio.through(admitted.video_id, "mark", "release")).status


async def test_no_reviewer_lifts_a_proven_entry(creating, studio) -> None:
    """A clip that was held when the entry came is not released by dismissing; a claim unproven may be."""
    admitted = await studio.submit("Zorblax dances")
    studio.eye.findings = (Finding(category="sexual.nudity", score=0.6, why="seen"),)
    await studio.through(admitted.video_id, "generate", "look")
    _, optout = await filed(creating, is_verified=True)
    rita = await creating.as_("reviewer")
    case = (await rita.post("/v1/review/cases/next")).json()["id"]
    dismiss = {"outcome": "does_not_violate", "reason": "a drawing"}
    assert 409 == (await rita.post(f"/v1/review/cases/{case}/decision", json=dismiss)).status_code
    assert "held_for_review" == (await studio.video(admitted.video_id)).error_code
    async with studio.desk.pool.connection() as connection:
        await connection.execute(
            "UPDATE optouts SET tier = 'self_declared', verified_at = NULL, verified_by = NULL WHERE id = %s",
            [optout],
        )
    assert 200 == (await rita.post(f"/v1/review/cases/{case}/decision", json=dismiss)).status_code
    assert "completed" == (await studio.through(admitted.video_id, "mark", "release")).status


async def test_publication_asks_again(creating, studio) -> None:
    """A clip made before the entry is not published after it."""
    ada = await creating.as_("creator")
    made = (await ada.post("/v1/videos", json={"prompt": "Zorblax dances", "seconds": 1})).json()
    await studio.through(made["id"])
    _, optout = await filed(creating, is_verified=True, territories=["JP"])
    refused = await ada.post(f"/v1/videos/{made['id']}/publish", json={"visibility": "public"})
    assert (400, "rights_opt_out") == (refused.status_code, refused.json()["error"]["code"]), optout


async def test_every_read_asks_again(creating, studio) -> None:
    """A released clip is read until an entry stops it, at the very next request, ranges and remixes too."""
    ada = await creating.as_("creator")
    made = (await ada.post("/v1/videos", json={"prompt": "Zorblax dances", "seconds": 1})).json()
    other = (await ada.post("/v1/videos", json={"prompt": "a fox dances", "seconds": 1})).json()
    for one in (made, other):
        await studio.through(one["id"])
    address = f"/v1/videos/{made['id']}/content"
    _, optout = await filed(creating)
    assert 200 == (await ada.get(address)).status_code
    await verified(creating, optout)
    for asked in ({}, {"headers": {"Range": "bytes=0-9"}}, {"params": {"variant": "thumbnail"}}):
        answer = await ada.get(address, **asked)
        assert (410, "rights_opt_out") == (answer.status_code, answer.json()["reason"])
    remixed = await ada.post(f"/v1/videos/{made['id']}/remix", json={"prompt": "the same at night"})
    assert 410 == remixed.status_code
    assert 200 == (await ada.get(f"/v1/videos/{other['id']}/content")).status_code


async def test_a_spoken_name_stops_reading_too(creating, studio) -> None:
    """What was heard in a clip is asked like what was typed; a withdrawn entry stops nothing."""
    screen = studio.bench.screen
    listening = Screen(text=screen.text, footage=screen.footage, speech=Ear())
    object.__setattr__(studio.bench, "screen", listening)
    ada = await creating.as_("creator")
    made = (await ada.post("/v1/videos", json={"prompt": "a fox tells a story", "seconds": 1})).json()
    assert "completed" == (await studio.through(made["id"])).status
    address = f"/v1/videos/{made['id']}/content"
    holder, optout = await filed(creating, is_verified=True)
    assert 410 == (await ada.get(address)).status_code
    await holder.post(f"/v1/optouts/{optout}/withdraw")
    assert 200 == (await ada.get(address)).status_code


async def test_an_entry_holds_in_its_time_only(creating, studio) -> None:
    """It begins and ends by its dates, without anybody's act, and a decision of before is known as such."""
    now = dt.datetime.now(dt.UTC)
    _, optout = await filed(creating, valid_from=(now + dt.timedelta(days=1)).isoformat())
    opt_outs = OptOuts()
    async with studio.desk.pool.connection() as connection:
        assert () == (await opt_outs.now(connection)).find("Zorblax", "FR")
        before = await optouts.edition(connection)
        # As if a day had passed, without the trigger that tells of acts.
        await passed(studio, optout, "valid_from = now() - interval '1 s'")
        assert 1 == len((await opt_outs.now(connection)).find("Zorblax", "FR"))
        during = await optouts.edition(connection)
        await passed(studio, optout, "valid_to = now() - interval '0.5 s'")
        assert () == (await opt_outs.now(connection)).find("Zorblax", "FR")
        after = await optouts.edition(connection)
    assert 1 == len({before.generation, during.generation, after.generation})
    assert 3 == len({before, during, after})


async def passed(studio, optout: str, change: str) -> None:
    import psycopg

    async with await psycopg.AsyncConnection.connect(studio.database.owner) as owner:
        await owner.execute("ALTER TABLE optouts DISABLE TRIGGER in_force_changed")
        await owner.execute(f"UPDATE optouts SET {change} WHERE id = '{optout}'")
        await owner.execute("ALTER TABLE optouts ENABLE TRIGGER in_force_changed")


async def test_an_entry_holds_in_its_territories_only(creating, studio) -> None:
    """One for Japan says nothing in France."""
    await filed(creating, "Zorblax", territories=["JP"])
    await filed(creating, "Quibblon", territories=["FR", "BE"])
    assert Verdict.ALLOW == (await studio.submit("Zorblax dances")).decision.ruling.verdict
    assert Verdict.REVIEW == (await studio.submit("Quibblon dances")).decision.ruling.verdict


async def test_an_entry_about_training_alone_forbids_no_clip(creating, studio) -> None:
    """A use that is not denied stays allowed."""
    await filed(creating, uses={"generate": "allow", "train_ai": "deny"})
    assert Verdict.ALLOW == (await studio.submit("Zorblax dances")).decision.ruling.verdict


@pytest.mark.parametrize(
    ("alias", "reason", "word"),
    [
        ("cat", "too_short", "lettres"),
        ("red apple", "ordinary_word", "courant"),
        ("z-o-r", "too_short", "lettres"),
    ],
)
async def test_a_word_that_everybody_needs_is_refused(creating, alias: str, reason: str, word: str) -> None:
    """The reason is told in the reader's language, with its place; in a draft and in its change."""
    holder = await creating.as_("rights_holder")
    subject = {"kind": "character", "names": ["Zorblax"], "aliases": ["Zorbi", alias]}
    french = {"Accept-Language": "fr"}
    refused = await holder.post("/v1/optouts", json=entry(subject=subject), headers=french)
    body = refused.json()
    assert (422, "/subject/aliases/1", reason) == (refused.status_code, body["pointer"], body["reason"])
    assert word in body["detail"]
    optout = await drafted(holder)
    changed = await holder.patch(f"/v1/optouts/{optout}", json={"subject": subject}, headers=french)
    assert (422, reason) == (changed.status_code, changed.json()["reason"])


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"subject": {"kind": "character", "names": ["Zorblax"], "aliases": ["Zorb lax"] * 51}}, "/subject/aliases"),
        ({"subject": {"kind": "character", "names": ["Zorblax"], "aliases": ["Zorbi"] * 50}}, "/subject/aliases"),
        ({"subject": {"kind": "voice", "names": ["Zorblax"]}}, "/subject/kind"),
        ({"subject": {"kind": "character", "names": []}}, "/subject/names"),
        ({"subject": {"kind": "character", "names": ["Zor\u0000blax"]}}, "/subject/names/0"),
        ({"uses": {"generate": "perhaps"}}, "/uses/generate"),
        ({"territories": ["France"]}, "/territories/0"),
        ({"valid_from": "2030-01-01T00:00:00Z", "valid_to": "2029-01-01T00:00:00Z"}, "/valid_to"),
        ({"valid_from": "2030-01-01T00:00:00"}, "/valid_from"),
        ({"tier": "verified"}, "/tier"),
        ({"status": "active"}, "/status"),
    ],
)  # fmt: skip
async def test_an_entry_of_another_form_is_refused(creating, changes: dict, pointer: str) -> None:
    """Types, sizes, dates, and what only the operator says, each with its place."""
    holder = await creating.as_("rights_holder")
    answer = await holder.post("/v1/optouts", json=entry(**changes))
    assert (422, pointer) == (answer.status_code, answer.json()["pointer"])


async def test_what_was_submitted_stays_as_it_is(creating) -> None:
    """No change, second submission, verification of a draft, or return of what was withdrawn."""
    holder, admin = await creating.as_("rights_holder"), await creating.as_("admin")
    optout = await drafted(holder)
    path = f"/v1/optouts/{optout}"
    assert 409 == (await admin.post(f"{path}/verify")).status_code
    changed = await holder.patch(path, json={"subject": {"kind": "work", "names": ["Zorblax", "Zorbi"]}})
    assert (200, "work") == (changed.status_code, changed.json()["subject"]["kind"])
    assert 200 == (await holder.post(f"{path}/submit")).status_code
    assert 409 == (await holder.patch(path, json={"stance": "opt_in_only"})).status_code
    assert 409 == (await holder.post(f"{path}/submit")).status_code
    assert 200 == (await admin.post(f"{path}/verify")).status_code
    assert 409 == (await admin.post(f"{path}/verify")).status_code
    assert 200 == (await holder.post(f"{path}/withdraw")).status_code
    for act in ("withdraw", "submit"):
        assert 409 == (await holder.post(f"{path}/{act}")).status_code
    assert "withdrawn" == (await holder.get(path)).json()["status"]


ACTS = [("GET", ""), ("PATCH", ""), ("POST", "/submit"), ("POST", "/withdraw"), ("POST", "/preview")]


@pytest.mark.parametrize(("method", "act"), ACTS)
async def test_anothers_entry_does_not_exist(creating, method: str, act: str) -> None:
    """At every address another rights holder is answered as for an entry that never was."""
    optout = await drafted(await creating.as_("rights_holder"))
    other = await creating.as_("rights_holder")
    answers = [
        await other.request(
            method, f"/v1/optouts/{which}{act}", json={"stance": "opt_out"} if method == "PATCH" else None
        )
        for which in (optout, "optout_" + "0" * 32, "x")
    ]
    assert [404] * 3 == [answer.status_code for answer in answers]
    assert 1 == len({answer.json()["detail"] for answer in answers})
    assert [] == (await other.get("/v1/optouts")).json()["data"]


@pytest.mark.parametrize(
    "role", ["creator", "guardian", "reviewer", "auditor", "child_safety", "policy_editor"]
)
async def test_only_rights_holders_file(creating, role: str) -> None:
    """Other roles are refused at every address, and a rights holder verifies nothing."""
    other = await creating.as_(role)
    assert 403 == (await other.post("/v1/optouts", json=entry())).status_code
    assert 403 == (await other.get("/v1/optouts")).status_code
    for method, act in ACTS:
        body = {"stance": "opt_out"} if method == "PATCH" else None
        assert 403 == (await other.request(method, f"/v1/optouts/x{act}", json=body)).status_code
    for who in (other, await creating.as_("rights_holder")):
        assert 403 == (await who.post("/v1/optouts/x/verify")).status_code
        assert 403 == (await who.get("/v1/optouts", params={"waiting": True})).status_code
    assert 401 == (await creating.client.get("/v1/optouts")).status_code


async def test_every_act_is_entered(creating, studio) -> None:
    """And so is each look of the operator at somebody's entry."""
    holder, optout = await filed(creating, is_verified=True)
    admin = await creating.as_("admin")
    await holder.get(f"/v1/optouts/{optout}")
    await admin.get(f"/v1/optouts/{optout}")
    await holder.post(f"/v1/optouts/{optout}/preview")
    await holder.post(f"/v1/optouts/{optout}/withdraw")
    async with studio.desk.pool.connection() as connection:
        rows = await connection.execute(
            "SELECT action FROM audit_events WHERE resource_id = %s ORDER BY event_id", [optout]
        )
        acts = [action for (action,) in await rows.fetchall()]
    expected = ["draft", "submit", "verify", "read", "preview", "withdraw"]
    assert [f"optout:{act}" for act in expected] == acts


async def test_the_operator_sees_what_waits_for_proof(creating) -> None:
    """Entries in force without proof, of everybody; each look is entered."""
    _, first = await filed(creating)
    _, second = await filed(creating, "Quibblon")
    await drafted(await creating.as_("rights_holder"), "Florbit")
    admin = await creating.as_("admin")
    listed = (await admin.get("/v1/optouts", params={"waiting": True})).json()
    assert [second, first] == [one["id"] for one in listed["data"]]
    await verified(creating, first)
    listed = (await admin.get("/v1/optouts", params={"waiting": True, "limit": 1})).json()
    assert ([second], False) == ([one["id"] for one in listed["data"]], listed["has_more"])


async def test_a_preview_counts_private_prompts_in_tens_and_shows_public_clips(creating, studio) -> None:
    """Under ten it tells no number; what the filer asked for is not counted; child safety is not looked at."""
    holder = await creating.as_("rights_holder")
    optout = await drafted(holder)
    preview = f"/v1/optouts/{optout}/preview"
    admitted = [await studio.submit("Zorblax dances") for _ in range(8)]
    told = (await holder.post(preview)).json()
    assert (8, None, 0) == (
        told["looked_at"],
        told["private"]["matched_at_least"],
        told["published"]["matched"],
    )
    assert ["rights_opt_out"] == told["codes"]
    async with studio.desk.pool.connection() as connection:
        await connection.execute("UPDATE videos SET status = 'failed', error_code = 'generator_failed'")
    admitted += [await studio.submit("a zorg meets Zorblax") for _ in range(4)]
    told = (await holder.post(preview)).json()
    assert (12, 10) == (told["looked_at"], told["private"]["matched_at_least"])
    assert (
        0
        == (await holder.post(f"/v1/optouts/{await drafted(holder, 'Quibblon')}/preview")).json()[
            "published"
        ]["matched"]
    )


async def test_an_equal_request_drafts_once(creating) -> None:
    """Under one Idempotency-Key."""
    holder = await creating.as_("rights_holder")
    headers = {"Idempotency-Key": "one"}
    ids = {(await holder.post("/v1/optouts", json=entry(), headers=headers)).json()["id"] for _ in range(2)}
    assert 1 == len(ids) == len((await holder.get("/v1/optouts")).json()["data"])


async def test_retention_is_carried_out(creating, studio) -> None:
    """Old drafts and withdrawn entries are forgotten, what is in force stays."""
    holder, active = await filed(creating)
    await drafted(holder, "Quibblon")
    async with studio.desk.pool.connection() as connection:
        await optouts.sweep(connection)
        assert 2 == len((await holder.get("/v1/optouts")).json()["data"])
        await connection.execute("UPDATE optouts SET updated_at = now() - interval '31 days'")
        await optouts.sweep(connection)
    assert [active] == [one["id"] for one in (await holder.get("/v1/optouts")).json()["data"]]
