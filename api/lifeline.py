"""Ties a child process to its parent: when the parent dies, however it dies, the child is told."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1


def lifeline(death_signal: signal.Signals) -> Callable[[], None]:
    """
    Return what a child must do before its program starts, for `subprocess.Popen(preexec_fn=...)`.

    The kernel binds the wish to the *thread* that starts the child: start it from the main thread, or from
    one that lives as long.  Linux only; elsewhere it does nothing, and the parent's own clean-up must do.
    """
    if sys.platform != "linux":
        return lambda: None
    prctl = ctypes.CDLL(None).prctl
    parent = os.getpid()

    def bind() -> None:
        prctl(_PR_SET_PDEATHSIG, death_signal)
        if os.getppid() != parent:  # it died before the wish was made
            os._exit(1)

    return bind
