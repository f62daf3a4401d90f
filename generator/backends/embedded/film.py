"""What lies over every frame: grain, and the darkening of the corners."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from generator.backends.embedded.layer import Frame, View
from generator.backends.embedded.pen import Pixels
from generator.backends.embedded.skia_library import skia

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
        centre = (frame.width / 2, frame.height * 0.48)
        reach = float(np.hypot(frame.width, frame.height)) * 0.62
        edge = [skia.Color(10, 6, 24, alpha) for alpha in (0, 0, 26, 96)]
        self._corners = skia.Paint(
            Shader=skia.GradientShader.MakeRadial(centre, reach, edge, [0.0, 0.52, 0.78, 1.0]), Dither=True
        )

    def darken_corners(self, view: View) -> None:
        """Lay the vignette on a frame still being drawn."""
        view.canvas.drawPaint(self._corners)

    def develop(self, pixels: Pixels, number: int) -> NDArray[np.uint8]:
        """Return the finished RGB frame of (h, w, 4) drawn pixels, grained anew for each frame number."""
        height, width = pixels.shape[:2]
        shift_y, shift_x = np.random.default_rng(self._seed + 7919 * number).integers(0, _MARGIN, 2)
        window = (slice(shift_y, shift_y + height), slice(shift_x, shift_x + width))
        colour = cv2.cvtColor(pixels, cv2.COLOR_BGRA2RGB)
        lit = cv2.add(colour, self._bright[window])
        return np.asarray(cv2.subtract(lit, self._dark[window]), np.uint8)
