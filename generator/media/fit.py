"""Sizes and crops."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray


def sides_within(
    width_px: int, height_px: int, largest_side_px: int, largest_area_px: int
) -> tuple[int, int]:
    """Return the even sides, of the same shape, nearest to these and within both bounds; never larger."""
    scale = min(
        1.0,
        largest_side_px / max(width_px, height_px),
        math.sqrt(largest_area_px / (width_px * height_px)),
    )
    return _even(width_px * scale), _even(height_px * scale)


def filled(pixels: NDArray[np.uint8], width_px: int, height_px: int) -> NDArray[np.uint8]:
    """Scale a picture (height, width, 3) to cover the size, and cut what sticks out, evenly."""
    height, width = pixels.shape[:2]
    if (width, height) == (width_px, height_px):
        return pixels
    scale = max(width_px / width, height_px / height)
    wide, tall = max(width_px, round(width * scale)), max(height_px, round(height * scale))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    scaled = cv2.resize(pixels, (wide, tall), interpolation=method)
    left, top = (wide - width_px) // 2, (tall - height_px) // 2
    return np.ascontiguousarray(scaled[top : top + height_px, left : left + width_px], np.uint8)


def _even(side: float) -> int:
    return max(2, int(side) // 2 * 2)
