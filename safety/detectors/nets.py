"""The nets of one process: loaded at their first use, shared by all that run them."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from safety.models.store import ModelStore


class Net(Protocol):
    """Runs one net; may be called from several threads."""

    def __call__(self, inputs: NDArray[Any], /) -> dict[str, NDArray[Any]]:
        """Return the outputs by name for the net's one input."""
        ...


@dataclass(frozen=True, slots=True)
class Nets:
    """
    The nets whose weights `store` keeps.

    Each runs on one thread: detectors run beside each other, and more threads a net only get in each
    other's way on a machine of few cores.
    """

    store: ModelStore
    _loaded: dict[tuple[str, str], Net] = field(default_factory=dict, repr=False, compare=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    def net(self, role: str, name: str) -> Net:
        """
        Return the net in file `name` of `role`.

        Raises:
            ModelUnavailable: its weights are absent or not those we know.
        """
        with self._lock:
            loaded = self._loaded.get((role, name))
            if loaded is None:
                loaded = self._loaded[role, name] = _load(str(self.store.path(role, name)))
            return loaded


def session_options() -> Any:
    """Return how every net runs: on one thread, and the same on every processor."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    if not _has_byte_products(Path("/proc/cpuinfo")):
        # Products of bytes would saturate in int8 nets: four times slower, but the same vectors.
        options.add_session_config_entry("session.x64quantprecision", "1")
    return options


def _load(path: str) -> Net:
    import onnxruntime

    options = session_options()
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    (given,) = session.get_inputs()
    names = [output.name for output in session.get_outputs()]

    def run(inputs: NDArray[Any], /) -> dict[str, NDArray[Any]]:
        feed: Mapping[str, NDArray[Any]] = {given.name: np.ascontiguousarray(inputs)}
        return dict(zip(names, session.run(names, feed), strict=True))

    return run


def _has_byte_products(told: Path) -> bool:
    """Whether the processor adds up products of bytes without saturating (VNNI), as far as is known."""
    try:
        return "vnni" in told.read_text(encoding="utf-8")
    except OSError:
        return False
