"""Trees, drawn one at a time: firs in tiers, round heads of foliage."""

from __future__ import annotations

import math

import numpy as np
from numpy.random import Generator

from generator.backends.embedded.colour import Rgb, lighter, mix, rgb
from generator.backends.embedded.pen import Canvas, Path, box, down, faded, fill, polygon, smooth
from generator.backends.embedded.skia_library import skia


def pine(
    canvas: Canvas,
    x: float,
    foot: float,
    height: float,
    hues: tuple[Rgb, Rgb],
    snow: float = 0.0,
    white: Rgb | None = None,
) -> None:
    """Draw a fir: tiers of boughs, lighter on the right where the light comes from, with snow if asked."""
    dark, bright = hues
    canvas.drawRect(
        box(x - height * 0.02, foot - height * 0.12, height * 0.04, height * 0.14), fill(lighter(dark, -0.4))
    )
    for tier in range(5):
        half = height * (0.24 - 0.041 * tier)
        low, high = foot - height * (0.09 + 0.165 * tier), foot - height * (0.42 + 0.145 * tier)
        tree = skia.Path()
        tree.moveTo(x - half, low)
        tree.quadTo(x, low + height * 0.05, x + half, low)
        tree.quadTo(x + half * 0.3, low - height * 0.09, x, high)
        tree.quadTo(x - half * 0.3, low - height * 0.09, x - half, low)
        canvas.drawPath(
            tree,
            faded((x - half, 0), (x + half, 0), (dark, 1.0), (mix(dark, bright, 0.4), 1.0), (bright, 1.0)),
        )
        if snow > 0:
            cap = skia.Path()
            cap.moveTo(x - half * 0.56, low - height * 0.045)
            cap.quadTo(x, low - height * 0.02, x + half * 0.66, low - height * 0.04)
            cap.quadTo(x + half * 0.25, low - height * 0.1, x, high)
            cap.quadTo(x - half * 0.25, low - height * 0.1, x - half * 0.56, low - height * 0.045)
            canvas.drawPath(cap, fill(white or rgb("f4f7fb"), snow))


def leafy(canvas: Canvas, rng: Generator, at: tuple[float, float, float], hues: tuple[Rgb, Rgb]) -> None:
    """Draw a round-headed tree of (x, foot, height): clumps of foliage, lit from above."""
    x, foot, height = at
    dark, bright = hues
    trunk = mix(rgb("5a4030"), dark, 0.45)
    canvas.drawPath(polygon((x - height * 0.035, foot), (x - height * 0.018, foot - height * 0.5),
                            (x + height * 0.018, foot - height * 0.5), (x + height * 0.035, foot)), fill(trunk))  # fmt: skip
    for level in range(3):
        for _ in range(7 - level):
            turn, reach = rng.uniform(0, math.tau), height * rng.uniform(0.02, 0.24 - 0.04 * level)
            cx = x + reach * math.cos(turn)
            cy = foot - height * (0.60 + 0.07 * level) + reach * 0.75 * math.sin(turn)
            radius = height * rng.uniform(0.10, 0.17) * (1 - 0.15 * level)
            hue = mix(dark, bright, 0.15 + 0.35 * level + rng.uniform(-0.1, 0.1))
            canvas.drawPath(
                _clump(rng, cx, cy, radius), down(cy - radius, cy + radius, hue, mix(hue, dark, 0.5))
            )


def _clump(rng: Generator, x: float, y: float, radius: float) -> Path:
    turns = np.linspace(0, math.tau, 9, endpoint=False)
    reach = radius * rng.uniform(0.82, 1.14, 9)
    return smooth(
        [(x + r * math.cos(a), y + r * 0.88 * math.sin(a)) for a, r in zip(turns, reach, strict=True)]
    )
