"""
One child process in which the heavy work of the stages runs.

The parent stays free, so its heartbeats live; a crash in a codec or a net takes the child only, and the
stage is told.  Orders and answers travel over a socket between the two; nothing of it is stored.
"""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection, Pipe
from typing import Any, Protocol, TypeVar

from api.errors import StorageFull
from api.heap import give_back_memory
from api.lifeline import lifeline
from api.room import is_full
from api.settings import Settings
from api.wiring import Bench, build_bench

Answer_co = TypeVar("Answer_co", covariant=True)

Tell = Callable[[float], None]
"""Told the share done, from 0 to 1."""


class Order(Protocol[Answer_co]):
    """Work for the child: plain data that can be sent, and what to do with it there."""

    def fulfil(self, bench: Bench, tell: Tell, /) -> Answer_co:
        """Do the work; typed errors of ours travel back and are raised to who ordered."""
        ...


class WorkshopDied(Exception):  # noqa: N818  (what happened, as elsewhere in the house)
    """The child process ended within an order; the stage may be tried again."""


class Workshop:
    """Starts the child when the first order comes, and again after it died; one order at a time."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._child: subprocess.Popen[bytes] | None = None
        self._line: Connection | None = None
        self._one_at_a_time = asyncio.Lock()

    async def run(self, order: Order[Answer_co], tell: Tell) -> Answer_co:
        """
        Have an order fulfilled; cancelling ends the child and the work with it.

        Raises:
            WorkshopDied: the child ended before it answered.
        """
        async with self._one_at_a_time:
            line = self._connected()
            try:
                return await self._answer(line, order, tell)
            except BaseException as error:
                if not getattr(error, "is_answer", False):
                    self.close()
                raise

    async def _answer(self, line: Connection, order: Order[Answer_co], tell: Tell) -> Answer_co:
        try:
            line.send(order)
            while True:
                kind, value = await self._next(line)
                if kind == "progress":
                    tell(value)
                elif kind == "done":
                    answer: Answer_co = value
                    return answer
                else:
                    value.is_answer = True  # the child lives: it told a fault of the work, not of itself
                    raise value
        except (EOFError, OSError) as error:
            raise WorkshopDied("the child process ended within an order") from error

    async def _next(self, line: Connection) -> tuple[str, Any]:
        loop = asyncio.get_running_loop()
        ready = asyncio.Event()
        loop.add_reader(line.fileno(), ready.set)
        try:
            await ready.wait()
        finally:
            loop.remove_reader(line.fileno())
        received: tuple[str, Any] = line.recv()
        return received

    def _connected(self) -> Connection:
        if self._child is not None and self._child.poll() is None and self._line is not None:
            return self._line
        self.close()
        ours, theirs = Pipe()
        # Started by the caller's thread, which must be the main one: the lifeline binds to it.
        self._child = subprocess.Popen(
            [sys.executable, "-m", "api.workshop", str(theirs.fileno())],
            pass_fds=(theirs.fileno(),),
            stdin=subprocess.DEVNULL,
            preexec_fn=lifeline(signal.SIGKILL),  # noqa: PLW1509  (it only calls prctl)
        )
        theirs.close()
        ours.send(self._settings)
        self._line = ours
        return ours

    def close(self) -> None:
        """End the child, whatever it does."""
        if self._line is not None:
            self._line.close()
        if self._child is not None:
            self._child.kill()
            self._child.wait()
        self._child = self._line = None


def main(descriptor: int) -> None:
    """Fulfil orders until the other end is closed."""
    line = Connection(descriptor)
    bench = build_bench(line.recv())
    while True:
        try:
            order = line.recv()
        except EOFError:
            return
        try:
            line.send(("done", order.fulfil(bench, lambda share: line.send(("progress", share)))))
        except Exception as error:  # noqa: BLE001  (whatever went wrong, who ordered is told)
            line.send(("failed", _sendable(error)))
        give_back_memory()


def _sendable(error: Exception) -> Exception:
    """Keep our typed errors; of strangers only the kind travels, for their text may quote content."""
    if is_full(error):
        return StorageFull()
    if type(error).__module__.split(".")[0] in {"generator", "safety", "policies"}:
        return error
    return RuntimeError(f"{type(error).__name__} in the workshop")


if __name__ == "__main__":
    main(int(sys.argv[1]))
