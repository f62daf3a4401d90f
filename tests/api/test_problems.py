"""Whatever goes wrong is told as a problem, in the client's language, and tells nothing else."""

import json
import re
from collections.abc import AsyncIterator

import httpx2
import pytest
from fastapi import APIRouter, File, UploadFile

from api.app import ROUTERS, create_app
from api.db.pool import connection_pool
from api.errors import Overloaded
from api.home import Home
from api.language import preferred
from api.parts import Parts
from api.problems import ERRORS, Problem, kinds, problem_of_error
from api.settings import Settings
from generator.errors import InvalidMedia
from policies.ruling import Sentence

pytestmark = pytest.mark.anyio
CANARY = "canary-5529"

broken = APIRouter()


@broken.get("/v1/videos/broken")
async def raise_unknown() -> None:
    raise RuntimeError(CANARY)


@broken.get("/v1/videos/media")
async def raise_known() -> None:
    raise InvalidMedia(CANARY)


@broken.get("/v1/videos/full")
async def raise_full() -> None:
    raise Overloaded


@broken.post("/v1/videos/refused")
async def refuse() -> None:
    raise Problem(
        "prompt_blocked",
        Sentence(en="A name is in the way.", fr="Un nom fait obstacle."),
        pointer="/prompt",
        headers={"X-Decision-Id": "decision_1"},
        members={"reasons": [{"rule": "names.1"}]},
    )


@broken.post("/upload")
async def upload(file: UploadFile = File()) -> dict[str, int | None]:
    return {"size": file.size}


@pytest.fixture
async def client(home: Home) -> AsyncIterator[httpx2.AsyncClient]:
    """An app whose database is never asked, with routes that go wrong."""
    settings = Settings(home=home.root, public_url="https://filigrane.test", largest_json_bytes=10_000)
    pool = connection_pool("host=/nowhere", purpose="test")
    app = create_app(Parts(settings=settings, home=home, pool=pool), (broken, *ROUTERS))
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="https://filigrane.test") as found:
        yield found


def body_of(answer) -> dict:
    """The body, its request id checked against the header and then named, so that it can be compared."""
    body = answer.json()
    assert "application/problem+json" == answer.headers["Content-Type"]
    assert re.fullmatch("req_[0-9a-f]{32}", answer.headers["X-Request-Id"])
    assert answer.headers["X-Request-Id"] == body["request_id"]
    return {**body, "request_id": "req"}


GOLDEN_REFUSAL = """{
  "type": "https://filigrane.test/problems/prompt_blocked",
  "title": "La consigne est refusée",
  "status": 400,
  "detail": "Un nom fait obstacle.",
  "instance": "/v1/videos/refused",
  "pointer": "/prompt",
  "request_id": "req",
  "reasons": [{"rule": "names.1"}],
  "error": {
    "code": "prompt_blocked",
    "message": "La consigne est refusée. Un nom fait obstacle.",
    "param": "prompt",
    "type": "invalid_request_error"
  }
}"""

GOLDEN_NOT_FOUND = """{
  "type": "https://filigrane.test/problems/not_found",
  "title": "There is no such thing here",
  "status": 404,
  "detail": "Check the address and the id.",
  "instance": "/nowhere",
  "request_id": "req"
}"""


async def test_a_refusal_in_french_for_the_openai_sdk(client) -> None:
    """Our body, and beside it the error object its SDK reads; headers pass through."""
    answer = await client.post("/v1/videos/refused", headers={"Accept-Language": "fr-CA, en;q=0.5"})
    assert json.loads(GOLDEN_REFUSAL) == body_of(answer)
    assert ("fr", "decision_1") == (answer.headers["Content-Language"], answer.headers["X-Decision-Id"])


async def test_an_unknown_path_in_english(client) -> None:
    """Outside the SDK's paths there is no error object."""
    assert json.loads(GOLDEN_NOT_FOUND) == body_of(await client.get("/nowhere"))


async def test_nobody_is_sent_elsewhere(client) -> None:
    """A slash too many is another path, not a redirect to the host that the client claims."""
    answer = await client.get("/v1/accounts/", headers={"Host": "elsewhere.test"})
    assert (404, False) == (answer.status_code, "location" in answer.headers)


async def test_hostile_json_is_refused(service) -> None:
    """Depth, size of numbers, lone surrogates and what is no JSON at all crash nothing."""
    admin = await service.as_("admin")
    for content in (
        b"{",
        b"",
        b"\xff\xfe",
        b"[" * 9000,
        b"1" * 9000,
        b"NaN",
        b'{"tier": NaN}',
        b'{"tier": "\\ud800"}',
    ):
        answer = await admin.post(
            "/v1/accounts", content=content, headers={"Content-Type": "application/json"}
        )
        assert body_of(answer)["status"] in (400, 422), content


