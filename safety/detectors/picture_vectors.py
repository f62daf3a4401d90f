"""Pictures as vectors, by CLIP's image tower: what looks alike, or shows the like, lies close."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from safety.detectors.frames import Pixels, planes, resized
from safety.detectors.nets import Nets

_SIDE_PX = 224
_MEAN = np.array([0.48145466, 0.4578275, 0.40821073], np.float32)
_SPREAD = np.array([0.26862954, 0.26130258, 0.27577711], np.float32)


@dataclass(frozen=True, slots=True)
class PictureVectors:
    """The tower; its vectors (512 float32, of unit length) carry the manifest's id for ``pictures``."""

    nets: Nets

    def vector(self, rgb: Pixels) -> NDArray[np.float32]:
        """
        Return a picture as a unit vector; the whole of it is brought to a square.

        One picture a call: the net's scales are worked out over a call, and pictures would sway each other.

        Raises:
            ModelUnavailable: the tower's weights are absent.
        """
        square = resized(rgb, _SIDE_PX, _SIDE_PX).astype(np.float32) / 255
        net = self.nets.net("pictures", "embed.onnx")
        given: NDArray[np.float32] = net(planes(((square - _MEAN) / _SPREAD).astype(np.float32)))[
            "image_embeds"
        ][0]
        return given / max(float(np.linalg.norm(given)), 1e-9)
