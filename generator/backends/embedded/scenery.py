"""What places are made of: skies, clouds, hills, mist, rays of light."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.random import Generator

from generator.backends.embedded.colour import Rgb, lighter, mix
from generator.backends.embedded.layer import OVERSCAN, Frame, Layer, Painter, View, layer
from generator.backends.embedded.light import Light
from generator.backends.embedded.pen import (
    Canvas,
    Path,
    box,
    down,
    faded,
    fill,
    halo,
    oval,
    painted,
    polygon,
)  # fmt: skip
from generator.backends.embedded.scene import Setting


def sky(frame: Frame, light: Light, rng: Generator, horizon_y: float, *, disc: bool = True) -> Painter:
    """Return the sky with its sun or moon, drawn once; infinitely far, so it never moves."""
    image = painted(
        round(frame.width * frame.unit_px), round(frame.height * frame.unit_px),
        lambda canvas: _draw_sky(canvas, frame, light, rng, horizon_y, disc=disc),
    )  # fmt: skip

    def paint(view: View) -> None:
        view.canvas.save()
        view.canvas.scale(1 / frame.unit_px, 1 / frame.unit_px)
        view.canvas.drawImage(image, 0, 0)
        view.canvas.restore()

    return paint


def _draw_sky(
    canvas: Canvas, frame: Frame, light: Light, rng: Generator, horizon_y: float, *, disc: bool
) -> None:
    canvas.scale(frame.unit_px, frame.unit_px)
    canvas.drawRect(box(0, 0, frame.width, frame.height), down(0, horizon_y * 1.04, *light.sky))
    if light.is_night:
        _draw_stars(canvas, frame, rng, horizon_y)
    x, y = light.sun_at[0] * frame.width, light.sun_at[1] * min(frame.height, horizon_y * 1.72)
    y = min(y, horizon_y - 8)
    span = max(frame.width, frame.height)
    canvas.drawCircle(x, y, span * 0.62, halo((x, y), span * 0.62, light.sun, 0.34 * light.glow))
    canvas.drawCircle(x, y, span * 0.26, halo((x, y), span * 0.26, light.sun, 0.85 * light.glow))
    if disc and light.glow > 0.3:
        canvas.drawCircle(x, y, light.sun_radius, fill(lighter(light.sun, 0.5), min(1.0, light.glow + 0.2)))
        if light.is_night:
            _draw_craters(canvas, x, y, light)


def _draw_craters(canvas: Canvas, x: float, y: float, light: Light) -> None:
    for dx, dy, size in ((-9, -6, 7), (8, 4, 9), (-4, 12, 5), (12, -12, 4)):
        canvas.drawCircle(x + dx, y + dy, size, fill(mix(light.sun, light.sky[0], 0.3), 0.35))


def _draw_stars(canvas: Canvas, frame: Frame, rng: Generator, horizon_y: float) -> None:
    for x, y, size in rng.uniform(0, 1, (int(frame.width * frame.height / 5200), 3)):
        faint = 0.25 + 0.7 * size**4
        canvas.drawCircle(
            x * frame.width,
            y**1.15 * horizon_y,
            0.6 + 1.2 * size**6,
            fill((0.93, 0.95, 1.0), faint * (1 - 0.75 * y)),
        )


def twinkles(frame: Frame, rng: Generator, horizon_y: float, count: int = 34) -> Painter:
    """Return stars that shimmer."""
    spots = rng.uniform(0, 1, (count, 4))

    def paint(view: View) -> None:
        for x, y, pace, size in spots:
            strength = max(0.0, math.sin(view.at_s * (0.8 + 2.4 * pace) + 40 * x)) ** 2
            px, py, radius = x * frame.width, y * horizon_y * 0.9, (0.9 + 1.6 * size)
            view.canvas.drawCircle(px, py, radius, fill((1.0, 0.98, 0.92), strength * (1 - 0.6 * y)))

    return paint


def clouds(
    frame: Frame, light: Light, rng: Generator, horizon_y: float, *, depth: float = 0.06, cover: float = 0.4
) -> Layer:
    """Return a drifting bank of clouds: streaks when the sun is low, heaps by day."""
    bright = mix(light.sky[-1], (1.0, 1.0, 1.0), 0.1 if light.is_night else 0.6)
    dark = mix(light.sky[1], light.haze, 0.55)
    heaped = light.sun_at[1] - 0.2 < 0.15 and not light.is_night
    count = int(5 + 9 * cover)

    def draw(canvas: Canvas) -> None:
        for _ in range(count):
            x, level = rng.uniform(0, frame.period), rng.uniform(0, 1)
            y = horizon_y * (0.12 + 0.62 * level)
            size = (1.25 - 0.75 * level) * rng.uniform(0.7, 1.3)
            (_heap if heaped else _streak)(canvas, rng, (x, y, size), (bright, dark))

    return layer(
        frame, draw, depth=depth, top=-OVERSCAN, bottom=horizon_y, blur=3.2 if heaped else 5.0,
        drift=7 + 16 * light.wind, alpha=0.62 if light.is_night else 0.9,
    )  # fmt: skip


def _heap(canvas: Canvas, rng: Generator, place: tuple[float, float, float], hues: tuple[Rgb, Rgb]) -> None:
    x, y, size = place
    bright, dark = hues
    for step in range(11):
        along = (step - 5) / 5
        radius = size * (58 * (1 - along * along) + 16) * rng.uniform(0.65, 1.05)
        cx, cy = x + along * 150 * size, y - radius * 0.45
        canvas.drawOval(oval(cx, cy, radius * 1.25, radius * 0.8), faded(
            (0, cy - radius), (0, y + 24 * size), (bright, 0.85), (bright, 0.6), (dark, 0.35)))  # fmt: skip
    canvas.drawOval(oval(x, y + 4, 175 * size, 15 * size), fill(mix(bright, dark, 0.6), 0.4))


def _streak(canvas: Canvas, rng: Generator, place: tuple[float, float, float], hues: tuple[Rgb, Rgb]) -> None:
    x, y, size = place
    for _ in range(5):
        dx, dy = rng.normal(0, 120 * size), rng.normal(0, 9 * size)
        canvas.drawOval(
            oval(x + dx, y + dy, rng.uniform(120, 250) * size, rng.uniform(4, 10) * size),
            fill(mix(hues[0], hues[1], rng.uniform(0, 0.5)), rng.uniform(0.16, 0.34)),
        )


def contour(
    rng: Generator, period: float, height: float, rough: int = 6, fall: float = 1.2
) -> Callable[[float], float]:
    """Return a smooth outline that repeats after `period`: about ±height."""
    waves = [
        (height / (k + 1) ** fall * rng.uniform(0.6, 1.1), k + 1, rng.uniform(0, math.tau))
        for k in range(rough)
    ]

    def at(x: float) -> float:
        return float(
            sum(size * math.sin(math.tau * turns * x / period + start) for size, turns, start in waves)
        )

    return at


def hill(
    outline: Callable[[float], float], frame: Frame, base: float, bottom: float, step: float = 10
) -> Path:
    """Return the land under an outline."""
    xs = np.arange(0, frame.period + step, step)
    corners = [(float(x), base + outline(float(x))) for x in xs]
    return polygon((0, bottom), *corners, (frame.period + step, bottom))


def mist(frame: Frame, light: Light, rng: Generator, centre_y: float, depth: float, strength: float) -> Layer:
    """Return a low bank of haze that drifts between two layers."""
    spots = rng.uniform(0, 1, (16, 4))

    def draw(canvas: Canvas) -> None:
        for x, y, wide, high in spots:
            at = (x * frame.period, centre_y + (y - 0.5) * 70)
            canvas.drawOval(
                oval(*at, 120 + 220 * wide, 16 + 26 * high), fill(lighter(light.haze, 0.12), 0.30)
            )

    return layer(
        frame, draw, depth=depth, top=centre_y - 120, bottom=centre_y + 120, blur=20, drift=-9 - 14 * light.wind,
        alpha=strength,
    )  # fmt: skip


def shafts(frame: Frame, light: Light, rng: Generator, count: int = 6, strength: float = 0.2) -> Painter:
    """Return slanting rays of light that come and go, in two ranks."""
    ranks = [_rank_of_rays(frame, light, rng, max(2, count * 2 // 3), depth) for depth in (0.3, 0.42)]

    def paint(view: View) -> None:
        for k, rank in enumerate(ranks):
            rank.paint(view, strength * light.glow * (0.62 + 0.38 * math.sin(0.7 * view.at_s + 2.4 * k)))

    return paint


def _rank_of_rays(frame: Frame, light: Light, rng: Generator, count: int, depth: float) -> Layer:
    tone = lighter(light.sun, 0.2)
    lean = (0.5 - light.sun_at[0]) * 0.9 * frame.height
    low = frame.height * 0.98

    def draw(canvas: Canvas) -> None:
        for k in range(count):
            left, wide = frame.period * (k + rng.uniform(0.1, 0.9)) / count, rng.uniform(40, 140)
            ray = polygon(
                (left, -60),
                (left + wide, -60),
                (left + wide * 1.9 + lean, low),
                (left - wide * 0.6 + lean, low),
            )
            canvas.drawPath(ray, faded((0, 0), (0, low), (tone, 1.0), (tone, 0.45), (tone, 0.0)))

    return layer(frame, draw, depth=depth, top=-OVERSCAN, bottom=low, blur=10, drift=9)


def terrain(
    setting: Setting,
    *,
    base: float,
    height: float,
    depth: float,
    hues: tuple[Rgb, Rgb],
    bottom: float | None = None,
    rough: int = 6,
    blur: float = 0.0,
    more: Callable[[Canvas, Callable[[float], float]], None] | None = None,
    room: float = 0.0,
) -> Layer:
    """
    Return rolling land from `base`, ±`height`, coloured from its crest downwards.

    `more` draws upon it, given its outline; `room` is how far what it draws rises over the crest.
    """
    frame, rng = setting.frame, setting.rng
    outline = contour(rng, frame.period, height, rough)
    low = bottom if bottom is not None else frame.height + OVERSCAN

    def draw(canvas: Canvas) -> None:
        canvas.drawPath(
            hill(outline, frame, base, low), down(base - height, min(low, base + 260), hues[0], hues[1])
        )
        if more:
            more(canvas, outline)

    return layer(frame, draw, depth=depth, top=base - 2.2 * height - room, bottom=low, blur=blur)
