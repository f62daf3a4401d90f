"""What people write and what opens doors is found in the owner's own row, and nowhere else."""

# The word is sent through every surface that takes text, a file's name or an address, well and badly; then
# all rows, files, journal lines, metrics, traces and public tiles are searched for it, also as bytes in hex.

from __future__ import annotations

import json
import re
from dataclasses import replace

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from api.address_guard import LOOPBACK
from api.outbound import Outbound
from api.registry import DatabaseRegistry
from api.routes.events import Announcements
from api.sequencer import Sequencer
from api.verification import Verification
from api.webhooks import Deliveries, Secrets
from safety.audit import checkpoint
from safety.audit.tiles import tile_path
from safety.provenance.examine import Examiner

pytestmark = pytest.mark.anyio

WORD = "quokkazanzibar"
OWNERS_OWN = {"submissions"}
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = checkpoint.verifier_key("filigrane.test/log", KEY)
FORM_TOKEN = re.compile(r'name="csrf" value="([0-9a-f]{64})"')


def holds(text: str, word: str = WORD) -> bool:
    """Whether a text has the word, plainly or as the hex by which the database shows bytes."""
    return word in text or word.encode().hex() in text


@pytest.fixture
def spans(monkeypatch) -> InMemorySpanExporter:
    """Everything that would be exported as traces; named before the service, which it watches."""
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr("api.traces.trace.get_tracer_provider", lambda: provider)
    return exporter


@pytest.fixture
def everywhere(spans, creating, studio, capfd):
    """Searches everything that stays or leaves, but answers, for a word; returns where it is."""

    async def search(word: str = WORD) -> set[str]:
        found = {table for table, text in (await stored(studio.database)).items() if holds(text, word)}
        journal = "".join(capfd.readouterr())
        told = {
            "journal": journal,
            "metrics": (await creating.client.get("/metrics")).text,
            "traces": "".join(span.to_json() for span in spans.get_finished_spans()),
            "tiles": await tiles(creating, studio),
        }
        assert journal and spans.get_finished_spans()
        files = [path for path in creating.parts.home.root.rglob("*") if path.is_file()]
        found |= {"file " + path.name for path in files if holds(path.read_bytes().decode("latin-1"), word)}
        return found | {place for place, text in told.items() if holds(text, word)}

    return search


async def tiles(creating, studio) -> str:
    """What anyone reads of the log once all acts are sequenced."""
    async with await psycopg.AsyncConnection.connect(studio.database.log, autocommit=True) as connection:
        sequencer = Sequencer(connection, PUBLIC, KEY.sign)
        await sequencer.lead()
        await sequencer.step()
    noted = await creating.client.get("/log/checkpoint")
    size = int(noted.text.splitlines()[1])
    paths = (tile_path(0, 0, min(size, 256)), tile_path("entries", 0, min(size, 256)))
    pages = [await creating.client.get(f"/log/{path}") for path in paths]
    assert {200} == {page.status_code for page in pages}
    return noted.text + "".join(page.content.decode("latin-1") for page in pages)


async def stored(database) -> dict[str, str]:
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


async def test_a_planted_word_stays_in_its_owners_row(everywhere, creating, studio, clip) -> None:
    """Not in the journal, metrics, jobs, log, evidence, temporary files or media; only where its owner reads it."""
    ada = await creating.as_("creator")
    for video in await ask_everything(ada, clip.read_bytes()):
        await studio.through(video)
    assert OWNERS_OWN == await everywhere()


async def test_what_follows_a_clip_carries_none_of_it(everywhere, creating, studio) -> None:
    """Remixed, watched, followed, published, decided about and deleted: its words stay where they are, then go."""
    creating.parts.wired[Announcements] = Announcements(studio.database.app)
    ada = await creating.as_("creator")
    made = (await ada.post("/v1/videos", json={"prompt": f"a {WORD} fox", "seconds": 1})).json()["id"]
    await studio.through(made)
    remix = await ada.post(f"/v1/videos/{made}/remix", json={"prompt": f"a blue {WORD} fox"})
    assert 200 == remix.status_code
    for path in ("", "/content", "/content?variant=thumbnail", "/events"):
        assert 200 == (await ada.get(f"/v1/videos/{made}{path}")).status_code, path
    for visibility in ("public", WORD):
        await ada.post(f"/v1/videos/{made}/publish?preview=true", json={"visibility": visibility})
        await ada.post(f"/v1/videos/{made}/publish", json={"visibility": visibility})
    await ada.post("/v1/videos/edits", json={"prompt": WORD, "video": {"id": made}})
    await ada.post(f"/v1/videos/{made}/unpublish")
    assert OWNERS_OWN == await everywhere()
    for video in (made, remix.json()["id"]):
        assert 200 == (await ada.delete(f"/v1/videos/{video}")).status_code
    assert set() == await everywhere()


