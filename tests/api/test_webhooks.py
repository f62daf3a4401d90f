"""Accounts are told what happens to their clips: signed, at least once, and nobody else."""

from __future__ import annotations

import asyncio
import datetime as dt
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from types import SimpleNamespace

import pytest
from openai import OpenAI
from standardwebhooks import Webhook

from api.address_guard import LOOPBACK
from api.claims import MOST_FAILURES
from api.db.stores import webhooks
from api.outbound import Outbound
from api.settings import Settings
from api.webhooks import EVENTS, WAITS, Deliveries, Secrets, announce
from api.worker import run_worker
from generator.errors import GenerationFailed
from policies.finding import Finding

pytestmark = pytest.mark.anyio


@dataclass
class Receiver:
    """A server on loopback that keeps what it is told and answers with `status`."""

    status: int = 204
    extra: str = ""
    told: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    url: str = ""

    async def serve(self, reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        headers = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if line)
        raw = {
            k: line.split(": ", 1)[1]
            for k in headers
            for line in head.split("\r\n")[1:]
            if line.lower().startswith(k + ":")
        }
        self.told.append((raw, await reader.readexactly(int(headers["content-length"]))))
        writer.write(f"HTTP/1.1 {self.status} X\r\n{self.extra}Content-Length: 0\r\n\r\n".encode())
        await writer.drain()
        writer.close()

    @asynccontextmanager
    async def open(self):
        server = await asyncio.start_server(self.serve, "127.0.0.1", 0)
        async with server:
            self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook?a=b"
            yield self


@pytest.fixture
async def receiver():
    async with Receiver().open() as made:
        yield made


@pytest.fixture
def hooked(creating):
    """The service, which may call loopback."""
    local = Settings(
        home=creating.parts.home.root,
        public_url=creating.parts.settings.public_url,
        outbound_allow_local=True,
    )
    creating.app.state.parts = replace(creating.parts, settings=local)
    return creating


@pytest.fixture
def postman(studio):
    """Makes the attempts, as the worker does."""
    return Deliveries(
        pool=studio.desk.pool,
        jobs=studio.desk.jobs,
        outbound=Outbound(also=LOOPBACK),
        secrets=Secrets(home=studio.desk.home),
    )


async def owner(hooked, studio):
    """A client of the studio's account."""
    return hooked.speaking(await hooked.key("creator", studio.caller.account_id))


async def made(client, url: str, events=tuple(EVENTS)) -> dict:
    answer = await client.post("/v1/webhooks", json={"url": url, "events": list(events)})
    assert 201 == answer.status_code, answer.text
    return answer.json()


async def due(studio) -> list[str]:
    async with studio.desk.pool.connection() as connection:
        rows = await connection.execute(
            "SELECT args->>'delivery_id' FROM procrastinate_jobs WHERE task_name = 'deliver' ORDER BY id"
        )
        return [str(row[0]) for row in await rows.fetchall()]


async def row_of(studio, delivery_id: str):
    async with studio.desk.pool.connection() as connection:
        rows = await connection.execute(
            "SELECT attempts, next_at - now(), last_status, delivered_at, given_up_at FROM webhook_deliveries WHERE id = %s",
            (delivery_id,),
        )
        found = await rows.fetchone()
        return SimpleNamespace(
            **dict(zip(("attempts", "wait", "status", "delivered_at", "given_up_at"), found, strict=True))
        )


async def ripen(studio) -> None:
    """Let every pause be over."""
    async with studio.desk.pool.connection() as connection:
        await connection.execute("UPDATE webhook_deliveries SET next_at = now() - interval '1 second'")


async def announced(studio, *types: str) -> list[str]:
    async with studio.desk.pool.connection() as connection, connection.transaction():
        for event_type in types:
            await announce(
                studio.desk.jobs, connection, studio.caller.account_id, event_type, "video_" + "0" * 32
            )
    return await due(studio)


