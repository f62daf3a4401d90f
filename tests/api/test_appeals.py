"""Who was refused is heard once more, by somebody new; overturning restores by itself."""

from __future__ import annotations

import asyncio
import io

import numpy as np
import psycopg
import pytest
from PIL import Image

from api import acts
from api.db.stores import retention
from api.db.sweep import sweep
from policies.finding import Box, Finding
from safety.audit.entry import SYSTEM, ActionClass

pytestmark = pytest.mark.anyio

EXPLICIT = Finding(
    category="sexual.explicit", score=0.99, why="seen", where=Box(left=0, top=0, width=1, height=1, at_s=0.5)
)
SEALED = Finding(category="sexual_minors", score=0.99, why="seen")
OVERTURN = {"outcome": "overturned", "reply": "A drawing of a statue: we were wrong."}
UPHOLD = {"outcome": "upheld", "reply": "It shows what the rule forbids."}


async def run(studio, query: str, *values: object) -> list[tuple]:
    async with studio.desk.pool.connection() as connection:
        cursor = await connection.execute(query, values)
        return await cursor.fetchall() if cursor.description else []


async def reconciled(studio) -> None:
    """Every act has its entry and every entry its act; the keys that tests make are none."""
    async with studio.desk.pool.connection() as connection, connection.transaction():
        rows = await connection.execute("SELECT id FROM api_keys")
        for (key,) in await rows.fetchall():
            await acts.enter(connection, SYSTEM, "key:create", ("key", key), action_class=ActionClass.KEY)
    await studio.reconciled()


async def refused(client, prompt: str = "a zorg") -> dict:
    answer = await client.post("/v1/videos", json={"prompt": prompt, "seconds": 1, "size": "320x240"})
    assert 400 == answer.status_code, answer.text
    return answer.json()


async def stopped(client, studio, finding: Finding = EXPLICIT) -> dict:
    """A clip whose output was blocked, as its owner sees it."""
    made = (await client.post("/v1/videos", json={"prompt": "a fox", "seconds": 1, "size": "320x240"})).json()
    studio.eye.findings = (finding,)
    await studio.through(made["id"], "generate", "look")
    studio.eye.findings = ()
    shown = (await client.get(f"/v1/videos/{made['id']}")).json()
    assert "failed" == shown["status"]
    return shown


async def appealed(client, decision_id: str, reason: str = "It is a statue") -> dict:
    answer = await client.post("/v1/appeals", json={"decision_id": decision_id, "reason": reason})
    assert 201 == answer.status_code, answer.text
    return answer.json()


async def claimed(reviewer) -> dict:
    answer = await reviewer.post("/v1/review/cases/next")
    assert 200 == answer.status_code, answer.text
    return answer.json()


async def answered(reviewer, appeal: dict, body: dict = OVERTURN) -> dict:
    answer = await reviewer.post(f"/v1/appeals/{appeal['id']}/decision", json=body)
    assert 200 == answer.status_code, answer.text
    return answer.json()


async def test_the_address_in_a_reason_takes_the_appeal(creating) -> None:
    """A refusal's `appeal_url` is posted to as it stands, and then lists the appeal; none before."""
    ada = await creating.as_("creator")
    body = await refused(ada)
    address = body["reasons"][0]["appeal_url"]
    assert [] == (await ada.get(address)).json()["data"]
    filed = await ada.post(address, json={"reason": "zorg is a fruit"})
    assert (201, "submitted") == (filed.status_code, filed.json()["state"])
    assert filed.headers["Location"] == f"/v1/appeals/{filed.json()['id']}"
    assert [filed.json()] == (await ada.get(address)).json()["data"]
    preflight = (await ada.post("/v1/videos/preflight", json={"prompt": "a zorg"})).json()
    assert {None} == {reason["appeal_url"] for reason in preflight["reasons"]}


