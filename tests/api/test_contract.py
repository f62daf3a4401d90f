"""What the service answers is what its contract says, whatever is sent."""

import asyncio
import os
import random
import re
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace

import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from api.app import create_app
from api.listening import listening_socket
from api.registry import DatabaseRegistry
from api.routes.events import Announcements
from api.settings import Settings
from api.verification import Verification
from policies.finding import Box, Finding
from safety.provenance.examine import Examiner

pytestmark = pytest.mark.anyio

SEED = 20261121
IS_SOAK = bool(os.environ.get("FILIGRANE_SOAK"))
SOAK_S = 60.0
"""A soak asks each group of routes for so long; the suite asks each operation `EXAMPLES` times."""
EXAMPLES = 6
NOT_ASKED = [positive_data_acceptance, negative_data_rejection]
"""A name used before fits and is refused; a query parameter nobody knows does not fit and is ignored."""

# A key that revoked itself, or an account that suspended itself, ends the conversation: both have tests of their own.
ENDS = {"DELETE /v1/keys/{key_id}", "PATCH /v1/accounts/{account_id}"}
NOT_BUILT = {"POST /v1/videos/edits", "POST /v1/videos/extensions"}
GROUPS = {
    "operations": ("/livez", "/readyz", "/metrics", "/.well-known", "/problems", "/v1/models"),
    "accounts": ("/v1/accounts", "/v1/keys"),
    "videos": ("/v1/videos",),
    "webhooks": ("/v1/webhooks",),
    "people": ("/v1/review", "/v1/decisions", "/v1/appeals", "/v1/sealed"),
    "optouts": ("/v1/optouts",),
    "checks": ("/v1/moderations", "/v1/verify", "/v1/content_provenance_checks"),
    "log": ("/v1/audit", "/log"),
}

KINDS = ("text/html", "application/problem+json", "application/json", "video/mp4", "image/jpeg")
FORM = {
    "type": "object",
    "properties": {
        name: {"type": "string"} for name in ("csrf", "key", "prompt", "reason", "step", "visibility")
    }
    | {"file": {"type": "string", "format": "binary"}},
}
FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")
PAGES = (
    ("get", "/"),
    ("get", "/verify"),
    ("post", "/verify"),
    ("get", "/studio"),
    ("post", "/studio"),
    ("post", "/studio/preflight"),
    ("get", "/studio/clips/{video_id}"),
    ("get", "/studio/clips/{video_id}/card"),
    ("get", "/studio/clips/{video_id}/content"),
    ("post", "/studio/clips/{video_id}/publish"),
    ("post", "/studio/clips/{video_id}/unpublish"),
    ("post", "/studio/clips/{video_id}/delete"),
    ("get", "/studio/appeals/{decision_id}"),
    ("post", "/studio/appeals/{decision_id}"),
    ("post", "/session"),
    ("post", "/session/end"),
)


def page(method: str, path: str) -> dict:
    """What a page may answer: a status and a type of these, and never a 5xx."""
    places = {"after": "query", "limit": "query", "variant": "query", "session": "cookie"}
    named = [{"name": name, "in": place, "schema": {"type": "string"}} for name, place in places.items()]
    for name in re.findall(r"\{(\w+)\}", path):
        named.append({"name": name, "in": "path", "required": True, "schema": {"type": "string"}})
    statuses = (200, 303, 400, 401, 403, 404, 405, 409, 410, 413, 415, 422, 429)
    answers = {str(one): {"description": "", "content": dict.fromkeys(KINDS, {})} for one in statuses}
    answers["303"] = {"description": ""}
    body = {"requestBody": {"content": dict.fromkeys(FORMS, {"schema": FORM})}} if method == "post" else {}
    return {"parameters": named, "responses": answers, **body}


def schema_of_pages() -> dict:
    """Pages stand in no contract of ours; this is one."""
    paths: dict[str, dict] = {}
    for method, path in PAGES:
        paths.setdefault(path, {})[method] = page(method, path)
    return {"openapi": "3.1.0", "info": {"title": "pages", "version": "1"}, "paths": paths}


@dataclass
class Served:
    """A server on loopback, an admin's key to it, and ids that are there, by the name of their parameter."""

    url: str
    key: str
    sealed_key: str
    session: str
    token: str
    known: dict[str, str]
    spare: dict[str, str]

    def key_for(self, path: str) -> str:
        """The key that may ask there: whoever administers opens nothing that is sealed."""
        return self.sealed_key if path.startswith("/v1/sealed") else self.key

    def ids(self, method: str) -> dict[str, str]:
        """Ids for a method: what is deleted is not what others look at."""
        return self.spare if method == "DELETE" else self.known


@pytest.fixture
async def served(creating, studio) -> AsyncIterator[Served]:
    """Everything that is served, over a database that holds one of everything."""
    issuer = studio.bench.issuer
    creating.parts.wired[Announcements] = Announcements(studio.database.app)
    creating.parts.wired[Verification] = Verification(
        registry=DatabaseRegistry(studio.desk.pool, studio.desk.objects, issuer.keys),
        examiner=Examiner(keys=issuer.keys, trust=issuer.trust),
    )
    key = await creating.key("admin", studio.caller.account_id)
    known, spare = await one_of_everything(creating, studio, creating.speaking(key))
    bound = listening_socket(Settings(home=creating.parts.home.root, port=0))
    url = "http://{}:{}".format(*bound.getsockname())
    local = Settings(home=creating.parts.home.root, public_url=url)
    app = create_app(replace(creating.parts, settings=local, limits={}))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off"))
    serving = asyncio.create_task(server.serve(sockets=[bound]))
    yield Served(url, key, await creating.key("child_safety"), *await signed_in(creating, key), known, spare)
    server.should_exit = True
    await serving
    bound.close()


