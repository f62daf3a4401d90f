"""A street: towers one behind the other with their windows, lamps, wet asphalt that mirrors them."""

from __future__ import annotations

import math

from numpy.random import Generator

from generator.backends.embedded.colour import Rgb, lighter, mix, rgb, times
from generator.backends.embedded.layer import OVERSCAN, Layer, Painter, View, layer
from generator.backends.embedded.pen import (
    Canvas,
    across,
    box,
    down,
    faded,
    fill,
    glow,
    halo,
    oval,
    painted,
    polygon,
    stroke,
)
from generator.backends.embedded.scene import Scene, Setting
from generator.backends.embedded.scenery import clouds, mist, sky, twinkles
from generator.backends.embedded.skia_library import skia

_LIT = (rgb("ffd58a"), rgb("ffc46b"), rgb("ffe6b0"), rgb("9fd6ff"))
_WALLS = ("b9897a", "8f94a8", "c9a986", "7d8f9c", "a8787e", "94a08e")


def build(setting: Setting) -> Scene:
    """Build the street."""
    frame, light, rng = setting.frame, setting.light, setting.rng
    horizon, ground = setting.stage.horizon_y, setting.stage.ground_y
    stars = (twinkles(frame, rng, horizon * 0.6, 16),) if light.is_night else ()
    street = ground - 64
    behind = (
        sky(frame, light, rng, horizon), *stars, clouds(frame, light, rng, horizon * 0.8, cover=0.35),
        _towers(setting, 0.10, 0.60, 30, street), mist(frame, light, rng, horizon - 30, 0.15, 0.35),
        _towers(setting, 0.24, 0.50, 20, street), mist(frame, light, rng, horizon, 0.3, 0.3),
        _towers(setting, 0.46, 0.40, 12, street), _cars(setting, street), _shops(setting, 0.72, street),
        _asphalt(setting, street), *_gleams(setting, street), _lamps(setting, street),
    )  # fmt: skip
    return Scene(behind=behind, before=(_kerb(setting), _bokeh(setting)))


def _evening(setting: Setting) -> float:
    """Return the share of windows that are lit."""
    light = setting.light
    return 0.42 if light.is_night else 0.26 if light.sun_at[1] > 0.45 else 0.06


def _towers(setting: Setting, depth: float, tall: float, count: int, foot: float) -> Layer:
    frame, rng, light = setting.frame, setting.rng, setting.light

    def draw(canvas: Canvas) -> None:
        x = 0.0
        wide = frame.period / count
        for _ in range(count):
            high = tall * foot * rng.uniform(0.55, 1.25)
            wall = light.at_depth(
                times(rgb(_WALLS[int(rng.integers(len(_WALLS)))]), (0.78, 0.78, 0.9)), 0.12 + depth
            )
            _tower(canvas, setting, (x, foot - high, wide * rng.uniform(0.82, 1.02), high), wall, depth)
            x += wide

    return layer(
        frame,
        draw,
        depth=depth,
        top=-OVERSCAN,
        bottom=foot + 4,
        blur=1.1 * max(0.0, 0.3 - depth) * 3,
    )


def _tower(
    canvas: Canvas, setting: Setting, place: tuple[float, float, float, float], wall: Rgb, depth: float
) -> None:
    x, top, wide, high = place
    rng = setting.rng
    canvas.drawRect(
        box(x, top, wide, high + 6), across(x, x + wide, lighter(wall, 0.08), wall, lighter(wall, -0.22))
    )
    roof = rng.uniform(0, 1)
    if roof < 0.35:
        canvas.drawRect(box(x + wide * 0.2, top - 16, wide * 0.6, 18), fill(lighter(wall, -0.1)))
    elif roof < 0.6:
        canvas.drawPath(
            polygon((x, top + 1), (x + wide / 2, top - wide * 0.32), (x + wide, top + 1)),
            fill(lighter(wall, -0.14)),
        )
    elif roof < 0.75:
        canvas.drawLine(x + wide / 2, top, x + wide / 2, top - 34, stroke(lighter(wall, -0.2), 2))
    canvas.drawRect(box(x, top, wide, 5), fill(lighter(wall, 0.16)))
    _windows(canvas, setting, (x, top, wide, high), wall, depth)


