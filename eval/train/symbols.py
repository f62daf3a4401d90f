"""
Signs of violent groups, drawn to be known again, and their innocent look-alikes.

Only signs that mean nothing else to those who use them today are here, in the ways they are flown, sprayed
and worn.  Beside each stand the signs it is mistaken for: the manji of temples and maps, lightning and
letters, wheels, cogs and snow crystals.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import skia
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Draw = Callable[[np.random.Generator], Pixels]
Point = tuple[float, float]

SIDE_PX = 256


def canvas_on(ground: Sequence[int]) -> tuple[skia.Surface, skia.Canvas]:
    """Return a square of one colour, its middle the origin, its half side 1."""
    surface = skia.Surface(SIDE_PX, SIDE_PX)
    canvas = surface.getCanvas()
    canvas.clear(skia.Color(*ground))
    canvas.translate(SIDE_PX / 2, SIDE_PX / 2)
    canvas.scale(SIDE_PX / 2, SIDE_PX / 2)
    return surface, canvas


def pixels(surface: skia.Surface) -> Pixels:
    """Return what was drawn."""
    return np.array(surface.toarray(colorType=skia.kRGBA_8888_ColorType)[:, :, :3], np.uint8)


def stroke(colour: Sequence[int], width: float) -> skia.Paint:
    """Return a pen."""
    return skia.Paint(
        Color=skia.Color(*colour), AntiAlias=True, Style=skia.Paint.kStroke_Style, StrokeWidth=width
    )


def fill(colour: Sequence[int]) -> skia.Paint:
    """Return a brush."""
    return skia.Paint(Color=skia.Color(*colour), AntiAlias=True)


def line(points: Sequence[Point]) -> skia.Path:
    """Return a line through points."""
    path = skia.Path()
    path.moveTo(*points[0])
    for point in points[1:]:
        path.lineTo(*point)
    return path


def _any(rng: np.random.Generator, low: int = 0, high: int = 256) -> tuple[int, ...]:
    return tuple(int(one) for one in rng.integers(low, high, 3))


def _two_tones(rng: np.random.Generator) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """A ground and an ink that stand out from each other."""
    if rng.random() < 0.5:
        return _any(rng, 0, 90), _any(rng, 170, 256)
    return _any(rng, 150, 256), _any(rng, 0, 70)


def _arms(canvas: skia.Canvas, paint: skia.Paint, *, bend: float) -> None:
    for _ in range(4):
        canvas.drawPath(line([(0, 0), (0, -4.5), (4.5 * bend, -4.5)]), paint)
        canvas.rotate(90)


def hooked_cross(rng: np.random.Generator) -> Pixels:
    """Black on a white disc on a red field, or alone on any ground; upright or tilted; thick or thin."""
    is_flag = rng.random() < 0.6
    surface, canvas = canvas_on((200, 20, 30) if is_flag else _any(rng, 40))
    if is_flag:
        canvas.drawCircle(0, 0, 0.76, fill((255, 255, 255)))
    canvas.rotate(45 if rng.random() < 0.7 else float(rng.normal(0, 6)))
    canvas.scale(*[float(rng.uniform(0.07, 0.11))] * 2)
    ink = (0, 0, 0) if is_flag or rng.random() < 0.7 else (255, 255, 255)
    _arms(canvas, stroke(ink, float(rng.uniform(1.4, 2.4))), bend=1)
    return pixels(surface)


def manji(rng: np.random.Generator) -> Pixels:
    """The sign of temples of Asia: upright, most often turned the other way, gold, brown or red."""
    inks = ((212, 168, 60), (150, 95, 30), (170, 30, 30), (30, 90, 40), (70, 50, 40), (230, 200, 120))
    ink = inks[int(rng.integers(len(inks)))]
    surface, canvas = canvas_on(_any(rng, 190) if sum(ink) < 420 else _any(rng, 20, 110))
    canvas.rotate(float(rng.normal(0, 3)))
    canvas.scale(*[float(rng.uniform(0.06, 0.12))] * 2)
    _arms(canvas, stroke(ink, float(rng.uniform(0.8, 1.8))), bend=-1 if rng.random() < 0.8 else 1)
    if rng.random() < 0.4:
        for x, y in ((-2.2, -2.2), (2.2, -2.2), (-2.2, 2.2), (2.2, 2.2)):
            canvas.drawCircle(x, y, 0.6, fill(ink))
    if rng.random() < 0.4:
        canvas.drawCircle(0, 0, 7.2, stroke(ink, 0.7))
    return pixels(surface)


def _rune(x: float, height: float) -> list[Point]:
    return [(x + 0.16, -height), (x - 0.2, 0.12 * height), (x + 0.2, -0.12 * height), (x - 0.16, height)]


def sig_runes(rng: np.random.Generator) -> Pixels:
    """Two of them side by side, on a collar, a flag or a wall."""
    ground, ink = _two_tones(rng)
    surface, canvas = canvas_on(ground)
    if rng.random() < 0.3:
        canvas.drawCircle(0, 0, 0.9, fill(ink))
        ink = ground
    canvas.rotate(float(rng.normal(0, 7)))
    height, apart = float(rng.uniform(0.5, 0.75)), float(rng.uniform(0.26, 0.36))
    pen = stroke(ink, float(rng.uniform(0.1, 0.17)))
    pen.setStrokeMiter(8)
    for x in (-apart, apart):
        canvas.drawPath(line(_rune(x, height)), pen)
    return pixels(surface)


def lightning(rng: np.random.Generator) -> Pixels:
    """One flash, a row of three, letters and numbers: what two runes are mistaken for."""
    ground, ink = _two_tones(rng)
    surface, canvas = canvas_on(ground)
    canvas.rotate(float(rng.normal(0, 6)))
    kind = int(rng.integers(4))
    if kind == 0:
        bolt = [
            (0.1, -0.8),
            (-0.35, 0.1),
            (-0.02, 0.06),
            (-0.15, 0.8),
            (0.38, -0.14),
            (0.04, -0.1),
            (0.1, -0.8),
        ]
        canvas.drawPath(line(bolt), fill((255, 205, 40) if rng.random() < 0.6 else ink))
    elif kind == 1:
        for x in (-0.55, 0, 0.55):
            canvas.drawPath(line(_rune(x, 0.5)), stroke(ink, 0.1))
    elif kind == 2:
        steps = [(-0.9 + 0.3 * at, 0.25 * (-1) ** at) for at in range(7)]
        canvas.drawPath(line(steps), stroke(ink, 0.12))
    else:
        words = ("SS", "S5", "55", "ZZ", "NN", "44", "77", "ISS", "USS", "XS")
        font = skia.Font(skia.Typeface(""), 0.9)
        font.setLinearMetrics(True)
        canvas.drawString(words[int(rng.integers(len(words)))], -0.6, 0.35, font, fill(ink))
    return pixels(surface)


def black_sun(rng: np.random.Generator) -> Pixels:
    """Twelve bent spokes between a disc and a ring."""
    ground, ink = _two_tones(rng)
    surface, canvas = canvas_on(ground)
    canvas.rotate(float(rng.uniform(0, 30)))
    canvas.scale(*[float(rng.uniform(0.7, 0.95))] * 2)
    width = float(rng.uniform(0.06, 0.1))
    pen = stroke(ink, width)
    pen.setStrokeMiter(8)
    canvas.drawCircle(0, 0, 0.9, pen)
    if rng.random() < 0.6:
        canvas.drawCircle(0, 0, 0.22, fill(ink))
    else:
        canvas.drawCircle(0, 0, 0.22, pen)
    middle, turn = float(rng.uniform(0.5, 0.62)), float(rng.uniform(14, 20))
    for at in range(12):
        one, other = math.radians(30 * at), math.radians(30 * at + turn)
        ends = [(0.2, one), (middle, one), (middle, other), (0.9, other)]
        canvas.drawPath(line([(r * math.sin(a), -r * math.cos(a)) for r, a in ends]), pen)
    return pixels(surface)


def wheels(rng: np.random.Generator) -> Pixels:
    """Suns, wheels, cogs, snow crystals and spirals."""
    ground, ink = _two_tones(rng)
    surface, canvas = canvas_on(ground)
    canvas.rotate(float(rng.uniform(0, 60)))
    pen = stroke(ink, float(rng.uniform(0.05, 0.1)))
    kind, spokes = int(rng.integers(5)), int(rng.choice([5, 6, 8, 10, 12, 16]))
    if kind == 4:
        turns = np.linspace(0.1, 6 * math.pi, 90)
        canvas.drawPath(line([(0.045 * t * math.cos(t), 0.045 * t * math.sin(t)) for t in turns]), pen)
        return pixels(surface)
    if kind == 2:
        spokes = 6
    for _ in range(spokes):
        if kind == 0:
            canvas.drawPath(line([(0, -0.55), (0, -0.9)]), pen)
        elif kind == 1:
            canvas.drawPath(line([(0, 0), (0, -0.85)]), pen)
        elif kind == 2:
            canvas.drawPath(line([(0, 0), (0, -0.9)]), pen)
            for at in (-0.45, -0.7):
                canvas.drawPath(line([(-0.18, at - 0.15), (0, at), (0.18, at - 0.15)]), pen)
        else:
            canvas.drawRect(skia.Rect.MakeLTRB(-0.1, -0.92, 0.1, -0.6), fill(ink))
        canvas.rotate(360 / spokes)
    if kind != 2:
        canvas.drawCircle(0, 0, {0: 0.4, 1: 0.85, 3: 0.68}[kind], fill(ink) if kind == 0 else pen)
    return pixels(surface)


SIGNS: dict[str, Draw] = {"hooked cross": hooked_cross, "sig runes": sig_runes, "black sun": black_sun}
LOOK_ALIKES: dict[str, Draw] = {
    "manji": manji,
    "lightning and letters": lightning,
    "wheels and crystals": wheels,
}
