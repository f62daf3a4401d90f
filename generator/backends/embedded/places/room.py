"""A workshop: a tall window, tools on the wall, shelves, a lamp that swings, dust in the light."""

from __future__ import annotations

import math

from generator.backends.embedded.colour import Rgb, lighter, mix, rgb, times
from generator.backends.embedded.layer import OVERSCAN, Layer, Painter, View, layer
from generator.backends.embedded.pen import (
    Canvas,
    across,
    box,
    curve,
    down,
    faded,
    fill,
    glow,
    halo,
    oval,
    polygon,
    stroke,
)
from generator.backends.embedded.scene import Scene, Setting

_WALL, _WOOD, _FRAME = rgb("94705c"), rgb("a8744c"), rgb("3a2620")
_POTS = ("2f6f6a", "c7893a", "b8443c", "d9c9ad", "5a4a8a", "6a7a70")


def build(setting: Setting) -> Scene:
    """Build the room."""
    frame, light = setting.frame, setting.light
    floor = setting.stage.ground_y - 64
    dark = lighter(times(_WALL, light.ambient), -0.4)

    def backdrop(view: View) -> None:
        view.canvas.drawRect(box(0, 0, frame.width, frame.height), fill(dark))

    behind = (
        backdrop, _outside(setting, floor), _wall(setting, floor), _sunbeam(setting, floor), _shelves(setting, floor),
        _floor(setting, floor), _bench(setting, floor), _lamp(setting),
    )  # fmt: skip
    return Scene(behind=behind, before=(_foreground(setting),))


def _seen(setting: Setting, hue: Rgb) -> Rgb:
    return times(hue, setting.light.ambient)


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
    wall = _seen(setting, _WALL)

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
        _bars(canvas, (left, top, wide, high), _seen(setting, _FRAME))
        canvas.drawCircle(
            left + wide / 2,
            top + high / 2,
            wide * 1.5,
            halo((left + wide / 2, top + high / 2), wide * 1.5, light.sun, 0.34),
        )
        _tools(canvas, setting, (left + wide + 70, floor * 0.16))
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


def _tools(canvas: Canvas, setting: Setting, place: tuple[float, float]) -> None:
    x, y = place
    rail, wood = _seen(setting, rgb("24160f")), _seen(setting, _WOOD)
    steel = (_seen(setting, rgb("8a8f94")), _seen(setting, rgb("b5763c")), _seen(setting, rgb("6a7a70")))
    canvas.drawRoundRect(box(x - 24, y - 6, 560, 8), 4, 4, fill(rail))
    for k in range(10):
        left, long = x + k * 54, 56 + (k * 37) % 46
        canvas.drawRoundRect(
            box(left, y, 10, long), 5, 5, across(left, left + 10, lighter(wood, 0.15), lighter(wood, -0.25))
        )
        canvas.drawRoundRect(
            box(left - 7, y + long - 6, 24, 34),
            5,
            5,
            down(y + long, y + long + 30, lighter(steel[k % 3], 0.2), lighter(steel[k % 3], -0.2)),
        )
        canvas.drawRoundRect(box(left + 8, y + 6, 10, long + 16), 5, 5, fill((0.05, 0.02, 0.04), 0.16))


def _shelves(setting: Setting, floor: float) -> Layer:
    """Return shelves with pots and plants, nearer than the wall."""
    frame, rng = setting.frame, setting.rng
    wood = _seen(setting, lighter(_WOOD, -0.2))
    left = frame.width * 0.62

    def draw(canvas: Canvas) -> None:
        for row, y in enumerate((floor * 0.52, floor * 0.72)):
            canvas.drawRect(
                box(left, y, frame.width * 0.5, 12), down(y, y + 12, lighter(wood, 0.25), lighter(wood, -0.2))
            )
            canvas.drawRect(box(left, y + 12, frame.width * 0.5, 14), fill((0.04, 0.02, 0.04), 0.22))
            x = left + 26
            while x < left + frame.width * 0.46:
                high, wide = rng.uniform(34, 76), rng.uniform(26, 50)
                hue = _seen(setting, rgb(_POTS[int(rng.integers(len(_POTS)))]))
                _pot(canvas, (x, y, wide, high), hue, leafed=row == 0 and rng.uniform() < 0.5)
                x += wide + rng.uniform(10, 34)

    return layer(frame, draw, depth=0.66, top=0, bottom=floor + 20)


def _pot(canvas: Canvas, place: tuple[float, float, float, float], hue: Rgb, *, leafed: bool) -> None:
    x, foot, wide, high = place
    body = curve(
        (x + wide * 0.15, foot),
        (x - wide * 0.06, foot - high * 0.5, x + wide * 0.2, foot - high),
        (x + wide * 0.8, foot - high),
        (x + wide * 1.06, foot - high * 0.5, x + wide * 0.85, foot),
    )
    canvas.drawPath(body, across(x, x + wide, lighter(hue, 0.25), hue, lighter(hue, -0.35)))
    canvas.drawOval(oval(x + wide / 2, foot - high, wide * 0.3, 3), fill(lighter(hue, -0.45)))
    for k in range(7 if leafed else 0):
        turn = -1.2 + 0.4 * k
        tip = (x + wide / 2 + 46 * math.sin(turn), foot - high - 44 * math.cos(turn * 0.7))
        canvas.drawPath(
            curve(
                (x + wide / 2, foot - high),
                (x + wide / 2 + 8 * turn, tip[1], *tip),
                (x + wide / 2 + 20 * turn, foot - high - 8, x + wide / 2, foot - high),
            ),
            fill(mix(rgb("4f8a52"), hue, 0.12)),
        )


