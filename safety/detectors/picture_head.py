"""
A line through the space of picture vectors, and the proof that the tower computes the space it was drawn in.

A head keeps the vector of one picture made by formula: where a processor computes other vectors than the one
it was trained on, the head says so instead of guessing.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from safety.detectors.frames import Pixels
from safety.detectors.picture_vectors import PictureVectors
from safety.errors import ModelUnavailable

_LEAST_AGREEMENT = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A linear classifier on picture vectors: `centre` (512) is taken off first; `probe` proves the tower."""

    weights: NDArray[np.float32]
    centre: NDArray[np.float32]
    bias: float
    probe: NDArray[np.float32]

    def share(self, vector: NDArray[np.float32]) -> float:
        """Return the share, 0 to 1, that speaks for what the head knows."""
        told = float((vector - self.centre) @ self.weights) + self.bias
        return float(1 / (1 + np.exp(-told)))


@cache
def read_head(path: Path) -> Head:
    """Read a head."""
    with np.load(path, allow_pickle=False) as kept:
        return Head(
            weights=kept["weights"], centre=kept["centre"], bias=float(kept["bias"]), probe=kept["probe"]
        )


def probe_picture() -> Pixels:
    """A picture made by formula, the same everywhere: rings and a ramp."""
    y, x = np.mgrid[0:224, 0:224]
    rings = ((x - 112) ** 2 + (y - 112) ** 2) // 97 % 256
    return np.stack([rings, (x + y) // 2, 255 - rings], axis=2).astype(np.uint8)


def prove(probe: NDArray[np.float32], vectors: PictureVectors) -> None:
    """
    Compare the vector of the probe with the one that was kept.

    Raises:
        ModelUnavailable: the tower is absent, or computes other vectors here than where the head was made.
    """
    agreement = float(probe @ vectors.vector(probe_picture()))
    if agreement < _LEAST_AGREEMENT:
        raise ModelUnavailable(f"the picture tower computes other vectors here (agreement {agreement:.2f})")


class PictureHead:
    """A head of a file, proven once and then asked about pictures."""

    def __init__(self, vectors: PictureVectors, path: Path) -> None:
        self._vectors = vectors
        self._path = path
        self._head: Head | None = None
        self._lock = threading.Lock()

    def share(self, rgb: Pixels) -> float:
        """
        Return the share, 0 to 1, that speaks for what the head knows.

        Raises:
            ModelUnavailable: the tower is absent, or computes other vectors than where the head was made.
        """
        head = self._proven()
        return head.share(self._vectors.vector(rgb))

    def _proven(self) -> Head:
        with self._lock:
            if self._head is None:
                head = read_head(self._path)
                prove(head.probe, self._vectors)
                self._head = head
            return self._head