async def test_a_wrong_method_names_the_right_ones(client) -> None:
    """405 keeps the Allow header."""
    answer = await client.put("/livez")
    assert (405, "GET") == (body_of(answer)["status"], answer.headers["Allow"])
    answer = await client.put("/v1/videos")
    assert (405, "GET, POST") == (body_of(answer)["status"], answer.headers["Allow"])
    answer = await client.put("/v1/videos/video_x")
    assert (405, "DELETE, GET") == (body_of(answer)["status"], answer.headers["Allow"])


async def test_an_unknown_error_tells_nothing(client, capsys: pytest.CaptureFixture) -> None:
    """A fault of ours is 500 with an id to quote; its message reaches neither the client nor the journal."""
    answer = await client.get("/v1/videos/broken")
    assert (500, "internal") == (body_of(answer)["status"], answer.json()["error"]["code"])
    told = capsys.readouterr()
    assert CANARY not in answer.text + told.out + told.err
    assert "RuntimeError" in told.out + told.err


async def test_a_known_error_has_its_code(client) -> None:
    """The classes of the house have their rows in the table; only the row is told."""
    answer = await client.get("/v1/videos/media")
    assert (422, "invalid_media") == (body_of(answer)["status"], answer.json()["error"]["code"])
    assert CANARY not in answer.text


async def test_who_is_turned_away_is_told_when_to_come_back(client) -> None:
    """Overload is 503 with Retry-After."""
    answer = await client.get("/v1/videos/full")
    assert (503, "5") == (body_of(answer)["status"], answer.headers["Retry-After"])


@pytest.mark.parametrize("is_announced", [True, False])
async def test_a_body_too_large_is_stopped(client, is_announced: bool) -> None:
    """Announced or not, a body beyond the limit is 413 as a problem."""

    async def pieces():
        for _ in range(20):
            yield b" " * 1000

    content = b" " * 20_000 if is_announced else pieces()
    answer = await client.post("/v1/accounts", content=content, headers={"Content-Type": "application/json"})
    assert 413 == body_of(answer)["status"]


async def test_an_upload_has_a_limit_of_its_own(client) -> None:
    """A multipart body may be larger than a JSON one."""
    answer = await client.post("/upload", files={"file": b"x" * 50_000})
    assert {"size": 50_000} == answer.json()


async def test_a_value_that_is_not_valid_is_named_in_the_clients_language(service) -> None:
    """The words are ours, the value that was sent is not repeated."""
    admin = await service.as_("admin")
    for language, words in (("en", "this must be a whole number"), ("fr", "ceci doit être un nombre entier")):
        headers = {"Accept-Language": language}
        answer = await admin.get("/v1/accounts", params={"limit": CANARY}, headers=headers)
        assert [{"parameter": "limit", "detail": words}] == body_of(answer)["errors"]
        assert CANARY not in answer.text


async def test_every_answer_bears_its_id_and_our_headers(client) -> None:
    """Good answers too; nothing may be framed, sniffed or stored."""
    answer = await client.get("/livez")
    assert re.fullmatch("req_[0-9a-f]{32}", answer.headers["X-Request-Id"])
    assert "nosniff" == answer.headers["X-Content-Type-Options"]
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert "no-store" == (await client.get("/v1/nowhere")).headers["Cache-Control"]


async def test_every_type_says_what_it_means(client) -> None:
    """A problem's type can be followed, in both languages."""
    for code, kind in kinds().items():
        answer = await client.get(f"/problems/{code}", headers={"Accept-Language": "fr"})
        assert (kind.title.fr, kind.advice.fr) == (answer.json()["title"], answer.json()["advice"])
        assert kind.title.fr != kind.title.en
        assert 400 <= kind.status < 600


@pytest.mark.parametrize("error", ERRORS)
def test_every_error_of_the_table_has_a_row(error: type[Exception]) -> None:
    """No class points at a code that is not there, nor hides behind its base."""
    assert ERRORS[error] == problem_of_error(error("x")).code


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("fr", "fr"),
        ("en-US,en;q=0.9,fr;q=0.8", "en"),
        ("de, fr;q=0.3", "fr"),
        ("fr;q=0", "en"),
        ("fr;q=x", "en"),
        ("FR-be;q=0.9, en;q=0.2", "fr"),
        ("x" * 100_000, "en"),
    ],
)
def test_the_preferred_language_is_taken(header: str, language: str) -> None:
    """Weights count, order breaks ties, nonsense is English."""
    assert language == preferred(header)