def _windows(
    canvas: Canvas, setting: Setting, place: tuple[float, float, float, float], wall: Rgb, depth: float
) -> None:
    x, top, wide, high = place
    rng, light = setting.rng, setting.light
    step_x, step_y = 10 + 15 * depth, 15 + 19 * depth
    glass = mix(lighter(wall, -0.25), light.sky[1], 0.35)
    columns = int((wide - 8) / step_x)
    inset = (wide - columns * step_x) / 2
    for row in range(int((high - 16) / step_y)):
        for column in range(columns):
            lit = rng.uniform() < _evening(setting)
            hue = _LIT[int(rng.integers(len(_LIT)) if rng.uniform() < 0.4 else 0)]
            shown = mix(hue, light.haze, 0.35 * (1 - depth)) if lit else glass
            at = (x + inset + column * step_x + step_x * 0.2, top + 14 + row * step_y)
            canvas.drawRect(box(*at, step_x * 0.55, step_y * 0.56), fill(shown, 0.95 if lit else 0.6))


def _shops(setting: Setting, depth: float, foot: float) -> Layer:
    """Return the row of houses on the street: doors, awnings, warm shop windows."""
    frame, rng, light = setting.frame, setting.rng, setting.light
    glow = rgb("ffd691")
    awnings = ("b8443c", "2f6f6a", "c7893a", "4a5a8a")

    def draw(canvas: Canvas) -> None:
        count = 9
        wide = frame.period / count
        for k in range(count):
            x, high = k * wide, rng.uniform(150, 250)
            wall = light.at_depth(times(rgb(_WALLS[int(rng.integers(len(_WALLS)))]), (0.66, 0.64, 0.74)), 0.9)
            _tower(canvas, setting, (x, foot - high, wide * 0.99, high), wall, 0.95)
            pane = box(x + wide * 0.12, foot - 74, wide * 0.5, 58)
            canvas.drawRect(
                pane,
                down(foot - 74, foot - 16, glow, mix(glow, rgb("c9743a"), 0.6))
                if _evening(setting) > 0.2
                else fill(lighter(light.sky[1], -0.2)),
            )
            canvas.drawRect(box(x + wide * 0.7, foot - 78, wide * 0.18, 78), fill(lighter(wall, -0.45)))
            canopy = light.at_depth(rgb(awnings[k % len(awnings)]), 0.95)
            canvas.drawPath(
                polygon(
                    (x + wide * 0.10, foot - 84),
                    (x + wide * 0.64, foot - 84),
                    (x + wide * 0.67, foot - 62),
                    (x + wide * 0.07, foot - 62),
                ),
                fill(canopy),
            )
            for stripe in range(1, 6, 2):
                left = x + wide * (0.09 + 0.09 * stripe)
                canvas.drawPath(
                    polygon(
                        (left, foot - 84),
                        (left + wide * 0.07, foot - 84),
                        (left + wide * 0.072, foot - 62),
                        (left - 2, foot - 62),
                    ),
                    fill(lighter(canopy, 0.55), 0.8),
                )

    return layer(frame, draw, depth=depth, top=foot - 330, bottom=foot + 4)


def _asphalt(setting: Setting, street: float) -> Layer:
    frame, light = setting.frame, setting.light
    road = light.at_depth(rgb("54566b"), 1.0)
    bottom = frame.height + OVERSCAN
    path = light.at_depth(rgb("9a94a0"), 0.95)

    def draw(canvas: Canvas) -> None:
        canvas.drawRect(
            box(0, street, frame.period, bottom),
            down(street, bottom, mix(road, light.haze, 0.18), lighter(road, -0.5)),
        )
        canvas.drawRect(box(0, street, frame.period, 16), fill(path))
        canvas.drawRect(box(0, street + 16, frame.period, 4), fill(lighter(path, -0.4)))
        for y in (street + 62, street + 118):
            canvas.drawRect(box(0, y, frame.period, 3.4), fill(lighter(path, 0.2), 0.55))
            canvas.drawRect(box(0, y + 4, frame.period, 2), fill(lighter(road, -0.6), 0.7))

    return layer(frame, draw, depth=1.0, top=street, bottom=bottom)


def _gleams(setting: Setting, street: float) -> tuple[Painter, ...]:
    """Return what the street mirrors: dashes of light, many of them when it is wet."""
    frame = setting.frame
    if not setting.wet and not setting.light.is_night:
        return ()
    spots = setting.rng.uniform(0, 1, (150 if setting.wet else 60, 4))

    def draw(view: View) -> None:
        warm, cool = skia.Path(), skia.Path()
        for x, y, pace, size in spots:
            near = y**1.3
            px = (x * frame.period - view.camera.x * (0.85 + 0.15 * near)) % frame.period - 60
            flash = 0.5 + 0.5 * math.sin(view.at_s * (0.8 + 2 * pace) + 40 * x)
            wide = (8 + 46 * size) * (0.4 + near) * (0.4 + 0.6 * flash)
            cy = street + 26 + near * (frame.height - street)
            (warm if pace < 0.75 else cool).addOval(oval(px, cy, wide, 0.8 + 1.6 * near))
        view.canvas.drawPath(warm, fill(rgb("ffcf86"), 0.34 if setting.wet else 0.16))
        view.canvas.drawPath(cool, fill(rgb("9fc6ff"), 0.28 if setting.wet else 0.12))

    return (draw,)


