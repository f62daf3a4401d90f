"""What lies over every frame: grain, and the darkening of the corners."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from generator.backends.embedded.layer import Frame
from generator.backends.embedded.pen import Pixels

_GRAIN = 4.6
_MARGIN = 64


class Film:
    """The stock a clip is shot on; made once for a size, laid on each frame in a few milliseconds."""

    def __init__(self, frame: Frame, width_px: int, height_px: int, seed: int) -> None:
        self._seed = seed
        rng = np.random.default_rng(seed)
        rough = rng.normal(0, _GRAIN, (height_px + _MARGIN, width_px + _MARGIN)).astype(np.float32)
        fine = cv2.GaussianBlur(rough, (0, 0), 0.55 * max(1.0, frame.unit_px)) * 1.45
        self._bright = cv2.merge([np.clip(fine, 0, 40).astype(np.uint8)] * 3)
        self._dark = cv2.merge([np.clip(-fine, 0, 40).astype(np.uint8)] * 3)
        self._corners = cv2.merge([_falloff(frame, width_px, height_px)] * 3)

    def develop(self, pixels: Pixels, number: int) -> NDArray[np.uint8]:
        """Return the finished RGB frame of (h, w, 4) drawn pixels, grained anew for each frame number."""
        height, width = pixels.shape[:2]
        shift_y, shift_x = np.random.default_rng(self._seed + 7919 * number).integers(0, _MARGIN, 2)
        window = (slice(shift_y, shift_y + height), slice(shift_x, shift_x + width))
        colour = cv2.cvtColor(pixels, cv2.COLOR_BGRA2RGB)
        framed = cv2.multiply(colour, self._corners, scale=1 / 255)
        lit = cv2.add(framed, self._bright[window])
        return np.asarray(cv2.subtract(lit, self._dark[window]), np.uint8)


def _falloff(frame: Frame, width_px: int, height_px: int) -> Pixels:
    """Return how much light reaches each pixel, 255 in the middle, about 150 in the corners."""
    y, x = np.mgrid[0:height_px, 0:width_px].astype(np.float32)
    reach = np.hypot(frame.width, frame.height) * frame.unit_px * 0.62
    away = np.hypot(x - width_px / 2, y - height_px * 0.48) / reach
    return np.asarray(255 * (1 - 0.42 * np.clip((away - 0.5) / 0.5, 0, 1) ** 1.7), np.uint8)