async def test_what_an_appeal_says_stays_in_it(everywhere, creating, studio) -> None:
    """What the creator wrote and what was replied stand in the appeal's row alone; a refused one leaves none."""
    ada, rita = await creating.as_("creator"), await creating.as_("reviewer")
    refused = (await ada.post("/v1/videos", json={"prompt": "a zorg"})).json()
    appeal = {"decision_id": refused["decision_id"], "reason": WORD}
    for body in ({**appeal, "reason": WORD * 400}, {**appeal, "decision_id": WORD}, {**appeal, WORD: WORD}):
        assert 422 == (await ada.post("/v1/appeals", json=body)).status_code
    await ada.get("/v1/appeals", params={"decision_id": WORD})
    assert set() == await everywhere()
    made = (await ada.post("/v1/appeals", json=appeal, headers={"Idempotency-Key": "one"})).json()["id"]
    assert WORD in (await rita.post("/v1/review/cases/next")).json()["appeal"]["reason"]
    answer = {"outcome": "upheld", "reply": f"no {WORD}"}
    assert 200 == (await rita.post(f"/v1/appeals/{made}/decision", json=answer)).status_code
    assert {"appeals"} == await everywhere()


async def test_an_address_that_was_sent_is_kept_nowhere(everywhere, creating) -> None:
    """A signed URL of a picture, of a clip to check, or of a webhook that is refused, opens doors elsewhere."""
    url = f"https://127.0.0.1/{WORD}.png?X-Amz-Signature={WORD}"
    ada = await creating.as_("creator")
    assert 200 == (await ada.post("/v1/videos", json={"prompt": "a fox", "seconds": 1})).status_code
    sent = [
        ("/v1/videos", {"prompt": "a fox", "input_reference": {"image_url": url}}),
        ("/v1/videos/preflight", {"prompt": "a fox", "input_reference": {"image_url": url}}),
        ("/v1/moderations", {"input": [{"type": "image_url", "image_url": {"url": url}}]}),
        ("/v1/webhooks", {"url": url, "events": ["video.completed"]}),
        ("/v1/webhooks", {"url": "https://example.com", "events": [WORD]}),
    ]
    for path, body in sent:
        answer = await ada.post(path, json=body, headers={"Idempotency-Key": f"k{len(path)}"})
        assert 422 == answer.status_code, (path, answer.text)
    await creating.client.post("/v1/verify", data={"url": url})
    await ada.get("/v1/webhooks", params={"after": WORD, "limit": WORD})
    assert set() == await everywhere()


async def test_a_webhooks_address_is_its_accounts_alone(everywhere, creating, studio) -> None:
    """It may bear a password in its query: it stands in its own row; its secret stands nowhere in clear."""
    creating.app.state.parts = replace(
        creating.parts, settings=creating.parts.settings.model_copy(update={"outbound_allow_local": True})
    )
    ada = creating.speaking(await creating.key("creator", studio.caller.account_id))
    url = f"http://127.0.0.1:9/{WORD}?token={WORD}"
    answer = await ada.post(
        "/v1/webhooks", json={"url": url, "events": ["video.completed"]}, headers={"Idempotency-Key": "one"}
    )
    assert 201 == answer.status_code, answer.text
    webhook = answer.json()
    await ada.post(f"/v1/webhooks/{webhook['id']}/test")
    await studio.through((await studio.submit()).video_id)
    postman = Deliveries(
        pool=studio.desk.pool,
        jobs=studio.desk.jobs,
        outbound=Outbound(also=LOOPBACK),
        secrets=Secrets(home=studio.desk.home),
    )
    async with studio.desk.pool.connection() as connection:
        rows = await connection.execute("SELECT id FROM webhook_deliveries")
        deliveries = [str(row[0]) for row in await rows.fetchall()]
    assert deliveries
    for delivery in deliveries:
        await postman.deliver(delivery)
    assert {"webhook_endpoints"} == await everywhere()
    assert set() == await everywhere(webhook["secret"].removeprefix("whsec_"))