async def signed_in(creating, key: str) -> tuple[str, str]:
    """A session of the studio, and the token its forms carry."""
    token = re.compile(r'name="csrf" value="([0-9a-f]{64})"')
    browser = creating.speaking(Accept="text/html")
    visit = token.search((await browser.get("/studio")).text)[1]
    await browser.post("/session", data={"csrf": visit, "key": key})
    return browser.cookies["session"], token.search((await browser.get("/studio")).text)[1]


async def one_of_everything(creating, studio, ada) -> tuple[dict[str, str], dict[str, str]]:
    """Ids to be found, and ids to be deleted."""
    clip = (await studio.submit()).video_id
    released = await studio.through(clip)
    studio.eye.findings = (
        Finding(category="sexual.nudity", score=0.6, why="seen", where=Box(left=0, top=0, width=1, height=1, at_s=0.5)),
    )  # fmt: skip
    await studio.through((await studio.submit()).video_id, "generate", "look")
    studio.eye.findings = ()
    reviewer = await creating.as_("reviewer")
    case = (await reviewer.post("/v1/review/cases/next")).json()["id"]
    hooks = [
        (await ada.post("/v1/webhooks", json={"url": f"https://example.com/{n}", "events": ["video.failed"]})).json()["id"]
        for n in range(2)
    ]  # fmt: skip
    owner = {"type": "organisation", "name": "Zorblax Studios"}
    entry = {"owner": owner, "subject": {"kind": "character", "names": ["Zorblax"]}}
    optout = (await ada.post("/v1/optouts", json=entry)).json()["id"]
    event = (await ada.get("/v1/audit/events", params={"purpose": "test"})).json()["data"][0]["id"]
    common = {"decision_id": released.decision_id, "case_id": case, "optout_id": optout, "event_id": event}
    refused = (await studio.submit("a zorg")).decision.id
    appeal = await ada.post("/v1/appeals", json={"decision_id": refused, "reason": "please look again"})
    common |= {"appeal_id": appeal.json()["id"]}
    common |= {"code": "gone", "number": "0", "account_id": studio.caller.account_id}
    spare = (await studio.submit()).video_id
    return common | {"video_id": clip, "webhook_id": hooks[0]}, common | {
        "video_id": spare,
        "webhook_id": hooks[1],
    }


def modes_of(operation) -> list[GenerationMode]:
    """What fits, and what does not where anything could not fit."""
    takes = operation.body or operation.query or operation.headers or operation.path_parameters
    return [GenerationMode.POSITIVE, *([GenerationMode.NEGATIVE] if takes else [])]


def law_of(served: Served, operation, *, examples: int, number: int) -> Callable[[], None]:
    """The law of one operation, as a Hypothesis test: half of the ids are ones that exist."""

    cases = st.one_of(operation.as_strategy(generation_mode=mode) for mode in modes_of(operation))

    @given(case=cases, is_known=st.booleans())
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @seed(SEED + number)
    def law(case: schemathesis.Case, is_known: bool) -> None:
        ids = served.ids(operation.method.upper())
        if is_known:
            case.path_parameters = {
                name: ids.get(name, value) for name, value in (case.path_parameters or {}).items()
            }
            if operation.path.startswith("/studio"):
                case.cookies = {"session": served.session}
                case.body = {**case.body, "csrf": served.token} if isinstance(case.body, dict) else case.body
        headers = {"Authorization": f"Bearer {served.key_for(operation.path)}"}
        case.call_and_validate(base_url=served.url, headers=headers, excluded_checks=NOT_ASKED, timeout=120)

    return law


def ask(served: Served, operations: list) -> list[str]:
    """Hold every operation to its law, again and again for a while in a soak; return what was found wrong."""
    found: list[str] = []
    until = time.monotonic() + SOAK_S
    first = random.SystemRandom().randrange(1 << 30) if IS_SOAK else 0
    rounds = 0
    while rounds == 0 or (IS_SOAK and time.monotonic() < until):
        for operation in operations:
            try:
                law_of(served, operation, examples=EXAMPLES, number=first + rounds)()
            except FailureGroup as faults:
                found += [f"{operation.label}: {faults}"]
                print(found[-1])
        rounds += 1
    return found


def operations_of(schema) -> dict[str, list]:
    """The operations of a schema by the group of their path."""
    grouped: dict[str, list] = {name: [] for name in (*GROUPS, "others")}
    for result in schema.get_all_operations():
        operation = result.ok()
        if operation.label in ENDS | NOT_BUILT:
            continue
        group = next((name for name, starts in GROUPS.items() if operation.path.startswith(starts)), "others")
        grouped[group].append(operation)
    return grouped


async def test_answers_are_those_of_the_contract(served: Served) -> None:
    """
    No 5xx, no undocumented status or type, no body of another form; seeded.

    Both requests that fit the contract and requests that do not are sent to every operation.
    """

    def hold() -> list[str]:
        schema = schemathesis.openapi.from_url(f"{served.url}/openapi.json", wait_for_schema=30)
        groups = operations_of(schema).values()
        assert 50 <= sum(map(len, groups))
        return [fault for operations in groups for fault in ask(served, operations)]

    assert [] == await asyncio.to_thread(hold)


async def test_pages_answer_as_pages(served: Served) -> None:
    """Whatever a form or an address holds: a page, a redirect or a problem, never a 5xx."""

    def hold() -> list[str]:
        operations = [
            result.ok() for result in schemathesis.openapi.from_dict(schema_of_pages()).get_all_operations()
        ]
        assert len(PAGES) == len(operations)
        return ask(served, operations)

    assert [] == await asyncio.to_thread(hold)