async def test_a_clip_that_is_done_is_told_to_openais_client(hooked, studio, postman, receiver) -> None:
    """The official SDK and the Standard Webhooks library accept what is sent; the payload names the clip only."""
    ada = await owner(hooked, studio)
    webhook = await made(ada, receiver.url)
    admitted = await studio.submit()
    await studio.through(admitted.video_id)
    (delivery_id,) = await due(studio)
    await postman.deliver(delivery_id)
    ((headers, body),) = receiver.told
    event = OpenAI(api_key="x", webhook_secret=webhook["secret"]).webhooks.unwrap(body, headers)
    assert ("video.completed", "event", admitted.video_id) == (event.type, event.object, event.data.id)
    assert event.id == headers["webhook-id"] and abs(event.created_at - dt.datetime.now().timestamp()) < 300
    told = Webhook(webhook["secret"]).verify(body, headers)
    assert {"id", "object", "created_at", "type", "data"} == set(told) and {"id": admitted.video_id} == told[
        "data"
    ]
    with pytest.raises(Exception, match="signature"):
        Webhook(Secrets(home=studio.desk.home).fresh()).verify(body, headers)
    (shown,) = (await ada.get(f"/v1/webhooks/{webhook['id']}/deliveries")).json()["data"]
    assert (204, 1, None) == (shown["last_status"], shown["attempts"], shown["next_attempt_at"])


async def test_a_held_a_stopped_and_a_broken_clip_are_told(hooked, studio, receiver, monkeypatch) -> None:
    """`video.held` when people must decide, `video.failed` with `video.blocked` when policy stops, `video.failed` when it broke."""
    await made(await owner(hooked, studio), receiver.url)

    async def types(video_id: str) -> list[str]:
        async with studio.desk.pool.connection() as connection:
            rows = await connection.execute(
                "SELECT event_type FROM webhook_deliveries WHERE data->>'id' = %s ORDER BY id", (video_id,)
            )
            return [row[0] for row in await rows.fetchall()]

    admitted = await studio.submit()
    studio.eye.findings = (Finding(category="sexual.explicit", score=0.99, why="seen"),)
    await studio.through(admitted.video_id, "generate", "look")
    assert ["video.failed", "video.blocked"] == await types(admitted.video_id)

    admitted = await studio.submit()
    studio.eye.findings = (Finding(category="sexual.nudity", score=0.6, why="seen"),)
    await studio.through(admitted.video_id, "generate", "look")
    assert ["video.held"] == await types(admitted.video_id)
    rita = await hooked.as_("reviewer")
    case = (await rita.post("/v1/review/cases/next")).json()["id"]
    found = {
        "outcome": "violates",
        "reason": "nudity",
        "policy_ids": ["sexual.nudity"],
        "evidence_ranges": [{"start_s": 0, "end_s": 1}],
    }
    assert 200 == (await rita.post(f"/v1/review/cases/{case}/decision", json=found)).status_code
    assert ["video.held", "video.failed", "video.blocked"] == await types(admitted.video_id)

    studio.eye.findings = ()
    broken = await studio.submit()

    async def breaks(_order):
        raise GenerationFailed("no clip")

    studio.stages.workshop.before = breaks
    for _ in range(MOST_FAILURES):
        await studio.stages.generate(broken.video_id)
    assert ["video.failed"] == await types(broken.video_id)


NUDE = Finding(category="sexual.nudity", score=0.6, why="seen")
VIOLATES = {
    "outcome": "violates",
    "reason": "a statue that is none",
    "policy_ids": ["sexual.nudity"],
    "evidence_ranges": [{"start_s": 0, "end_s": 1}],
}
DISMISSED = {"outcome": "does_not_violate", "reason": "a statue"}


