"""One net that tells sexual and graphic pictures from others, run once for the detectors that ask it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from safety.detector import Footage, Picture
from safety.detectors.frames import Pixels, planes, resized
from safety.detectors.nets import Nets
from safety.detectors.once import Once
from safety.detectors.votes import looked_at

LEAST = 0.3
"""The share from which a finding is told."""

_SIDE_PX = 224
_EVERY_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shares:
    """What the net gave a frame: the shares of graphic and of sexual; the rest is neither."""

    picture: Picture
    graphic: float
    sexual: float


class ImageSafety:
    """
    Asks the net about a frame a second and every scene change.

    Where it says something of a frame, it is asked about the samples next to it too: whether they agree
    decides between a look by people and a stop.
    """

    def __init__(self, nets: Nets) -> None:
        self._nets = nets
        self.shares = Once(self._shares)

    def _shares(self, footage: Footage) -> tuple[Shares, ...]:
        looked = looked_at(
            footage, _EVERY_S, self._told, lambda told: max(told.graphic, told.sexual) >= LEAST
        )
        return tuple(told for _, told in looked)

    def _told(self, picture: Picture) -> Shares:
        net = self._nets.net("image-safety", "classify.onnx")
        graphic, sexual, _ = np.clip(net(planes(_padded(picture.rgb)))["probabilities"][0], 0.0, 1.0)
        return Shares(picture=picture, graphic=float(graphic), sexual=float(sexual))


def _padded(rgb: Pixels) -> NDArray[np.float32]:
    """The whole picture in a square, on a blurred ground of itself, as the net saw them in training."""
    height, width = rgb.shape[:2]
    scale = _SIDE_PX / max(height, width)
    inner_width, inner_height = (max(1, round(side * scale)) for side in (width, height))
    ground = cv2.GaussianBlur(resized(rgb, _SIDE_PX, _SIDE_PX), (0, 0), 10)
    left, top = (_SIDE_PX - inner_width) // 2, (_SIDE_PX - inner_height) // 2
    ground[top : top + inner_height, left : left + inner_width] = resized(rgb, inner_width, inner_height)
    return ground.astype(np.float32)