def _lamps(setting: Setting, street: float) -> Layer:
    frame, light = setting.frame, setting.light
    post = light.at_depth(rgb("2a2a3c"), 0.95)
    lit = _evening(setting) > 0.2

    def draw(canvas: Canvas) -> None:
        for k in range(5):
            x = frame.period * (k + 0.5) / 5
            foot, top = street + 14, street - 210
            canvas.drawRect(
                box(x - 3, top, 6, foot - top), across(x - 3, x + 3, lighter(post, 0.2), lighter(post, -0.3))
            )
            canvas.drawRoundRect(box(x - 9, foot - 26, 18, 26), 4, 4, fill(post))
            canvas.drawPath(
                polygon((x - 14, top), (x + 14, top), (x + 9, top + 30), (x - 9, top + 30)),
                fill(rgb("fff2c8") if lit else lighter(post, 0.4)),
            )
            canvas.drawPath(polygon((x - 17, top), (x, top - 14), (x + 17, top)), fill(post))
            if lit:
                canvas.drawCircle(x, top + 14, 120, halo((x, top + 14), 120, rgb("ffdf9e"), 0.6))
                canvas.drawPath(
                    polygon((x - 10, top + 30), (x + 10, top + 30), (x + 90, foot + 30), (x - 90, foot + 30)),
                    faded((0, top), (0, foot + 30), (rgb("ffdf9e"), 0.22), (rgb("ffdf9e"), 0.0)),
                )

    return layer(frame, draw, depth=0.94, top=street - 350, bottom=street + 50)


def _cars(setting: Setting, street: float) -> Painter:
    """Return headlamps that pass between the houses, far off."""
    frame = setting.frame
    spots = setting.rng.uniform(0, 1, (7, 3))
    if _evening(setting) < 0.2:
        return lambda _view: None

    def draw(view: View) -> None:
        for x, way, pace in spots:
            side = 1 if way > 0.5 else -1
            px = (x * frame.width * 1.5 + side * view.at_s * (70 + 80 * pace) - view.camera.x * 0.55) % (
                frame.width * 1.5
            ) - 120
            hue = rgb("fff4d0") if side > 0 else rgb("ff7a5c")
            glow(view.canvas, (px, street - 14), 15, hue, 0.9)

    return draw


def _kerb(setting: Setting) -> Layer:
    frame, light = setting.frame, setting.light
    base = frame.height - 18
    stone = light.at_depth(rgb("6f6a78"), 1.0)

    def draw(canvas: Canvas) -> None:
        canvas.drawRect(box(0, base, frame.period, 100), down(base, base + 80, stone, lighter(stone, -0.6)))
        for k in range(20):
            x = frame.period * k / 20
            canvas.drawLine(x, base, x - 14, base + 80, stroke(lighter(stone, -0.4), 2, 0.6))

    return layer(frame, draw, depth=1.22, top=base, bottom=frame.height + OVERSCAN)


def _bokeh(setting: Setting) -> Painter:
    """Return lights out of focus, very near."""
    frame, rng = setting.frame, setting.rng
    spots = rng.uniform(0, 1, (9, 4))
    strength = (0.16 if setting.wet else 0.10) if _evening(setting) > 0.2 else 0.0
    discs = [_disc(hue, rng) for hue in _LIT]

    def draw(view: View) -> None:
        for x, y, pace, size in spots:
            px = (x * frame.width * 1.4 - view.camera.x * 1.9 + 12 * math.sin(view.at_s * 0.5 + 9 * pace)) % (
                frame.width * 1.4
            ) - 120
            py = frame.height * (0.42 + 0.5 * y)
            radius = 22 + 40 * size
            glow = strength * (0.6 + 0.4 * math.sin(view.at_s * (0.6 + pace) + 7 * x))
            view.canvas.drawImageRect(
                discs[int(pace * len(discs))],
                oval(px, py, radius, radius),
                skia.SamplingOptions(skia.FilterMode.kLinear),
                skia.Paint(Alphaf=glow),
            )

    return draw


def _disc(hue: Rgb, _rng: Generator) -> object:
    def draw(canvas: Canvas) -> None:
        canvas.drawCircle(48, 48, 42, fill(hue, 0.75))
        canvas.drawCircle(48, 48, 41, stroke(lighter(hue, 0.4), 3, 0.8))

    return painted(96, 96, draw, 1.6)
