"""
The drawing processes, and the frames that come out of them in order.

Processes are spawned, not forked (the caller has threads), kept between clips (starting one takes a second),
and end with their parent however it dies.
"""

from __future__ import annotations

import multiprocessing
import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from generator.backend import Look
from generator.backends.embedded.plan import ScenePlan
from generator.backends.embedded.render import render_range
from generator.media.encode import to_planes
from generator.parent import end_with_parent

Planes = NDArray[np.uint8]
"""A frame as (height × 3/2, width): yuv420p, half the bytes of RGB to hand over."""

_CHUNK = 12  # frames drawn at a time by one process: half a second, the longest a stop has to wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """Frames in a row, and among them the RGB of the one to be looked at, if there is one."""

    frames: tuple[Planes, ...]
    preview: NDArray[np.uint8] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    plan: ScenePlan
    start: int
    stop: int
    references: tuple[Path, ...]
    drawings: Path | None


class Studio:
    """Draws plans with a number of processes, or in the caller's own when that number is 0."""

    def __init__(self, drawings: Path | None, processes: int) -> None:
        self._drawings = drawings
        is_daemon = multiprocessing.current_process().daemon  # a daemon may have no children: it draws itself
        self._processes = 0 if is_daemon else processes
        self._pool: ProcessPoolExecutor | None = None
        self._lock = threading.Lock()

    @contextmanager
    def drawing(
        self, plan: ScenePlan, references: tuple[Path, ...], look: Look
    ) -> Iterator[Iterator[Planes]]:
        """
        Start drawing, and hand the frames over in order as they are asked for.

        `look` is shown the first frame of each second, before the frames around it are handed over.
        Leaving early drops what is not yet drawn.
        """
        jobs = [
            _Job(
                plan=plan,
                start=start,
                stop=min(start + _CHUNK, plan.frame_count),
                references=references,
                drawings=self._drawings,
            )
            for start in range(0, plan.frame_count, _CHUNK)
        ]
        if self._processes == 0:
            yield _shown(map(_draw, jobs), look)
            return
        pool, waiting = self._running(), deque(jobs)
        ahead: deque[Future[Chunk]] = deque()
        try:
            _fill(pool, waiting, ahead, self._processes)
            yield _shown(self._taken(pool, waiting, ahead), look)
        except BrokenProcessPool:
            self._forget(pool)
            raise
        finally:
            for future in ahead:
                future.cancel()

    def close(self) -> None:
        """End the processes."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(cancel_futures=True)

    def _taken(
        self, pool: ProcessPoolExecutor, waiting: deque[_Job], ahead: deque[Future[Chunk]]
    ) -> Iterator[Chunk]:
        while ahead:
            chunk = ahead[0].result()
            ahead.popleft()
            _fill(pool, waiting, ahead, self._processes)
            yield chunk

    def _running(self) -> ProcessPoolExecutor:
        with self._lock:
            if self._pool is None:
                self._pool = ProcessPoolExecutor(
                    self._processes, multiprocessing.get_context("spawn"), initializer=end_with_parent
                )
            return self._pool

    def _forget(self, pool: ProcessPoolExecutor) -> None:
        """A broken pool stays broken: the next clip gets a new one."""
        with self._lock:
            if self._pool is pool:
                self._pool = None
        pool.shutdown(wait=False, cancel_futures=True)


def _fill(
    pool: ProcessPoolExecutor, waiting: deque[_Job], ahead: deque[Future[Chunk]], processes: int
) -> None:
    """Keep each process one chunk ahead, and no more: frames not yet encoded cost memory."""
    while waiting and len(ahead) < 2 * processes:
        ahead.append(pool.submit(_draw, waiting.popleft()))


def _shown(chunks: Iterator[Chunk], look: Look) -> Iterator[Planes]:
    for chunk in chunks:
        if chunk.preview is not None:
            look(chunk.preview)
        yield from chunk.frames


def _draw(job: _Job) -> Chunk:
    frames: list[Planes] = []
    preview: NDArray[np.uint8] | None = None
    drawn = render_range(job.plan, job.start, job.stop, job.references, job.drawings)
    for number, rgb in enumerate(drawn, job.start):
        frames.append(to_planes(rgb))
        if number % job.plan.fps == 0:
            preview = rgb.copy()
    return Chunk(frames=tuple(frames), preview=preview)
