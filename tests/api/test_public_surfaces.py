"""What anyone, auditors and OpenAI's SDK ask beside creation: checks, moderations, the log."""

from __future__ import annotations

import base64
import io

import numpy as np
import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PIL import Image

from api.registry import DatabaseRegistry
from api.sequencer import Sequencer
from api.verification import Verification
from policies.finding import Finding
from safety.audit import auditor, checkpoint
from safety.audit.receipt import Receipt, verify_receipt
from safety.audit.tiles import tile_path
from safety.provenance.examine import Examiner

pytestmark = pytest.mark.anyio

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = checkpoint.verifier_key("filigrane.test/log", KEY)


def picture() -> bytes:
    out = io.BytesIO()
    Image.fromarray(np.random.default_rng(1).integers(0, 255, (48, 64, 3), dtype=np.uint8)).save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def checking(creating, studio):
    """The service with its public check."""
    issuer = studio.bench.issuer
    registry = DatabaseRegistry(studio.desk.pool, studio.desk.objects, issuer.keys)
    examiner = Examiner(keys=issuer.keys, trust=issuer.trust)
    creating.parts.wired[Verification] = Verification(registry=registry, examiner=examiner)
    return creating


async def test_a_released_clip_is_confirmed_and_a_strangers_is_not(checking, studio, clip) -> None:
    """No account: our clip is confirmed with its id; the same clip before marking bears no signal."""
    admitted = await studio.submit()
    row = await studio.through(admitted.video_id)
    path = studio.desk.home.spool / "released.mp4"
    await studio.desk.objects.fetch(row.marked_digest, path)
    answer = await checking.client.post(
        "/v1/verify", files={"file": ("clip.mp4", path.read_bytes(), "video/mp4")}
    )
    body = answer.json()
    assert (200, "confirmed", row.id) == (answer.status_code, body["verdict"], body["video_id"]), body
    assert {"valid": True, "trusted": True} == {k: body["signature"][k] for k in ("valid", "trusted")}
    ada = await checking.as_("creator")
    check = (
        await ada.post(
            "/v1/content_provenance_checks", files={"file": ("c.mp4", path.read_bytes(), "video/mp4")}
        )
    ).json()
    assert {"c2pa": "detected", "watermark": "detected"} == {
        one["type"]: one["outcome"] for one in check["results"]
    }
    assert [] == list(checking.parts.home.spool.glob("*/file"))


@pytest.mark.parametrize(
    "content", [b"", b"no media at all", picture()[:50]], ids=["empty", "text", "truncated"]
)
async def test_what_cannot_be_read_is_an_answer_not_a_failure(checking, content: bytes) -> None:
    """`unreadable` is a verdict of the closed set; nothing crashes, nothing stays."""
    answer = await checking.client.post("/v1/verify", files={"file": ("x", content)})
    assert (200, "unreadable") == (answer.status_code, answer.json()["verdict"])


async def test_a_check_without_a_file_says_what_to_send(checking) -> None:
    """422 names the field; strangers are rate-limited by address."""
    assert 422 == (await checking.client.post("/v1/verify", data={"x": "y"})).status_code
    codes = [(await checking.client.post("/v1/verify", data={"x": "y"})).status_code for _ in range(6)]
    assert 429 in codes
    assert 401 == (await checking.client.post("/v1/content_provenance_checks", data={})).status_code