async def test_an_overturned_output_completes_under_the_same_id(creating, studio) -> None:
    """Filed, lent, answered with a reply: the same clip is marked and released; all is entered and told."""
    ada, rita = await creating.as_("creator"), await creating.as_("reviewer")
    await ada.post("/v1/webhooks", json={"url": "https://ada.example/", "events": ["appeal.decided"]})
    video = await stopped(ada, studio)
    appeal = await appealed(ada, video["decision_id"])
    case = await claimed(rita)
    assert (appeal["case_id"], {"id": appeal["id"], "reason": "It is a statue"}, "a fox") == (
        case["id"], case["appeal"], case["prompt"],
    )  # fmt: skip
    assert 1 == (await rita.get("/v1/review/queues")).json()["data"][0]["appeals"]
    for reader in (ada, rita):
        assert "assigned" == (await reader.get(f"/v1/appeals/{appeal['id']}")).json()["state"]
    done = await answered(rita, appeal)
    assert ("decided", "overturned", OVERTURN["reply"], video["id"]) == (
        done["state"], done["outcome"], done["reply"], done["restored_video_id"],
    )  # fmt: skip
    row = await studio.through(video["id"], "mark", "release")
    assert ("completed", None, done["final_decision_id"], None) == (
        row.status, row.error_code, row.decision_id, row.charged_on,
    )  # fmt: skip
    assert [("appeal.decided", {"id": appeal["id"]})] == await run(
        studio, "SELECT event_type, data FROM webhook_deliveries"
    )
    assert [("overturned",)] == await run(
        studio,
        "SELECT convert_from(body, 'UTF8')::jsonb ->> 'outcome' FROM audit_events WHERE action = 'appeal:decide'",
    )
    await reconciled(studio)


async def test_an_overturned_answer_stands_when_the_ground_moves(creating, studio) -> None:
    """A clip sent back before release is looked at again; what a person allowed on the same evidence holds."""
    ada, rita = await creating.as_("creator"), await creating.as_("reviewer")
    video = await stopped(ada, studio)
    appeal = await appealed(ada, video["decision_id"])
    await claimed(rita)
    await answered(rita, appeal)
    await studio.through(video["id"], "mark")
    await run(studio, "UPDATE generations SET value = value + 1 WHERE name = 'banks'")
    studio.eye.findings = (EXPLICIT,)
    row = await studio.through(video["id"], "release", "look", "mark", "release")
    assert "completed" == row.status
    assert 2 == len(await run(studio, "SELECT id FROM decisions WHERE surface = 'output'"))


async def test_an_overturned_refusal_becomes_its_clip_once_and_uncharged(creating, studio) -> None:
    """The request as it was made is filmed, without asking again; it costs nothing."""
    ada, rita = await creating.as_("creator"), await creating.as_("reviewer")
    body = await refused(ada)
    appeal = await appealed(ada, body["decision_id"])
    case = await claimed(rita)
    assert ("a zorg", []) == (case["prompt"], case["stills"])
    done = await answered(rita, appeal)
    row = await studio.through(done["restored_video_id"])
    assert ("completed", body["submission_id"], None) == (row.status, row.submission_id, row.charged_on)
    assert [] == await run(studio, "SELECT * FROM uses WHERE kind = 'clips'")
    again = await rita.post(f"/v1/appeals/{appeal['id']}/decision", json=OVERTURN)
    assert (409, "decided") == (again.status_code, again.json()["state"])
    assert "over" in again.json()["detail"]
    assert 400 == (await ada.post("/v1/videos", json={"prompt": "a zorg"})).status_code
    await reconciled(studio)


async def test_an_upheld_decision_stands_and_is_not_appealed_again(creating, studio) -> None:
    """Nothing moves, the reply is read, and a second appeal names the first."""
    ada, rita = await creating.as_("creator"), await creating.as_("reviewer")
    video = await stopped(ada, studio)
    appeal = await appealed(ada, video["decision_id"])
    await claimed(rita)
    await answered(rita, appeal, UPHOLD)
    shown = (await ada.get(f"/v1/appeals/{appeal['id']}")).json()
    assert ("upheld", UPHOLD["reply"], None, None) == (
        shown["outcome"], shown["reply"], shown["final_decision_id"], shown["restored_video_id"],
    )  # fmt: skip
    assert ("failed", video["decision_id"]) == (
        (row := await studio.video(video["id"])).status,
        row.decision_id,
    )
    second = await ada.post("/v1/appeals", json={"decision_id": video["decision_id"], "reason": "again"})
    assert (409, appeal["id"]) == (second.status_code, second.json()["appeal_id"])
    await reconciled(studio)


