"""The invisible mark in the picture: writing it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from safety.provenance.payload import Payload
from safety.provenance.tile import TILE_PX, Tile, tile_scale

_ROUNDING = 1 / 12
"""The mean squared error that writing whole numbers adds: part of the strength that is asked for."""

Luma = NDArray[np.uint8]
"""The luma plane of one frame, (height, width), 0 to 255."""

ALGORITHM = "org.filigrane.wave.1"
"""The name of this mark in the soft binding of a manifest."""

DEFAULT_PSNR_DB = 46.0
"""The strength, as peak signal to noise ratio of the luma; larger is fainter."""

STRONGEST_PSNR_DB = 44.0

SECOND_OFFSET_PX = TILE_PX // 2
"""Where a second mark is laid when a clip bears one of ours: both stay legible."""


class MarkWriter:
    """
    Lays one payload over the frames of one clip, in order.

    The same pattern lies on every frame: dropped frames, cuts and changes of speed leave it whole, and a
    codec that predicts from frame to frame keeps it almost for free. Its strength follows what an eye
    would miss: more in texture, less on smooth, dark and bright areas.
    """

    def __init__(
        self,
        tile: Tile,
        payload: Payload,
        *,
        width_px: int,
        height_px: int,
        psnr_db: float = DEFAULT_PSNR_DB,
        offset_px: int = 0,
    ) -> None:
        self._pattern = _spread(tile.draw(payload), width_px, height_px, offset_px)
        self._amplitude = np.sqrt(max(0.0, (255 / 10 ** (psnr_db / 20)) ** 2 - _ROUNDING))
        self._mask: NDArray[np.float32] | None = None

    def write(self, luma: Luma) -> Luma:
        """Return the marked luma of the next frame; the frame given stays as it was."""
        self._mask = _settled(_visibility(luma), self._mask)
        height, width = luma.shape
        change = cv2.resize(np.sqrt(self._mask), (width, height), interpolation=cv2.INTER_LINEAR)
        cv2.multiply(change, self._pattern, dst=change)
        gain = self._amplitude / np.sqrt(np.mean(np.square(change[::4, ::4])) + 1e-12)
        return np.asarray(cv2.addWeighted(luma, 1.0, change, float(gain), 0.0, dtype=cv2.CV_8U))


def _spread(
    square: NDArray[np.float32], width_px: int, height_px: int, offset_px: int
) -> NDArray[np.float32]:
    """Repeat the square over a picture, at the picture's own scale."""
    scale = tile_scale(width_px, height_px)
    rows = int(np.ceil(height_px / scale / TILE_PX)) + 1
    columns = int(np.ceil(width_px / scale / TILE_PX)) + 1
    repeated = np.tile(np.roll(square, (offset_px, offset_px), (0, 1)), (rows, columns))
    shrink = np.array([[1 / scale, 0, 0], [0, 1 / scale, 0]], np.float32)
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(repeated, shrink, (width_px, height_px), flags=flags), np.float32)


def _visibility(luma: Luma) -> NDArray[np.float32]:
    """
    Return how much change each place hides, at a quarter of the size; 1 is an ordinary place.

    Weber's law at both ends of the scale, masking by texture and detail in between; the slope is mild
    because a mark that hides only in texture dies with it at low bit rates.
    """
    small = cv2.resize(luma, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA).astype(np.float32)
    mean = cv2.blur(small, (5, 5))
    spread = np.sqrt(np.maximum(cv2.blur(small * small, (5, 5)) - mean * mean, 0))
    half = cv2.resize(luma, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA).astype(np.float32)
    detail = cv2.blur(np.abs(half - cv2.blur(half, (3, 3))), (7, 7))
    detail = cv2.resize(detail, (small.shape[1], small.shape[0]), interpolation=cv2.INTER_AREA)
    texture = 0.55 + np.minimum((0.5 * spread + 2.0 * detail) / 8.0, 2.0)
    ends = 0.7 + 0.3 * np.clip(mean / 64, 0, 1) * np.clip((265 - mean) / 40, 0, 1)
    return np.asarray(cv2.GaussianBlur(texture * ends, (0, 0), 2), np.float32)


def _settled(mask: NDArray[np.float32], before: NDArray[np.float32] | None) -> NDArray[np.float32]:
    """Follow a slow change of the mask slowly, so that the mark does not flicker; jump at a cut."""
    if before is None or float(np.abs(mask - before).mean()) >= 0.35:
        return mask
    return 0.7 * before + 0.3 * mask


def psnr_db(before: Luma, after: Luma) -> float:
    """Return the peak signal to noise ratio of two luma planes in decibels; infinite when equal."""
    error = float(np.mean(np.square(before.astype(np.float64) - after.astype(np.float64))))
    return float("inf") if error == 0 else float(10 * np.log10(255**2 / error))
