"""The program says what it did, on the right stream, with the right status."""

import os
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import psycopg
import pytest

from api.db.local_postgres import LocalPostgres
from api.served import addresses, prepare
from api.settings import Settings

ROOT = Path(__file__).parents[2]


def run(*arguments: str, home: Path, **settings: str) -> subprocess.CompletedProcess:
    """Run `filigrane` in a home of its own."""
    given = {f"FILIGRANE_{name.upper()}": value for name, value in settings.items()}
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "FILIGRANE_HOME": str(home), **given}
    return subprocess.run(
        [sys.executable, "-m", "api.cli", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )


def test_keys_are_made_listed_and_revoked(tmp_path: Path) -> None:
    """`keys create` prints the key alone; the account is made once; a revoked key is not revoked twice."""
    home = tmp_path / "home"
    with LocalPostgres(home / "postgres", settings={"fsync": "off"}):
        told = ["--tier", "pro", "--age-band", "teen", "--territory", "FR"]
        first = run("keys", "create", "--role", "creator", "--name", "Ève", *told, home=home)
        assert (0, 1) == (first.returncode, len(first.stdout.splitlines())), first.stderr
        second = run("keys", "create", "--role", "auditor", "--name", "ève", home=home)
        assert first.stdout.startswith("fg_")
        with psycopg.connect(addresses(Settings(), _home(home)).owner) as connection:
            rows = connection.execute("SELECT tier, age_band, territory FROM accounts").fetchall()
            key_id = connection.execute("SELECT id FROM api_keys ORDER BY id LIMIT 1").fetchone()[0]
        assert [("pro", "teen", "FR")] == rows
        listed = run("keys", "list", home=home)
        assert listed.stdout.count("Ève") == 2
        assert first.stdout.strip() not in listed.stdout
        assert [0, 1] == [run("keys", "revoke", key_id, home=home).returncode for _ in range(2)]
        assert 0 == second.returncode


def _home(folder: Path):
    from api.home import open_home

    return open_home(folder)


def test_a_given_server_gets_its_roles_and_passwords(tmp_path: Path) -> None:
    """With one URL that may create roles everything is made; the roles' passwords follow from its own."""
    with LocalPostgres(tmp_path / "pg", settings={"fsync": "off"}) as server:
        with psycopg.connect(server.address(), autocommit=True) as connection:
            connection.execute("CREATE ROLE operator LOGIN SUPERUSER PASSWORD 'hush'")
            connection.execute("CREATE DATABASE given")
        hba = tmp_path / "pg/data/pg_hba.conf"
        owner = hba.stat()
        hba.write_text("local all postgres trust\nlocal all all scram-sha-256\n")
        os.chown(hba, owner.st_uid, owner.st_gid)
        with psycopg.connect(server.address(), autocommit=True) as connection:
            connection.execute("SELECT pg_reload_conf()")
        url = f"postgresql://operator:hush@/given?host={tmp_path}/pg/run"
        done = run("migrate", home=tmp_path / "home", database_url=url)
        assert "0001_conventions.sql" in done.stdout, done.stderr
        assert "" == run("migrate", home=tmp_path / "home", database_url=url).stdout
        found = prepare(Settings(database_url=url))
        with psycopg.connect(found.app) as connection:
            assert ("filigrane_app",) == connection.execute("SELECT current_user").fetchone()
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(found.app, password="guess")


def test_a_wrong_setting_is_told_in_one_line(tmp_path: Path) -> None:
    """No traceback, no value: the variable and what is wrong with it."""
    done = run("migrate", home=tmp_path, port="seventy")
    assert 2 == done.returncode
    assert done.stderr.startswith("FILIGRANE_PORT: ")
    assert "seventy" not in done.stderr
    assert 1 == len(done.stderr.splitlines())


def test_the_doctor_shows_settings_with_secrets_masked(tmp_path: Path) -> None:
    """It says what is missing and how to get it; a server that does not answer is missing."""
    url = "postgresql://me:hush-9913@127.0.0.1:1/x"
    done = run("doctor", home=tmp_path, database_url=url, models=str(tmp_path / "none"))
    assert 1 == done.returncode
    assert "filigrane_app cannot connect" in done.stdout
    assert "filigrane models fetch faces" in done.stdout
    assert f"FILIGRANE_HOME={tmp_path}" in done.stdout
    assert "hush-9913" not in done.stdout + done.stderr


def test_the_help_names_the_commands_of_every_package(tmp_path: Path) -> None:
    """Commands of other packages are found by their entry points; one that cannot be loaded is told."""
    done = run("--help", home=tmp_path)
    assert 0 == done.returncode
    for name in ("serve", "migrate", "doctor", "keys"):
        assert f" {name} " in done.stdout
    for point in entry_points(group="filigrane.commands"):
        assert f" {point.name} " in done.stdout or f"`filigrane {point.name}` cannot be loaded" in done.stderr


def test_serve_starts_without_the_web_framework() -> None:
    """What supervises imports neither the framework nor a model: it starts at once."""
    code = "import api.cli, sys; print(sorted({'fastapi', 'numpy', 'onnxruntime', 'uvicorn'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "[]" == done.stdout.strip()
