"""Houses of a street: towers with their windows, and shops at their feet."""

from __future__ import annotations

from generator.backends.embedded.colour import Rgb, lighter, mix, rgb, times
from generator.backends.embedded.layer import OVERSCAN, Layer, layer
from generator.backends.embedded.pen import Canvas, across, box, down, fill, polygon, stroke
from generator.backends.embedded.scene import Setting

LIT = (rgb("ffd58a"), rgb("ffc46b"), rgb("ffe6b0"), rgb("9fd6ff"))
"""What shines behind windows."""

_WALLS = ("b9897a", "8f94a8", "c9a986", "7d8f9c", "a8787e", "94a08e")
_AWNINGS = ("b8443c", "2f6f6a", "c7893a", "4a5a8a")


def evening(setting: Setting) -> float:
    """Return the share of windows that are lit."""
    light = setting.light
    return 0.42 if light.is_night else 0.26 if light.sun_at[1] > 0.45 else 0.06


def towers(setting: Setting, depth: float, tall: float, count: int, foot: float) -> Layer:
    """Return a row of `count` towers at a depth, up to `tall` of the height over their feet."""
    frame, rng, light = setting.frame, setting.rng, setting.light

    def draw(canvas: Canvas) -> None:
        x = 0.0
        wide = frame.period / count
        for _ in range(count):
            high = tall * foot * rng.uniform(0.55, 1.25)
            wall = light.at_depth(
                times(rgb(_WALLS[int(rng.integers(len(_WALLS)))]), (0.78, 0.78, 0.9)), 0.12 + depth
            )
            _tower(canvas, setting, (x, foot - high, wide * rng.uniform(0.82, 1.02), high), wall, depth)
            x += wide

    return layer(
        frame,
        draw,
        depth=depth,
        top=-OVERSCAN,
        bottom=foot + 4,
        blur=1.1 * max(0.0, 0.3 - depth) * 3,
    )


def _tower(
    canvas: Canvas, setting: Setting, place: tuple[float, float, float, float], wall: Rgb, depth: float
) -> None:
    x, top, wide, high = place
    rng = setting.rng
    canvas.drawRect(
        box(x, top, wide, high + 6), across(x, x + wide, lighter(wall, 0.08), wall, lighter(wall, -0.22))
    )
    roof = rng.uniform(0, 1)
    if roof < 0.35:
        canvas.drawRect(box(x + wide * 0.2, top - 16, wide * 0.6, 18), fill(lighter(wall, -0.1)))
    elif roof < 0.6:
        canvas.drawPath(
            polygon((x, top + 1), (x + wide / 2, top - wide * 0.32), (x + wide, top + 1)),
            fill(lighter(wall, -0.14)),
        )
    elif roof < 0.75:
        canvas.drawLine(x + wide / 2, top, x + wide / 2, top - 34, stroke(lighter(wall, -0.2), 2))
    canvas.drawRect(box(x, top, wide, 5), fill(lighter(wall, 0.16)))
    _windows(canvas, setting, (x, top, wide, high), wall, depth)


def _windows(
    canvas: Canvas, setting: Setting, place: tuple[float, float, float, float], wall: Rgb, depth: float
) -> None:
    x, top, wide, high = place
    rng, light = setting.rng, setting.light
    step_x, step_y = 10 + 15 * depth, 15 + 19 * depth
    glass = mix(lighter(wall, -0.25), light.sky[1], 0.35)
    columns = int((wide - 8) / step_x)
    inset = (wide - columns * step_x) / 2
    for row in range(int((high - 16) / step_y)):
        for column in range(columns):
            lit = rng.uniform() < evening(setting)
            hue = LIT[int(rng.integers(len(LIT)) if rng.uniform() < 0.4 else 0)]
            shown = mix(hue, light.haze, 0.35 * (1 - depth)) if lit else glass
            at = (x + inset + column * step_x + step_x * 0.2, top + 14 + row * step_y)
            canvas.drawRect(box(*at, step_x * 0.55, step_y * 0.56), fill(shown, 0.95 if lit else 0.6))


def shops(setting: Setting, depth: float, foot: float) -> Layer:
    """Return the row of houses on the street: doors, awnings, warm shop windows."""
    frame, rng, light = setting.frame, setting.rng, setting.light

    def draw(canvas: Canvas) -> None:
        count = 9
        wide = frame.period / count
        for k in range(count):
            high = rng.uniform(150, 250)
            wall = light.at_depth(times(rgb(_WALLS[int(rng.integers(len(_WALLS)))]), (0.66, 0.64, 0.74)), 0.9)
            _tower(canvas, setting, (k * wide, foot - high, wide * 0.99, high), wall, 0.95)
            canopy = light.at_depth(rgb(_AWNINGS[k % len(_AWNINGS)]), 0.95)
            _shop(canvas, setting, (k * wide, foot, wide), (wall, canopy))

    return layer(frame, draw, depth=depth, top=foot - 330, bottom=foot + 4)


def _shop(canvas: Canvas, setting: Setting, place: tuple[float, float, float], hues: tuple[Rgb, Rgb]) -> None:
    """Draw the window, the door and the striped awning of a house from `x` on, `wide`, on the street."""
    x, foot, wide = place
    wall, canopy = hues
    warm = rgb("ffd691")
    canvas.drawRect(
        box(x + wide * 0.12, foot - 74, wide * 0.5, 58),
        down(foot - 74, foot - 16, warm, mix(warm, rgb("c9743a"), 0.6))
        if evening(setting) > 0.2
        else fill(lighter(setting.light.sky[1], -0.2)),
    )
    canvas.drawRect(box(x + wide * 0.7, foot - 78, wide * 0.18, 78), fill(lighter(wall, -0.45)))
    canvas.drawPath(
        polygon(
            (x + wide * 0.10, foot - 84),
            (x + wide * 0.64, foot - 84),
            (x + wide * 0.67, foot - 62),
            (x + wide * 0.07, foot - 62),
        ),
        fill(canopy),
    )
    for stripe in range(1, 6, 2):
        left = x + wide * (0.09 + 0.09 * stripe)
        canvas.drawPath(
            polygon(
                (left, foot - 84),
                (left + wide * 0.07, foot - 84),
                (left + wide * 0.072, foot - 62),
                (left - 2, foot - 62),
            ),
            fill(lighter(canopy, 0.55), 0.8),
        )
