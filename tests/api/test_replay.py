"""A decision is stated as the law asks, and comes out the same when it is taken again."""

from __future__ import annotations

import re
import shutil

import psycopg
import pytest
from typer.testing import CliRunner

from api.audit_cli import app as program
from api.db.sweep import sweep
from policies.bundle import default_folder, load_policy
from policies.statement_rules import faults

pytestmark = pytest.mark.anyio


async def run(studio, query: str, *values: object) -> list[tuple]:
    async with studio.desk.pool.connection() as connection:
        cursor = await connection.execute(query, values)
        return await cursor.fetchall() if cursor.description else []


async def as_owner(studio, query: str, *values: object) -> None:
    async with await psycopg.AsyncConnection.connect(studio.database.owner, autocommit=True) as owner:
        await owner.execute(query, values)


async def refused(client, prompt: str = "a zorg") -> str:
    answer = await client.post("/v1/videos", json={"prompt": prompt, "seconds": 1})
    return answer.json()["decision_id"]


async def test_a_refusal_has_a_statement_that_is_not_for_the_database(creating) -> None:
    """Valid by the Commission's rules, without the prompt, in the reader's language, with where to appeal."""
    ada = await creating.as_("creator")
    decision = await refused(ada)
    path = f"/v1/decisions/{decision}/statement-of-reasons"
    told = (await ada.get(path, headers={"Accept-Language": "fr"})).json()
    assert (False, [], f"/v1/appeals?decision_id={decision}") == (
        told["submit"],
        faults(told["statement"]),
        told["appeal_url"].removeprefix("https://filigrane.test"),
    )
    assert "La vidéo n’a pas été créée." == told["statement"]["decision_visibility_other"]
    assert "zorg" not in str(told)


async def test_a_stopped_clip_has_a_statement_for_the_database(creating, studio) -> None:
    """Hosted content, disabled; nothing allowed is stated; nobody else reads it."""
    from policies.finding import Finding

    ada, eve, auditor = [await creating.as_(role) for role in ("creator", "creator", "auditor")]
    made = (await ada.post("/v1/videos", json={"prompt": "a fox", "seconds": 1})).json()
    allowed = f"/v1/decisions/{made['decision_id']}/statement-of-reasons"
    assert 409 == (await ada.get(allowed)).status_code
    studio.eye.findings = (Finding(category="sexual.explicit", score=0.99, why="seen"),)
    row = await studio.through(made["id"], "generate", "look")
    path = f"/v1/decisions/{row.decision_id}/statement-of-reasons"
    told = (await ada.get(path)).json()
    assert (True, ["DECISION_VISIBILITY_CONTENT_DISABLED"], []) == (
        told["submit"],
        told["statement"]["decision_visibility"],
        faults(told["statement"]),
    )
    assert (404, 200) == ((await eve.get(path)).status_code, (await auditor.get(path)).status_code)
    assert 404 == (await ada.get("/v1/decisions/decision_x/statement-of-reasons")).status_code


async def test_a_decision_taken_again_is_the_same(creating, studio) -> None:
    """From what it was taken on, by an auditor; a creator asks in vain, and a changed record shows."""
    ada, auditor = await creating.as_("creator"), await creating.as_("auditor")
    path = f"/v1/decisions/{await refused(ada)}/replay"
    assert (403, ["audit:read"]) == (
        (answer := await ada.get(path)).status_code,
        answer.json()["missing_scopes"],
    )
    told = (await auditor.get(path)).json()
    assert ("same", [], "block", "block", ["limit.hate"]) == (
        told["result"], told["why"], told["verdict"], told["replayed_verdict"], told["replayed_rules"],
    )  # fmt: skip
    await as_owner(
        studio, "UPDATE evidence SET body = jsonb_set(body, '{readings,0,findings,0,score}', '0.1')"
    )
    told = (await auditor.get(path)).json()
    assert ("different", "allow") == (told["result"], told["replayed_verdict"])
    assert ["evidence", "verdict", "reasons"] == told["why"]
    await run(studio, "DELETE FROM evidence")
    assert ("not_kept", ["evidence"]) == (
        (told := (await auditor.get(path)).json())["result"],
        told["why"],
    )


