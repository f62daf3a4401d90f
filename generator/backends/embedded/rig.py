"""A subject's body: how it is drawn, and how light falls on it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from generator.backends.embedded.colour import WHITE, Rgb, ink, lighter, mix, times
from generator.backends.embedded.light import Light
from generator.backends.embedded.pen import Canvas, Paint, box
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
    """A subject's colours: its own or the one asked for, and the light about it (lamps light up at night)."""

    main: Rgb
    light: Light
    is_named: bool = False

    def shade(self, share: float) -> Rgb:
        """Return the main colour lighter (above 0) or darker."""
        return lighter(self.main, share)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rig:
    """
    A drawn body.

    It is drawn looking right, feet at (0, 0), y upwards negative, `height` units tall within
    `bounds` (left, top, right, bottom).  `beats_hz` is its natural rhythm (strides, wing beats); `own_light` is how
    much of it shines by itself at night, 0 to 1; `siblings` are the colours of the others when there are several.
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


def place(canvas: Canvas, pose: Pose, height: float, *, centred: bool) -> None:
    """Move the canvas to a body's own space."""
    canvas.translate(pose.x, pose.y)
    canvas.scale(pose.scale * pose.facing, pose.scale)
    canvas.scale(pose.stretch, 1 / max(0.4, pose.stretch))
    middle = 0.0 if centred else -height / 2
    canvas.translate(0, middle)
    canvas.rotate(pose.turn)
    canvas.translate(0, -middle)


def draw_lit(canvas: Canvas, rig: Rig, pose: Pose, coat: Coat, veil: float = 0.0) -> None:
    """
    Draw a body in its place with the light of the shot upon it.

    One pass tints it and darkens the side away from the sun, another lays a rim of light on the
    sunny one; `veil` (0 to 1) lets it fade into the distance.
    """
    canvas.save()
    place(canvas, pose, rig.height, centred=rig.nature in ("flyer", "swimmer", "thing"))
    bounds = skia.Rect.MakeLTRB(*rig.bounds)
    canvas.saveLayer(bounds)
    rig.draw(canvas, pose, coat)
    _light_upon(canvas, rig, coat.light, pose)
    if veil > 0:
        canvas.drawRect(bounds, _atop(skia.Paint(Color=ink(coat.light.haze, veil))))
    canvas.restore()
    canvas.restore()


def _light_upon(canvas: Canvas, rig: Rig, light: Light, pose: Pose) -> None:
    left, top, right, bottom = rig.bounds
    side = (1 if light.sun_at[0] >= 0.5 else -1) * pose.facing
    near, far = (right, left) if side > 0 else (left, right)
    start, end = (near * 0.9, top), (far * 0.9, bottom)
    bright = mix(light.on_subject, WHITE, rig.own_light)
    dark = mix(times(light.on_subject, mix((0.62, 0.60, 0.74), light.haze, 0.15)), WHITE, rig.own_light * 0.8)
    modulate = skia.Paint(
        Shader=skia.GradientShader.MakeLinear(
            [start, end], [ink(bright, 1), ink(bright, 1), ink(dark, 1)], [0, 0.35, 1]
        ),
        BlendMode=skia.BlendMode.kModulate,
    )
    canvas.drawRect(box(left, top, right - left, bottom - top), modulate)
    rim = skia.GradientShader.MakeLinear(
        [start, end], [ink(light.sun, 0.34 * light.glow), ink(light.sun, 0.0)], [0, 0.5]
    )
    canvas.drawRect(box(left, top, right - left, bottom - top), _atop(skia.Paint(Shader=rim)))


def _atop(paint: Paint) -> Paint:
    paint.setBlendMode(skia.BlendMode.kSrcATop)
    return paint


def blink(pose: Pose) -> float:
    """Return how open the eyes are: shut for a moment every few seconds, each body in its own time."""
    beat = (pose.at_s + 5 * pose.character) % 3.4
    return abs(beat - 0.09) / 0.09 if beat < 0.18 else 1.0


def flick(pose: Pose, every_s: float, start: float = 0.0) -> float:
    """Return a short nervous movement, 0 at rest and up to 1: an ear, a tail."""
    beat = (pose.at_s + every_s * (start + pose.character)) % every_s
    return math.sin(math.pi * beat / 0.32) if beat < 0.32 else 0.0
