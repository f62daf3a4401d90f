"""One net that tells sexual and graphic pictures from others, run once for the detectors that ask it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from policies.finding import Seconds
from safety.detector import Footage, Picture
from safety.detectors.frames import Pixels, planes, resized, thinned
from safety.detectors.nets import Nets
from safety.detectors.once import Once

_SIDE_PX = 224
_EVERY_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shares:
    """What the net gave a frame: the shares of graphic and of sexual; the rest is neither."""

    picture: Picture
    graphic: float
    sexual: float


class ImageSafety:
    """Asks the net about a frame a second and every scene change."""

    def __init__(self, nets: Nets) -> None:
        self._nets = nets
        self.shares = Once(self._shares)

    def _shares(self, footage: Footage) -> tuple[Shares, ...]:
        net = self._nets.net("image-safety", "classify.onnx")
        told = []
        for picture in thinned(footage, _EVERY_S):
            graphic, sexual, _ = np.clip(net(planes(_padded(picture.rgb)))["probabilities"][0], 0.0, 1.0)
            told.append(Shares(picture=picture, graphic=float(graphic), sexual=float(sexual)))
        return tuple(told)


def _padded(rgb: Pixels) -> NDArray[np.float32]:
    """The whole picture in a square, on a blurred ground of itself, as the net saw them in training."""
    height, width = rgb.shape[:2]
    scale = _SIDE_PX / max(height, width)
    inner_width, inner_height = (max(1, round(side * scale)) for side in (width, height))
    ground = cv2.GaussianBlur(resized(rgb, _SIDE_PX, _SIDE_PX), (0, 0), 10)
    left, top = (_SIDE_PX - inner_width) // 2, (_SIDE_PX - inner_height) // 2
    ground[top : top + inner_height, left : left + inner_width] = resized(rgb, inner_width, inner_height)
    return ground.astype(np.float32)


def stretches(
    scored: Iterable[tuple[Picture, float]], least: float
) -> Iterator[tuple[float, Seconds | None]]:
    """
    Yield the highest score and the time of each run of frames that reach `least`.

    A stretch lasts from its first frame to the frame after its last; a still has no time.
    """
    frames = list(scored)
    run: list[int] = []
    for at in range(len(frames) + 1):
        if at < len(frames) and frames[at][1] >= least:
            run.append(at)
        elif run:
            yield max(frames[one][1] for one in run), _where(frames, run)
            run = []


def _where(frames: Sequence[tuple[Picture, float]], run: Sequence[int]) -> Seconds | None:
    start_s = frames[run[0]][0].at_s
    if start_s is None:
        return None
    after = frames[min(run[-1] + 1, len(frames) - 1)][0].at_s
    last_s = frames[run[-1]][0].at_s
    return Seconds(start_s=start_s, end_s=max(after or start_s, (last_s or start_s) + 0.04))
