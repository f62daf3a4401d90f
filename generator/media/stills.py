"""A clip at a glance: its thumbnail and its sprite sheet."""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from generator.media.fit import filled, sides_within
from generator.media.view import Frame, view

_TILE_PX = 320
_COLUMNS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class SpriteSheet:
    """
    One JPEG of a grid, filled from left to right, then down.

    Tile `i` is at column `i % columns`, row `i // columns`, `tile_width_px` by `tile_height_px` with no
    border, and shows the clip at `i * every_s` seconds; there are `count` tiles, the rest of the last row
    is black.
    """

    jpeg: bytes
    columns: int
    rows: int
    count: int
    tile_width_px: int
    tile_height_px: int
    every_s: float


def thumbnail(path: Path, *, longest_side_px: int = 512) -> bytes:
    """Return a WebP of the clip's fullest frame: of one a second, the one with most contrast."""
    frames: list[Frame] = []
    view(path, lambda frame: _keep_fullest(frames, frame), every_s=1.0)
    pixels = _shrunk(frames[0].rgb, longest_side_px)
    return _saved(pixels, "WEBP", quality=82)


def spritesheet(path: Path, *, every_s: float = 1.0) -> SpriteSheet:
    """Return a clip's frames, one every `every_s` (at least 1 s), as one picture."""
    tiles: list[NDArray[np.uint8]] = []
    view(path, lambda frame: tiles.append(_shrunk(frame.rgb, _TILE_PX)), every_s=max(1.0, every_s))
    height, width = tiles[0].shape[:2]
    columns = min(_COLUMNS, len(tiles))
    rows = math.ceil(len(tiles) / columns)
    sheet = np.zeros((rows * height, columns * width, 3), np.uint8)
    for index, tile in enumerate(tiles):
        top, left = index // columns * height, index % columns * width
        sheet[top : top + height, left : left + width] = tile
    return SpriteSheet(
        jpeg=_saved(sheet, "JPEG", quality=80),
        columns=columns,
        rows=rows,
        count=len(tiles),
        tile_width_px=width,
        tile_height_px=height,
        every_s=max(1.0, every_s),
    )


def _keep_fullest(kept: list[Frame], frame: Frame) -> None:
    if not kept or frame.rgb[::4, ::4].std() > kept[0].rgb[::4, ::4].std():
        kept[:] = [frame]


def _shrunk(pixels: NDArray[np.uint8], longest_side_px: int) -> NDArray[np.uint8]:
    height, width = pixels.shape[:2]
    return filled(pixels, *sides_within(width, height, longest_side_px, longest_side_px**2))


def _saved(pixels: NDArray[np.uint8], kind: str, *, quality: int) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, kind, quality=quality)
    return buffer.getvalue()