async def lent(studio, reviewer) -> tuple[str, dict]:
    """The id of a clip that waits for people, and its case, lent to this reviewer."""
    admitted = await studio.submit()
    studio.eye.findings = (NUDE,)
    await studio.through(admitted.video_id, "generate", "look")
    studio.eye.findings = ()
    return admitted.video_id, (await reviewer.post("/v1/review/cases/next")).json()


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (VIOLATES, {"outcome": "violates", "reason": "output_blocked"}),
        (DISMISSED, {"outcome": "does_not_violate"}),
    ],
    ids=["violates", "dismissed"],
)
async def test_what_people_decide_is_told(hooked, studio, postman, receiver, answer, said) -> None:
    """`review.decided`, once, to whose clip it is: ids, outcome and class; not who decided, nor their words."""
    webhook = await made(await owner(hooked, studio), receiver.url, ["review.decided"])
    rita = await hooked.as_("reviewer")
    await made(await hooked.as_("creator"), receiver.url, ["review.decided"])
    video_id, case = await lent(studio, rita)
    decided = await rita.post(f"/v1/review/cases/{case['id']}/decision", json=answer)
    (delivery_id,) = await due(studio)
    await postman.deliver(delivery_id)
    ((headers, body),) = receiver.told
    event = OpenAI(api_key="x", webhook_secret=webhook["secret"]).webhooks.unwrap(body, headers)
    assert ("review.decided", "event", case["id"]) == (event.type, event.object, event.data.id)
    told = Webhook(webhook["secret"]).verify(body, headers)["data"]
    decision_id = decided.json()["decision_id"]
    assert {"id": case["id"], "video_id": video_id, "decision_id": decision_id, **said} == told
    assert case["claimed_by"].encode() not in body and b"statue" not in body


async def test_what_people_decide_of_a_publication_is_told(hooked, studio, receiver) -> None:
    """The same event for a publication that waited, though the clip itself stays as it is."""
    ada, rita = await owner(hooked, studio), await hooked.as_("reviewer")
    await made(ada, receiver.url, ["review.decided"])
    admitted = await studio.submit()
    studio.eye.findings = (Finding(category="sexual.suggestive", score=0.85, why="seen"),)
    await studio.through(admitted.video_id)
    await ada.post(f"/v1/videos/{admitted.video_id}/publish", json={"visibility": "public"})
    case = (await rita.post("/v1/review/cases/next")).json()
    await rita.post(f"/v1/review/cases/{case['id']}/decision", json=DISMISSED)
    assert 1 == len(await due(studio))
    assert "completed" == (await studio.video(admitted.video_id)).status


async def test_a_decision_that_is_not_taken_is_not_told(hooked, studio, receiver, monkeypatch) -> None:
    """Refused, of another role, not on lease, or undone half-way: nothing is sent and the case still waits."""
    await made(await owner(hooked, studio), receiver.url, ["review.decided"])
    rita, remi, eve = [await hooked.as_(role) for role in ("reviewer", "reviewer", "creator")]
    video_id, case = await lent(studio, rita)
    path = f"/v1/review/cases/{case['id']}/decision"
    assert 422 == (await rita.post(path, json={**VIOLATES, "policy_ids": []})).status_code
    assert 403 == (await eve.post(path, json=DISMISSED)).status_code
    assert 409 == (await remi.post(path, json=DISMISSED)).status_code
    assert [] == await due(studio)

    async def breaks(*_given, **_named) -> None:
        raise RuntimeError("the disk went")

    with monkeypatch.context() as broken:
        broken.setattr("api.review.announce_end", breaks)
        assert 500 == (await rita.post(path, json=VIOLATES)).status_code
    assert [] == await due(studio)
    assert "held_for_review" == (await studio.video(video_id)).error_code
    assert 200 == (await rita.post(path, json=VIOLATES)).status_code
    assert 1 == len(await due(studio))


async def test_an_event_is_stored_with_what_it_tells_of_or_not_at_all(hooked, studio, receiver) -> None:
    """A transaction that is rolled back leaves neither delivery nor job."""
    await made(await owner(hooked, studio), receiver.url)
    with pytest.raises(RuntimeError):
        async with studio.desk.pool.connection() as connection, connection.transaction():
            await announce(
                studio.desk.jobs, connection, studio.caller.account_id, "video.held", "video_" + "0" * 32
            )
            raise RuntimeError
    assert [] == await due(studio)


async def test_only_the_owner_is_told_and_only_what_was_asked_for(hooked, studio, receiver) -> None:
    """Another account's webhook, another event's and a disabled one hear nothing."""
    ada, eve = await owner(hooked, studio), await hooked.as_("creator")
    await made(eve, receiver.url)
    await made(ada, receiver.url, ["video.held"])
    off = await made(ada, receiver.url)
    assert (await ada.patch(f"/v1/webhooks/{off['id']}", json={"enabled": False})).json()["disabled_at"]
    assert [] == await announced(studio, "video.completed")
    assert 1 == len(await announced(studio, "video.held"))


