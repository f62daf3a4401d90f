"""What people write and what opens doors is found in the owner's own row, and nowhere else."""

from __future__ import annotations

import json

import psycopg
import pytest

pytestmark = pytest.mark.anyio

WORD = "quokkazanzibar"
OWNERS_OWN = {"submissions"}


async def everything_stored(database) -> dict[str, str]:
    """Every row of every table, as text, by the table's name."""
    async with await psycopg.AsyncConnection.connect(database.owner, autocommit=True) as connection:
        tables = await connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        found = {}
        for (table,) in await tables.fetchall():
            rows = await connection.execute(f'SELECT row_to_json(t)::text FROM "{table}" t')
            found[table] = "\n".join(text for (text,) in await rows.fetchall())
        return found


async def ask_everything(client, clip: bytes) -> list[str]:
    """Send the word through every address that takes text, well and badly; return the ids of clips made."""
    made = []
    for prompt in (f"a {WORD} fox", f"a {WORD} zorg"):
        answer = await client.post(
            "/v1/videos",
            json={"prompt": prompt, "seconds": 1},
            headers={"Idempotency-Key": prompt.replace(" ", "-").replace(WORD, "w")},
        )
        if answer.status_code == 200:
            made.append(answer.json()["id"])
        await client.post("/v1/videos/preflight", json={"prompt": prompt})
        await client.post("/v1/moderations", json={"input": prompt})
    brought = await client.post(
        "/v1/videos/imports", files={"video": ("x.mp4", clip, "video/mp4")}, data={"prompt": f"my {WORD}"}
    )
    made.append(brought.json()["id"])
    for path in (
        "/v1/videos",
        "/v1/moderations",
        "/v1/videos/imports",
        "/v1/verify",
        "/v1/content_provenance_checks",
    ):
        await client.post(
            path, content=f'{{"prompt": "{WORD}'.encode(), headers={"Content-Type": "application/json"}
        )
        await client.post(
            path, json={"prompt": WORD, "input": [WORD] * 99, "seconds": WORD, "size": WORD, "model": WORD}
        )
    await client.get("/v1/videos", params={"after": WORD})
    await client.get(f"/v1/videos/{WORD}")
    await client.get(f"/v1/decisions/{WORD}")
    return made


async def test_a_planted_word_stays_in_its_owners_row(creating, studio, clip, capfd) -> None:
    """Not in the journal, metrics, jobs, log, evidence, temporary files or media; only where its owner reads it."""
    ada = await creating.as_("creator")
    for video in await ask_everything(ada, clip.read_bytes()):
        await studio.through(video)
    metrics = (await creating.client.get("/metrics")).text
    journal = "".join(capfd.readouterr())
    stored = await everything_stored(studio.database)
    assert WORD in stored["submissions"]
    found = {table for table, text in stored.items() if WORD in text}
    assert OWNERS_OWN == found
    assert WORD not in journal
    assert WORD not in metrics
    files = [path for path in creating.parts.home.root.rglob("*") if path.is_file()]
    assert [] == [path for path in files if WORD.encode() in path.read_bytes()]


async def test_a_key_is_kept_nowhere(creating, studio, capfd) -> None:
    """Neither the database nor the journal holds a key's secret, whatever it was sent to."""
    key = await creating.key("creator")
    secret = key.partition(".")[2]
    ada = creating.speaking(key)
    await ada.post("/v1/videos", json={"prompt": "a fox", "seconds": 1})
    await ada.get("/v1/videos", params={"after": key})
    await creating.speaking(key + "x").get("/v1/videos")
    stored = await everything_stored(studio.database)
    assert {} == {table: text for table, text in stored.items() if secret in text}
    assert secret not in "".join(capfd.readouterr())


async def test_a_refusal_tells_another_account_nothing(creating) -> None:
    """No body that another account receives holds the word."""
    ada, eve = await creating.as_("creator"), await creating.as_("creator")
    refused = (await ada.post("/v1/videos", json={"prompt": f"a {WORD} zorg"})).json()
    for path in (
        "/v1/videos",
        f"/v1/videos/{refused['submission_id']}",
        f"/v1/decisions/{refused['decision_id']}",
    ):
        assert WORD not in json.dumps((await eve.get(path)).json())