async def test_in_part_the_clip_is_released_with_what_remains_on_its_label(creating, studio) -> None:
    """What still holds must be named out of the first decision; then it is a label."""
    ada, rita = await creating.as_("creator"), await creating.as_("reviewer")
    video = await stopped(ada, studio)
    appeal = await appealed(ada, video["decision_id"])
    await claimed(rita)
    part = {"outcome": "partially_overturned", "reply": "Suggestive, no more."}
    for policy_ids in ([], ["hate"], ["sexual.explicit", "hate"]):
        wrong = await rita.post(
            f"/v1/appeals/{appeal['id']}/decision", json={**part, "policy_ids": policy_ids}
        )
        assert (422, "/policy_ids") == (wrong.status_code, wrong.json()["pointer"])
    await answered(rita, appeal, {**part, "policy_ids": ["sexual.explicit"]})
    await studio.through(video["id"], "mark", "release")
    shown = (await ada.get(f"/v1/videos/{video['id']}")).json()
    assert ("completed", ["ai_generated", "sexual.explicit"]) == (shown["status"], shown["labels"])


async def test_who_decided_before_does_not_answer(creating, studio) -> None:
    """Whoever found the violation is not lent the appeal, and the database itself refuses the answer."""
    ada, rita, remi = [await creating.as_(role) for role in ("creator", "reviewer", "reviewer")]
    doubtful = Finding(category="sexual.nudity", score=0.6, why="seen", where=EXPLICIT.where)
    video = await stopped(ada, studio, doubtful)
    early = await ada.post("/v1/appeals", json={"decision_id": video["decision_id"], "reason": "why?"})
    assert 409 == early.status_code
    case = await claimed(rita)
    found = {
        "outcome": "violates",
        "reason": "nudity",
        "policy_ids": ["sexual.nudity"],
        "evidence_ranges": [{"start_s": 0, "end_s": 1}],
    }
    decided = (await rita.post(f"/v1/review/cases/{case['id']}/decision", json=found)).json()
    overtaken = await ada.post("/v1/appeals", json={"decision_id": video["decision_id"], "reason": "why?"})
    assert 409 == overtaken.status_code
    appeal = await appealed(ada, decided["decision_id"])
    assert 204 == (await rita.post("/v1/review/cases/next")).status_code
    assert 409 == (await rita.post(f"/v1/appeals/{appeal['id']}/decision", json=OVERTURN)).status_code
    (rita_id,) = (await run(studio, "SELECT reviewer_id FROM decisions WHERE reviewer_id IS NOT NULL"))[0]
    await run(
        studio,
        "UPDATE cases SET claimed_by = %s, lease_until = now() + interval '1 hour' WHERE appeal_id = %s",
        rita_id, appeal["id"],
    )  # fmt: skip
    assert 409 == (await rita.post(f"/v1/appeals/{appeal['id']}/decision", json=UPHOLD)).status_code
    with pytest.raises(psycopg.errors.RestrictViolation):
        await run(
            studio,
            "UPDATE appeals SET outcome = 'upheld', reply = 'no, again', decided_at = now(), decided_by = %s",
            rita_id,
        )
    await run(
        studio, "UPDATE cases SET claimed_by = NULL, lease_until = NULL WHERE appeal_id = %s", appeal["id"]
    )
    assert appeal["case_id"] == (await claimed(remi))["id"]
    await answered(remi, appeal)
    with pytest.raises(psycopg.errors.RestrictViolation):
        await run(studio, "UPDATE appeals SET reply = 'another'")
    await reconciled(studio)


async def test_nobody_answers_the_own_appeal(creating, studio) -> None:
    """Neither by lease nor past it: the database holds the account and the answerer apart."""
    account = studio.caller.account_id
    ada = creating.speaking(await creating.key("creator", account))
    as_reviewer = creating.speaking(await creating.key("reviewer", account))
    appeal = await appealed(ada, (await refused(ada))["decision_id"])
    assert 204 == (await as_reviewer.post("/v1/review/cases/next")).status_code
    with pytest.raises(psycopg.errors.CheckViolation):
        await run(
            studio,
            "UPDATE appeals SET outcome = 'upheld', reply = 'fine', decided_at = now(), decided_by = account_id"
            " WHERE id = %s",
            appeal["id"],
        )