async def test_every_attempt_bears_the_same_id_and_body(hooked, studio, postman, receiver) -> None:
    """A receiver that failed is asked again after the pause, with the same id and body and a fresh signature."""
    receiver.status = 500
    await made(await owner(hooked, studio), receiver.url)
    (delivery_id,) = await announced(studio, "video.completed")
    await postman.deliver(delivery_id)
    row = await row_of(studio, delivery_id)
    assert (1, 500, None) == (row.attempts, row.status, row.delivered_at)
    assert dt.timedelta(seconds=3) < row.wait <= WAITS[0]
    await postman.deliver(delivery_id)  # not due
    assert 1 == len(receiver.told)
    receiver.status = 200
    await ripen(studio)
    await postman.deliver(delivery_id)
    (first, again) = receiver.told
    assert first[1] == again[1] and first[0]["webhook-id"] == again[0]["webhook-id"]
    assert (await row_of(studio, delivery_id)).delivered_at
    await ripen(studio)
    await postman.deliver(delivery_id)  # delivered
    assert 2 == len(receiver.told)


async def test_many_workers_make_one_attempt(hooked, studio, postman, receiver) -> None:
    """The same job done by several workers at once sends once."""
    await made(await owner(hooked, studio), receiver.url)
    (delivery_id,) = await announced(studio, "video.completed")
    await asyncio.gather(*(postman.deliver(delivery_id) for _ in range(6)))
    assert 1 == len(receiver.told)


async def test_pauses_grow_and_end_within_three_days(hooked, studio, postman, receiver) -> None:
    """After the last attempt the delivery is given up and the webhook disabled; its owner may enable it again."""
    assert sorted(WAITS) == list(WAITS) and dt.timedelta(hours=70) < sum(
        WAITS, dt.timedelta()
    ) <= dt.timedelta(hours=72)
    receiver.status = 503
    ada = await owner(hooked, studio)
    webhook = await made(ada, receiver.url)
    (delivery_id,) = await announced(studio, "video.completed")
    for wait in WAITS:
        await ripen(studio)
        await postman.deliver(delivery_id)
        assert wait * 0.89 < (await row_of(studio, delivery_id)).wait <= wait
    await ripen(studio)
    await postman.deliver(delivery_id)
    assert (await row_of(studio, delivery_id)).given_up_at
    assert len(WAITS) + 1 == len(receiver.told)
    path = f"/v1/webhooks/{webhook['id']}"
    assert (await ada.get(path)).json()["disabled_at"]
    assert None is (await ada.patch(path, json={"enabled": True})).json()["disabled_at"]


@pytest.mark.parametrize(
    ("status", "extra"),
    [(302, "Location: http://169.254.169.254/\r\n"), (307, "Location: http://127.0.0.1:1/\r\n"), (404, "")],
)
async def test_anything_but_a_success_is_a_failure(
    hooked, studio, postman, receiver, status: int, extra: str
) -> None:
    """A redirect is not followed, wherever it leads; it is told and tried again."""
    receiver.status, receiver.extra = status, extra
    await made(await owner(hooked, studio), receiver.url)
    (delivery_id,) = await announced(studio, "video.completed")
    await postman.deliver(delivery_id)
    row = await row_of(studio, delivery_id)
    assert (status, None, 1) == (row.status, row.delivered_at, len(receiver.told))


