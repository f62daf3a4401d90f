"""Pictures and clips named by URL pass the one gate, and are then like those that were sent."""

from __future__ import annotations

import asyncio
import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from api.references import LARGEST_PICTURE_BYTES
from api.registry import DatabaseRegistry
from api.settings import Settings
from api.verification import Verification
from policies.finding import Finding
from safety.provenance.examine import Examiner

pytestmark = pytest.mark.anyio


def picture() -> bytes:
    out = io.BytesIO()
    Image.fromarray(np.random.default_rng(3).integers(0, 255, (48, 64, 3), dtype=np.uint8)).save(out, "PNG")
    return out.getvalue()


@pytest.fixture
async def site():
    """A server on loopback: /picture, /text, /large, /away and /missing."""
    asked: list[str] = []

    async def serve(reader, writer):
        asked.append((await reader.readuntil(b"\r\n\r\n")).split()[1].decode())
        bodies = {"/picture": picture(), "/text": b"no media", "/large": bytes(LARGEST_PICTURE_BYTES + 1)}
        found = bodies.get(asked[-1])
        head = "200 OK" if found is not None else "404 Missing"
        if asked[-1] == "/away":
            head = "302 Found\r\nLocation: http://169.254.169.254/"
        writer.write(
            f"HTTP/1.1 {head}\r\nContent-Length: {len(found or b'')}\r\n\r\n".encode() + (found or b"")
        )
        try:
            await writer.drain()
        except ConnectionError:
            pass
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", asked


@pytest.fixture
def local(creating, studio):
    """The service with its public check, which may call loopback."""
    issuer = studio.bench.issuer
    registry = DatabaseRegistry(studio.desk.pool, studio.desk.objects, issuer.keys)
    creating.parts.wired[Verification] = Verification(
        registry=registry, examiner=Examiner(keys=issuer.keys, trust=issuer.trust)
    )
    settings = Settings(home=creating.parts.home.root, outbound_allow_local=True)
    creating.app.state.parts = replace(creating.parts, settings=settings, limits={})
    return creating


def asking(url: str) -> dict:
    return {"prompt": "a fox", "seconds": "1", "size": "320x240", "input_reference": {"image_url": url}}


async def test_a_reference_at_an_address_is_looked_at_and_kept(local, studio, site) -> None:
    """It is fetched once, judged like an upload and stored by its digest; nothing else of it stays."""
    url, asked = site
    ada = await local.as_("creator")
    made = await ada.post("/v1/videos", json=asking(f"{url}/picture"))
    assert (200, ["/picture"]) == (made.status_code, asked), made.text
    async with studio.desk.pool.connection() as connection:
        rows = await connection.execute("SELECT media_type, byte_count FROM objects")
        assert [("image/png", len(picture()))] == await rows.fetchall()
    studio.eye.findings = (Finding(category="sexual.explicit", score=0.99, why="seen"),)
    refused = await ada.post("/v1/videos", json=asking(f"{url}/picture"))
    assert 400 == refused.status_code
    assert [] == list(local.parts.home.spool.glob("*/fetched"))


@pytest.mark.parametrize(
    ("path", "status"), [("/missing", 422), ("/away", 422), ("/large", 413), ("/text", 422)]
)
async def test_what_gives_no_picture_is_refused(local, studio, site, path: str, status: int) -> None:
    """No answer, a redirect within, too much, no picture: the field is named where it can be, nothing is stored."""
    url, _ = site
    ada = await local.as_("creator")
    answer = await ada.post("/v1/videos", json=asking(url + path))
    assert status == answer.status_code, answer.text
    judged = await ada.post(
        "/v1/moderations", json={"input": [{"type": "image_url", "image_url": {"url": url + path}}]}
    )
    assert status == judged.status_code
    async with studio.desk.pool.connection() as connection:
        assert (0,) == await (await connection.execute("SELECT count(*) FROM objects")).fetchone()
        assert (0,) == await (await connection.execute("SELECT count(*) FROM videos")).fetchone()


@pytest.mark.parametrize(
    "url", ["http://receiver.test/x.png", "https://127.0.0.1/x.png", "https://0x7f.1/x", "https://[::1]/"]
)
async def test_inner_addresses_are_refused_by_every_endpoint(creating, studio, url: str) -> None:
    """Without the setting, plain http and inner addresses are 422 naming the field, and nothing is called."""
    ada = await creating.as_("creator")
    for answer, pointer in (
        (await ada.post("/v1/videos", json=asking(url)), "/input_reference"),
        (await ada.post("/v1/videos/preflight", json=asking(url)), "/input_reference"),
        (await ada.post("/v1/moderations", json={"input": [{"type": "image_url", "image_url": {"url": url}}]}), "/input"),
    ):  # fmt: skip
        assert (422, pointer, "address_refused") == (
            answer.status_code,
            answer.json()["pointer"],
            answer.json()["error"]["code"],
        )


async def test_a_picture_at_an_address_is_moderated(local, studio, site) -> None:
    """What the detectors see in it is told by category."""
    url, _ = site
    studio.eye.findings = (Finding(category="sexual.explicit", score=0.99, why="seen"),)
    ada = await local.as_("creator")
    body = {"input": [{"type": "image_url", "image_url": {"url": f"{url}/picture"}}]}
    answer = await ada.post("/v1/moderations", json=body)
    assert (200, True) == (answer.status_code, answer.json()["results"][0]["flagged"]), answer.text


async def test_a_file_at_an_address_is_verified_by_anyone(local, site) -> None:
    """A URL is answered like a file; both at once, neither, a list and an inner address are refused."""
    url, asked = site
    answer = await local.client.post("/v1/verify", json={"url": f"{url}/text"})
    assert (200, "unreadable", ["/text"]) == (answer.status_code, answer.json()["verdict"], asked), (
        answer.text
    )
    for body in (
        {"url": "https://10.0.0.1/"},
        {"url": ["x"]},
        {"url": f"{url}/away"},
        {"url": f"{url}/missing"},
    ):
        answer = await local.client.post("/v1/verify", json=body)
        assert (422, "/url") == (answer.status_code, answer.json()["pointer"]), body
    for refused in (
        await local.client.post("/v1/verify", json={}),
        await local.client.post("/v1/verify", data={"url": f"{url}/text"}, files={"file": b"x"}),
    ):
        assert (422, "/file") == (refused.status_code, refused.json()["pointer"])
    assert [] == list(local.parts.home.spool.glob("*/file"))
