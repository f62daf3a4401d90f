"""Children of the bench, seen from outside: started, asked over HTTP, weighed, and ended."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

_PATIENCE_S = 300.0
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


class DidNotServe(RuntimeError):  # noqa: N818  (what happened)
    """A child ended, or did not answer in five minutes; its own words are in the message."""


def free_port() -> int:
    """Return a port of the loopback address that nobody listens at now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@contextlib.contextmanager
def running(
    module: str, *arguments: str, journal: Path, environment: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a module as a child until the block ends; what it says goes to `journal`."""
    with journal.open("wb") as said:
        child = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            env={**os.environ, **(environment or {})},
            stdout=said,
            stderr=subprocess.STDOUT,
        )
        try:
            yield child
        finally:
            child.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(60)
            child.kill()
            child.wait()


def answers(child: subprocess.Popen[bytes], url: str, journal: Path) -> float:
    """
    Wait until `url` answers 200, and return when, by the monotonic clock.

    Raises:
        DidNotServe: it does not.
    """
    until = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until and child.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=30):  # noqa: S310  (loopback)
            return time.monotonic()
        time.sleep(0.05)
    raise DidNotServe(journal.read_text(errors="replace")[-2000:])


def processor_s(pid: int) -> float:
    """Return the processor seconds that a process has used, in the system's ticks of a hundredth."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_PER_S


def memory_bytes(pid: int) -> int:
    """Return a process's memory, of what it shares its share (Linux: Pss)."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    raise ValueError(f"process {pid} does not tell its memory")


def children(pid: int) -> dict[int, str]:
    """Return the command of every process that descends from one."""
    by_parent: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
            by_parent.setdefault(parent, []).append(int(stat.parent.name))
    found = list(by_parent.get(pid, ()))
    for one in found:
        found += by_parent.get(one, ())
    return {one: _command(one) for one in found}


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


class Asker:
    """Asks one address of the loopback again and again over one connection, at the least cost to itself."""

    def __init__(self, port: int, path: str) -> None:
        self._request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode()
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=60)

    def ask(self) -> None:
        """
        Ask once and read the whole answer.

        Raises:
            DidNotServe: it is not 200.
        """
        self._socket.sendall(self._request)
        got = b""
        while b"\r\n\r\n" not in got:
            got += self._more()
        head, _, body = got.partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise DidNotServe(head.decode(errors="replace"))
        lines = head.lower().split(b"\r\n")
        length = next(int(line.split(b":")[1]) for line in lines if line.startswith(b"content-length:"))
        while len(body) < length:
            body += self._more()

    def _more(self) -> bytes:
        got = self._socket.recv(65_536)
        if not got:
            raise DidNotServe("the server hung up")
        return got

    def close(self) -> None:
        """Hang up."""
        self._socket.close()
