"""Dunes: each with a bright and a shaded slope, rippled sand, a caravan far away."""

from __future__ import annotations

import math

from numpy.random import Generator

from generator.backends.embedded.colour import Rgb, lighter, mix, rgb
from generator.backends.embedded.layer import OVERSCAN, Layer, Painter, View, layer
from generator.backends.embedded.pen import Canvas, across, curve, down, faded, fill, oval, stroke
from generator.backends.embedded.scene import Scene, Setting
from generator.backends.embedded.scenery import clouds, contour, hill, mist, sky, twinkles

_SAND, _SHADE = rgb("eba96a"), rgb("a8603c")


def build(setting: Setting) -> Scene:
    """Build the desert."""
    frame, light, rng = setting.frame, setting.light, setting.rng
    horizon, ground = setting.stage.horizon_y, setting.stage.ground_y
    stars = (twinkles(frame, rng, horizon, 50),) if light.is_night else ()
    behind = (
        sky(frame, light, rng, horizon), *stars, clouds(frame, light, rng, horizon * 0.7, cover=0.1),
        _dunes(setting, 0.10, horizon + 16, 60, 6), mist(frame, light, rng, horizon + 24, 0.14, 0.5),
        _dunes(setting, 0.22, horizon + 46, 84, 5), _caravan(setting, 0.30), _dunes(setting, 0.40, horizon + 92, 100, 4),
        mist(frame, light, rng, horizon + 96, 0.5, 0.25), _dunes(setting, 0.66, ground - 30, 96, 3), _sand(setting, ground - 40),
    )  # fmt: skip
    return Scene(behind=behind, before=(_crest(setting), _blown(setting)))


def _hues(setting: Setting, depth: float) -> tuple[Rgb, Rgb]:
    near = 0.25 + 0.75 * depth
    bright = mix(rgb("f3cfa0"), _SAND, depth)
    return setting.light.at_depth(bright, near), setting.light.at_depth(
        mix(_SHADE, _SAND, 0.45 * (1 - depth)), near
    )


def _dunes(setting: Setting, depth: float, foot: float, height: float, count: int) -> Layer:
    """Return a chain of dunes; from each summit a knife edge snakes down, dark on the side away from the sun."""
    frame, rng = setting.frame, setting.rng
    bright, dark = _hues(setting, depth)
    side = 1 if setting.light.sun_at[0] >= 0.5 else -1
    tops = [
        (frame.period * (k + rng.uniform(0.25, 0.75)) / count, height * rng.uniform(0.5, 1.0))
        for k in range(count)
    ]
    half = frame.period / count * 0.78

    def outline(x: float) -> float:
        def rise(top: tuple[float, float]) -> float:
            away = abs((x - top[0] + frame.period / 2) % frame.period - frame.period / 2) / half
            return float(top[1] * max(0.0, 1 - away) ** 1.35)

        return -max(rise(top) for top in tops)

    def draw(canvas: Canvas) -> None:
        canvas.drawPath(
            hill(outline, frame, foot, foot + 260),
            down(foot - height, foot + 150, lighter(bright, 0.12), mix(bright, dark, 0.5)),
        )
        for x, high in tops:
            _shade(canvas, rng, (x, foot - high, high, half), (bright, dark), side)

    return layer(frame, draw, depth=depth, top=foot - height - 20, bottom=foot + 260)


def _shade(
    canvas: Canvas, rng: Generator, place: tuple[float, float, float, float], hues: tuple[Rgb, Rgb], side: int
) -> None:
    """Draw the shaded face below a summit at (x, top), from its crest to where it fades into the plain."""
    x, top, high, half = place
    bright, dark = hues
    foot, bend, deep = top + high, half * rng.uniform(0.16, 0.3), high + 110
    crest = [(x - side * half * t, foot - high * max(0.0, 1 - t) ** 1.35) for t in (0.2, 0.4, 0.6, 0.8, 1.0)]
    face = curve(
        (x, top), (x - side * bend * 0.2, top + deep * 0.22, x + side * bend, top + deep * 0.36, x + side * bend * 0.2, top + deep * 0.58),
        (x - side * bend * 0.7, top + deep * 0.78, x - side * bend * 0.2, top + deep * 0.9, x - side * bend * 1.4, top + deep), (x - side * half, foot + 40), *reversed(crest),
    )  # fmt: skip
    canvas.drawPath(
        face,
        faded(
            (0, top),
            (0, top + deep),
            (mix(dark, bright, 0.12), 1.0),
            (mix(dark, bright, 0.35), 0.8),
            (mix(dark, bright, 0.5), 0.0),
        ),
    )