async def test_a_decision_follows_the_policy_of_then(creating, studio, tmp_path) -> None:
    """A policy that decided is kept by its digest, and decides again after another has come into force."""
    ada, auditor = await creating.as_("creator"), await creating.as_("auditor")
    folder = shutil.copytree(default_folder(), tmp_path / "rules")
    limits = folder / "limits.yaml"
    stricter = re.sub(
        r"(category: hate,.*)review: [\d.]+, block: [\d.]+", r"\1review: 0.05, block: 0.1", limits.read_text()
    )
    limits.write_text(stricter)
    then, now = load_policy(folder), studio.desk.policy
    assert then.digest != now.digest
    object.__setattr__(studio.desk, "policy", then)
    object.__setattr__(studio.desk.screen.text[0], "score", 0.3)
    decision = await refused(ada)
    object.__setattr__(studio.desk, "policy", now)
    told = (await auditor.get(f"/v1/decisions/{decision}/replay")).json()
    assert ("same", then.digest, "block") == (
        told["result"],
        told["policy_version"],
        told["replayed_verdict"],
    )
    await as_owner(studio, "DELETE FROM policy_bundles")
    told = (await auditor.get(f"/v1/decisions/{decision}/replay")).json()
    assert ("not_kept", ["policy"]) == (told["result"], told["why"])


async def test_the_operator_takes_the_newest_again(creating, studio, monkeypatch) -> None:
    """`filigrane audit replay` counts what is the same and stops at the first that is not."""
    import asyncio

    await studio.through((await studio.submit()).video_id, "generate", "look")
    await studio.submit("a zorg")
    monkeypatch.setattr("api.audit_cli.owner_address", lambda: studio.database.owner)
    done = await asyncio.to_thread(CliRunner().invoke, program, ["replay"])
    assert (0, True) == (done.exit_code, "3 same" in done.output), done.output
    await as_owner(studio, "UPDATE evidence SET body = jsonb_set(body, '{readings}', '[]')")
    done = await asyncio.to_thread(CliRunner().invoke, program, ["replay", "--last", "5"])
    assert 1 == done.exit_code


async def test_facts_go_with_the_evidence(studio) -> None:
    """After 180 days what a decision was told is forgotten; the decision stays."""
    from api.db.sweep import sweep

    await studio.submit("a zorg")
    await run(studio, "UPDATE evidence SET expires_at = now() - interval '1 second'")
    await as_owner(studio, "UPDATE decision_facts SET expires_at = now() - interval '1 second'")
    async with studio.desk.pool.connection() as connection:
        await sweep(connection)
    assert [(0, 1)] == await run(
        studio, "SELECT (SELECT count(*) FROM decision_facts), (SELECT count(*) FROM decisions)"
    )


async def test_a_policy_is_kept_while_a_decision_names_it(creating, studio) -> None:
    """However old: the sweep takes only what no decision names, and not before its ten years are over."""
    ada = await creating.as_("creator")
    decision = await refused(ada)
    digests = {name: str(number) * 64 for number, name in enumerate(("old", "young"))}
    for digest in digests.values():
        await run(studio, "INSERT INTO policy_bundles (digest, files) VALUES (%s, '{}')", digest)
    # The schema forbids to change a row, so that this one's age is told by a row put anew.
    ((named, files),) = await run(
        studio, "DELETE FROM policy_bundles WHERE files <> '{}' RETURNING digest, files::text"
    )
    for digest, text in ((named, files), (digests["old"], "{}")):
        await run(studio, "DELETE FROM policy_bundles WHERE digest = %s", digest)
        await run(
            studio,
            "INSERT INTO policy_bundles (digest, files, first_used_at) VALUES (%s, %s, now() - interval '11 y')",
            digest, text,
        )  # fmt: skip
    async with studio.desk.pool.connection() as connection:
        await sweep(connection)
    assert {(named,), (digests["young"],)} == set(await run(studio, "SELECT digest FROM policy_bundles"))
    assert [(named,)] == await run(studio, "SELECT policy_digest FROM decisions WHERE id = %s", decision)
    await run(studio, "DELETE FROM policy_bundles WHERE digest = %s", named)
    await refused(ada)
    assert [(named,)] == await run(studio, "SELECT digest FROM policy_bundles WHERE digest = %s", named)


async def test_nobody_rewrites_a_policy(studio) -> None:
    """It is deleted or it stays as it was: a decision is never replayed under another text."""
    await run(studio, "INSERT INTO policy_bundles (digest, files) VALUES (%s, '{}')", "2" * 64)
    with pytest.raises(psycopg.Error):
        await run(studio, "UPDATE policy_bundles SET first_used_at = now()")
