"""The service that the demo asks, started for it and ended with it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg

from api.errors import ServiceUnreachable
from api.home import Home
from api.lifeline import lifeline
from api.served import database
from api.settings import Settings

_ANSWERS = "Filigrane answers at "
_STOP_DEADLINE_S = 60.0


@contextlib.contextmanager
def served(home: Home, port: int) -> Iterator[str]:
    """
    Yield the address of a service started on the home; its journal lies in ``HOME/demo/journal.log``.

    Raises:
        ServiceUnreachable: it ended before it answered.
    """
    journal = home.root / "demo" / "journal.log"
    with journal.open("ab") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "api.cli", "serve", "--port", str(port)],
            env={**os.environ, "FILIGRANE_HOME": str(home.root)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            start_new_session=True,  # a Ctrl-C is for us, and we stop it in order
            preexec_fn=lifeline(signal.SIGTERM),  # noqa: PLW1509  (two system calls, no lock taken)
        )
    try:
        yield _address(process, journal)
    finally:
        process.terminate()
        try:
            process.wait(_STOP_DEADLINE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()


def _address(process: subprocess.Popen[str], journal: Path) -> str:
    for line in process.stdout or ():
        if line.startswith(_ANSWERS):
            return line.removeprefix(_ANSWERS).strip()
    raise ServiceUnreachable(f"the service did not start; {journal} says why")


def has_submissions(settings: Settings, home: Home) -> bool:
    """Tell whether anything was ever asked for in this home; nothing is made where nothing is."""
    if settings.database_url is None and not (home.postgres / "data").exists():
        return False
    with database(settings, home) as found, psycopg.connect(found.owner) as connection:
        known = connection.execute("SELECT to_regclass('submissions') IS NOT NULL").fetchone()
        if not known or not known[0]:
            return False
        return connection.execute("SELECT true FROM submissions LIMIT 1").fetchone() is not None
