"""What stands and hangs in a workshop: tools, shelves with pots, a bench, a lamp, a table near the camera."""

from __future__ import annotations

import math

from generator.backends.embedded.colour import Rgb, lighter, mix, rgb
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
    oval,
    polygon,
    stroke,
)
from generator.backends.embedded.scene import Setting

WOOD, FRAME = rgb("a8744c"), rgb("3a2620")
_POTS = ("2f6f6a", "c7893a", "b8443c", "d9c9ad", "5a4a8a", "6a7a70")


def tools(canvas: Canvas, setting: Setting, place: tuple[float, float]) -> None:
    """Draw a rail of tools from a place on."""
    x, y = place
    rail, wood = setting.light.near(rgb("24160f")), setting.light.near(WOOD)
    steel = (
        setting.light.near(rgb("8a8f94")),
        setting.light.near(rgb("b5763c")),
        setting.light.near(rgb("6a7a70")),
    )
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


def shelves(setting: Setting, floor: float) -> Layer:
    """Return shelves with pots and plants, nearer than the wall."""
    frame, rng = setting.frame, setting.rng
    wood = setting.light.near(lighter(WOOD, -0.2))
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
                hue = setting.light.near(rgb(_POTS[int(rng.integers(len(_POTS)))]))
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


def bench(setting: Setting, floor: float) -> Layer:
    """Return a workbench against the wall, with a stool and an easel beside it."""
    frame = setting.frame
    wood = setting.light.near(rgb("8a5c3a"))
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
            across(left + 190, left + 220, lighter(setting.light.near(rgb("2f6f6a")), 0.2), rgb("1c4644")),
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


def lamp(setting: Setting) -> Painter:
    """Return a lamp on a cord that swings slowly; lit when the window is dark."""
    frame = setting.frame
    lit = setting.light.ambient[2] < 0.6
    shade = setting.light.near(rgb("c7893a"))

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


def table(setting: Setting) -> Layer:
    """Return the edge of a table with jars, out of focus."""
    frame = setting.frame
    dark = lighter(setting.light.near(FRAME), -0.3)
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
