"""How a process finds the running service's database: given by a URL, or embedded in the home."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from api.db.addresses import Addresses, addresses_on_given, local_addresses, prepare_given, prepare_local
from api.db.local_postgres import LocalPostgres
from api.home import Home, open_home
from api.settings import Settings


def addresses(settings: Settings, home: Home) -> Addresses:
    """Return where the database is for each role; nothing is started, made or asked."""
    given = _given(settings)
    return given if given is not None else local_addresses(LocalPostgres(home.postgres))


def owner_address() -> str:
    """Return the owner's address under the settings in force, for commands of the operator."""
    settings = Settings()
    return addresses(settings, open_home(settings.home)).owner


@contextlib.contextmanager
def database(settings: Settings, home: Home) -> Iterator[Addresses]:
    """Yield the database's addresses, its roles made; an embedded server is attached to, or started."""
    if settings.database_url is None:
        with LocalPostgres(home.postgres) as server:
            yield prepare_local(server)
    else:
        yield prepare(settings)


def prepare(settings: Settings) -> Addresses:
    """Make the roles on the given server; where three URLs are given, they are made already."""
    given = _given(settings)
    if given is None or settings.database_url is None:
        raise ValueError("no server is given: FILIGRANE_DATABASE_URL is not set")
    return given if settings.database_app_url else prepare_given(settings.database_url.get_secret_value())


def _given(settings: Settings) -> Addresses | None:
    if settings.database_url is None:
        return None
    url = settings.database_url.get_secret_value()
    if settings.database_app_url is None or settings.database_log_url is None:
        return addresses_on_given(url)
    return Addresses(
        owner=url,
        app=settings.database_app_url.get_secret_value(),
        log=settings.database_log_url.get_secret_value(),
    )
