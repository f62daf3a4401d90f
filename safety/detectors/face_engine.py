"""
Where faces are in a picture, and whose they may be: the contract, and its embedded engine.

The embedded engine is YuNet (detector) and SFace (128 numbers a face) on ONNX Runtime; `face_pack` runs the
same nets, or an operator's licensed ones, through insightface.  Vectors of two engines are never compared:
`model_id` says whose they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from safety.detectors.frames import Pixels, planes, resized
from safety.detectors.nets import Nets

Vector = NDArray[np.float32]
"""A face as a unit vector."""

ARCFACE_POINTS = np.array(
    [[38.29, 51.70], [73.53, 51.50], [56.03, 71.74], [41.55, 92.37], [70.73, 92.20]],
    np.float32,
)
"""Where eyes, nose and mouth corners lie in the 112 by 112 chip of ArcFace nets (Deng et al., 2019)."""

_CHIP_PX = 112
_NET_PX = 640
_LEAST_SCORE = 0.7
_OVERLAP = 0.3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Face:
    """A face in a picture, in pixels; `points` are eyes, nose, mouth corners (5, 2); `score` 0 to 1."""

    left: float
    top: float
    width: float
    height: float
    points: NDArray[np.float32]
    score: float

    @property
    def size_px(self) -> float:
        """The shorter side of its box."""
        return min(self.width, self.height)


class FaceEngine(Protocol):
    """Finds faces and tells them apart."""

    @property
    def model_id(self) -> str:
        """What goes wherever a vector is kept."""
        ...

    def find(self, rgb: Pixels) -> tuple[Face, ...]:
        """
        Return the faces of a picture, surest first.

        Raises:
            ModelUnavailable: the weights are absent.
        """
        ...

    def vector(self, rgb: Pixels, face: Face) -> Vector:
        """Return the face as a unit vector; one person's lie close together."""
        ...


@dataclass(frozen=True, slots=True)
class EmbeddedFaces:
    """YuNet and SFace."""

    nets: Nets

    @property
    def model_id(self) -> str:
        """The id that the manifest gives the pair of nets."""
        return self.nets.store.model("faces").id

    def find(self, rgb: Pixels) -> tuple[Face, ...]:
        """As the contract says; faces down to some ten pixels in the net's 640 are found."""
        net = self.nets.net("faces", "detect.onnx")
        height, width = rgb.shape[:2]
        scale = _NET_PX / max(height, width)
        inner = (max(1, round(width * scale)), max(1, round(height * scale)))
        square = np.zeros((_NET_PX, _NET_PX, 3), np.float32)
        square[: inner[1], : inner[0]] = resized(rgb, *inner)[:, :, ::-1]
        told = net(planes(square))
        found = np.concatenate([_candidates(told, stride) for stride in (8, 16, 32)])
        found[:, :14] /= scale
        return tuple(_face(row) for row in found[_surest(found)])

    def vector(self, rgb: Pixels, face: Face) -> Vector:
        """As the contract says, of the face turned upright into a chip of 112 by 112."""
        net = self.nets.net("faces", "embed.onnx")
        (given,) = net(planes(chip(rgb, face).astype(np.float32))).values()
        vector: Vector = given[0] / max(float(np.linalg.norm(given[0])), 1e-9)
        return vector


def chip(rgb: Pixels, face: Face) -> Pixels:
    """Return the face turned upright, eyes and mouth where ArcFace nets expect them."""
    turned = cv2.warpAffine(rgb, similarity(face.points, ARCFACE_POINTS), (_CHIP_PX, _CHIP_PX))
    return np.asarray(turned, np.uint8)


def similarity(given: NDArray[np.float32], wanted: NDArray[np.float32]) -> NDArray[np.float32]:
    """
    Return the 2 by 3 matrix of turn, scale and shift that best brings points to points.

    Source: Umeyama, Least-squares estimation of transformation parameters, PAMI 1991.
    """
    mean_given, mean_wanted = given.mean(axis=0), wanted.mean(axis=0)
    apart, aim = given - mean_given, wanted - mean_wanted
    left, sizes, right = np.linalg.svd(aim.T @ apart / len(given))
    signs = np.array([1.0, np.sign(np.linalg.det(left) * np.linalg.det(right)) or 1.0])
    turn = left @ np.diag(signs) @ right
    scale = float((sizes * signs).sum() / max(apart.var(axis=0).sum(), 1e-9))
    shift = mean_wanted - scale * turn @ mean_given
    return np.hstack([scale * turn, shift[:, None]]).astype(np.float32)


def _candidates(told: dict[str, NDArray[np.float32]], stride: int) -> NDArray[np.float32]:
    """Rows of left, top, width, height, five points, score in the net's pixels, of the cells sure enough."""
    shares = np.clip(told[f"cls_{stride}"][0, :, 0], 0, 1) * np.clip(told[f"obj_{stride}"][0, :, 0], 0, 1)
    scores = np.sqrt(shares)
    sure = np.flatnonzero(scores >= _LEAST_SCORE)
    cells = np.stack([sure % (_NET_PX // stride), sure // (_NET_PX // stride)], axis=1).astype(np.float32)
    boxes, points = told[f"bbox_{stride}"][0][sure], told[f"kps_{stride}"][0][sure]
    sizes = np.exp(boxes[:, 2:]) * stride
    corners = (cells + boxes[:, :2]) * stride - sizes / 2
    places = (points.reshape(-1, 5, 2) + cells[:, None]) * stride
    return np.concatenate([corners, sizes, places.reshape(-1, 10), scores[sure, None]], axis=1)


def _surest(found: NDArray[np.float32]) -> list[int]:
    """Rows in order of score, without those that mostly cover a surer one."""
    order = list(np.argsort(-found[:, 14], kind="stable"))
    kept: list[int] = []
    while order:
        best = order.pop(0)
        kept.append(best)
        order = [row for row in order if overlap(found[best], found[row]) <= _OVERLAP]
    return kept


def overlap(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """The shared area of two boxes (left, top, width, height) by their joint area, 0 to 1."""
    right, bottom = np.minimum(one[:2] + one[2:4], other[:2] + other[2:4])
    left, top = np.maximum(one[:2], other[:2])
    shared = max(0.0, float(right - left)) * max(0.0, float(bottom - top))
    joint = float(one[2] * one[3] + other[2] * other[3]) - shared
    return shared / max(joint, 1e-9)


def _face(row: NDArray[np.float32]) -> Face:
    left, top, width, height = (float(value) for value in row[:4])
    points = row[4:14].reshape(5, 2)
    return Face(left=left, top=top, width=width, height=height, points=points, score=min(1.0, float(row[14])))
