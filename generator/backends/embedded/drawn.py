"""Borrowed drawings (one SVG a code point) brought to life: they bob, tilt, stretch and tumble as bodies do."""

from __future__ import annotations

import math
from functools import cache, lru_cache
from pathlib import Path
from typing import cast

import cv2
import numpy as np

from generator.backends.embedded.colour import Rgb
from generator.backends.embedded.pen import Canvas, Pixels, device_matrix, image_of, painted_pixels
from generator.backends.embedded.rig import Coat, Nature, Pose, Rig
from generator.backends.embedded.rigs import spirit
from generator.backends.embedded.skia_library import skia

PREFIX = "drawing:"
_TABLE = Path(__file__).parent / "words" / "drawings.tsv"
_SIDES: dict[Nature, float] = {
    "walker": 230, "flyer": 150, "swimmer": 170, "sailer": 230, "vehicle": 250, "thing": 120, "fixture": 330,
}  # fmt: skip
_BEATS: dict[Nature, float] = {"walker": 1.8, "flyer": 2.2, "swimmer": 1.2, "vehicle": 2.4}
_PACES: dict[Nature, float] = {"walker": 210, "flyer": 110, "swimmer": 80, "sailer": 46, "vehicle": 250}
_UPRIGHT = ("walker", "vehicle", "sailer", "fixture")


@cache
def natures() -> dict[str, Nature]:
    """Return how each drawing moves, by its code point."""
    rows = (
        row.split("\t") for row in _TABLE.read_text(encoding="utf-8").splitlines() if not row.startswith("#")
    )
    return {row[0]: cast("Nature", row[1]) for row in rows}


def is_there(kind: str, folder: Path | None) -> bool:
    """Return whether a kind's drawing is in the folder."""
    return folder is not None and (folder / f"{kind.removeprefix(PREFIX)}.svg").is_file()


@cache
def drawing_rig(kind: str) -> Rig:
    """Return the body of a borrowed drawing."""
    code = kind.removeprefix(PREFIX)
    nature = natures().get(code, "thing")
    side = _SIDES[nature]
    reach = side * 0.8

    def draw(canvas: Canvas, pose: Pose, coat: Coat) -> None:
        _draw(canvas, pose, coat, (code, nature, side))

    return Rig(
        draw=draw, nature=nature, colour=(0.8, 0.7, 0.6), height=side, material="rubber" if nature == "thing" else "cloth",
        bounds=(-reach, -side * 1.25, reach, side * 0.12) if nature in _UPRIGHT else (-reach, -reach, reach, reach),
        beats_hz=_BEATS.get(nature, 0.5), pace=_PACES.get(nature, 100), own_light=0.12,
    )  # fmt: skip


def _draw(canvas: Canvas, pose: Pose, coat: Coat, what: tuple[str, Nature, float]) -> None:
    code, nature, side = what
    if coat.drawings is None or not is_there(PREFIX + code, coat.drawings):
        spirit.draw(canvas, pose, coat)
        return
    beat = math.tau * pose.phase
    upright = nature in _UPRIGHT
    canvas.save()
    if nature == "walker":
        going = pose.action in ("walk", "run", "chase")
        canvas.translate(0, -abs(math.sin(beat)) * (16 if going else 3))
        canvas.rotate((7 if going else 2.5) * math.sin(beat))
    elif nature in ("flyer", "swimmer"):
        canvas.scale(1 + 0.03 * math.sin(beat), 1 - 0.07 * math.sin(beat))
    elif nature == "vehicle":
        canvas.translate(0, -1.5 - 1.5 * math.sin(beat * 2))
    elif nature == "fixture":
        canvas.skew(0.012 * math.sin(1.1 * pose.at_s + 6 * pose.character), 0)
    breath = 1 + 0.018 * math.sin(2.1 * pose.at_s + 6 * pose.character) + 0.06 * pose.speaking
    canvas.scale(-1 / breath if nature not in ("thing", "fixture") else 1.0, breath)
    size = max(8, round(side * float(np.hypot(*device_matrix(canvas)[:, 0]))))
    picture = image_of(_sprite(code, coat.drawings, size, coat.main if coat.is_named else None))
    corner = -side if upright else -side / 2
    target = skia.Rect.MakeXYWH(-side / 2, corner, side, side)
    canvas.drawImageRect(picture, target, skia.SamplingOptions(skia.FilterMode.kLinear))
    canvas.restore()


@lru_cache(maxsize=64)
def _sprite(code: str, folder: Path, size: int, tint: Rgb | None) -> Pixels:
    """Return a drawing's pixels, in the colour asked for if any."""
    source = skia.SVGDOM.MakeFromStream(
        skia.MemoryStream((folder / f"{code}.svg").read_bytes(), copyData=True)
    )
    source.setContainerSize(skia.Size(36, 36))

    def draw(canvas: Canvas) -> None:
        canvas.scale(size / 36, size / 36)
        source.render(canvas)

    pixels = painted_pixels(size, size, draw)
    return pixels if tint is None else _tinted(pixels, tint)


def _tinted(pixels: Pixels, tint: Rgb) -> Pixels:
    """Return pixels drawn mostly in one hue, their lights and darks kept."""
    level = cv2.cvtColor(pixels[:, :, :3], cv2.COLOR_BGR2GRAY).astype(np.float32)[..., None]
    hue = np.array(tint[::-1], np.float32) * 1.35
    mixed = pixels[:, :, :3] * 0.3 + level * hue * 0.7
    cover = pixels[:, :, 3:].astype(np.float32)
    return np.ascontiguousarray(np.concatenate([np.minimum(mixed, cover), cover], axis=2).astype(np.uint8))
