"""A subject's body: how it is drawn, and how light falls on it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np

from generator.backends.embedded.colour import WHITE, Rgb, lighter, mix, times
from generator.backends.embedded.light import Light
from generator.backends.embedded.pen import Canvas, Pixels, stamp, surface_on
from generator.backends.embedded.plan import Material
from generator.backends.embedded.skia_library import skia

Nature = Literal["walker", "flyer", "swimmer", "sailer", "vehicle", "thing", "fixture"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pose:
    """
    A body at a moment, in units of the stage.

    (x, y) is where it touches the ground (or its middle, for what flies and swims); `facing` is 1
    to the right, -1 to the left; `turn` degrees about its middle; `stretch` widens and flattens
    (1 at rest); `phase` counts strides, wing beats or turns of a wheel; `lift` is its height over
    the ground, for its shadow; `speaking` opens the mouth; `depth` is its parallax, 1 in the plane
    of the action.
    """

    x: float
    y: float
    scale: float = 1.0
    facing: float = 1.0
    turn: float = 0.0
    stretch: float = 1.0
    phase: float = 0.0
    lift: float = 0.0
    speaking: float = 0.0
    depth: float = 1.0
    action: str = "stand"
    at_s: float = 0.0
    character: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Coat:
    """A subject's colours: its own or the one asked for, the light about it, and where drawings lie."""

    main: Rgb
    light: Light
    is_named: bool = False
    drawings: Path | None = None

    def shade(self, share: float) -> Rgb:
        """Return the main colour lighter (above 0) or darker."""
        return lighter(self.main, share)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rig:
    """
    A drawn body.

    It is drawn looking right, feet at (0, 0), y upwards negative, `height` units tall within
    `bounds` (left, top, right, bottom).  `beats_hz` is its natural rhythm (strides, wing beats); `own_light` is how
    much of it shines by itself at night, 0 to 1; `siblings` are the colours of the others when
    there are several, `natural` the colour names that mean its own.
    """

    draw: Callable[[Canvas, Pose, Coat], None]
    nature: Nature
    colour: Rgb
    height: float
    bounds: tuple[float, float, float, float]
    material: Material = "cloth"
    beats_hz: float = 1.6
    pace: float = 120.0
    own_light: float = 0.0
    siblings: tuple[str, ...] = ()
    natural: tuple[str, ...] = ()


def place(canvas: Canvas, pose: Pose, height: float, *, centred: bool) -> None:
    """Move the canvas to a body's own space."""
    canvas.translate(pose.x, pose.y)
    canvas.scale(pose.scale * pose.facing, pose.scale)
    canvas.scale(pose.stretch, 1 / max(0.4, pose.stretch))
    middle = 0.0 if centred else -height / 2
    canvas.translate(0, middle)
    canvas.rotate(pose.turn)
    canvas.translate(0, -middle)


def draw_lit(
    canvas: Canvas, rig: Rig, pose: Pose, coat: Coat, size_px: tuple[int, int], veil: float = 0.0
) -> None:
    """
    Draw a body in its place with the light of the shot upon it.

    It is drawn by itself first, then tinted and darkened on the side away from the sun and given a
    rim of light on the sunny one; `veil` (0 to 1) lets it fade into the distance.
    """
    canvas.save()
    place(canvas, pose, rig.height, centred=rig.nature in ("flyer", "swimmer", "thing"))
    matrix = canvas.getTotalMatrix()
    canvas.restore()
    left, top, right, bottom = _seen(matrix, rig.bounds, size_px)
    if right <= left or bottom <= top:
        return
    pixels = np.zeros((bottom - top, right - left, 4), np.uint8)
    surface = surface_on(pixels)
    own = surface.getCanvas()
    own.translate(-left, -top)
    own.concat(matrix)
    rig.draw(own, pose, coat)
    surface.flushAndSubmit()
    stamp(canvas, _lit(pixels, rig, coat.light, veil), left, top)


def _seen(
    matrix: Any, bounds: tuple[float, float, float, float], size_px: tuple[int, int]
) -> tuple[int, int, int, int]:
    """Return the whole pixels that a body may cover, within the frame."""
    area = matrix.mapRect(skia.Rect.MakeLTRB(*bounds))
    left, top = max(0, math.floor(area.left())), max(0, math.floor(area.top()))
    return left, top, min(size_px[0], math.ceil(area.right())), min(size_px[1], math.ceil(area.bottom()))


def _lit(pixels: Pixels, rig: Rig, light: Light, veil: float) -> Pixels:
    """Return a body's pixels with the shot's light: what it lets through, and what it adds."""
    shade, added = _light_maps(light, round(rig.own_light, 2), round(veil, 2))
    size = (pixels.shape[1], pixels.shape[0])
    through = cv2.multiply(pixels, cv2.resize(shade, size, interpolation=cv2.INTER_LINEAR), scale=1 / 255)
    cover = cv2.extractChannel(pixels, 3)
    extra = cv2.multiply(
        cv2.resize(added, size, interpolation=cv2.INTER_LINEAR), cv2.merge([cover] * 4), scale=1 / 255
    )
    return np.asarray(cv2.add(through, extra), np.uint8)


@lru_cache(maxsize=64)
def _light_maps(light: Light, own_light: float, veil: float) -> tuple[Pixels, Pixels]:
    """Return two small (h, w, 4) maps: the share of each colour that stays, and the colour that comes on top."""
    bright = mix(light.on_subject, WHITE, own_light)
    dark = mix(times(light.on_subject, mix((0.62, 0.60, 0.74), light.haze, 0.15)), WHITE, own_light * 0.8)
    row, column = np.mgrid[0:48, 0:48].astype(np.float32) / 47
    across_ = column if light.sun_at[0] < 0.5 else 1 - column
    away = np.clip((0.62 * across_ + 0.5 * row - 0.32) / 0.72, 0, 1)[..., None]
    rim = (0.36 * light.glow * np.clip(1 - (0.7 * across_ + 0.6 * row) / 0.55, 0, 1) ** 1.3)[..., None]
    keep = (np.array(bright) * (1 - away) + np.array(dark) * away) * (1 - rim) * (1 - veil)
    give = np.array(light.sun) * rim * (1 - veil) + np.array(light.haze) * veil
    ones, zeros = np.ones((48, 48, 1)), np.zeros((48, 48, 1))
    shade = np.concatenate([keep[..., ::-1], ones], axis=2)
    added = np.concatenate([np.clip(give[..., ::-1], 0, 1), zeros], axis=2)
    return np.asarray(np.round(255 * shade), np.uint8), np.asarray(np.floor(255 * added), np.uint8)


def blink(pose: Pose) -> float:
    """Return how open the eyes are: shut for a moment every few seconds, each body in its own time."""
    beat = (pose.at_s + 5 * pose.character) % 3.4
    return abs(beat - 0.09) / 0.09 if beat < 0.18 else 1.0


def flick(pose: Pose, every_s: float, start: float = 0.0) -> float:
    """Return a short nervous movement, 0 at rest and up to 1: an ear, a tail."""
    beat = (pose.at_s + every_s * (start + pose.character)) % every_s
    return math.sin(math.pi * beat / 0.32) if beat < 0.32 else 0.0
