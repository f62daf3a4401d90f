"""Keeps child processes and the embedded database alive, and takes them all along when it goes."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

from api.lifeline import lifeline

_log = structlog.get_logger(__name__)

_LOOK_EVERY_S = 0.2
_FIRST_PAUSE_S = 0.5
_LONGEST_PAUSE_S = 30.0
_HEALTHY_AFTER_S = 60.0
_STOP_DEADLINE_S = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """What to run: its command, and the descriptors it inherits."""

    name: str
    command: Sequence[str]
    descriptors: tuple[int, ...] = ()


class Child:
    """One program, started again when it ends; each quick end doubles the pause before the next start."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._process: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0
        self._pause_s = 0.0

    def look(self) -> None:
        """Start the program if it does not run and its pause is over."""
        now = time.monotonic()
        if self._process is None:
            if now >= self._started_at:
                self._start(now)
            return
        if self._process.poll() is None:
            return
        lived_s = now - self._started_at
        short = self._pause_s * 2 or _FIRST_PAUSE_S
        self._pause_s = _FIRST_PAUSE_S if lived_s > _HEALTHY_AFTER_S else min(short, _LONGEST_PAUSE_S)
        _log.warning(
            "a child ended",
            child=self._program.name,
            status=self._process.returncode,
            lived_s=round(lived_s, 1),
            pause_s=self._pause_s,
        )
        self._process, self._started_at = None, now + self._pause_s

    def ask_to_stop(self) -> None:
        """Send SIGTERM."""
        if self._process is not None:
            self._process.terminate()

    def stop(self, deadline: float) -> None:
        """Wait until `deadline` (monotonic), then kill."""
        if self._process is None:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(max(0.0, deadline - time.monotonic()))
            return
        _log.warning("a child did not stop and is killed", child=self._program.name)
        self._process.kill()
        self._process.wait()

    def _start(self, now: float) -> None:
        self._started_at = now
        self._process = subprocess.Popen(
            self._program.command,
            stdin=subprocess.DEVNULL,
            pass_fds=self._program.descriptors,
            start_new_session=True,  # a Ctrl-C is for us, and we stop them in order
            preexec_fn=lifeline(signal.SIGTERM),  # noqa: PLW1509  (two system calls, no lock taken)
        )


def supervise(
    first: Sequence[Program], then: Sequence[Program], prepare: Callable[[], Callable[[], None]]
) -> None:
    """
    Run programs until SIGTERM or SIGINT, then stop them all; call it from the main thread.

    Those of `first` start at once, those of `then` after `prepare`, which makes what they stand on and
    returns what keeps it alive: that is called every 0.2 s.
    """
    told = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())
    children = [Child(program) for program in first]
    try:
        _look(children)
        keep_alive = prepare()
        children += [Child(program) for program in then]
        while not told.is_set():
            keep_alive()
            _look(children)
            told.wait(_LOOK_EVERY_S)
    finally:
        _stop(children)


def _look(children: Sequence[Child]) -> None:
    for child in children:
        child.look()


def _stop(children: Sequence[Child]) -> None:
    for child in children:
        child.ask_to_stop()
    deadline = time.monotonic() + _STOP_DEADLINE_S
    for child in children:
        child.stop(deadline)
