"""
Whether a face is photographed (or rendered to look so) or drawn.

A line through the space of picture vectors, found by `eval/train/photographed.py` on photographs of things
and places against drawings of people; it holds for faces it never saw.  The head keeps the vector of one
picture made by formula: where a processor computes other vectors than the one it was trained on, it says so
instead of guessing.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from safety.detectors.face_engine import Face
from safety.detectors.frames import Pixels
from safety.detectors.picture_vectors import PictureVectors
from safety.errors import ModelUnavailable

HEAD = Path(__file__).with_name("photographed.npz")
AROUND = 1.6
"""How much of the surroundings is looked at, as a multiple of the face's longer side."""

_LEAST_AGREEMENT = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A linear classifier on picture vectors: `centre` (512) is taken off first; `probe` proves the tower."""

    weights: NDArray[np.float32]
    centre: NDArray[np.float32]
    bias: float
    probe: NDArray[np.float32]

    def share(self, vector: NDArray[np.float32]) -> float:
        """Return the share, 0 to 1, that speaks for a photograph; drawn ones stay below 0.3."""
        told = float((vector - self.centre) @ self.weights) + self.bias
        return float(1 / (1 + np.exp(-told)))


@cache
def read_head(path: Path = HEAD) -> Head:
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


class Photographed:
    """Judges faces by their surroundings too: hair, ground and light tell more than skin alone."""

    def __init__(self, vectors: PictureVectors) -> None:
        self._vectors = vectors
        self._head: Head | None = None
        self._lock = threading.Lock()

    def share(self, rgb: Pixels, face: Face) -> float:
        """
        Return from 0 (drawn) to 1 (photographed, or as good as); 0.5 is worth a person's look.

        Raises:
            ModelUnavailable: the tower is absent, or computes other vectors here than where it was trained.
        """
        head = self._proven_head()
        return head.share(self._vectors.vector(around(rgb, face, AROUND)))

    def _proven_head(self) -> Head:
        with self._lock:
            if self._head is None:
                head = read_head()
                agreement = float(head.probe @ self._vectors.vector(probe_picture()))
                if agreement < _LEAST_AGREEMENT:
                    raise ModelUnavailable(
                        f"the picture tower computes other vectors here (agreement {agreement:.2f})"
                    )
                self._head = head
            return self._head


def around(rgb: Pixels, face: Face, scale: float) -> Pixels:
    """Return the square of `scale` times the face's longer side about it, as far as the picture reaches."""
    half = max(face.width, face.height) * scale / 2
    middle_x, middle_y = face.left + face.width / 2, face.top + face.height / 2
    left, top = max(0, int(middle_x - half)), max(0, int(middle_y - half))
    cut = rgb[top : max(top + 1, int(middle_y + half)), left : max(left + 1, int(middle_x + half))]
    return cut if cut.size else rgb