async def test_moderations_answer_in_the_shape_of_the_sdk(creating, studio) -> None:
    """One result a text, one for a list of parts; flagged where the policy's moderation surface says so."""
    ada = await creating.as_("creator")
    body = (await ada.post("/v1/moderations", json={"input": ["a fox", "a zorg"]})).json()
    assert [False, True] == [result["flagged"] for result in body["results"]]
    assert {"flagged", "categories", "category_scores", "category_applied_input_types"} == set(
        body["results"][0]
    )
    assert body["results"][1]["categories"]["hate"]
    studio.eye.findings = (Finding(category="sexual.explicit", score=0.99, why="seen"),)
    url = "data:image/png;base64," + base64.b64encode(picture()).decode()
    parts = [{"type": "text", "text": "a fox"}, {"type": "image_url", "image_url": {"url": url}}]
    (pictured,) = (await ada.post("/v1/moderations", json={"input": parts})).json()["results"]
    assert pictured["categories"]["sexual"] and "image" in pictured["category_applied_input_types"]["sexual"]


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        5,
        [5],
        [{"type": "text"}],
        [{"type": "image_url", "image_url": {"url": "http://127.0.0.1/x"}}],
        ["a"] * 33,
        "x" * 40_000,
    ],
    ids=["none", "empty", "number", "numbers", "no text", "local address", "too many", "too long"],
)
async def test_moderations_refuse_other_inputs(creating, value: object) -> None:
    """422 names `input`; nothing is fetched from an address."""
    ada = await creating.as_("creator")
    answer = await ada.post("/v1/moderations", json={"input": value})
    assert (422, "/input") == (answer.status_code, answer.json()["pointer"])


class Published:
    """The log over HTTP, as anyone's auditor fetches it."""

    def __init__(self, pages: dict[str, bytes]) -> None:
        self.pages = pages

    def checkpoint(self) -> str:
        return self.pages["checkpoint"].decode()

    def tile(self, level: int, number: int, width: int) -> bytes:
        return self.pages[tile_path(level, number, width)]

    def entries(self, number: int, width: int) -> bytes:
        return self.pages[tile_path("entries", number, width)]


async def test_anyone_recomputes_the_log_and_an_auditor_gets_receipts(creating, studio) -> None:
    """Tiles, entries and checkpoint verify from outside; a receipt verifies offline; each look is entered."""
    assert 404 == (await creating.client.get("/log/checkpoint")).status_code
    for i in range(3):
        await studio.submit(f"a zorg {i}")
    async with await psycopg.AsyncConnection.connect(studio.database.log, autocommit=True) as connection:
        sequencer = Sequencer(connection, PUBLIC, KEY.sign)
        await sequencer.lead()
        size = await sequencer.step()
    pages = {}
    for path in ("checkpoint", tile_path(0, 0, size), tile_path("entries", 0, size)):
        answer = await creating.client.get(f"/log/{path}")
        assert 200 == answer.status_code, path
        pages[path] = answer.content
    assert size == auditor.audit(Published(pages), PUBLIC).size
    assert str(PUBLIC) == (await creating.client.get("/log/key")).text.strip()
    eve = await creating.as_("auditor")
    listed = (
        await eve.get("/v1/audit/events", params={"purpose": "test", "resource": "decision", "limit": 2})
    ).json()
    assert (2, True) == (len(listed["data"]), listed["has_more"])
    proof = await eve.get(f"/v1/audit/events/{listed['data'][0]['id']}/receipt")
    told = verify_receipt(Receipt.parse(proof.text), PUBLIC)
    assert listed["data"][0]["id"] == told["event_id"]
    looks = (await eve.get("/v1/audit/events", params={"purpose": "again", "action": "audit:read"})).json()[
        "data"
    ]
    assert "test" in [look["reason"] for look in looks]


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/1",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/9/000",
        "tile/-1/000",
        "tile/entries/000.p/999",
        "tile/0/x000/000",
        "tile/0/..%2f",
        "tile/99999999999999999999/000",
    ],
)
async def test_tiles_have_one_spelling(creating, path: str) -> None:
    """What is not a tile, or not yet, is 404."""
    assert (await creating.client.get(f"/log/{path}")).status_code in (404, 422)


async def test_only_auditors_read_events(creating) -> None:
    """Another role is refused, and a look without a purpose too."""
    for role in ("creator", "reviewer", "guardian", "child_safety", "policy_editor", "rights_holder"):
        assert (
            403
            == (
                await (await creating.as_(role)).get("/v1/audit/events", params={"purpose": "test"})
            ).status_code
        )
    assert 422 == (await (await creating.as_("auditor")).get("/v1/audit/events")).status_code
