"""A street: towers one behind the other, lamps, wet asphalt that mirrors them."""

from __future__ import annotations

import math

from generator.backends.embedded.colour import Rgb, lighter, mix, rgb
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
from generator.backends.embedded.places.houses import LIT, evening, shops, towers
from generator.backends.embedded.scene import Scene, Setting
from generator.backends.embedded.scenery import clouds, mist, sky, twinkles
from generator.backends.embedded.skia_library import skia


def build(setting: Setting) -> Scene:
    """Build the street."""
    frame, light, rng = setting.frame, setting.light, setting.rng
    horizon, ground = setting.stage.horizon_y, setting.stage.ground_y
    stars = (twinkles(frame, rng, horizon * 0.6, 16),) if light.is_night else ()
    street = ground - 64
    behind = (
        sky(frame, light, rng, horizon), *stars, clouds(frame, light, rng, horizon * 0.8, cover=0.35),
        towers(setting, 0.10, 0.60, 30, street), mist(frame, light, rng, horizon - 30, 0.15, 0.35),
        towers(setting, 0.24, 0.50, 20, street), mist(frame, light, rng, horizon, 0.3, 0.3),
        towers(setting, 0.46, 0.40, 12, street), _cars(setting, street), shops(setting, 0.72, street),
        _asphalt(setting, street), *_gleams(setting, street), _lamps(setting, street),
    )  # fmt: skip
    return Scene(behind=behind, before=(_kerb(setting), _bokeh(setting)))


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
    lit = evening(setting) > 0.2

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
    if evening(setting) < 0.2:
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
    strength = (0.16 if setting.wet else 0.10) if evening(setting) > 0.2 else 0.0
    discs = [_disc(hue) for hue in LIT]

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


def _disc(hue: Rgb) -> object:
    def draw(canvas: Canvas) -> None:
        canvas.drawCircle(48, 48, 42, fill(hue, 0.75))
        canvas.drawCircle(48, 48, 41, stroke(lighter(hue, 0.4), 3, 0.8))

    return painted(96, 96, draw, 1.6)