async def test_child_safety_is_lent_to_lead_reviewers_only(creating, studio) -> None:
    """An ordinary reviewer neither gets, sees nor answers it; restored, the clip is made and looked at anew."""
    ada, rita, lead = [await creating.as_(role) for role in ("creator", "reviewer", "lead_reviewer")]
    video = await stopped(ada, studio, SEALED)
    before = await studio.video(video["id"])
    ((seed,),) = await run(studio, "SELECT seed FROM submissions WHERE id = %s", before.submission_id)
    appeal = await appealed(ada, video["decision_id"])
    assert 204 == (await rita.post("/v1/review/cases/next")).status_code
    for path in (f"/v1/review/cases/{appeal['case_id']}", f"/v1/review/cases/{appeal['case_id']}/stills/0"):
        assert (403, ["review:manage"]) == (
            (answer := await rita.get(path)).status_code,
            answer.json()["missing_scopes"],
        )
    case = await claimed(lead)
    assert [None] == [reason["where"] for reason in case["reasons"]]
    done = await answered(lead, appeal)
    row = await studio.video(done["restored_video_id"])
    assert (video["id"], "generating") == (row.id, row.stage)
    assert [(seed,)] != await run(studio, "SELECT seed FROM submissions WHERE id = %s", row.submission_id)
    studio.eye.findings = (SEALED,)
    row = await studio.through(video["id"], "generate", "look")
    assert ("failed", "minor_protection") == (row.status, row.error_code)


@pytest.fixture
def picture() -> bytes:
    """A picture of noise, as PNG."""
    noise = np.random.default_rng(3).integers(0, 255, (90, 120, 3), dtype=np.uint8)
    content = io.BytesIO()
    Image.fromarray(noise).save(content, "PNG")
    return content.getvalue()


async def refused_for_its_picture(ada, studio, picture: bytes, finding: Finding = EXPLICIT) -> dict:
    """What a request is answered whose picture shows what the finding says."""
    fields = {"prompt": "a fox", "model": "given", "seconds": "1", "size": "320x240"}
    studio.eye.findings = (finding,)
    sent = await ada.post(
        "/v1/videos", data=fields, files={"input_reference": ("x.png", picture, "image/png")}
    )
    studio.eye.findings = ()
    return sent.json()


def sharpness(jpeg: bytes) -> float:
    """How much neighbouring points of a picture differ."""
    points = np.asarray(Image.open(io.BytesIO(jpeg)).convert("L")).astype(int)
    return float(np.abs(np.diff(points, axis=1)).mean())


async def test_whoever_answers_sees_the_picture_that_was_refused(creating, studio, picture: bytes) -> None:
    """Grey and blurred, clear when asked; each look an entry; nobody but reviewers looks."""
    ada, rita, auditor = [await creating.as_(role) for role in ("creator", "reviewer", "auditor")]
    refusal = await refused_for_its_picture(ada, studio, picture)
    assert "input_blocked" == refusal["error"]["code"]
    await appealed(ada, refusal["decision_id"])
    case = await claimed(rita)
    assert case["reference"].endswith(f"/v1/review/cases/{case['id']}/reference")
    blurred, clear = [await rita.get(case["reference"], params=asked) for asked in ({}, {"clear": "true"})]
    assert ("image/jpeg", "private, no-store") == (
        blurred.headers["content-type"], blurred.headers["cache-control"],
    )  # fmt: skip
    assert "L" == Image.open(io.BytesIO(blurred.content)).mode
    assert sharpness(blurred.content) < sharpness(clear.content) / 5
    for other in (ada, auditor):
        assert 403 == (await other.get(case["reference"])).status_code
    looks = await run(
        studio,
        "SELECT action, resource_id FROM audit_events WHERE action LIKE 'case:view%%' ORDER BY event_id",
    )
    assert [("case:view_reference", case["id"]), ("case:view_reference_clear", case["id"])] == looks
    await answered(rita, case["appeal"])
    await reconciled(studio)


