"""What several detectors need to know of the same footage, worked out once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from safety.detector import Footage

Told = TypeVar("Told")


class Once(Generic[Told]):
    """
    Remembers an answer about a piece of footage for as long as the footage itself lives.

    Vectors of faces are among such answers: nothing of them outlives the look.
    """

    def __init__(self, work_out: Callable[[Footage], Told]) -> None:
        self._work_out = work_out
        self._told: WeakKeyDictionary[Footage, Told] = WeakKeyDictionary()
        self._lock = threading.Lock()

    def __call__(self, footage: Footage) -> Told:
        """The answer about `footage`; a second caller waits for the first, and a failure is not kept."""
        with self._lock:
            if footage not in self._told:
                self._told[footage] = self._work_out(footage)
            return self._told[footage]
