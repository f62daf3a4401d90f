"""People decide what policy could not: leased, with evidence, and the same clip goes on or ends."""

from __future__ import annotations

import dataclasses
import io

import numpy as np
import pytest
from PIL import Image

from api import stills
from policies.finding import Box, Finding

pytestmark = pytest.mark.anyio

SEEN = Finding(
    category="sexual.nudity", score=0.6, why="seen", where=Box(left=0, top=0, width=1, height=1, at_s=0.5)
)


async def held(studio) -> str:
    admitted = await studio.submit()
    studio.eye.findings = (SEEN,)
    row = await studio.through(admitted.video_id, "generate", "look")
    studio.eye.findings = ()
    assert "held_for_review" == row.error_code
    return row.id


async def test_a_released_case_completes_the_same_clip(creating, studio) -> None:
    """Claim, look, dismiss with a reason: the same id goes on and completes; all is entered."""
    video = await held(studio)
    rita = await creating.as_("reviewer")
    case = (await rita.post("/v1/review/cases/next")).json()
    assert (video, "open") == (case["subject"]["id"], case["state"])
    assert {"score", "threshold", "verdict"} <= set(case["reasons"][0])
    blurred, clear = [
        (await rita.get(case["stills"][0], params=query)).content for query in ({}, {"clear": "true"})
    ]
    grey = np.asarray(Image.open(io.BytesIO(blurred)))
    sharp = np.asarray(Image.open(io.BytesIO(clear)).convert("L"))
    assert 2 == grey.ndim
    assert (
        np.abs(np.diff(grey.astype(int), axis=1)).mean()
        < np.abs(np.diff(sharp.astype(int), axis=1)).mean() / 3
    )
    done = await rita.post(
        f"/v1/review/cases/{case['id']}/decision", json={"outcome": "does_not_violate", "reason": "a drawing"}
    )
    assert ("closed", "does_not_violate") == (done.json()["state"], done.json()["outcome"]), done.text
    row = await studio.through(video, "mark", "release")
    assert ("completed", None) == (row.status, row.error_code)
    auditor = await creating.as_("auditor")
    asked = {"purpose": "why it was released", "action": "case:decide"}
    (event,) = (await auditor.get("/v1/audit/events", params=asked)).json()["data"]
    assert (case["id"], "does_not_violate", "a drawing", case["claimed_by"]) == (
        event["resource"]["id"], event["outcome"], event["reason"], event["actor"]["id"],
    )  # fmt: skip


async def test_a_violation_needs_policy_reason_and_evidence(creating, studio) -> None:
    """The server asks for them; then the clip ends with the reviewer's reason, uncharged."""
    video = await held(studio)
    rita = await creating.as_("reviewer")
    case = (await rita.post("/v1/review/cases/next")).json()["id"]
    path = f"/v1/review/cases/{case}/decision"
    for body, pointer in (
        ({"outcome": "violates", "reason": "nudity"}, "/policy_ids"),
        ({"outcome": "violates", "reason": "nudity", "policy_ids": ["sexual.nudity"]}, "/evidence_ranges"),
        ({"outcome": "violates", "reason": "nudity", "policy_ids": ["nothing"]}, "/policy_ids"),
    ):
        answer = await rita.post(path, json=body)
        assert (422, pointer) == (answer.status_code, answer.json()["pointer"])
    assert 422 == (await rita.post(path, json={"outcome": "does_not_violate"})).status_code
    unknown = await rita.post(path, json={"outcome": "cannot_decide", "reason": "too dark"})
    assert (422, "/outcome") == (unknown.status_code, unknown.json()["pointer"])
    assert "'does_not_violate'" in unknown.json()["detail"]
    body = {
        "outcome": "violates",
        "reason": "nudity",
        "policy_ids": ["sexual.nudity"],
        "evidence_ranges": [{"start_s": 0, "end_s": 1}],
    }
    assert "block" == (await rita.post(path, json=body)).json()["verdict"]
    row = await studio.video(video)
    assert ("failed", "output_blocked", None) == (row.status, row.error_code, row.charged_on)
    assert 409 == (await rita.post(path, json=body)).status_code


async def test_a_case_is_lent_to_one_reviewer_at_a_time(creating, studio) -> None:
    """Nobody gets a leased case; skipped it is free again; an expired lease decides nothing."""
    await held(studio)
    rita, remi = await creating.as_("reviewer"), await creating.as_("reviewer")
    case = (await rita.post("/v1/review/cases/next")).json()["id"]
    assert 204 == (await remi.post("/v1/review/cases/next")).status_code
    dismiss = {"outcome": "does_not_violate", "reason": "a drawing"}
    assert 409 == (await remi.post(f"/v1/review/cases/{case}/decision", json=dismiss)).status_code
    assert 200 == (await rita.post(f"/v1/review/cases/{case}/skip")).status_code
    assert case == (await remi.post("/v1/review/cases/next")).json()["id"]
    async with studio.desk.pool.connection() as connection:
        await connection.execute("UPDATE cases SET lease_until = now() - interval '1 s'")
    assert 409 == (await remi.post(f"/v1/review/cases/{case}/decision", json=dismiss)).status_code
    assert case == (await rita.post("/v1/review/cases/next")).json()["id"]
    assert "escalated" == (await rita.post(f"/v1/review/cases/{case}/escalate")).json()["state"]
    assert 1 == (await rita.get("/v1/review/queues")).json()["data"][0]["escalated"]


async def test_child_safety_shows_no_frame(creating, studio) -> None:
    """What is sealed has no still, not even blurred."""
    admitted = await studio.submit("a zorg")
    reason = admitted.decision.ruling.reasons[0]
    sealed = dataclasses.replace(reason, category="sexual_minors", where=SEEN.where)
    assert [] == stills.moments(studio.desk.policy, [sealed, reason])
    assert [0.5] == stills.moments(studio.desk.policy, [dataclasses.replace(reason, where=SEEN.where)])


@pytest.mark.parametrize(
    "role", ["creator", "rights_holder", "guardian", "auditor", "child_safety", "policy_editor"]
)
async def test_only_reviewers_review(creating, role: str) -> None:
    """Other roles are refused at every address."""
    other = await creating.as_(role)
    assert 403 == (await other.get("/v1/review/queues")).status_code
    for path in ("cases/next", "cases/x/skip", "cases/x/escalate"):
        assert 403 == (await other.post(f"/v1/review/{path}")).status_code
    assert (
        403
        == (
            await other.post(
                "/v1/review/cases/x/decision", json={"outcome": "does_not_violate", "reason": "abc"}
            )
        ).status_code
    )


async def test_a_deleted_clip_leaves_the_queue(creating, studio) -> None:
    """What its owner deleted is no longer decided."""
    ada = await creating.as_("creator")
    made = (await ada.post("/v1/videos", json={"prompt": "a fox", "seconds": 1})).json()
    studio.eye.findings = (SEEN,)
    await studio.through(made["id"], "generate", "look")
    await ada.delete(f"/v1/videos/{made['id']}")
    rita = await creating.as_("reviewer")
    assert 204 == (await rita.post("/v1/review/cases/next")).status_code
