"""What every test may rely on."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import psycopg
import pytest
from psycopg import sql

from api.db.addresses import Addresses, prepare_local
from api.db.local_postgres import LocalPostgres
from api.db.migrate import migrate
from safety.models.fetch import fetch
from safety.models.places import cache_folder, models_folder
from safety.models.store import ModelStore

# One thread a native library: two test processes share two cores.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")


# The same examples every time; `FILIGRANE_SOAK=1` (`make soak`) looks for new ones, and for many more.
IS_SOAK = bool(os.environ.get("FILIGRANE_SOAK"))
SOAK_TIMES, SOAK_MOST = 50, 5000
hypothesis.settings.register_profile("fixed", derandomize=True)
hypothesis.settings.register_profile("soak", max_examples=SOAK_MOST, print_blob=True)
hypothesis.settings.load_profile("soak" if IS_SOAK else "fixed")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """In a soak, let a property that asks for few examples because each is costly ask fifty times as many."""
    for item in items if IS_SOAK else ():
        law = getattr(getattr(item, "obj", None), "__func__", getattr(item, "obj", None))
        chosen = getattr(law, "_hypothesis_internal_use_settings", None)
        if chosen is not None:
            most = min(SOAK_MOST, SOAK_TIMES * chosen.max_examples)
            law._hypothesis_internal_use_settings = hypothesis.settings(chosen, max_examples=most)


@pytest.fixture
def anyio_backend() -> str:
    """Async tests run on asyncio, as the service does."""
    return "asyncio"


@pytest.fixture(scope="session")
def vectors(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of good and hostile media, built anew."""
    script = Path(__file__).parent / "vectors" / "build_vectors.py"
    spec = importlib.util.spec_from_file_location("build_vectors", script)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    folder = tmp_path_factory.mktemp("vectors")
    module.build(folder)
    return folder


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The evaluation data, from FILIGRANE_EVAL_DATA or beside the repository; tests that need it say so when absent."""
    folder = Path(os.environ.get("FILIGRANE_EVAL_DATA", Path(__file__).parents[2] / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("not run: no data")
    return folder


# Durability is the embedded server's own test; here a lost database is a lost test.
SERVER_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "shared_buffers": "32MB",
    "max_connections": "80",
}


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalPostgres]:
    """One private PostgreSQL for the session, one a test process."""
    with LocalPostgres(tmp_path_factory.mktemp("postgres"), settings=SERVER_SETTINGS) as server:
        yield server


@pytest.fixture(scope="session")
def template_database(postgres: LocalPostgres) -> str:
    """The name of a database with every migration, which nobody is connected to."""
    asyncio.run(migrate(prepare_local(postgres, "template_filigrane").owner))
    return "template_filigrane"


@pytest.fixture
def database(postgres: LocalPostgres, template_database: str) -> Iterator[Addresses]:
    """A fresh database of the test's own: every migration, no rows; its addresses for each role."""
    yield from fresh_database(postgres, template_database)


@pytest.fixture
def other_database(postgres: LocalPostgres, template_database: str) -> Iterator[Addresses]:
    """A second one, for tests in which two services meet."""
    yield from fresh_database(postgres, template_database)


def fresh_database(postgres: LocalPostgres, template_database: str) -> Iterator[Addresses]:
    name = sql.Identifier(f"test_{uuid.uuid4().hex}")
    copy = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(
        name, sql.Identifier(template_database)
    )
    with psycopg.connect(postgres.address(), autocommit=True) as connection:
        connection.execute(copy)
        yield prepare_local(postgres, name.as_string().strip('"'))
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


@pytest.fixture(scope="session")
def models() -> ModelStore:
    """Every free model, fetched into FILIGRANE_CACHE where absent: a test that needs weights runs or fails."""
    store = ModelStore(models_folder(os.environ))
    free = [model for model in store.manifest.models.values() if model.is_free]
    fetch(store, free, cache=cache_folder(os.environ))
    return store
