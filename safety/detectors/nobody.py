"""
Whether nobody is in a picture: things, animals, landscapes, and no person, photographed or drawn.

It is the third voice on nudity, which needs somebody.  No naked picture was learned from, nor is one needed:
the head knows people with their clothes on, in photographs and drawings, from all that is without people.  It
can make of a stop a look by people, and lets nothing through by itself.
"""

from __future__ import annotations

from pathlib import Path

from safety.detectors.frames import Pixels
from safety.detectors.picture_head import PictureHead
from safety.detectors.picture_vectors import PictureVectors

HEAD = Path(__file__).with_name("nobody.npz")

SURE = 0.9
"""The share from which nobody is there.  None of 399 photographed faces never learned from came above .4."""


class Nobody:
    """The voice, which is asked only about pictures of which another has spoken."""

    def __init__(self, vectors: PictureVectors) -> None:
        self._head = PictureHead(vectors, HEAD)

    def is_sure(self, rgb: Pixels) -> bool:
        """
        Say whether surely nobody is in the picture.

        Raises:
            ModelUnavailable: the tower is absent, or computes other vectors here than where it was trained.
        """
        return self._head.share(rgb) >= SURE
