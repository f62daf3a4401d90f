"""What grows: grass that leans with the wind, flowers, bushes, rows of firs."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from numpy.random import Generator

from generator.backends.embedded.colour import Rgb, lighter, mix, rgb
from generator.backends.embedded.layer import OVERSCAN, Layer, layer
from generator.backends.embedded.pen import Canvas, curve, fill, oval, stroke
from generator.backends.embedded.scene import Setting
from generator.backends.embedded.trees import pine

Outline = Callable[[float], float]


def grass(
    setting: Setting,
    *,
    foot: float,
    height: float,
    hues: tuple[Rgb, Rgb],
    depth: float,
    count: int,
    blur: float = 0.0,
    flowers: Sequence[str] = (),
) -> Layer:
    """Return a strip of grass whose blades all lean with the gusts, with flowers in it."""
    frame, rng = setting.frame, setting.rng

    def draw(canvas: Canvas) -> None:
        for _ in range(count):
            x, tall = rng.uniform(0, frame.period), height * rng.uniform(0.35, 1.0)
            hue = mix(hues[0], hues[1], rng.uniform(0, 1))
            blade(canvas, (x, foot + rng.uniform(-4, 10), tall), tall * rng.uniform(-0.35, 0.35), hue)
        for _ in range(len(flowers) * 7):
            x, tall = rng.uniform(0, frame.period), height * rng.uniform(0.6, 1.05)
            petal = setting.light.at_depth(rgb(flowers[int(rng.integers(len(flowers)))]), min(1.0, depth))
            flower(canvas, (x, foot, tall), petal, lighter(hues[1], -0.1))

    return layer(
        frame, draw, depth=depth, top=foot - 1.4 * height, bottom=foot + OVERSCAN, blur=blur,
        sway=height * 0.13,
    )  # fmt: skip


def blade(canvas: Canvas, place: tuple[float, float, float], lean: float, hue: Rgb) -> None:
    """Draw a blade of grass at (x, foot, height) bending by `lean`."""
    x, foot, tall = place
    wide = 1.5 + tall * 0.035
    shape = curve(
        (x - wide, foot),
        (x - wide * 0.4, foot - tall * 0.6, x + lean, foot - tall),
        (x + wide * 0.9, foot - tall * 0.5, x + wide, foot),
    )
    canvas.drawPath(shape, fill(hue))


def flower(canvas: Canvas, place: tuple[float, float, float], petal: Rgb, stem: Rgb) -> None:
    """Draw a flower of five petals on its stem at (x, foot, height)."""
    x, foot, tall = place
    canvas.drawLine(x, foot, x, foot - tall, stroke(stem, 1.6 + tall * 0.012))
    size = 2.6 + tall * 0.075
    for k in range(5):
        turn = math.tau * k / 5 + x
        canvas.drawOval(
            oval(
                x + size * math.cos(turn), foot - tall + size * 0.8 * math.sin(turn), size * 0.8, size * 0.7
            ),
            fill(petal),
        )
    canvas.drawCircle(x, foot - tall, size * 0.55, fill(mix(petal, rgb("f2c545"), 0.8)))


def firs(
    setting: Setting, canvas: Canvas, outline: Outline, base: float, *, depth: float, count: int, tall: tuple[float, float],
    snow: float = 0.0,
) -> None:  # fmt: skip
    """Draw a wood of firs along an outline."""
    light, rng = setting.light, setting.rng
    dark = light.at_depth(rgb("2c4a44"), depth)
    bright = light.at_depth(rgb("5d8266"), depth)
    for _ in range(count):
        x = rng.uniform(0, setting.frame.period)
        shade = rng.uniform(-0.12, 0.06)
        pine(
            canvas,
            x,
            base + outline(x) + 8,
            rng.uniform(*tall),
            (lighter(dark, shade), lighter(bright, shade)),
            snow,
            light.at_depth(rgb("f4f7fb"), depth),
        )


def stones(canvas: Canvas, rng: Generator, place: tuple[float, float, float], hue: Rgb) -> None:
    """Draw a stone at (x, foot, width), lit from above."""
    x, foot, wide = place
    high = wide * rng.uniform(0.4, 0.65)
    shape = curve(
        (x - wide / 2, foot),
        (x - wide * 0.5, foot - high * 0.8, x - wide * 0.1, foot - high),
        (x + wide * 0.46, foot - high * 1.05, x + wide / 2, foot),
    )
    canvas.drawPath(shape, fill(lighter(hue, -0.2)))
    cap = curve(
        (x - wide * 0.4, foot - high * 0.5),
        (x - wide * 0.3, foot - high, x, foot - high),
        (x + wide * 0.35, foot - high, x + wide * 0.4, foot - high * 0.45),
        (x, foot - high * 0.75, x - wide * 0.4, foot - high * 0.5),
    )
    canvas.drawPath(cap, fill(lighter(hue, 0.18)))
