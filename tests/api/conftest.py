"""The service in one process, on a database of the test's own."""

import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI

from api.app import create_app
from api.db.addresses import Addresses
from api.db.pool import connection_pool
from api.db.stores import accounts, keys
from api.home import Home, open_home
from api.parts import Parts
from api.roles import Role
from api.settings import Settings

PUBLIC_URL = "https://filigrane.test"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home of the test's own."""
    return open_home(tmp_path / "home")


@pytest.fixture
def parts(database: Addresses, home: Home) -> Parts:
    """The wired things; a test replaces what it looks at."""
    settings = Settings(home=home.root, public_url=PUBLIC_URL, largest_json_bytes=10_000)
    return Parts(settings=settings, home=home, pool=connection_pool(database.app, purpose="test"))


@dataclass
class Service:
    """A running app, a client without a key, and a maker of clients with one."""

    app: FastAPI
    parts: Parts
    client: httpx2.AsyncClient
    _made: list[httpx2.AsyncClient] = field(default_factory=list)
    _numbers: itertools.count = field(default_factory=itertools.count)

    def speaking(self, key: str | None = None, **headers: str) -> httpx2.AsyncClient:
        """A client that sends `key` with each request."""
        if key:
            headers["Authorization"] = f"Bearer {key}"
        transport = httpx2.ASGITransport(app=self.app)
        client = httpx2.AsyncClient(transport=transport, base_url=PUBLIC_URL, headers=headers)
        self._made.append(client)
        return client

    async def key(self, role: str = "creator", account: str | None = None, **narrowed: frozenset[str]) -> str:
        """The text of a new key of `role`, of a new account unless its id is given."""
        async with self.parts.pool.connection() as connection:
            if account is None:
                name = f"{role} {next(self._numbers)}"
                account = (await accounts.create(connection, accounts.NewAccount(display_name=name))).id
            new = keys.NewKey(
                account_id=account, role=Role(role), name=f"test {next(self._numbers)}", **narrowed
            )
            return (await keys.create(connection, new))[1]

    async def as_(self, role: str) -> httpx2.AsyncClient:
        """A client with a key of `role`, of a new account."""
        return self.speaking(await self.key(role))


@pytest.fixture
async def service(parts: Parts) -> AsyncIterator[Service]:
    """The app over `parts`, started."""
    app = create_app(parts)
    async with app.router.lifespan_context(app):
        made = Service(app=app, parts=parts, client=httpx2.AsyncClient())
        made.client = made.speaking()
        yield made
        for client in made._made:
            await client.aclose()
