"""
Everything that serves, in one process tree.

Numbered steps of a start: 1 open the home, 2 listen, 3 start the api, which answers /livez from then on,
4 start or find the database and make its roles, 5 migrate, 6 write the first keys, 7 start the worker and
the sequencer, 8 keep them all alive.  The process that does so owns the embedded database; when it dies,
all of them do.
"""

from __future__ import annotations

import asyncio
import contextlib
import enum
import importlib
import os
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import structlog

from api.db.addresses import Addresses, prepare_local
from api.db.local_postgres import LocalPostgres
from api.db.migrate import migrate
from api.errors import DatabaseUnavailable
from api.first_start import write_first_keys
from api.home import Home, open_home
from api.journal import keep_journal, told
from api.listening import listening_socket
from api.roles import Role
from api.served import database, prepare
from api.settings import Settings
from api.supervisor import Program, supervise


class Part(enum.StrEnum):
    """Which part of the service a process is."""

    ALL = "all"
    API = "api"
    WORKER = "worker"
    SEQUENCER = "sequencer"
    MIGRATE = "migrate"


_MODULES = {Part.API: "api.web", Part.WORKER: "api.worker", Part.SEQUENCER: "api.sequencer"}
_RETRY_AFTER_S = 5.0

_log = structlog.get_logger(__name__)

Say = Callable[[str], None]
"""Tells the person at the terminal one line."""


def serve(settings: Settings, part: Part, say: Say) -> None:
    """Serve until told to stop, or migrate and return."""
    if part is Part.ALL:
        serve_all(settings, say)
    elif part is Part.MIGRATE:
        for name in migrate_now(settings):
            say(name)
    else:
        importlib.import_module(_MODULES[part]).main()


def serve_all(settings: Settings, say: Say) -> None:
    """Start everything and keep it alive."""
    keep_journal(settings.log_level)
    home = open_home(settings.home)  # 1
    home.keep_temporary_files()
    with contextlib.ExitStack() as owned, listening_socket(settings) as bound:  # 2
        os.environ["FILIGRANE_PORT"] = str(bound.getsockname()[1])  # the children's address, where it was 0
        descriptor = bound.fileno()

        def prepare_all() -> Callable[[], None]:
            found, keep_alive = _database(settings, home, owned)  # 4
            asyncio.run(migrate(found.owner))  # 5
            _tell_first_keys(asyncio.run(write_first_keys(found.app, home)), say)  # 6
            say(f"Filigrane answers at {Settings().address}")
            return keep_alive

        api = _program(Part.API, descriptor)
        behind = [_program(part) for part in (Part.WORKER, Part.SEQUENCER) if find_spec(_MODULES[part])]
        supervise([api], behind, prepare_all)  # 3, 7, 8


def _database(
    settings: Settings, home: Home, owned: contextlib.ExitStack
) -> tuple[Addresses, Callable[[], None]]:
    if settings.database_url is not None:
        return prepare(settings), _nothing
    server = owned.enter_context(LocalPostgres(home.postgres))
    return prepare_local(server), _restarting(server)


def _program(part: Part, *descriptors: int) -> Program:
    command = [sys.executable, "-m", _MODULES[part], *map(str, descriptors)]
    return Program(name=part.value, command=command, descriptors=descriptors)


def _restarting(server: LocalPostgres) -> Callable[[], None]:
    """Return what starts a server again that was killed; where it cannot, it tries again after a while."""
    retry_at = 0.0

    def keep_alive() -> None:
        nonlocal retry_at
        if time.monotonic() < retry_at:
            return
        try:
            server.start()
        except DatabaseUnavailable as error:
            _log.error("the database does not start", **told(error))  # its own log says why
            retry_at = time.monotonic() + _RETRY_AFTER_S

    return keep_alive


def _nothing() -> None:
    """A given server is its operator's to keep alive."""


def migrate_now(settings: Settings) -> list[str]:
    """Bring the database up to date; return the names of the migrations applied."""
    with database(settings, open_home(settings.home)) as found:
        return asyncio.run(migrate(found.owner))


def _tell_first_keys(written: dict[Role, Path], say: Say) -> None:
    """Say where the first keys are; the keys themselves only to a terminal, never to a log."""
    for role, path in written.items():
        say(f"{role.value:14} {path.read_text().strip() if sys.stdout.isatty() else path}")
