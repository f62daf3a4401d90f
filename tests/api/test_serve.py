"""One command serves; whatever of it is killed comes back, and nothing outlives it."""

import functools
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from api.roles import Role

ROOT = Path(__file__).parents[2]
PATIENCE_S = 240.0


@dataclass
class Served:
    """A running `filigrane serve`."""

    process: subprocess.Popen
    lines: list[str]
    home: Path

    @property
    def url(self) -> str:
        return self.lines[-1].rpartition(" ")[2]

    def children(self, part: str) -> set[int]:
        """The process ids of the children whose command holds `part`."""
        return {pid for pid in descendants(self.process.pid) if part in command(pid)}

    def child(self, part: str) -> int:
        """The process id of the child whose command holds `part`."""
        return min(self.children(part))

    def has_another(self, part: str, than: int) -> bool:
        """Whether such a child runs and is not the one of that process id."""
        found = self.children(part)
        return than not in found and bool(found)

    def status(self, path: str) -> int:
        """The status of an answer; 0 where none comes."""
        try:
            return httpx2.get(self.url + path, timeout=15).status_code
        except httpx2.HTTPError:
            return 0


def start(home: Path) -> Served:
    environment = {**os.environ, "FILIGRANE_HOME": str(home), "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, "-m", "api.cli", "serve", "--port", "0"],
        cwd=home.parent,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=(home.parent / "journal").open("ab"),
        text=True,
    )
    lines = []
    for line in process.stdout:
        lines.append(line.strip())
        if "answers at" in line:
            return Served(process=process, lines=lines, home=home)
    pytest.fail((home.parent / "journal").read_text())


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    found = start(tmp_path / "home")
    yield found
    found.process.kill()
    found.process.wait()


def command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def descendants(pid: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        children.setdefault(parent, []).append(int(stat.parent.name))
    found = list(children.get(pid, []))
    for child in found:
        found += children.get(child, [])
    return found


def until(law: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not law():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def all_gone(pids: list[int]) -> bool:
    return not any(command(pid) for pid in pids)


def test_the_first_start_writes_a_key_for_every_role_and_prints_none(served: Served) -> None:
    """Keys lie in files that the owner alone reads, work, and are on no pipe; the next start writes no more."""
    until(lambda: 200 == served.status("/readyz"), "not ready")
    written = {path.stem: path for path in (served.home / "keys").glob("*.key")}
    assert set(Role) == set(written)
    assert {0o600} == {path.stat().st_mode & 0o777 for path in written.values()}
    assert {0o700} == {
        path.stat().st_mode & 0o777 for path in [served.home, *served.home.iterdir()] if path.is_dir()
    }
    for role, path in written.items():
        key = path.read_text().strip()
        assert key not in "\n".join(served.lines)
        headers = {"Authorization": f"Bearer {key}"}
        assert 200 == httpx2.get(f"{served.url}/v1/accounts/me", headers=headers).status_code, role
    before = {path: path.read_text() for path in written.values()}
    served.process.terminate()
    assert 0 == served.process.wait(PATIENCE_S)
    again = start(served.home)
    try:
        assert [] == [line for line in again.lines if "key" in line]
        assert before == {path: path.read_text() for path in written.values()}
    finally:
        again.process.kill()
        again.process.wait()


def test_what_is_killed_comes_back(served: Served) -> None:
    """After kill -9 of the api, then of the database, another takes its place and the same address answers."""
    until(lambda: 200 == served.status("/readyz"), "not ready")
    for part in ("api.web", "bin/postgres"):
        killed = served.child(part)
        os.kill(killed, signal.SIGKILL)
        until(functools.partial(served.has_another, part, killed), f"no other {part} was started")
        until(lambda: 200 == served.status("/readyz"), f"{part} did not come back")
    assert served.process.poll() is None


@pytest.mark.parametrize("death", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_nothing_outlives_it(served: Served, death: signal.Signals) -> None:
    """Asked or killed, it takes every process along."""
    until(lambda: 200 == served.status("/livez"), "not alive")
    pids = descendants(served.process.pid)
    assert any("bin/postgres" in command(pid) for pid in pids)
    served.process.send_signal(death)
    served.process.wait(PATIENCE_S)
    until(lambda: all_gone(pids), f"left behind: {[command(pid) for pid in pids]}")


def test_the_journal_is_json_and_holds_no_key(served: Served) -> None:
    """Every line is one object; a key that was sent, and a password in an address, are in none."""
    until(lambda: 200 == served.status("/readyz"), "not ready")
    key = (served.home / "keys/creator.key").read_text().strip()
    httpx2.get(f"{served.url}/v1/accounts/{key}?key={key}", headers={"Authorization": f"Bearer {key}"})
    served.process.terminate()
    served.process.wait(PATIENCE_S)
    text = (served.home.parent / "journal").read_text()
    assert all(isinstance(json.loads(line), dict) for line in text.splitlines())
    assert key.partition(".")[2] not in text
    assert '"route": "/v1/accounts/{account_id}"' in text
