"""A workshop: a tall window, tools on the wall, shelves, a lamp that swings, dust in the light."""

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
    halo,
    oval,
    polygon,
    stroke,
)
from generator.backends.embedded.places.furniture import FRAME, WOOD, bench, lamp, shelves, table, tools
from generator.backends.embedded.scene import Scene, Setting

_WALL = rgb("94705c")


def build(setting: Setting) -> Scene:
    """Build the room."""
    frame, light = setting.frame, setting.light
    floor = setting.stage.ground_y - 64
    dark = lighter(light.near(_WALL), -0.4)

    def backdrop(view: View) -> None:
        view.canvas.drawRect(box(0, 0, frame.width, frame.height), fill(dark))

    behind = (
        backdrop, _outside(setting, floor), _wall(setting, floor), _sunbeam(setting, floor), shelves(setting, floor),
        _floor(setting, floor), bench(setting, floor), lamp(setting),
    )  # fmt: skip
    return Scene(behind=behind, before=(table(setting),))


def _window(setting: Setting, floor: float) -> tuple[float, float, float, float]:
    """Return the window's box: left, top, width, height."""
    frame = setting.frame
    wide = min(400.0, frame.width * 0.40)
    return frame.width * 0.07, floor * 0.13, wide, floor * 0.58


def _outside(setting: Setting, floor: float) -> Layer:
    """Return what is seen through the window: sky and roofs, farther than the wall."""
    frame, light = setting.frame, setting.light
    left, top, wide, high = _window(setting, floor)
    night = light.ambient[2] < 0.6
    upper, lower = (
        (rgb("1b2a5a"), rgb("46589a"))
        if night
        else (rgb("fff3cf"), rgb("f2bd7c"))
        if light.ambient[0] < 0.9
        else (rgb("cfe8ee"), rgb("fbf0cf"))
    )

    def draw(canvas: Canvas) -> None:
        canvas.drawRect(box(0, 0, frame.period, floor), down(top, top + high, upper, lower))
        for k in range(26):
            x, tall = frame.period * k / 26, 60 + (k * 37) % 90
            canvas.drawRect(box(x, top + high - tall, 70, 200), fill(mix(lower, rgb("6a5a78"), 0.38)))
            canvas.drawPath(
                polygon(
                    (x - 4, top + high - tall), (x + 35, top + high - tall - 34), (x + 74, top + high - tall)
                ),
                fill(mix(lower, rgb("7a4a58"), 0.45)),
            )
        if night:
            canvas.drawCircle(left + wide * 0.7, top + 60, 24, fill(rgb("f2f0e0")))

    return layer(frame, draw, depth=0.16, top=0, bottom=floor, blur=1.6)


def _wall(setting: Setting, floor: float) -> Layer:
    """Return the wall with a hole where the window is, its bars, and the tools that hang on it."""
    frame, light = setting.frame, setting.light
    left, top, wide, high = _window(setting, floor)
    wall = setting.light.near(_WALL)

    def draw(canvas: Canvas) -> None:
        paint = across(
            0, frame.period, lighter(wall, 0.1), lighter(wall, -0.32), lighter(wall, -0.5), lighter(wall, 0.1)
        )
        for part in (
            box(0, -OVERSCAN, frame.period, top + OVERSCAN),
            box(0, top + high, frame.period, floor),
            box(0, top - 1, left, high + 2),
            box(left + wide, top - 1, frame.period - left - wide, high + 2),
        ):
            canvas.drawRect(part, paint)
        _bars(canvas, (left, top, wide, high), setting.light.near(FRAME))
        canvas.drawCircle(
            left + wide / 2,
            top + high / 2,
            wide * 1.5,
            halo((left + wide / 2, top + high / 2), wide * 1.5, light.sun, 0.34),
        )
        tools(canvas, setting, (left + wide + 70, floor * 0.16))
        canvas.drawRect(box(0, floor - 26, frame.period, 30), fill(lighter(wall, -0.55)))

    return layer(frame, draw, depth=0.5, top=-OVERSCAN, bottom=floor + 4)


def _bars(canvas: Canvas, place: tuple[float, float, float, float], hue: Rgb) -> None:
    left, top, wide, high = place
    for k in range(5):
        canvas.drawRect(box(left + wide * k / 4 - 4, top, 8, high), fill(hue))
    for k in range(4):
        canvas.drawRect(box(left - 4, top + high * k / 3 - 4, wide + 8, 8), fill(hue))
    canvas.drawRect(
        box(left - 16, top + high, wide + 32, 14), down(top + high, top + high + 14, lighter(hue, 0.3), hue)
    )


def _floor(setting: Setting, floor: float) -> Layer:
    frame = setting.frame
    wood = setting.light.near(WOOD)
    bottom = frame.height + OVERSCAN

    def draw(canvas: Canvas) -> None:
        canvas.drawRect(
            box(0, floor, frame.period, bottom),
            down(floor, bottom, lighter(wood, -0.12), lighter(wood, 0.06), lighter(wood, -0.5)),
        )
        for row in range(9):
            y = floor + 10 + row**1.7 * 7
            canvas.drawRect(box(0, y, frame.period, 1.2 + 0.3 * row), fill(lighter(wood, -0.5), 0.5))
            for k in range(6):
                x = frame.period * (k + 0.37 * (row % 3)) / 6
                canvas.drawRect(box(x, y, 2 + 0.2 * row, 8 + 4.5 * row), fill(lighter(wood, -0.5), 0.4))
        canvas.drawOval(
            oval(frame.width * 0.5, floor + 78, frame.width * 0.34, 50),
            fill(setting.light.near(rgb("8a3a3c")), 0.9),
        )
        canvas.drawOval(
            oval(frame.width * 0.5, floor + 78, frame.width * 0.31, 43),
            stroke(setting.light.near(rgb("e0c9a0")), 5, 0.75),
        )
        canvas.drawOval(
            oval(frame.width * 0.5, floor + 78, frame.width * 0.25, 34),
            stroke(setting.light.near(rgb("d9a04a")), 3, 0.6),
        )

    return layer(frame, draw, depth=0.9, top=floor, bottom=bottom)


def _sunbeam(setting: Setting, floor: float) -> Painter:
    """Return the beam that falls through the window and wanders a little."""
    left, top, wide, _ = _window(setting, floor)
    light = setting.light
    drop = setting.frame.height

    def draw(view: View) -> None:
        view.enter(0.55)
        lean = 150 + 14 * math.sin(0.4 * view.at_s)
        beam = polygon(
            (left, top), (left + wide, top), (left + wide + lean * 2.6, drop), (left + lean * 1.2, drop)
        )
        strength = (0.20 + 0.03 * math.sin(0.7 * view.at_s)) * light.glow
        view.canvas.drawPath(
            beam,
            faded(
                (left, top),
                (left + lean, drop),
                (light.sun, strength),
                (light.sun, strength * 0.4),
                (light.sun, 0.0),
            ),
        )
        view.leave()

    return draw
