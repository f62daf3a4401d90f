"""Whatever is killed while a clip is made: one clip, one release, one set of entries."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import psutil
import psycopg
import pytest

ROOT = Path(__file__).parents[2]
PATIENCE_S = 240.0


class Running:
    """A service with a home of its own, asked as a creator asks it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        environment = {
            **os.environ,
            "FILIGRANE_HOME": str(home),
            "FILIGRANE_STALLED_AFTER_S": "3",
            "PYTHONPATH": str(ROOT),
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "api.cli", "serve", "--port", "0"],
            cwd=home.parent,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=(home.parent / "journal").open("ab"),
            text=True,
        )
        line = next((line for line in self.process.stdout if "answers at" in line), None)
        assert line is not None, (home.parent / "journal").read_text()
        key = (home / "keys" / "creator.key").read_text().strip()
        self.client = httpx2.Client(
            base_url=line.split()[-1], headers={"Authorization": f"Bearer {key}"}, timeout=30
        )

    def kill(self, part: str) -> None:
        """Kill -9 the first process of ours whose command holds `part`."""
        for child in psutil.Process(self.process.pid).children(recursive=True):
            if part in " ".join(child.cmdline()):
                child.kill()
                return
        pytest.fail(f"no process of ours is {part}")

    def video(self, video_id: str) -> dict | None:
        """The clip's object; None while the service does not answer."""
        try:
            answer = self.client.get(f"/v1/videos/{video_id}")
        except httpx2.HTTPError:
            return None
        return answer.json() if answer.status_code == 200 else None

    def count(self, query: str) -> int:
        address = f"host={self.home}/postgres/run user=filigrane_owner dbname=filigrane"
        with psycopg.connect(address) as connection:
            return connection.execute(query).fetchone()[0]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, models) -> Iterator[Running]:
    found = Running(tmp_path_factory.mktemp("faults") / "home")
    yield found
    found.process.terminate()
    found.process.wait(30)


def until(law: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not law():
        assert time.monotonic() < deadline, what
        time.sleep(0.1)


@pytest.mark.parametrize(
    ("victim", "stage"),
    [
        ("api.worker", "generating"),
        ("api.workshop", "marking"),
        ("postgres -D", "output_check"),
        ("api.web", "generating"),
        ("api.sequencer", "marking"),
    ],
)
def test_a_killed_process_costs_no_clip(running: Running, victim: str, stage: str) -> None:
    """kill -9 within a stage ends in the same id, completed once, with one mark and one entry of its release."""

    def create() -> str | None:
        try:
            answer = running.client.post(
                "/v1/videos",
                json={"prompt": "a red ball bounces in a meadow", "seconds": 1, "size": "320x240"},
            )
        except httpx2.HTTPError:
            return None
        return answer.json()["id"] if answer.status_code == 200 else None

    made: list[str] = []
    until(lambda: bool(made) or bool((one := create()) and (made.append(one) or True)), "no clip was taken")
    (video,) = made
    until(
        lambda: (
            (seen := running.video(video)) is not None
            and (seen["stage"] == stage or seen["status"] == "completed")
        ),
        f"never {stage}",
    )
    running.kill(victim)
    until(
        lambda: (seen := running.video(video)) is not None and seen["status"] in ("completed", "failed"),
        "never ended",
    )
    ended = running.video(video)
    assert ("completed", None) == (ended["status"], ended["error"])
    assert 1 == running.count(f"SELECT count(*) FROM marks WHERE video_id = '{video}'")
    assert 1 == running.count(
        f"SELECT count(*) FROM audit_events WHERE resource_id = '{video}' AND action = 'video:release'"
    )