async def test_a_held_request_shows_its_picture_a_sealed_one_none(creating, studio, picture: bytes) -> None:
    """What people decide before anything is made they decide on the picture; of child safety they see none."""
    ada, rita, lead = [await creating.as_(role) for role in ("creator", "reviewer", "lead_reviewer")]
    plain = await refused(ada)
    await appealed(ada, plain["decision_id"])
    case = await claimed(rita)
    assert (None, 404) == (
        case["reference"], (await rita.get(f"/v1/review/cases/{case['id']}/reference")).status_code,
    )  # fmt: skip
    await answered(rita, case["appeal"], UPHOLD)
    held = Finding(category="sexual.nudity", score=0.6, why="seen")
    assert "failed" == (await refused_for_its_picture(ada, studio, picture, held))["status"]
    case = await claimed(rita)
    assert 200 == (await rita.get(case["reference"])).status_code
    bad = await refused_for_its_picture(ada, studio, picture, SEALED)
    appeal = await appealed(ada, bad["decision_id"])
    case = await claimed(lead)
    assert (appeal["case_id"], None) == (case["id"], case["reference"])
    assert 404 == (await lead.get(f"/v1/review/cases/{case['id']}/reference")).status_code


async def test_no_answer_lifts_consent_or_a_proven_opt_out(creating, studio) -> None:
    """A likeness that nobody granted stays refused, whoever answers; it can only be upheld."""
    ada, rita = await creating.as_("creator"), await creating.as_("reviewer")
    asked = {"prompt": "a fox", "characters": [{"id": "cameo_" + "0" * 32}]}
    body = (await ada.post("/v1/videos", json=asked)).json()
    appeal = await appealed(ada, body["decision_id"])
    await claimed(rita)
    assert 409 == (await rita.post(f"/v1/appeals/{appeal['id']}/decision", json=OVERTURN)).status_code
    await answered(rita, appeal, UPHOLD)
    holder, admin = await creating.as_("rights_holder"), await creating.as_("admin")
    entry = {
        "owner": {"type": "organisation", "name": "Zorblax Studios"},
        "subject": {"kind": "character", "names": ["Zorblax"]},
    }
    optout = (await holder.post("/v1/optouts", json=entry)).json()["id"]
    await holder.post(f"/v1/optouts/{optout}/submit")
    await admin.post(f"/v1/optouts/{optout}/verify")
    appeal = await appealed(ada, (await refused(ada, "Zorblax dances"))["decision_id"])
    await claimed(rita)
    assert 409 == (await rita.post(f"/v1/appeals/{appeal['id']}/decision", json=OVERTURN)).status_code
    await holder.post(f"/v1/optouts/{optout}/withdraw")
    await answered(rita, appeal)


async def test_a_held_publication_is_decided_refused_and_overturned(creating, studio) -> None:
    """It waits for a person once; what they decide answers the next time; another person may overturn it."""
    ada, rita, remi = [await creating.as_(role) for role in ("creator", "reviewer", "reviewer")]
    made = (await ada.post("/v1/videos", json={"prompt": "a fox", "seconds": 1, "size": "320x240"})).json()
    studio.eye.findings = (Finding(category="sexual.suggestive", score=0.85, why="seen"),)
    await studio.through(made["id"])
    path, public = f"/v1/videos/{made['id']}/publish", {"visibility": "public"}
    held = [await ada.post(path, json=public) for _ in range(2)]
    assert [400, 400] == [answer.status_code for answer in held]
    assert "A person will look at it first." in held[0].json()["reasons"][0]["advice"]
    early = await ada.post(held[1].json()["reasons"][0]["appeal_url"], json={"reason": "why?"})
    assert 409 == early.status_code
    case = await claimed(rita)
    assert 1 == len(case["stills"])
    assert 204 == (await remi.post("/v1/review/cases/next")).status_code
    found = {
        "outcome": "violates",
        "reason": "suggestive",
        "policy_ids": ["sexual.suggestive"],
        "evidence_ranges": [{"start_s": 0, "end_s": 1}],
    }
    decided = (await rita.post(f"/v1/review/cases/{case['id']}/decision", json=found)).json()
    no = await ada.post(path, json=public)
    assert (400, decided["decision_id"]) == (no.status_code, no.headers["X-Decision-Id"])
    appeal = await appealed(ada, decided["decision_id"])
    assert 204 == (await rita.post("/v1/review/cases/next")).status_code
    await claimed(remi)
    done = await answered(remi, appeal)
    assert "allow" == (await ada.post(f"{path}?preview=true", json=public)).json()["verdict"]
    yes = await ada.post(path, json=public)
    assert ("public", done["final_decision_id"]) == (yes.json()["visibility"], yes.headers["X-Decision-Id"])
    await reconciled(studio)


