"""
Who looks at the samples of a run: this process, or several side by side, each with a system of its own.

Either way what was seen comes in the order of the samples, so a run is the same however many look.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from types import TracebackType
from typing import Any, Protocol, Self

from eval.sample import Sample
from eval.suites.suite import Suite
from eval.system import System
from generator.parent import end_with_parent


class Look(Protocol):
    """Looks at samples of one suite."""

    def __call__(self, suite: Suite, samples: Sequence[Sample]) -> Iterator[Any]:
        """Yield what the system sees in each, in order."""
        ...


def here(system: System) -> Look:
    """Return what looks in this process, one sample at a time, when it is asked for the next."""
    return lambda suite, samples: (suite.look(system, sample) for sample in samples)


class SideBySide:
    """
    Looks in `jobs` processes, which start at the first sample and end with the context, or with us.

    `make` makes the system of each; it has to be known by name to a fresh process.
    """

    def __init__(self, jobs: int, make: Callable[[], System]) -> None:
        self._jobs = jobs
        self._make = make
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def __call__(self, suite: Suite, samples: Sequence[Sample]) -> Iterator[Any]:
        """Yield what is seen in each sample, in order."""
        if not samples:
            return iter(())
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                min(self._jobs, len(samples)),
                multiprocessing.get_context("spawn"),
                initializer=_begin,
                initargs=(self._make,),
            )
        return self._pool.map(partial(_looked, suite), samples)


_system: System
"""That of this process, where it is one of those that look side by side."""


def _begin(make: Callable[[], System]) -> None:
    global _system  # noqa: PLW0603  (a process of a pool has no other place between two calls)
    end_with_parent()
    _system = make()


def _looked(suite: Suite, sample: Sample) -> Any:
    return suite.look(_system, sample)
