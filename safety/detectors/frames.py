"""Which frames a net is shown, and how they are cut to its size."""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from safety.detector import Footage, Picture

Pixels = NDArray[np.uint8]


def thinned(footage: Footage, every_s: float) -> tuple[Picture, ...]:
    """Return the frames at least `every_s` apart, and every scene change besides; a still is kept."""
    kept: list[Picture] = []
    last_s = float("-inf")
    for picture in footage.pictures:
        at_s = picture.at_s
        # Sampled times are a frame's own: half a frame of a slow film is no reason to skip one.
        if at_s is None or picture.is_scene_change or at_s - last_s >= every_s - 0.02:
            kept.append(picture)
            last_s = last_s if at_s is None else at_s
    return tuple(kept)


def resized(pixels: Pixels, width_px: int, height_px: int) -> Pixels:
    """Return the picture at another size, averaged when smaller and interpolated when larger."""
    height, width = pixels.shape[:2]
    is_smaller = width_px * height_px < width * height
    method = cv2.INTER_AREA if is_smaller else cv2.INTER_LINEAR
    return cast("Pixels", cv2.resize(pixels, (width_px, height_px), interpolation=method))


def planes(pixels: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return (height, width, 3) as the (1, 3, height, width) that most nets take."""
    return np.ascontiguousarray(pixels.transpose(2, 0, 1)[None])