async def test_what_is_appealed_is_kept_until_it_is_answered(creating, studio) -> None:
    """Past its time the content stays while the appeal runs, then goes; cases and appeals go after 180 days."""
    ada, rita = await creating.as_("creator"), await creating.as_("reviewer")
    body, video = await refused(ada), await stopped(ada, studio)
    appeals = [await appealed(ada, decision) for decision in (body["decision_id"], video["decision_id"])]
    for table in ("submissions", "videos", "evidence"):
        await run(studio, f"UPDATE {table} SET expires_at = now() - interval '1 second'")  # noqa: S608  (ours)
    async with studio.desk.pool.connection() as connection:
        await sweep(connection)
        assert 0 == await retention.expire_videos(connection)
    assert [(2, 2, 1)] == await run(
        studio,
        "SELECT (SELECT count(*) FROM submissions), (SELECT count(*) FROM evidence),"
        " (SELECT count(*) FROM videos WHERE deleted_at IS NULL AND generated_digest IS NOT NULL)",
    )
    for _ in appeals:
        case = await claimed(rita)
        await answered(rita, case["appeal"], UPHOLD)
    async with studio.desk.pool.connection() as connection:
        await sweep(connection)
    assert [(0, 0, 2)] == await run(
        studio,
        "SELECT (SELECT count(*) FROM submissions), (SELECT count(*) FROM evidence), (SELECT count(*) FROM appeals)",
    )
    gone = await ada.post("/v1/appeals", json={"decision_id": body["decision_id"], "reason": "again"})
    assert 410 == gone.status_code
    await run(studio, "UPDATE cases SET closed_at = now() - interval '181 days'")
    async with studio.desk.pool.connection() as connection:
        await sweep(connection)
    assert [(0,)] == await run(studio, "SELECT count(*) FROM cases")


async def test_the_days_appeals_are_capped(creating, studio) -> None:
    """As many as the policy says, however they come; then 429 with when to try again."""
    await run(studio, "UPDATE accounts SET tier = 'free' WHERE id = %s", studio.caller.account_id)
    ada = creating.speaking(await creating.key("creator", studio.caller.account_id))
    most = studio.desk.policy.quotas.tiers["free"].appeals_per_day
    decisions = [(await studio.submit(f"zorg {number}")).decision.id for number in range(most + 2)]
    answers = await asyncio.gather(
        *(ada.post("/v1/appeals", json={"decision_id": one, "reason": "why?"}) for one in decisions)
    )
    assert sorted([201] * most + [429] * 2) == sorted(answer.status_code for answer in answers)
    late = next(answer for answer in answers if answer.status_code == 429)
    assert ("appeals", True) == (late.json()["quota"], int(late.headers["Retry-After"]) > 0)


async def test_two_at_once_file_one_appeal(creating, studio) -> None:
    """Equal requests at once: one appeal, one case; under one key the answer is the same."""
    ada = await creating.as_("creator")
    decision = (await refused(ada))["decision_id"]
    body = {"decision_id": decision, "reason": "why?"}
    answers = await asyncio.gather(*(ada.post("/v1/appeals", json=body) for _ in range(3)))
    assert [201, 409, 409] == sorted(answer.status_code for answer in answers)
    assert [(1,)] == await run(studio, "SELECT count(*) FROM cases")
    other = {"decision_id": (await refused(ada))["decision_id"], "reason": "why?"}
    keyed = [await ada.post("/v1/appeals", json=other, headers={"Idempotency-Key": "k"}) for _ in range(2)]
    assert [201, 201] == [answer.status_code for answer in keyed]
    assert keyed[0].json() == keyed[1].json()


async def test_a_deleted_clip_withdraws_its_appeal(creating, studio) -> None:
    """What its owner deleted is no longer answered."""
    ada, rita = await creating.as_("creator"), await creating.as_("reviewer")
    video = await stopped(ada, studio)
    appeal = await appealed(ada, video["decision_id"])
    await claimed(rita)
    await ada.delete(f"/v1/videos/{video['id']}")
    assert "withdrawn" == (await ada.get(f"/v1/appeals/{appeal['id']}")).json()["state"]
    assert 409 == (await rita.post(f"/v1/appeals/{appeal['id']}/decision", json=UPHOLD)).status_code
    gone = await ada.post("/v1/appeals", json={"decision_id": video["decision_id"], "reason": "again"})
    assert 410 == gone.status_code