def _sand(setting: Setting, base: float) -> Layer:
    """Return the sand we stand on, with its ripples."""
    frame, rng = setting.frame, setting.rng
    bright, dark = _hues(setting, 1.0)
    outline = contour(rng, frame.period, 14, 3)
    bottom = frame.height + OVERSCAN

    def draw(canvas: Canvas) -> None:
        canvas.drawPath(
            hill(outline, frame, base, bottom),
            down(base, bottom, lighter(bright, 0.06), mix(bright, dark, 0.75)),
        )
        for row in range(13):
            y = base + 18 + row**1.55 * 4.2
            for x in rng.uniform(0, frame.period, 9):
                wide = rng.uniform(60, 190)
                line = curve(
                    (x, y + outline(x) * 0.4),
                    (x + wide * 0.3, y - 5, x + wide * 0.6, y + 6, x + wide, y + outline(x + wide) * 0.4),
                    closed=False,
                )
                canvas.drawPath(line, stroke(dark, 1.0 + row * 0.18, 0.26))

    return layer(frame, draw, depth=1.0, top=base - 40, bottom=bottom)


def _crest(setting: Setting) -> Layer:
    """Return the nearest dune, out of focus at the frame's foot."""
    frame = setting.frame
    bright, dark = _hues(setting, 1.0)
    outline = contour(setting.rng, frame.period, 30, 3)
    base = frame.height - 10

    def draw(canvas: Canvas) -> None:
        canvas.drawPath(
            hill(outline, frame, base, frame.height + OVERSCAN),
            across(0, frame.period, mix(bright, dark, 0.7), dark, mix(bright, dark, 0.7)),
        )

    return layer(frame, draw, depth=1.5, top=base - 70, bottom=frame.height + OVERSCAN, blur=4)


def _caravan(setting: Setting, depth: float) -> Painter:
    """Return camels that walk along a far ridge."""
    frame, base = setting.frame, setting.stage.horizon_y + 70
    tone = setting.light.at_depth(rgb("4a2418"), 0.55)
    start = setting.rng.uniform(0.1, 0.5) * frame.width

    def draw(view: View) -> None:
        view.enter(depth)
        for k in range(5):
            stride = view.at_s * 1.1 + k * 0.37
            x, y = (
                start + 52 * k + 9 * view.at_s,
                base + 3 * math.sin(0.02 * (start + 52 * k)) - abs(math.sin(stride * math.pi)) * 0.8,
            )
            _camel(view.canvas, x, y, stride, tone)
        view.leave()

    return draw


def _camel(canvas: Canvas, x: float, y: float, stride: float, tone: Rgb) -> None:
    canvas.drawOval(oval(x, y - 19, 12, 6), fill(tone))
    canvas.drawOval(oval(x - 1, y - 25, 6, 5), fill(tone))
    canvas.drawPath(curve((x + 9, y - 19), (x + 19, y - 18, x + 18, y - 32), closed=False), stroke(tone, 3.6))
    canvas.drawOval(oval(x + 21, y - 33, 5, 2.6), fill(tone))
    for k, leg in enumerate((-8, -5, 6, 9)):
        swing = 3.4 * math.sin(math.tau * stride + 1.7 * k)
        canvas.drawLine(x + leg, y - 15, x + leg + swing, y, stroke(tone, 2))


def _blown(setting: Setting) -> Painter:
    """Return wisps of sand running over the ground with the wind."""
    frame, light = setting.frame, setting.light
    spots = setting.rng.uniform(0, 1, (26, 3))
    tone = lighter(light.at_depth(_SAND, 1.0), 0.35)

    def draw(view: View) -> None:
        for x, y, pace in spots:
            px = (
                x * frame.width * 1.4 + view.at_s * (60 + 240 * pace) * (0.4 + light.wind) - view.camera.x
            ) % (frame.width * 1.4) - 120
            py = setting.stage.ground_y - 30 + y * 150 + 5 * math.sin(2 * view.at_s + 9 * x)
            strength = 0.2 * (0.5 + 0.5 * math.sin(view.at_s * 1.3 + 20 * pace))
            view.canvas.drawOval(
                oval(px, py, 60 + 70 * pace, 1.6 + 1.6 * y), fill(tone, strength * (0.4 + light.wind))
            )

    return draw
