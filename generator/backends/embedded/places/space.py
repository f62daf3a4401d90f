"""Space: stars at several distances, a nebula, a ringed planet, the ground of a small moon."""

from __future__ import annotations

import math

import numpy as np

from generator.backends.embedded.colour import Rgb, lighter, mix, rgb
from generator.backends.embedded.layer import OVERSCAN, Layer, Painter, View, layer
from generator.backends.embedded.pen import (
    Canvas,
    Image,
    box,
    down,
    fill,
    halo,
    oval,
    painted,
    smooth,
    stroke,
)
from generator.backends.embedded.scene import Scene, Setting
from generator.backends.embedded.scenery import contour, hill, sky, twinkles
from generator.backends.embedded.skia_library import skia

_PLANETS = (("e8a06a", "9a4a5c"), ("6ab7c9", "2a4a8a"), ("d98ab0", "5a3a8a"))


def build(setting: Setting) -> Scene:
    """Build space."""
    frame, light, rng = setting.frame, setting.light, setting.rng
    behind = (
        sky(frame, light, rng, frame.height), twinkles(frame, rng, frame.height * 1.1, 60), _nebula(setting, 0.06),
        _stars(setting, 0.10, 170, 1.0), _stars(setting, 0.22, 60, 1.7), _planet(setting), _rocks(setting, 0.45, 14, 9.0),
        _moon(setting, 0.7, setting.stage.ground_y - 20, 26), _moon(setting, 1.0, setting.stage.ground_y + 26, 14),
    )  # fmt: skip
    return Scene(behind=behind, before=(_rocks(setting, 1.5, 6, 22.0), _shooting(setting)))