async def test_anothers_decision_and_appeal_do_not_exist(creating, studio) -> None:
    """Neither filed against, listed nor read by another account; who answered reads it still."""
    ada, eve, rita = [await creating.as_(role) for role in ("creator", "creator", "reviewer")]
    decision = (await refused(ada))["decision_id"]
    foreign = await eve.post("/v1/appeals", json={"decision_id": decision, "reason": "mine"})
    assert 404 == foreign.status_code
    appeal = await appealed(ada, decision)
    for other in (eve, rita):
        assert 404 == (await other.get(f"/v1/appeals/{appeal['id']}")).status_code
        assert [] == (await other.get("/v1/appeals")).json()["data"]
    assert 404 == (await ada.get("/v1/appeals/appeal_" + "0" * 32)).status_code
    assert 404 == (await ada.get("/v1/appeals/x")).status_code
    await claimed(rita)
    assert [appeal["id"]] == [one["id"] for one in (await rita.get("/v1/appeals")).json()["data"]]
    await answered(rita, appeal, UPHOLD)
    assert "upheld" == (await rita.get(f"/v1/appeals/{appeal['id']}")).json()["outcome"]
    assert 2 == len(
        await run(
            studio, "SELECT 1 FROM audit_events WHERE action LIKE 'appeal:%%' AND actor_role = 'reviewer'"
        )
    )


@pytest.mark.parametrize(
    "role", ["creator", "rights_holder", "guardian", "auditor", "child_safety", "policy_editor"]
)
async def test_only_reviewers_answer(creating, role: str) -> None:
    """403 names the scope; without a key 401."""
    other = await creating.as_(role)
    path = "/v1/appeals/appeal_" + "0" * 32 + "/decision"
    answer = await other.post(path, json=UPHOLD)
    assert (403, ["review:write"]) == (answer.status_code, answer.json()["missing_scopes"])
    assert 401 == (await creating.client.post("/v1/appeals", json={"reason": "why?"})).status_code


@pytest.mark.parametrize(
    "body",
    [
        {"reason": "why?"},
        {"decision_id": "decision_x", "reason": "why?"},
        {"decision_id": "decision_" + "0" * 32},
        {"decision_id": "decision_" + "0" * 32, "reason": "no"},
        {"decision_id": "decision_" + "0" * 32, "reason": "y" * 4001},
        {"decision_id": "decision_" + "0" * 32, "reason": ["why?"]},
        {"decision_id": "decision_" + "0" * 32, "reason": "why?", "outcome": "overturned"},
        ["why?"],
    ],
    ids=[
        "no decision",
        "no id",
        "no reason",
        "too short",
        "too long",
        "a list",
        "unknown member",
        "no object",
    ],
)
async def test_an_appeal_of_another_form_is_refused(creating, body: object) -> None:
    """422, and nothing is stored."""
    ada = await creating.as_("creator")
    answer = await ada.post("/v1/appeals", json=body)
    assert 422 == answer.status_code, answer.text
    assert [] == (await ada.get("/v1/appeals")).json()["data"]


async def test_what_was_allowed_is_not_appealed(creating, studio) -> None:
    """An allowed clip's decision refuses nothing; two decisions at once are none."""
    ada, rita = await creating.as_("creator"), await creating.as_("reviewer")
    made = (await ada.post("/v1/videos", json={"prompt": "a fox", "seconds": 1})).json()
    answer = await ada.post("/v1/appeals", json={"decision_id": made["decision_id"], "reason": "why?"})
    assert 409 == answer.status_code
    first, second = [(await refused(ada))["decision_id"] for _ in range(2)]
    both = await ada.post(
        "/v1/appeals", params={"decision_id": first}, json={"decision_id": second, "reason": "why?"}
    )
    assert 422 == both.status_code
    appeal = await appealed(ada, first)
    await claimed(rita)
    for body in (
        {"outcome": "upheld"},
        {"outcome": "upheld", "reply": ""},
        {"outcome": "denied", "reply": "no, no"},
    ):
        assert 422 == (await rita.post(f"/v1/appeals/{appeal['id']}/decision", json=body)).status_code
    decision = f"/v1/review/cases/{appeal['case_id']}/decision"
    dismissed = await rita.post(decision, json={"outcome": "does_not_violate", "reason": "fine"})
    assert (409, appeal["id"]) == (dismissed.status_code, dismissed.json()["appeal_id"])
