"""High mountains: peaks with snow on them, valleys full of mist, firs, a pasture before us."""

from __future__ import annotations

from numpy.random import Generator

from generator.backends.embedded.colour import Rgb, lighter, mix, rgb
from generator.backends.embedded.flora import Outline, firs, grass, stones
from generator.backends.embedded.layer import OVERSCAN, Layer, layer
from generator.backends.embedded.pen import Canvas, Point, down, polygon
from generator.backends.embedded.scene import Scene, Setting
from generator.backends.embedded.scenery import clouds, mist, sky, terrain, twinkles

_ROCK, _SNOW, _PASTURE = rgb("6b6f86"), rgb("f6f7fb"), rgb("7d9a55")


def build(setting: Setting) -> Scene:
    """Build the mountains."""
    frame, light, rng = setting.frame, setting.light, setting.rng
    horizon, ground = setting.stage.horizon_y, setting.stage.ground_y
    stars = (twinkles(frame, rng, horizon * 0.7),) if light.is_night else ()
    behind = (
        sky(frame, light, rng, horizon), *stars, clouds(frame, light, rng, horizon * 0.8, cover=0.4),
        _range(setting, 0.08, 0.92, 7, 0.0), mist(frame, light, rng, horizon - 20, 0.12, 0.5),
        _range(setting, 0.17, 0.62, 7, 0.4), mist(frame, light, rng, horizon + 10, 0.24, 0.7),
        _slope(setting, 0.36, horizon + 4, 34, (34, 70), 90), mist(frame, light, rng, horizon + 50, 0.42, 0.45),
        _slope(setting, 0.58, horizon + 58, 26, (70, 128), 40), _pasture(setting, ground - 44),
    )  # fmt: skip
    return Scene(behind=behind, before=_near(setting))


def _range(setting: Setting, depth: float, tall: float, count: int, nearness: float) -> Layer:
    frame, light, rng = setting.frame, setting.light, setting.rng
    foot = setting.stage.horizon_y + 60
    height = tall * setting.stage.horizon_y
    rock = light.at_depth(_ROCK, 0.46 + 0.4 * nearness)
    snow = light.at_depth(_SNOW, 0.62 + 0.3 * nearness)
    side = 1 if light.sun_at[0] >= 0.5 else -1

    def draw(canvas: Canvas) -> None:
        for k in range(count):
            x = frame.period * (k + rng.uniform(0.2, 0.8)) / count
            high = height * rng.uniform(0.55, 1.0)
            _peak(canvas, rng, (x, foot, high, high * rng.uniform(0.75, 1.0)), (rock, snow), side)

    return layer(frame, draw, depth=depth, top=foot - height - 20, bottom=foot + 20)


def _peak(
    canvas: Canvas, rng: Generator, place: tuple[float, float, float, float], hues: tuple[Rgb, Rgb], side: int
) -> None:
    """Draw a peak of (x, foot, height, half width): a lit and a shaded face parted by a broken ridge, snow on top."""
    x, foot, high, half = place
    rock, snow = hues
    top = foot - high
    left = [(x - half * t + rng.uniform(-9, 9), top + high * t) for t in (0.16, 0.32, 0.5, 0.72)]
    right = [(x + half * t + rng.uniform(-9, 9), top + high * t) for t in (0.18, 0.34, 0.52, 0.7)]
    spine = [
        (x + half * (0.10 * (-1) ** k) * t, top + high * t)
        for k, t in enumerate((0.14, 0.28, 0.44, 0.62, 0.85))
    ]
    outline = [(x, top), *right, (x + half, foot), (x - half, foot), *reversed(left)]
    canvas.drawPath(
        polygon(*outline), down(top, foot, lighter(rock, 0.16), mix(rock, lighter(rock, 0.3), 0.5))
    )
    shaded = [
        (x, top),
        *spine,
        (x + side * -half * 0.1, foot),
        (x - side * half, foot),
        *reversed(left if side > 0 else right),
    ]
    canvas.drawPath(polygon(*shaded), down(top, foot, lighter(rock, -0.22), rock))
    line = 0.30 + rng.uniform(0, 0.12)
    for face, tone in ((right, snow), (left, mix(snow, rock, 0.42))):
        bright = tone if (face is right) == (side > 0) else mix(snow, rock, 0.42)
        canvas.drawPath(
            polygon(*_cap(rng, (x, top), face, spine, (high, line))),
            down(top, top + high * line, bright, mix(bright, rock, 0.12)),
        )


def _cap(
    rng: Generator, tip: Point, face: list[Point], spine: list[Point], size: tuple[float, float]
) -> list[Point]:
    """Return the snow on one face: down the edge, back in a zigzag, up the ridge."""
    high, line = size
    edge = face[1]
    middle = spine[1]
    zigzag = []
    for k in range(1, 6):
        share = k / 6
        x = edge[0] + (middle[0] - edge[0]) * share
        y = (
            edge[1]
            + (middle[1] - edge[1]) * share
            + high * line * (0.30 if k % 2 else -0.02) * rng.uniform(0.6, 1.2)
        )
        zigzag.append((x, y))
    return [tip, face[0], edge, *zigzag, middle, spine[0]]


def _slope(
    setting: Setting, depth: float, base: float, height: float, tall: tuple[float, float], count: int
) -> Layer:
    hue = setting.light.at_depth(mix(rgb("4d6e58"), rgb("e9eef4"), 0.75 if setting.snowy else 0.0), depth)
    snow = 0.85 if setting.snowy else 0.0

    def wood(canvas: Canvas, outline: Outline) -> None:
        firs(setting, canvas, outline, base, depth=depth, count=count, tall=tall, snow=snow)

    return terrain(
        setting, base=base, height=height, depth=depth, hues=(hue, lighter(hue, -0.2)), more=wood, room=tall[1],
        bottom=base + 260, blur=1.6 * max(0.0, 0.5 - depth),
    )  # fmt: skip


def _pasture(setting: Setting, base: float) -> Layer:
    hue = setting.light.at_depth(mix(_PASTURE, _SNOW, 0.85 if setting.snowy else 0.0), 0.97)
    rng = setting.rng

    def rocks(canvas: Canvas, outline: Outline) -> None:
        for _ in range(16):
            x = rng.uniform(0, setting.frame.period)
            stone = setting.light.at_depth(mix(_ROCK, _SNOW, 0.5 if setting.snowy else 0.0), 0.95)
            stones(canvas, rng, (x, base + outline(x) + rng.uniform(6, 60), rng.uniform(16, 70)), stone)

    return terrain(
        setting,
        base=base,
        height=12,
        depth=1.0,
        hues=(lighter(hue, 0.12), lighter(hue, -0.5)),
        rough=4,
        more=rocks,
        room=40,
    )


def _near(setting: Setting) -> tuple[Layer, ...]:
    frame, light = setting.frame, setting.light
    green = light.at_depth(mix(_PASTURE, _SNOW, 0.6 if setting.snowy else 0.0), 1.0)
    foot = frame.height + OVERSCAN
    bloom = () if setting.snowy else ("f4efe0", "c9a0dc", "f2c545")
    return (
        grass(setting, foot=setting.stage.ground_y + 40, height=22, hues=(lighter(green, -0.2), lighter(green, 0.1)), depth=1.04, count=260, flowers=bloom),
        grass(setting, foot=foot - 34, height=66, hues=(lighter(green, -0.45), lighter(green, -0.12)), depth=1.25, count=320, flowers=bloom),
        grass(setting, foot=foot, height=120, hues=(lighter(green, -0.6), lighter(green, -0.45)), depth=1.7, count=120, blur=4.0),
    )  # fmt: skip
