"""From a folder of reference pictures to a bank of listed faces."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from safety.detectors.face_engine import FaceEngine, Vector
from safety.detectors.frames import Pixels
from safety.likeness.bank import ListedFaces
from safety.sampling import sample_pixels

_LEAST_SIZE_PX = 64.0
_KINDS = {".jpg", ".jpeg", ".png", ".webp"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A bank made of a folder, and the pictures that could not be used, each with its reason."""

    faces: ListedFaces
    refused: tuple[tuple[Path, str], ...]


def list_faces(folder: Path, engine: FaceEngine, bank: str = "faces.public_figures") -> Listing:
    """
    Make a bank of the pictures in `folder`: ``jane-doe.jpg``, or ``jane-doe/1.jpg`` and others.

    A picture is used when it shows exactly one face of 64 pixels or more.

    Raises:
        OSError: the folder cannot be read.
        ModelUnavailable: the engine's weights are absent.
    """
    used: list[tuple[str, Vector]] = []
    refused: list[tuple[Path, str]] = []
    for reference, path in named_files(folder, _KINDS):
        answer = _vector(path, engine)
        if isinstance(answer, str):
            refused.append((path, answer))
        else:
            used.append((reference, answer))
    vectors = np.stack([vector for _, vector in used]) if used else np.zeros((0, 0), np.float32)
    faces = ListedFaces(
        bank=bank, model_id=engine.model_id, references=tuple(name for name, _ in used), vectors=vectors
    )
    return Listing(faces=faces, refused=tuple(refused))


def named_files(folder: Path, kinds: Collection[str]) -> Iterator[tuple[str, Path]]:
    """
    Yield the files of some kinds (``.jpg``) in a folder, each with the name of the file or of its own folder.

    Raises:
        NotADirectoryError: the folder is not there.
    """
    if not folder.is_dir():
        raise NotADirectoryError(f"the folder {folder} is not there")
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix.lower() in kinds:
            yield (path.stem if path.parent == folder else path.relative_to(folder).parts[0]), path


def _vector(path: Path, engine: FaceEngine) -> Vector | str:
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