def _floor(setting: Setting, floor: float) -> Layer:
    frame = setting.frame
    wood = _seen(setting, _WOOD)
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
            fill(_seen(setting, rgb("8a3a3c")), 0.9),
        )
        canvas.drawOval(
            oval(frame.width * 0.5, floor + 78, frame.width * 0.31, 43),
            stroke(_seen(setting, rgb("e0c9a0")), 5, 0.75),
        )
        canvas.drawOval(
            oval(frame.width * 0.5, floor + 78, frame.width * 0.25, 34),
            stroke(_seen(setting, rgb("d9a04a")), 3, 0.6),
        )

    return layer(frame, draw, depth=0.9, top=floor, bottom=bottom)


def _bench(setting: Setting, floor: float) -> Layer:
    """Return a workbench against the wall, with a stool and an easel beside it."""
    frame = setting.frame
    wood = _seen(setting, rgb("8a5c3a"))
    left, top = frame.width * 0.66, floor - 112

    def draw(canvas: Canvas) -> None:
        canvas.drawOval(oval(left + 190, floor + 22, 250, 18), fill((0.05, 0.02, 0.05), 0.35))
        for x in (left + 20, left + 330):
            canvas.drawRect(
                box(x, top + 16, 22, 124), across(x, x + 22, lighter(wood, 0.1), lighter(wood, -0.4))
            )
        canvas.drawRoundRect(
            box(left, top, 380, 20), 4, 4, down(top, top + 20, lighter(wood, 0.28), lighter(wood, -0.15))
        )
        canvas.drawOval(
            oval(left + 90, top - 24, 44, 26), across(left + 46, left + 134, rgb("e0c9a0"), rgb("7a5a3a"))
        )
        canvas.drawRoundRect(
            box(left + 190, top - 44, 30, 46),
            6,
            6,
            across(left + 190, left + 220, lighter(_seen(setting, rgb("2f6f6a")), 0.2), rgb("1c4644")),
        )
        for k in range(4):
            canvas.drawLine(
                left + 196 + 6 * k,
                top - 44,
                left + 190 + 11 * k,
                top - 84 - 7 * (k % 2),
                stroke(lighter(wood, 0.2), 3.4),
            )

    return layer(frame, draw, depth=0.84, top=floor - 240, bottom=floor + 60)


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


def _lamp(setting: Setting) -> Painter:
    """Return a lamp on a cord that swings slowly; lit when the window is dark."""
    frame = setting.frame
    lit = setting.light.ambient[2] < 0.6
    shade = _seen(setting, rgb("c7893a"))

    def draw(view: View) -> None:
        view.enter(0.8)
        canvas = view.canvas
        canvas.translate(frame.width * 0.56, -OVERSCAN)
        canvas.rotate(2.4 * math.sin(1.05 * view.at_s))
        canvas.drawLine(0, 0, 0, 150, stroke(rgb("1c1412"), 3))
        if lit:
            canvas.drawPath(
                polygon((-40, 196), (40, 196), (300, 700), (-300, 700)),
                faded((0, 190), (0, 640), (rgb("ffdf9e"), 0.26), (rgb("ffdf9e"), 0.0)),
            )
        canvas.drawPath(
            curve((-14, 148), (-50, 160, -58, 200), (58, 200), (50, 160, 14, 148)),
            across(-58, 58, lighter(shade, 0.25), shade, lighter(shade, -0.4)),
        )
        canvas.drawOval(oval(0, 200, 56, 7), fill(rgb("fff2c4") if lit else lighter(shade, -0.5)))
        if lit:
            glow(canvas, (0, 204), 230, rgb("ffd98e"), 0.62)
        view.leave()

    return draw


def _foreground(setting: Setting) -> Layer:
    """Return the edge of a table with jars, out of focus."""
    frame = setting.frame
    dark = lighter(_seen(setting, _FRAME), -0.3)
    base = frame.height - 4

    def draw(canvas: Canvas) -> None:
        canvas.drawRect(box(0, base, frame.period, 90), fill(dark))
        for k, x in enumerate((0.03, 0.62, 0.70, 0.95)):
            left, high = frame.period * x, 60 + 30 * (k % 3)
            canvas.drawRoundRect(
                box(left, base - high, 54, high + 10),
                14,
                14,
                across(left, left + 54, lighter(dark, 0.25), dark),
            )

    return layer(frame, draw, depth=1.5, top=base - 150, bottom=frame.height + OVERSCAN, blur=4.5)
