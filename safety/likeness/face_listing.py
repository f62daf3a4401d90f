"""From a folder of reference pictures to a bank of listed faces."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import cv2
import numpy as np

from safety.detectors.face_engine import FaceEngine, Vector
from safety.detectors.frames import Pixels
from safety.likeness.bank import ListedFaces
from safety.likeness.listing import Listing, listing_of
from safety.sampling import sample_pixels

_LEAST_SIZE_PX = 64.0
_KINDS = {".jpg", ".jpeg", ".png", ".webp"}


def list_faces(folder: Path, engine: FaceEngine, bank: str = "faces.public_figures") -> Listing[ListedFaces]:
    """
    Make a bank of the pictures in `folder`: ``jane-doe.jpg``, or ``jane-doe/1.jpg`` and others.

    A picture is used when it shows exactly one face of 64 pixels or more.

    Raises:
        OSError: the folder cannot be read.
        ModelUnavailable: the engine's weights are absent.
    """
    return listing_of(
        folder, _KINDS, partial(_vector, engine), kind=ListedFaces, bank=bank, model_id=engine.model_id
    )


def _vector(engine: FaceEngine, path: Path) -> Vector | str:
    """The one face's vector, or why there is none."""
    rgb = _read(path)
    if rgb is None:
        return "not a picture that can be read"
    faces = [face for face in engine.find(rgb) if face.size_px >= _LEAST_SIZE_PX]
    if len(faces) != 1:
        return f"shows {len(faces)} faces of {_LEAST_SIZE_PX:.0f} pixels or more, not one"
    return engine.vector(rgb, faces[0])


def _read(path: Path) -> Pixels | None:
    bgr = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
    if bgr is None:
        return None
    return sample_pixels(np.asarray(bgr[:, :, ::-1], np.uint8)).pictures[0].rgb
