"""A given picture brought to life: the camera moves through it as if it had depth, light drifts over it."""

from __future__ import annotations

import math
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from generator.backends.embedded.camera import glide
from generator.backends.embedded.film import Film
from generator.backends.embedded.layer import Frame
from generator.backends.embedded.plan import CameraMove, ScenePlan
from generator.errors import InvalidMedia

_LARGEST_SIDE_PX = 8192
_MARGIN = 1.14
_PARALLAX = 0.030


class GivenPicture:
    """
    A picture and a guess at its depth.

    The guess: what is low in the frame and what stands out from its surroundings is near.  It is
    smooth, so that moving by it stretches the picture and tears nothing.
    """

    def __init__(self, plan: ScenePlan, path: Path) -> None:
        self._plan = plan
        height, width = plan.height_px, plan.width_px
        self._picture = _covering(_read(path), round(width * _MARGIN), round(height * _MARGIN))
        self.depth = _guessed_depth(self._picture)
        self._film = Film(Frame.of(width, height), width, height, plan.seed)
        rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
        self._x = (columns - width / 2) / width
        self._y = (rows - height / 2) / height
        self._near = cv2.resize(self.depth, (width, height), interpolation=cv2.INTER_LINEAR)

    def shoot(self, number: int) -> NDArray[np.uint8]:
        """Return the RGB frame of a number."""
        share = number / max(1, self._plan.frame_count - 1)
        move_x, move_y, closer = _course(self._plan.shots[0].camera, share, number / self._plan.fps)
        height, width = self._picture.shape[:2]
        scale = (1 - closer * (0.35 + 0.65 * self._near)) / _MARGIN
        shift = (self._near - 0.35) * _PARALLAX
        map_x = ((self._x * scale + move_x * shift) + 0.5) * width
        map_y = ((self._y * scale + move_y * shift) + 0.5) * height
        seen = cv2.remap(
            self._picture, map_x.astype(np.float32), map_y.astype(np.float32), cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REFLECT_101,
        )  # fmt: skip
        return self._film.develop(self._lit(np.asarray(seen, np.uint8), number / self._plan.fps), number)

    def _lit(self, pixels: NDArray[np.uint8], at_s: float) -> NDArray[np.uint8]:
        """Let a wide soft light wander over the picture, a few levels brighter."""
        x, y = 0.42 * math.sin(0.45 * at_s + 0.6), -0.18 + 0.16 * math.sin(0.33 * at_s)
        light = np.exp(-((self._x - x) ** 2 * 5 + (self._y - y) ** 2 * 7)) * 20
        level = light.astype(np.uint8)
        return np.asarray(cv2.add(pixels, cv2.merge([level, level, level, np.zeros_like(level)])), np.uint8)


def _course(move: CameraMove, share: float, at_s: float) -> tuple[float, float, float]:
    """Return the camera's sideways and upward place (-1 to 1) and how much closer it has come."""
    pace = 2 * glide(share) - 1
    breath = 0.12 * math.sin(0.8 * at_s)
    sides: dict[CameraMove, tuple[float, float]] = {
        "pan_left": (-1.0, 0.0), "pan_right": (1.0, 0.0), "rise": (0.2, -0.9), "descend": (0.2, 0.9), "still": (0.25, 0.1),
    }  # fmt: skip
    x, y = sides.get(move, (0.7, -0.25))
    depth = (1 - glide(share)) if move == "pull_out" else glide(share)
    return x * pace + breath, y * pace + 0.5 * breath, 0.10 * depth * (0.3 if move == "still" else 1.0)


def _read(path: Path) -> NDArray[np.uint8]:
    """Read a picture as BGRA; refuse what is none, or larger than anything we take."""
    raw = np.frombuffer(path.read_bytes(), np.uint8)
    pixels = cv2.imdecode(raw, cv2.IMREAD_COLOR) if raw.size else None
    if pixels is None:
        raise InvalidMedia("The reference is not a JPEG, PNG or WebP picture; send one of these.")
    if max(pixels.shape[:2]) > _LARGEST_SIDE_PX:
        raise InvalidMedia(
            f"The reference is larger than {_LARGEST_SIDE_PX} pixels a side; send a smaller one."
        )
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2BGRA), np.uint8)


def _covering(pixels: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    """Return the middle of a picture scaled to cover a frame."""
    scale = max(width / pixels.shape[1], height / pixels.shape[0])
    size = max(width, math.ceil(pixels.shape[1] * scale)), max(height, math.ceil(pixels.shape[0] * scale))
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    large = cv2.resize(pixels, size, interpolation=way)
    left, top = (large.shape[1] - width) // 2, (large.shape[0] - height) // 2
    return np.ascontiguousarray(large[top : top + height, left : left + width])


def _guessed_depth(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return nearness from 0 to 1, smooth over about a tenth of the picture."""
    small = cv2.resize(pixels, (160, 90), interpolation=cv2.INTER_AREA)[:, :, :3].astype(np.float32)
    lab = cv2.cvtColor(small / 255, cv2.COLOR_BGR2LAB)
    around = cv2.GaussianBlur(lab, (0, 0), 28)
    stands_out = np.linalg.norm(lab - around, axis=2)
    stands_out = cv2.GaussianBlur(stands_out, (0, 0), 7)
    stands_out = stands_out / max(1e-3, float(stands_out.max()))
    low = np.linspace(0, 1, 90, dtype=np.float32)[:, None] ** 1.4
    near = cv2.GaussianBlur((0.55 * low + 0.45 * stands_out).astype(np.float32), (0, 0), 5)
    return np.asarray(np.clip(near, 0, 1), np.float32)
