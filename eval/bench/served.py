"""What the running service costs, seen from outside: its start, its memory, its answers and its log."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.bench.processes import (
    Asker,
    DidNotServe,
    answers,
    children,
    free_port,
    memory_bytes,
    processor_s,
    running,
)
from eval.bench.row import Row, at_least, at_most, ratio_at_most
from eval.bench.timing import quantile

ASKED = 2_000
DECISIONS = 200
CHECKS = 3
_AT_ONCE = 4
_CLIP = {
    "model": "filigrane-1",
    "prompt": 'A fox trots through a forest at dusk, then says "Good evening, have you seen the lighthouse?"',
    "seconds": "8",
    "size": "1280x720",
}


def rows() -> Iterator[Row]:
    """Yield the rows about the running service."""
    yield from _figures()
    with tempfile.TemporaryDirectory() as name:
        yield from _service(Path(name))


def _figures() -> Iterator[Row]:
    """Ask the service's own figures of its database, in a process of theirs."""
    done = subprocess.run([sys.executable, "-m", "api.figures"], check=True, capture_output=True, text=True)
    told: dict[str, Any] = json.loads(done.stdout)
    yield from _log_rows(told)
    yield from _gate_rows(told)


def _log_rows(told: Mapping[str, Any]) -> Iterator[Row]:
    yield Row(
        what="acts sequenced: taken, appended, tiled, signed, committed",
        figure=told["sequenced_per_s"],
        unit="entries/s",
        beside="a hash chain under a lock",
        beside_figure=told["chained_per_s"],
        target=at_least(5_000),
    )
    yield Row(
        what=f"acts with their entries committed by {told['writers']} writers at once",
        figure=told["recorded_per_s"],
        unit="acts/s",
        beside="a hash chain under a lock",
        beside_figure=told["chained_per_s"],
    )
    yield Row(
        what="what its entry adds to an act's transaction",
        figure=told["recorded_act_ms"] - told["bare_act_ms"],
        unit="ms",
        beside="the transaction without it",
        beside_figure=told["bare_act_ms"],
        target=at_most(1),
    )


