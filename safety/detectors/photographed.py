"""
Whether a face is photographed (or rendered to look so) or drawn.

By a head on picture vectors that `eval/train/photographed.py` found on photographs of things and places
against drawings of people, among them those of our own renderer; it holds for faces it never saw.
"""

from __future__ import annotations

from pathlib import Path

from safety.detectors.face_engine import Face
from safety.detectors.frames import Pixels
from safety.detectors.picture_head import PictureHead
from safety.detectors.picture_vectors import PictureVectors

HEAD = Path(__file__).with_name("photographed.npz")
AROUND = 1.6
"""How much of the surroundings is looked at, as a multiple of the face's longer side."""


class Photographed:
    """Judges faces by their surroundings too: hair, ground and light tell more than skin alone."""

    def __init__(self, vectors: PictureVectors, path: Path = HEAD) -> None:
        self._head = PictureHead(vectors, path)

    def share(self, rgb: Pixels, face: Face) -> float:
        """
        Return from 0 (drawn) to 1 (photographed, or as good as); 0.5 is worth a person's look.

        Raises:
            ModelUnavailable: the tower is absent, or computes other vectors here than where it was trained.
        """
        return self._head.share(around(rgb, face, AROUND))


def around(rgb: Pixels, face: Face, scale: float) -> Pixels:
    """Return the square of `scale` times the face's longer side about it, as far as the picture reaches."""
    half = max(face.width, face.height) * scale / 2
    middle_x, middle_y = face.left + face.width / 2, face.top + face.height / 2
    left, top = max(0, int(middle_x - half)), max(0, int(middle_y - half))
    cut = rgb[top : max(top + 1, int(middle_y + half)), left : max(left + 1, int(middle_x + half))]
    return cut if cut.size else rgb
