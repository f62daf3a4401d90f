"""What the service answers is what its contract says, whatever is sent."""

import asyncio
import os
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, given, seed, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from api.app import create_app
from api.db.addresses import Addresses
from api.db.pool import connection_pool
from api.first_start import write_first_keys
from api.listening import listening_socket
from api.parts import Parts
from api.roles import Role
from api.routes import accounts, keys, service
from api.settings import Settings

ROUTERS = (service.router, accounts.router, keys.router)
EXAMPLES = 300 if os.environ.get("FILIGRANE_SOAK") else 12
SEED = 20261121
# A key that revoked itself, or an account that suspended itself, ends the conversation: both have tests of their own.
ENDS = {"DELETE /v1/keys/{key_id}", "PATCH /v1/accounts/{account_id}"}


@pytest.fixture
def address(database: Addresses, parts: Parts) -> Iterator[tuple[str, str]]:
    """A server on loopback, and an admin's key to it."""
    written = asyncio.run(write_first_keys(database.app, parts.home))
    bound = listening_socket(Settings(home=parts.home.root, port=0))
    url = "http://{}:{}".format(*bound.getsockname())
    pool = connection_pool(database.app, purpose="test")
    app = create_app(
        replace(parts, pool=pool, settings=Settings(home=parts.home.root, public_url=url)), ROUTERS
    )
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
    thread.start()
    yield url, written[Role.ADMIN].read_text().strip()
    server.should_exit = True
    thread.join()
    bound.close()


def test_answers_are_those_of_the_contract(address: tuple[str, str]) -> None:
    """
    No 5xx, no undocumented status or type, no body of another form; seeded.  That all that fits the schema
    be taken is not asked: an Idempotency-Key or a name that was used before is refused and rightly so.

    Both requests that fit the contract and requests that do not are sent to every operation.
    """
    url, key = address
    schema = schemathesis.openapi.from_url(f"{url}/openapi.json", wait_for_schema=30)
    checked = 0
    for result in schema.get_all_operations():
        operation = result.ok()

        @given(case=operation.as_strategy())
        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @seed(SEED)
        def law(case: schemathesis.Case) -> None:
            headers = {"Authorization": f"Bearer {key}"}
            case.call_and_validate(headers=headers, excluded_checks=[positive_data_acceptance])

        if operation.label not in ENDS:
            law()
            checked += 1
    assert checked >= 8
