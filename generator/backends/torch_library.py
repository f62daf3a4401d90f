"""
torch with its companions, made ready to import.

The registry's torchvision is built for CUDA: beside a torch built for processors its binary cannot load, and
the import fails for want of two operators that nothing here calls.  Declaring them is enough; the rest of it
is Python.
"""

from __future__ import annotations

import functools
import importlib.util
from pathlib import Path
from typing import Any

_OPERATORS = ("nms", "qnms")
_SCHEMA = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"


@functools.cache
def torch_ready() -> Any:
    """
    Return torch, torchvision importable beside it if it is installed at all.

    Raises:
        ImportError: torch is not installed.
    """
    import torch

    companion = importlib.util.find_spec("torchvision")
    if companion is None or companion.origin is None:
        return torch
    try:
        for binary in Path(companion.origin).parent.glob("_C*.so"):
            torch.ops.load_library(binary)  # type: ignore[no-untyped-call]
    except OSError:
        _declare(torch)
    return torch


@functools.cache
def _declare(torch: Any) -> Any:
    """Declare the operators; the library object is kept, since they go with it."""
    library = torch.library.Library("torchvision", "FRAGMENT")
    for name in _OPERATORS:
        library.define(name + _SCHEMA)
    return library