def _gate_rows(told: Mapping[str, Any]) -> Iterator[Row]:
    yield Row(
        what="the whole gate as in the next rows, processor time of the service, p50",
        figure=statistics.median(told["gate_processor_ms"]),
        unit="ms",
        beside="by the clock",
        beside_figure=statistics.median(told["gate_ms"]),
    )
    for share, value, limit in (
        ("p50", statistics.median(told["gate_ms"]), 15),
        ("p99", quantile(told["gate_ms"], 0.99), 80),
    ):
        yield Row(
            what=f"the whole gate, {told['prompt_characters']} characters, {told['opt_outs']:,} opt-outs,"
            f" policy, stored and logged, by the clock, {share}",
            figure=value,
            unit="ms",
            beside="an act's transaction",
            beside_figure=told["recorded_act_ms"],
            target=at_most(limit),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Served:
    port: int
    home: Path
    child: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def call(self, path: str, body: bytes | None = None, kind: str = "application/json") -> bytes:
        key = (self.home / "keys" / "admin.key").read_text().strip()
        headers = {"Authorization": f"Bearer {key}", "Content-Type": kind}
        request = urllib.request.Request(self.url + path, data=body, headers=headers)  # noqa: S310  (loopback)
        with urllib.request.urlopen(request, timeout=120) as answer:  # noqa: S310
            got: bytes = answer.read()
            return got

    def pid_of(self, part: str) -> int:
        return next(pid for pid, command in children(self.child.pid).items() if f"-m api.{part}" in command)


def _service(folder: Path) -> Iterator[Row]:
    journal, home, port = folder / "journal", folder / "home", free_port()
    environment = {"FILIGRANE_HOME": str(home), "FILIGRANE_PORT": str(port)}
    started = time.monotonic()
    with running("api.cli", "serve", journal=journal, environment=environment) as child:
        served = _Served(port=port, home=home, child=child)
        live_s = answers(child, f"{served.url}/livez", journal) - started
        ready_s = answers(child, f"{served.url}/readyz", journal) - started
        yield from _start(live_s, ready_s, _bare_start(folder))
        yield _overhead(served, folder)
        yield from _decisions(served)
        clip = _clip(served)
        yield _memory(served)
        yield from _checks(served, clip)


def _start(live_s: float, ready_s: float, bare_s: float) -> Iterator[Row]:
    for what, spent_s, limit in (
        ("/livez answers after a first start", live_s, 5),
        ("/readyz answers: database made, every detector loaded", ready_s, 20),
    ):
        yield Row(
            what=f"{what}, by the clock",
            figure=spent_s,
            unit="s",
            beside="the bare framework's start",
            beside_figure=bare_s,
            target=at_most(limit),
        )


def _bare_start(folder: Path) -> float:
    port, journal, started = free_port(), folder / "bare-start", time.monotonic()
    with running("eval.bench.bare", str(port), journal=journal) as child:
        return answers(child, f"http://127.0.0.1:{port}/livez", journal) - started


def _overhead(served: _Served, folder: Path) -> Row:
    port, journal = free_port(), folder / "bare"
    with running("eval.bench.bare", str(port), journal=journal) as bare:
        answers(bare, f"http://127.0.0.1:{port}/livez", journal)
        ours, theirs = _per_request(served.pid_of("web"), served.port), _per_request(bare.pid, port)
    return Row(
        what="an empty route, processor time of the server",
        figure=ours * 1e6,
        unit="µs",
        beside="the bare framework behind the same server",
        beside_figure=theirs * 1e6,
        target=ratio_at_most(1.5),
    )


def _per_request(pid: int, port: int) -> float:
    asker = Asker(port, "/livez")
    try:
        for _ in range(ASKED // 10):
            asker.ask()
        before = processor_s(pid)
        for _ in range(ASKED):
            asker.ask()
        return (processor_s(pid) - before) / ASKED
    finally:
        asker.close()


def _decisions(served: _Served) -> Iterator[Row]:
    body = json.dumps({"input": _CLIP["prompt"]}).encode()
    pid = served.pid_of("web")

    def ask(_number: int) -> float:
        started = time.perf_counter()
        served.call("/v1/moderations", body)
        return time.perf_counter() - started

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        list(pool.map(ask, range(DECISIONS // 10)))
        before, started = processor_s(pid), time.perf_counter()
        spent = list(pool.map(ask, range(DECISIONS)))
        total_s, used_s = time.perf_counter() - started, processor_s(pid) - before
    yield Row(
        what=f"decisions over HTTP, {_AT_ONCE} at once, by the clock",
        figure=DECISIONS / total_s,
        unit="decisions/s",
        beside="one after another at their median",
        beside_figure=1 / statistics.median(spent),
        target=at_least(100),
    )
    yield Row(
        what="a decision over HTTP, processor time of the server",
        figure=used_s / DECISIONS * 1e3,
        unit="ms",
        beside="its median by the clock",
        beside_figure=statistics.median(spent) * 1e3,
    )


def _clip(served: _Served) -> bytes:
    """Have a clip made, so that every part of the worker has loaded what it needs, and return it."""
    video = json.loads(served.call("/v1/videos", json.dumps(_CLIP).encode()))
    while video["status"] in ("queued", "in_progress"):
        time.sleep(0.5)
        video = json.loads(served.call(f"/v1/videos/{video['id']}"))
    if video["status"] != "completed":
        raise DidNotServe(f"the clip was not made: {video['error']}")
    return served.call(f"/v1/videos/{video['id']}/content")


def _memory(served: _Served) -> Row:
    sizes = {
        pid: memory_bytes(pid) for pid, command in children(served.child.pid).items() if "-m api." in command
    }
    return Row(
        what="memory of api and worker after a clip, every model loaded",
        figure=sum(sizes.values()) / 1e9,
        unit="GB",
        beside="the api alone",
        beside_figure=sizes[served.pid_of("web")] / 1e9,
        target=at_most(2.5),
    )


def _checks(served: _Served, clip: bytes) -> Iterator[Row]:
    edge = uuid.uuid4().hex
    body = (
        (
            f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="clip.mp4"\r\n'
            "Content-Type: video/mp4\r\n\r\n"
        ).encode()
        + clip
        + f"\r\n--{edge}--\r\n".encode()
    )
    spent = []
    for _ in range(CHECKS):
        started = time.perf_counter()
        answer = json.loads(served.call("/v1/verify", body, f"multipart/form-data; boundary={edge}"))
        spent.append(time.perf_counter() - started)
        if answer["verdict"] != "confirmed":
            raise DidNotServe(f"our own clip was called {answer['verdict']}")
    yield Row(
        what=f"/v1/verify of our own clip of {_CLIP['seconds']} s ({len(clip) / 1e6:.1f} MB), by the clock",
        figure=statistics.median(spent),
        unit="s",
        beside="its duration",
        beside_figure=float(_CLIP["seconds"]),
        target=at_most(3),
    )