async def test_a_receiver_that_is_slow_or_has_moved_within_costs_one_attempt(
    hooked, studio, postman, monkeypatch
) -> None:
    """No answer in time, or a name that leads to us by now: noted without a status and tried again."""
    monkeypatch.setattr("api.webhooks.ANSWER_WITHIN_S", 0.05)
    held: list[asyncio.StreamWriter] = []

    async def silent(_reader, writer):
        held.append(writer)

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    async with server:
        await made(await owner(hooked, studio), f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
        (delivery_id,) = await announced(studio, "video.completed")
        await postman.deliver(delivery_id)
        assert (1, None) == (
            (await row_of(studio, delivery_id)).attempts,
            (await row_of(studio, delivery_id)).status,
        )
        await ripen(studio)
        await replace(postman, outbound=Outbound()).deliver(delivery_id)
        assert (2, None) == (
            (await row_of(studio, delivery_id)).attempts,
            (await row_of(studio, delivery_id)).status,
        )
        for writer in held:
            writer.close()


async def test_a_receiver_that_is_gone_is_not_asked_again(hooked, studio, postman, receiver) -> None:
    """410 ends it at once, as the specification says."""
    receiver.status = 410
    await made(await owner(hooked, studio), receiver.url)
    (delivery_id,) = await announced(studio, "video.completed")
    await postman.deliver(delivery_id)
    assert (await row_of(studio, delivery_id)).given_up_at


async def test_what_a_dead_worker_left_is_taken_up(hooked, studio, postman, receiver) -> None:
    """An attempt that was claimed and never told of is put back into the queue, and made."""
    await made(await owner(hooked, studio), receiver.url)
    (delivery_id,) = await announced(studio, "video.completed")
    async with studio.desk.pool.connection() as connection:
        assert await webhooks.claim(connection, delivery_id)
        await connection.execute("DELETE FROM procrastinate_jobs WHERE task_name = 'deliver'")
    await postman.requeue_overdue()
    assert [] == await due(studio)
    async with studio.desk.pool.connection() as connection:
        await connection.execute("UPDATE webhook_deliveries SET next_at = now() - interval '6 minutes'")
    await postman.requeue_overdue()
    assert [delivery_id] == await due(studio)
    await postman.deliver(delivery_id)
    assert 1 == len(receiver.told)


async def test_a_late_failure_does_not_undo_a_delivery(hooked, studio, receiver) -> None:
    """An attempt thought dead that comes back neither postpones nor ends what another attempt delivered."""
    await made(await owner(hooked, studio), receiver.url)
    (delivery_id,) = await announced(studio, "video.completed")
    async with studio.desk.pool.connection() as connection:
        frozen, _ = await webhooks.claim(connection, delivery_id)
    await ripen(studio)
    async with studio.desk.pool.connection() as connection:
        assert await webhooks.claim(connection, delivery_id)
        assert not await webhooks.postpone(connection, frozen, 500, WAITS[0])
        await webhooks.delivered(connection, frozen, 200)
        await webhooks.give_up(connection, frozen, 500)
    row = await row_of(studio, delivery_id)
    assert (200, None) == (row.status, row.given_up_at)


async def test_the_secret_is_shown_once_and_sealed(hooked, studio, receiver) -> None:
    """No later answer bears it; the stored bytes are opened by the home's key for their own endpoint only."""
    ada = await owner(hooked, studio)
    first, second = await made(ada, receiver.url), await made(ada, receiver.url)
    listing = (await ada.get("/v1/webhooks")).text + (await ada.get(f"/v1/webhooks/{first['id']}")).text
    assert first["secret"] not in listing and "secret" not in listing
    async with studio.desk.pool.connection() as connection:
        own = await webhooks.of_account(connection, studio.caller.account_id, first["id"])
    assert first["secret"].encode() not in own.sealed_secret
    assert first["secret"] == Secrets(home=studio.desk.home).open(own)
    with pytest.raises(Exception):
        Secrets(home=studio.desk.home).open(replace(own, id=second["id"]))
    assert 0o600 == (studio.desk.home.keys / "webhooks.secret").stat().st_mode & 0o777


async def test_a_ping_is_sent_on_demand(hooked, studio, postman, receiver) -> None:
    """`test` sends a signed `webhook.ping`; a disabled webhook is not pinged."""
    ada = await owner(hooked, studio)
    webhook = await made(ada, receiver.url)
    answer = await ada.post(f"/v1/webhooks/{webhook['id']}/test")
    assert (202, [answer.json()["id"]]) == (answer.status_code, await due(studio))
    await postman.deliver(answer.json()["id"])
    assert (
        "webhook.ping" == Webhook(webhook["secret"]).verify(receiver.told[0][1], receiver.told[0][0])["type"]
    )
    await ada.patch(f"/v1/webhooks/{webhook['id']}", json={"enabled": False})
    assert 409 == (await ada.post(f"/v1/webhooks/{webhook['id']}/test")).status_code


async def test_a_strangers_webhook_does_not_exist(hooked, studio, receiver) -> None:
    """Another account reads, changes, tests and deletes nothing; deleting one's own takes what waits with it."""
    ada, eve = await owner(hooked, studio), await hooked.as_("creator")
    path = f"/v1/webhooks/{(await made(ada, receiver.url))['id']}"
    await announced(studio, "video.held")
    for answer in (
        await eve.get(path), await eve.patch(path, json={"enabled": False}), await eve.delete(path),
        await eve.post(f"{path}/test"), await eve.get(f"{path}/deliveries"), await ada.get("/v1/webhooks/nonsense"),
    ):  # fmt: skip
        assert 404 == answer.status_code
    assert [] == (await eve.get("/v1/webhooks")).json()["data"]
    assert 200 == (await ada.delete(path)).status_code
    assert 404 == (await ada.get(path)).status_code


@pytest.mark.parametrize("role", ["reviewer", "auditor", "child_safety", "policy_editor"])
async def test_people_of_the_operator_have_none(hooked, role: str) -> None:
    """403 names the missing scope; without a key it is 401."""
    client = await hooked.as_(role)
    body = {"url": "https://receiver.test/", "events": ["video.held"]}
    assert 403 == (await client.post("/v1/webhooks", json=body)).status_code
    assert 403 == (await client.get("/v1/webhooks")).status_code
    assert 401 == (await hooked.client.post("/v1/webhooks", json=body)).status_code


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"url": "http://receiver.test/", "events": ["video.held"]}, 422),
        ({"url": "https://10.0.0.1/", "events": ["video.held"]}, 422),
        ({"url": "https://2130706433/", "events": ["video.held"]}, 422),
        ({"url": "https://a:b@receiver.test/", "events": ["video.held"]}, 422),
        ({"url": "https://receiver.test/" + "a" * 2000, "events": ["video.held"]}, 422),
        ({"url": "https://receiver.test/", "events": []}, 422),
        ({"url": "https://receiver.test/", "events": ["video.eaten"]}, 422),
        ({"url": "https://receiver.test/", "events": ["video.held"] * 33}, 422),
        ({"url": "https://receiver.test/", "events": "video.held"}, 422),
        ({"url": "https://receiver.test/", "events": ["video.held"], "secret": "mine"}, 422),
    ],
)
async def test_a_wrong_webhook_is_refused(creating, body: dict, status: int) -> None:
    """Other schemes, inner addresses, disguised numbers, passwords, unknown events, excess: nothing is stored."""
    ada = await creating.as_("creator")
    answer = await ada.post("/v1/webhooks", json=body)
    assert (status, "application/problem+json") == (answer.status_code, answer.headers["content-type"])
    assert [] == (await ada.get("/v1/webhooks")).json()["data"]
    if not body.get("url", "").startswith("https://receiver.test/"):
        assert "/url" == answer.json()["pointer"]


async def test_an_account_has_ten_at_most(hooked) -> None:
    """However many are asked for at once."""
    ada = await hooked.as_("creator")
    body = {"url": "https://receiver.test/", "events": ["video.held"]}
    answers = await asyncio.gather(*(ada.post("/v1/webhooks", json=body) for _ in range(14)))
    assert [201] * 10 + [409] * 4 == sorted(answer.status_code for answer in answers)


async def test_the_worker_delivers(hooked, studio, receiver) -> None:
    """A real worker takes deliveries out of the queue beside the stages, and ends when told to."""
    await made(await owner(hooked, studio), receiver.url)
    (delivery_id,) = await announced(studio, "video.completed")
    home, stopped = studio.desk.home, asyncio.Event()
    local = Settings(home=home.root, outbound_allow_local=True)
    worker = asyncio.create_task(run_worker(local, home, studio.database, stopped))
    async with asyncio.timeout(30):
        while not (await row_of(studio, delivery_id)).delivered_at:
            await asyncio.sleep(0.05)
        stopped.set()
        await worker
    assert 1 == len(receiver.told)
