"""
Weapons and tools from the side, drawn to be known or to be told apart: no photograph of a weapon is needed.

A handgun and a hair dryer share an outline, a rifle and a guitar a length, a dagger and a kitchen knife a
blade.  Lengths are shares of half the picture's side.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import skia
from numpy.typing import NDArray

from eval.train.symbols import canvas_on, fill, line, pixels, stroke

Pixels = NDArray[np.uint8]
Draw = Callable[[np.random.Generator], Pixels]

_METALS = ((38, 38, 42), (58, 60, 66), (120, 124, 130), (22, 22, 24), (90, 84, 76))
_WOODS = ((110, 70, 36), (84, 52, 28), (140, 96, 52))
_BRIGHTS = ((230, 90, 60), (70, 150, 220), (240, 200, 60), (200, 80, 160), (90, 190, 120), (235, 235, 235))
_BLADES = ((190, 196, 204), (214, 218, 222), (150, 156, 164))


def _one(among: Sequence[tuple[int, ...]], rng: np.random.Generator) -> tuple[int, ...]:
    return among[int(rng.integers(len(among)))]


def _begun(rng: np.random.Generator, tilt: float = 18) -> tuple[skia.Surface, skia.Canvas]:
    """A ground of any colour, turned, tilted and sized at random."""
    surface, canvas = canvas_on(tuple(int(one) for one in rng.integers(0, 256, 3)))
    if rng.random() < 0.5:
        canvas.scale(-1, 1)
    canvas.rotate(float(rng.normal(0, tilt)))
    canvas.scale(*[float(rng.uniform(0.75, 1.1))] * 2)
    return surface, canvas


def _shape(canvas: skia.Canvas, points: Sequence[tuple[float, float]], colour: Sequence[int]) -> None:
    path = line(points)
    path.close()
    canvas.drawPath(path, fill(colour))


def _shaded(canvas: skia.Canvas, box: tuple[float, float, float, float], colour: Sequence[int]) -> None:
    """A bar, lighter along its upper edge."""
    left, top, right, bottom = box
    canvas.drawRect(skia.Rect.MakeLTRB(*box), fill(colour))
    light = tuple(min(255, int(one * 1.5 + 18)) for one in colour)
    canvas.drawRect(skia.Rect.MakeLTRB(left, top, right, top + (bottom - top) * 0.25), fill(light))


def handgun(rng: np.random.Generator) -> Pixels:
    """A pistol or a revolver."""
    surface, canvas = _begun(rng)
    metal = _one(_METALS, rng)
    grip = _one(_WOODS, rng) if rng.random() < 0.4 else _one(_METALS, rng)
    lean = float(rng.uniform(0.1, 0.28))
    _shape(canvas, [(0.16, -0.1), (0.6, -0.12), (0.62 + lean, 0.62), (0.3 + lean, 0.66)], grip)
    canvas.drawArc(skia.Rect.MakeLTRB(-0.16, -0.1, 0.24, 0.2), 0, 180, False, stroke(metal, 0.05))
    canvas.drawPath(line([(0.06, -0.05), (0.02, 0.1)]), stroke(metal, 0.05))
    if rng.random() < 0.5:
        _shaded(canvas, (-0.85, -0.36, 0.66, -0.1), metal)
        _shape(canvas, [(-0.8, -0.36), (-0.74, -0.42), (-0.7, -0.36)], metal)
        for at in range(5):
            canvas.drawPath(
                line([(0.38 + at * 0.05, -0.32), (0.38 + at * 0.05, -0.14)]), stroke((10, 10, 10), 0.014)
            )
    else:
        _shaded(canvas, (-0.85, -0.34, 0.1, -0.18), metal)
        _shaded(canvas, (-0.1, -0.36, 0.32, -0.06), metal)
        _shape(
            canvas,
            [(0.3, -0.34), (0.56, -0.3), (0.62, -0.46), (0.68, -0.3), (0.6, -0.1), (0.3, -0.08)],
            metal,
        )
    return pixels(surface)


def rifle(rng: np.random.Generator) -> Pixels:
    """A hunting or an assault rifle."""
    surface, canvas = _begun(rng, 12)
    metal, is_assault = _one(_METALS, rng), rng.random() < 0.6
    stock = metal if is_assault and rng.random() < 0.6 else _one(_WOODS, rng)
    canvas.drawPath(line([(-0.97, -0.09), (-0.3, -0.09)]), stroke(metal, float(rng.uniform(0.04, 0.07))))
    _shaded(canvas, (-0.62, -0.13, -0.15, 0.0), stock)
    _shaded(canvas, (-0.2, -0.16, 0.34, 0.03), metal)
    _shape(canvas, [(0.3, -0.13), (0.95, -0.08), (0.97, 0.2), (0.85, 0.2), (0.42, 0.05), (0.3, 0.03)], stock)
    if is_assault:
        bow = float(rng.uniform(0, 0.14))
        _shape(canvas, [(-0.12, 0.02), (0.04, 0.02), (0.0 - bow, 0.36), (-0.16 - bow, 0.32)], metal)
        _shape(canvas, [(0.2, 0.02), (0.32, 0.02), (0.42, 0.28), (0.3, 0.3)], stock)
        _shape(canvas, [(-0.86, -0.09), (-0.83, -0.2), (-0.8, -0.09)], metal)
    if rng.random() < 0.5:
        _shaded(canvas, (-0.12, -0.3, 0.26, -0.2), metal)
        canvas.drawPath(line([(0.0, -0.2), (0.0, -0.15)]), stroke(metal, 0.05))
    canvas.drawArc(skia.Rect.MakeLTRB(0.04, -0.04, 0.24, 0.12), 0, 180, False, stroke(metal, 0.025))
    return pixels(surface)


def dagger(rng: np.random.Generator) -> Pixels:
    """A fighting knife, a dagger or a sword: a point, a guard, a grip."""
    surface, canvas = _begun(rng, 50)
    blade, grip = _one(_BLADES, rng), _one(_METALS + _WOODS, rng)
    half, long = float(rng.uniform(0.06, 0.12)), float(rng.uniform(0.6, 0.95))
    middle = 0.25 if long < 0.8 else 0.45
    _shape(
        canvas,
        [(middle, -half), (middle - long * 1.1, -half), (-0.95, 0), (middle - long, half), (middle, half)],
        blade,
    )
    canvas.drawPath(line([(-0.9, 0), (middle, 0)]), stroke(tuple(one - 40 for one in blade), 0.02))
    canvas.drawRect(skia.Rect.MakeLTRB(middle, -0.06, 0.92, 0.06), fill(grip))
    guard = half + float(rng.uniform(0.08, 0.18))
    canvas.drawRect(skia.Rect.MakeLTRB(middle - 0.03, -guard, middle + 0.04, guard), fill(grip))
    if rng.random() < 0.4:
        canvas.drawCircle(0.94, 0, 0.09, fill(grip))
    return pixels(surface)


def bomb(rng: np.random.Generator) -> Pixels:
    """Sticks bound together with a clock, or a round bomb with a burning fuse."""
    surface, canvas = _begun(rng)
    if rng.random() < 0.5:
        red = (int(rng.integers(150, 220)), 30, 30)
        for at in range(int(rng.integers(3, 6))):
            _shaded(canvas, (-0.7, -0.5 + 0.24 * at, 0.7, -0.28 + 0.24 * at), red)
        for x in (-0.45, 0.4):
            canvas.drawRect(skia.Rect.MakeLTRB(x, -0.54, x + 0.08, 0.6), fill((30, 30, 30)))
        canvas.drawRect(skia.Rect.MakeLTRB(-0.25, -0.25, 0.28, 0.2), fill((40, 44, 40)))
        canvas.drawRect(skia.Rect.MakeLTRB(-0.2, -0.16, 0.22, 0.1), fill((20, 60, 30)))
        canvas.drawPath(
            line([(-0.1, -0.1), (-0.1, 0.04), (0.1, 0.04), (0.1, -0.1)]), stroke((240, 60, 50), 0.04)
        )
        wire = stroke(_one(_BRIGHTS, rng), 0.03)
        canvas.drawArc(skia.Rect.MakeLTRB(-0.5, -0.8, 0.1, 0.0), 180, 180, False, wire)
    else:
        dark = _one(_METALS, rng)
        canvas.drawCircle(0, 0.15, 0.6, fill(dark))
        canvas.drawCircle(-0.2, -0.05, 0.13, fill(tuple(min(255, one + 60) for one in dark)))
        canvas.drawRect(skia.Rect.MakeLTRB(-0.14, -0.55, 0.14, -0.38), fill(dark))
        canvas.drawArc(
            skia.Rect.MakeLTRB(0, -0.85, 0.5, -0.25), 180, 120, False, stroke((180, 160, 120), 0.05)
        )
        canvas.drawCircle(0.42, -0.72, 0.09, fill((255, 190, 40)))
    return pixels(surface)


def hair_dryer(rng: np.random.Generator) -> Pixels:
    """A hair dryer, a drill or a spray: a barrel and a grip, and no weapon."""
    surface, canvas = _begun(rng)
    colour = _one(_BRIGHTS, rng) if rng.random() < 0.7 else _one(_METALS, rng)
    _shape(canvas, [(0.05, 0.0), (0.4, 0.0), (0.45, 0.8), (0.12, 0.8)], colour)
    canvas.drawRoundRect(skia.Rect.MakeLTRB(-0.4, -0.45, 0.6, 0.1), 0.25, 0.25, fill(colour))
    kind = int(rng.integers(3))
    if kind == 0:
        _shape(canvas, [(-0.4, -0.36), (-0.85, -0.46), (-0.85, 0.1), (-0.4, 0.02)], (50, 50, 54))
        canvas.drawCircle(0.42, -0.18, 0.16, stroke((40, 40, 40), 0.04))
        canvas.drawArc(skia.Rect.MakeLTRB(0.1, 0.5, 0.8, 1.1), 90, 120, False, stroke((40, 40, 40), 0.05))
    elif kind == 1:
        _shape(canvas, [(-0.4, -0.3), (-0.55, -0.24), (-0.55, -0.1), (-0.4, -0.04)], (60, 60, 64))
        canvas.drawPath(line([(-0.55, -0.17), (-0.95, -0.17)]), stroke((150, 150, 154), 0.05))
        canvas.drawRect(skia.Rect.MakeLTRB(0.0, 0.66, 0.6, 0.86), fill((40, 40, 44)))
    else:
        canvas.drawRoundRect(skia.Rect.MakeLTRB(-0.1, 0.3, 0.66, 0.98), 0.1, 0.1, fill(_one(_BRIGHTS, rng)))
        _shape(canvas, [(-0.4, -0.2), (-0.55, -0.24), (-0.55, -0.02), (-0.4, -0.06)], (240, 240, 240))
    return pixels(surface)


def guitar(rng: np.random.Generator) -> Pixels:
    """A guitar, a violin, an oar or an umbrella: long, and no weapon."""
    surface, canvas = _begun(rng, 25)
    wood, kind = _one(_WOODS + _BRIGHTS, rng), int(rng.integers(3))
    if kind == 0:
        canvas.drawRect(skia.Rect.MakeLTRB(-0.95, -0.05, 0.2, 0.05), fill(_one(_WOODS, rng)))
        canvas.drawCircle(0.25, 0, 0.25, fill(wood))
        canvas.drawCircle(0.6, 0, 0.34, fill(wood))
        canvas.drawCircle(0.34, 0, 0.11, fill((25, 20, 18)))
        canvas.drawRect(skia.Rect.MakeLTRB(-0.97, -0.09, -0.8, 0.09), fill((40, 30, 24)))
    elif kind == 1:
        canvas.drawPath(line([(-0.9, 0), (0.5, 0)]), stroke(wood, 0.06))
        canvas.drawOval(skia.Rect.MakeLTRB(0.4, -0.14, 0.95, 0.14), fill(wood))
    else:
        _shape(canvas, [(-0.9, 0), (0.3, -0.2), (0.4, 0), (0.3, 0.2)], wood)
        canvas.drawPath(line([(0.3, 0), (0.8, 0)]), stroke((60, 60, 60), 0.05))
        canvas.drawArc(skia.Rect.MakeLTRB(0.66, 0, 0.9, 0.24), 270, 200, False, stroke((60, 60, 60), 0.05))
    return pixels(surface)


def kitchen(rng: np.random.Generator) -> Pixels:
    """A kitchen knife on a board beside something to eat, a spoon, a spatula or a pan."""
    surface, canvas = _begun(rng, 30)
    kind, handle = int(rng.integers(3)), _one(_WOODS + _METALS, rng)
    if kind == 0:
        canvas.drawRoundRect(skia.Rect.MakeLTRB(-0.95, -0.6, 0.95, 0.75), 0.08, 0.08, fill((205, 165, 110)))
        _shape(
            canvas,
            [(0.3, -0.25), (-0.7, -0.25), (-0.82, -0.16), (-0.5, 0.0), (0.3, 0.02)],
            _one(_BLADES, rng),
        )
        canvas.drawRoundRect(skia.Rect.MakeLTRB(0.3, -0.24, 0.85, -0.1), 0.05, 0.05, fill(handle))
        for at in range(4):
            canvas.drawCircle(
                -0.6 + 0.35 * at, 0.4, 0.15, fill(_one(((220, 60, 40), (80, 160, 60), (240, 150, 40)), rng))
            )
    elif kind == 1:
        canvas.drawRect(skia.Rect.MakeLTRB(-0.2, -0.05, 0.9, 0.05), fill(handle))
        canvas.drawOval(skia.Rect.MakeLTRB(-0.8, -0.22, -0.15, 0.22), fill(_one(_BLADES + _WOODS, rng)))
    else:
        canvas.drawCircle(-0.35, 0, 0.5, fill((50, 50, 54)))
        canvas.drawCircle(-0.35, 0, 0.42, fill((80, 80, 86)))
        canvas.drawRect(skia.Rect.MakeLTRB(0.12, -0.06, 0.95, 0.06), fill(handle))
    return pixels(surface)


WEAPONS: dict[str, tuple[Draw, ...]] = {"firearm": (handgun, rifle), "blade": (dagger,), "bomb": (bomb,)}
TOOLS: dict[str, Draw] = {"hair dryers": hair_dryer, "guitars": guitar, "kitchen": kitchen}
