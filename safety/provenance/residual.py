"""What is left of frames when the picture is taken out: where the mark is looked for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Residual = NDArray[np.float32]

READ_PX = 360
"""The short side at which a mark is read: its finest wave still has five pixels."""

_PER_SECOND = 12
_CLIP = 2.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Residuals:
    """
    The summed residuals of a clip, one a second, each (height, width) with a short side of 360 or less.

    `frame_counts` says how many frames each sums; `frame_px` is the (width, height) of the frames.
    """

    seconds: tuple[Residual, ...]
    frame_counts: tuple[int, ...]
    frame_px: tuple[int, int]

    def whole(self) -> Residual:
        """The evened residual of every second together."""
        return evened(np.sum(self.seconds, axis=0))

    def stretch(self, start: int, end: int) -> Residual:
        """The evened residual of seconds `start` to `end`, end excluded."""
        return evened(np.sum(self.seconds[start:end], axis=0))


def stride(fps: float) -> int:
    """Return of how many frames one is looked at: the mark stands still, more tell nothing new."""
    return max(1, round(fps / _PER_SECOND))


class ResidualSum:
    """Takes the luma of a clip's frames in order and sums their residuals by second."""

    def __init__(self, fps: float) -> None:
        self._stride = stride(fps)
        self._fps = fps
        self._sums: dict[int, Residual] = {}
        self._counts: dict[int, int] = {}
        self._frame_px = (0, 0)

    def add(self, luma: NDArray[np.uint8], index: int) -> None:
        """Take frame `index`; most are passed over, as neighbours tell the same."""
        if index % self._stride:
            return
        second = int(index / self._fps)
        found = residual(luma)
        self._sums[second] = self._sums[second] + found if second in self._sums else found
        self._counts[second] = self._counts.get(second, 0) + 1
        self._frame_px = (luma.shape[1], luma.shape[0])

    def finish(self) -> Residuals:
        """
        Return the sums; a last second of fewer than a quarter of its frames joins the one before.

        Raises:
            ValueError: no frame was taken.
        """
        if not self._sums:
            raise ValueError("no frame to look at")
        order = sorted(self._sums)
        if len(order) > 1 and self._counts[order[-1]] * 4 < max(self._counts.values()):
            last = order.pop()
            self._sums[order[-1]] = self._sums[order[-1]] + self._sums[last]
            self._counts[order[-1]] += self._counts[last]
        return Residuals(
            seconds=tuple(self._sums[second] for second in order),
            frame_counts=tuple(self._counts[second] for second in order),
            frame_px=self._frame_px,
        )


def residuals_of(frames: Iterable[NDArray[np.uint8]], fps: float) -> Residuals:
    """Return the summed residuals of the luma planes of a clip."""
    summed = ResidualSum(fps)
    for index, luma in enumerate(frames):
        summed.add(luma, index)
    return summed.finish()


def residual(luma: NDArray[np.uint8]) -> Residual:
    """
    Return one frame without its picture: high-passed, then divided by its local strength.

    Dividing keeps a strong edge from outshouting the smooth places, where the mark is clearest.
    """
    short = min(luma.shape)
    if short > READ_PX + 40:
        ratio = READ_PX / short
        size = (round(luma.shape[1] * ratio), round(luma.shape[0] * ratio))
        luma = np.asarray(cv2.resize(luma, size, interpolation=cv2.INTER_AREA), np.uint8)
    plane = luma.astype(np.float32)
    wide = max(5, round(0.037 * min(plane.shape)) | 1)  # two boxes of it are a Gaussian of 1.5 %
    detail = plane - cv2.blur(cv2.blur(plane, (wide, wide)), (wide, wide))
    strength = np.sqrt(np.maximum(cv2.blur(detail * detail, (wide, wide)), 0))
    return np.clip(detail / (strength + 1.0), -_CLIP, _CLIP)


def evened(summed: Residual) -> Residual:
    """Return a sum of residuals at even local strength: what did not move weighs no more than the rest."""
    strength = np.sqrt(np.maximum(cv2.blur(summed * summed, (21, 21)), 0))
    return np.clip(summed / (strength + 0.05 * float(summed.std()) + 1e-6), -_CLIP, _CLIP).astype(np.float32)