def _nebula(setting: Setting, depth: float) -> Layer:
    frame, rng = setting.frame, setting.rng
    hues = (rgb("7a4ac9"), rgb("c94a8a"), rgb("3a7ac9"), rgb("e0864a"))

    def draw(canvas: Canvas) -> None:
        for k in range(46):
            x, y = frame.period * (0.5 + 0.24 * rng.normal()), frame.height * (0.38 + 0.16 * rng.normal())
            hue = hues[(k // 3) % 4]
            canvas.drawOval(oval(x, y, rng.uniform(60, 230), rng.uniform(30, 90)), fill(hue, 0.09))

    return layer(frame, draw, depth=depth, top=-OVERSCAN, bottom=frame.height, blur=30, drift=-3)


def _stars(setting: Setting, depth: float, count: int, size: float) -> Layer:
    frame, rng = setting.frame, setting.rng

    def draw(canvas: Canvas) -> None:
        for x, y, big in rng.uniform(0, 1, (count, 3)):
            hue = mix((1, 1, 1), rgb("ffd9b0") if big > 0.6 else rgb("b0d0ff"), 0.5)
            at = (x * frame.period, y * frame.height)
            canvas.drawCircle(*at, size * (0.5 + big**3), fill(hue, 0.4 + 0.6 * big))
            if big > 0.96:
                canvas.drawCircle(*at, 9 * size, halo(at, 9 * size, hue, 0.5))

    return layer(frame, draw, depth=depth, top=-OVERSCAN, bottom=frame.height, drift=-2 - 8 * depth)


def _planet(setting: Setting) -> Painter:
    """Return a banded planet with a ring, lit from the sun's side, turning slowly."""
    frame, rng = setting.frame, setting.rng
    bright, dark = (rgb(code) for code in _PLANETS[int(rng.integers(len(_PLANETS)))])
    radius = 0.17 * min(frame.width, frame.height) + 20
    cx, cy = frame.width * 0.80, frame.height * 0.27
    bands = [
        (float(y), float(h), mix(bright, dark, float(rng.uniform(0, 0.7))))
        for y, h in zip(np.linspace(-1, 0.9, 9), rng.uniform(0.06, 0.2, 9), strict=True)
    ]

    def disc(canvas: Canvas) -> None:
        canvas.scale(frame.unit_px, frame.unit_px)
        middle = radius * 2.4
        canvas.translate(middle, middle)
        canvas.drawCircle(0, 0, radius * 1.5, halo((0, 0), radius * 1.5, lighter(bright, 0.3), 0.4))
        body = skia.Path()
        body.addCircle(0, 0, radius)
        canvas.save()
        canvas.clipPath(body, doAntiAlias=True)
        canvas.drawCircle(0, 0, radius, fill(bright))
        for y, high, hue in bands:
            canvas.drawOval(oval(0, y * radius, radius * 1.3, high * radius), fill(hue, 0.8))
        canvas.drawCircle(0, 0, radius, _shade(radius))
        canvas.restore()

    picture = painted(round(radius * 4.8 * frame.unit_px), round(radius * 4.8 * frame.unit_px), disc)
    ring = mix(bright, (1, 1, 1), 0.45)

    def draw(view: View) -> None:
        view.enter(0.16)
        canvas = view.canvas
        canvas.translate(cx, cy)
        _ring(canvas, radius, ring, back=True)
        _stamp(canvas, picture, radius * 2.4, frame.unit_px)
        _ring(canvas, radius, ring, back=False)
        view.leave()

    return draw


def _shade(radius: float) -> object:
    stops = [skia.Color(255, 244, 220, 60), skia.Color(20, 10, 50, 30), skia.Color(6, 4, 30, 225)]
    shader = skia.GradientShader.MakeRadial(
        (-radius * 0.5, -radius * 0.35), radius * 1.65, stops, [0.0, 0.4, 1.0]
    )
    return skia.Paint(Shader=shader, AntiAlias=True, Dither=True)


def _stamp(canvas: Canvas, picture: Image, half: float, unit_px: float) -> None:
    canvas.save()
    canvas.translate(-half, -half)
    canvas.scale(1 / unit_px, 1 / unit_px)
    canvas.drawImage(picture, 0, 0, skia.SamplingOptions(skia.FilterMode.kLinear))
    canvas.restore()


def _ring(canvas: Canvas, radius: float, hue: Rgb, *, back: bool) -> None:
    canvas.save()
    canvas.rotate(-14)
    canvas.clipRect(box(-radius * 3, -radius * 3 if back else 0, radius * 6, radius * 3))
    for reach, wide, alpha in ((1.55, 0.10, 0.55), (1.75, 0.13, 0.4), (1.98, 0.06, 0.3)):
        canvas.drawOval(oval(0, 0, radius * reach, radius * reach * 0.26), stroke(hue, radius * wide, alpha))
    canvas.restore()


def _rocks(setting: Setting, depth: float, count: int, size: float) -> Painter:
    """Return stones that tumble past."""
    frame, rng = setting.frame, setting.rng
    spots = rng.uniform(0, 1, (count, 5))
    shapes = [rng.uniform(0.65, 1.15, 8) for _ in range(count)]
    tone = mix(rgb("7a6f8c"), setting.light.haze, 0.5 * max(0.0, 1 - depth)) if depth < 1 else rgb("1c1a38")

    def draw(view: View) -> None:
        for (x, y, pace, big, turn), shape in zip(spots, shapes, strict=True):
            px = (
                x * frame.period + view.at_s * (4 + 12 * pace) * depth - view.camera.x * depth
            ) % frame.period - 100
            py = frame.height * (
                (0.1 + 0.5 * y) if depth < 1 else (0.02 if turn < 0.5 else 0.94)
            ) + 8 * math.sin(0.5 * view.at_s + 9 * x)
            radius = size * (0.5 + big)
            view.canvas.save()
            view.canvas.translate(px, py)
            view.canvas.rotate(view.at_s * 24 * (turn - 0.5) + 360 * turn)
            points = [
                (radius * r * math.cos(math.tau * k / 8), radius * r * math.sin(math.tau * k / 8))
                for k, r in enumerate(shape)
            ]
            view.canvas.drawPath(
                smooth(points), down(-radius, radius, lighter(tone, 0.3), lighter(tone, -0.4))
            )
            view.canvas.restore()

    return draw


def _moon(setting: Setting, depth: float, base: float, height: float) -> Layer:
    """Return the ground of a moon with craters."""
    frame, rng = setting.frame, setting.rng
    ground = mix(rgb("8c86a8"), rgb("4a4478"), 0.45 * (1 - depth) + 0.1)
    outline = contour(rng, frame.period, height, 5)
    bottom = frame.height + OVERSCAN

    def draw(canvas: Canvas) -> None:
        canvas.drawPath(
            hill(outline, frame, base, bottom),
            down(base - height, bottom, lighter(ground, 0.16), lighter(ground, -0.6)),
        )
        for _ in range(24):
            x, share = rng.uniform(0, frame.period), rng.uniform(0.02, 1)
            wide = (10 + 60 * share) * rng.uniform(0.5, 1)
            y = base + outline(x) * (1 - share) + 12 + share * 100
            canvas.drawOval(oval(x, y, wide, wide * 0.24), fill(lighter(ground, -0.4), 0.8))
            canvas.drawOval(
                oval(x, y + wide * 0.07, wide * 0.92, wide * 0.19), fill(lighter(ground, -0.1), 0.9)
            )

    return layer(frame, draw, depth=depth, top=base - 3 * height, bottom=bottom)


def _shooting(setting: Setting) -> Painter:
    """Return a shooting star now and then."""
    frame = setting.frame

    def draw(view: View) -> None:
        beat = (view.at_s + 1.1) % 2.9
        if beat > 0.5:
            return
        share, start = beat / 0.5, (view.at_s + 1.1) // 2.9
        x, y = (
            frame.width * (0.15 + 0.21 * (start % 4)) + 300 * share,
            frame.height * (0.08 + 0.07 * (start % 3)) + 120 * share,
        )
        view.canvas.drawLine(x - 70, y - 28, x, y, stroke((1, 1, 1), 2, 0.7 * math.sin(math.pi * share)))

    return draw