async def test_a_rights_holders_names_stay_in_the_entry(everywhere, creating, studio) -> None:
    """Drafted, previewed, submitted, heeded, changed and refused: names stand in the entry and in no log, case or job."""
    holder, ada = await creating.as_("rights_holder"), await creating.as_("creator")
    entry = {
        "owner": {"type": "organisation", "name": f"{WORD} Studios"},
        "subject": {"kind": "character", "names": [WORD.title()], "aliases": [f"{WORD} two"]},
    }
    made = await holder.post("/v1/optouts", json=entry, headers={"Idempotency-Key": "one"})
    assert 201 == made.status_code, made.text
    optout = made.json()["id"]
    await holder.post("/v1/optouts", json={**entry, "kind": WORD, "stance": WORD})
    await holder.post("/v1/optouts", json={**entry, "subject": {"kind": WORD, "names": [WORD] * 99}})
    await holder.patch(f"/v1/optouts/{optout}", json={"territories": [WORD]})
    for step in ("preview", "submit", "withdraw"):
        answer = await holder.post(f"/v1/optouts/{optout}/{step}")
        assert 200 == answer.status_code, answer.text
        held = await ada.post("/v1/videos", json={"prompt": f"{WORD} dances", "seconds": 1})
        assert "decision_id" in held.json(), held.text
    assert OWNERS_OWN | {"optouts"} == await everywhere()
    await holder.get("/v1/optouts", params={"after": WORD, "status": WORD})
    await holder.get(f"/v1/optouts/{WORD}")
    assert OWNERS_OWN | {"optouts"} == await everywhere()


async def test_pages_leave_nothing_behind(everywhere, creating, studio, clip) -> None:
    """The studio's forms and the public check, its file's name included."""
    issuer = studio.bench.issuer
    creating.parts.wired[Verification] = Verification(
        registry=DatabaseRegistry(studio.desk.pool, studio.desk.objects, issuer.keys),
        examiner=Examiner(keys=issuer.keys, trust=issuer.trust),
    )
    browser = creating.speaking(Accept="text/html")
    key = await creating.key(account=studio.caller.account_id)
    token = FORM_TOKEN.search((await browser.get("/studio")).text)[1]
    await browser.post("/session", data={"csrf": token, "key": WORD})
    assert 303 == (await browser.post("/session", data={"csrf": token, "key": key})).status_code
    token = FORM_TOKEN.search((await browser.get("/studio")).text)[1]
    form = {"csrf": token, "seconds": "4", "size": "1280x720"}
    for path in ("/studio", "/studio/preflight"):
        for prompt in (f"a {WORD} fox", f"a {WORD} zorg"):
            await browser.post(path, data={**form, "prompt": prompt})
            await browser.post(path, data={**form, "prompt": prompt, "seconds": WORD, "model": WORD})
    await browser.get("/studio", params={"after": WORD})
    await browser.get(f"/studio/clips/{WORD}")
    checked = await browser.post("/verify", files={"file": (f"{WORD}.mp4", clip.read_bytes(), "video/mp4")})
    assert (200, True) == (checked.status_code, WORD in checked.text)
    assert OWNERS_OWN == await everywhere()
    assert set() == await everywhere(key.partition(".")[2])


async def test_a_key_is_kept_nowhere(creating, studio, capfd) -> None:
    """Neither the database nor the journal holds a key's secret, whatever it was sent to."""
    key = await creating.key("creator")
    secret = key.partition(".")[2]
    ada = creating.speaking(key)
    await ada.post("/v1/videos", json={"prompt": "a fox", "seconds": 1})
    await ada.get("/v1/videos", params={"after": key})
    await creating.speaking(key + "x").get("/v1/videos")
    rows = await stored(studio.database)
    assert {} == {table: text for table, text in rows.items() if holds(text, secret)}
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
