"""Whatever is killed while a clip is made: one clip, one release, one set of entries."""

import errno
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


class SmallDisk:
    """A disk of a few megabytes, mounted where it is told; real: what does not fit is ENOSPC."""

    def __init__(self, path: Path, megabytes: int) -> None:
        path.mkdir(exist_ok=True)
        self.path = path
        self._ballast = path / "ballast"
        options = f"size={megabytes}m,mode=0700"
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(path)], capture_output=True, text=True
        )
        if mounted.returncode:
            pytest.skip(f"not run: no small disk can be mounted here ({mounted.stderr.strip()})")

    def fill(self) -> None:
        """Leave no byte of room, not even what a file closed meanwhile gave back."""
        with self._ballast.open("ab", buffering=0) as file:
            for size in (1 << 20, 1 << 12, 1):
                try:
                    while file.write(bytes(size)) == size:
                        pass
                except OSError as error:
                    assert errno.ENOSPC == error.errno

    def free(self) -> None:
        self._ballast.unlink()

    def unmount(self) -> None:
        subprocess.run(["umount", "--lazy", str(self.path)], check=True)


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

    def create(self) -> httpx2.Response | None:
        """Ask for a clip; None while the service does not answer."""
        body = {"prompt": "a red ball bounces in a meadow", "seconds": 1, "size": "320x240"}
        try:
            return self.client.post("/v1/videos", json=body)
        except httpx2.HTTPError:
            return None

    def created(self) -> str:
        """A clip asked for until it is taken."""
        made: list[str] = []

        def taken() -> bool:
            answer = self.create()
            if answer is not None and answer.status_code == 200:
                made.append(answer.json()["id"])
            return bool(made)

        until(taken, "no clip was taken")
        return made[0]

    def reach(self, video_id: str, stage: str) -> None:
        """Wait until a clip is at a stage, or beyond all."""

        def reached() -> bool:
            seen = self.video(video_id)
            return seen is not None and (seen["stage"] == stage or seen["status"] == "completed")

        until(reached, f"never {stage}")

    def ended(self, video_id: str) -> dict:
        """The clip's object once it is completed or failed."""
        ends: list[dict] = []

        def over() -> bool:
            seen = self.video(video_id)
            if seen is not None and seen["status"] in ("completed", "failed"):
                ends.append(seen)
            return bool(ends)

        until(over, "never ended")
        return ends[0]

    def told(self, event: str, video_id: str) -> int:
        """How often the journal tells an event of a clip."""
        lines = (self.home.parent / "journal").read_text(errors="replace").splitlines()
        return sum(event in line and video_id in line for line in lines)

    def wear_out_the_journal_of_the_database(self) -> None:
        """Write to it until PostgreSQL finds no room for more."""
        address = f"host={self.home}/postgres/run user=postgres dbname=filigrane"
        try:
            with psycopg.connect(address, autocommit=True) as connection:
                for _ in range(64):
                    connection.execute("SELECT pg_logical_emit_message(true, 'x', repeat('x', 1000000))")
        except psycopg.OperationalError:
            return

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
    video = running.created()
    running.reach(video, stage)
    running.kill(victim)
    ended = running.ended(video)
    assert ("completed", None) == (ended["status"], ended["error"])
    released_once(running, video)


def released_once(running: Running, video: str) -> None:
    """One mark, one entry of the release."""
    assert 1 == running.count(f"SELECT count(*) FROM marks WHERE video_id = '{video}'")
    assert 1 == running.count(
        f"SELECT count(*) FROM audit_events WHERE resource_id = '{video}' AND action = 'video:release'"
    )


@pytest.fixture(scope="module")
def cramped(
    tmp_path_factory: pytest.TempPathFactory, models
) -> Iterator[tuple[Running, dict[str, SmallDisk]]]:
    """A service whose home, objects and spool are small disks, one in another."""
    home = tmp_path_factory.mktemp("cramped") / "home"
    disks: dict[str, SmallDisk] = {}
    try:
        for name, megabytes in (("", 400), ("objects", 8), ("spool", 24)):
            disks[name] = SmallDisk(home / name, megabytes)
        running = Running(home)
        yield running, disks
        running.process.terminate()
        running.process.wait(30)
    finally:
        for disk in reversed(disks.values()):
            disk.unmount()


def stuck(running: Running, video: str) -> None:
    """Wait until the clip's stage finds no room; the service answers, and no half of a file is kept."""
    before = running.told("stage_waits_for_room", video)
    until(lambda: running.told("stage_waits_for_room", video) > before, "never without room")
    assert 200 == running.client.get("/livez").status_code
    kept = {path.name for path in (running.home / "objects").rglob("*") if path.is_file()} - {"ballast"}
    assert set() == {name for name in kept if len(name) != 64}


FOLDERS = [("objects", "spool"), ("spool", "objects")]


@pytest.mark.parametrize(("first", "then"), FOLDERS if os.environ.get("FILIGRANE_SOAK") else FOLDERS[:1])
def test_a_clip_waits_for_room(cramped, first: str, then: str) -> None:
    """
    Made where nothing can be kept, marked where nothing can be written: the clip is not lost, nothing of it
    is half stored, and it completes once there is room.
    """
    running, disks = cramped
    disks[first].fill()
    video = running.created()
    stuck(running, video)
    disks[first].free()
    running.reach(video, "marking")
    disks[then].fill()
    stuck(running, video)
    disks[then].free()
    ended = running.ended(video)
    assert ("completed", None) == (ended["status"], ended["error"])
    released_once(running, video)


def test_an_upload_without_room_is_refused_whole(cramped) -> None:
    """503 `storage_full`, that says when to come again; no row, no bytes; the same upload is read once there is room."""
    running, disks = cramped
    before = running.count("SELECT count(*) FROM objects"), running.count("SELECT count(*) FROM submissions")
    disks["spool"].fill()

    def bring() -> httpx2.Response:
        files = {"video": ("x.mp4", bytes(4_000_000), "video/mp4")}
        return running.client.post("/v1/videos/imports", files=files)

    full = bring()
    assert (503, "storage_full") == (full.status_code, full.json()["error"]["code"])
    assert int(full.headers["Retry-After"]) > 0
    disks["spool"].free()
    assert "invalid_media" == bring().json()["error"]["code"]
    assert before == (
        running.count("SELECT count(*) FROM objects"),
        running.count("SELECT count(*) FROM submissions"),
    )


def test_a_database_without_room_loses_nothing(cramped) -> None:
    """While PostgreSQL can write nothing, requests are refused with 503 and the service lives; then all goes on."""
    running, disks = cramped
    video = running.created()
    statuses: list[int] = []

    def refused() -> bool:
        disks[""].fill()
        running.wear_out_the_journal_of_the_database()
        answer = running.create()
        statuses.append(0 if answer is None else answer.status_code)
        return 503 in statuses

    until(refused, "was never full")
    assert {0, 200, 503} >= set(statuses)
    assert 200 == running.client.get("/livez").status_code
    disks[""].free()
    for one in (video, running.created()):
        ended = running.ended(one)
        assert ("completed", None) == (ended["status"], ended["error"])
        released_once(running, one)
