"""The memory that the C library keeps for later."""

from __future__ import annotations

import ctypes


def give_back_memory() -> None:
    """
    Give back to the system what work left free between things that stay: loading models leaves much.

    The C library keeps it otherwise, for every thread by itself; one without such a call keeps it still.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
