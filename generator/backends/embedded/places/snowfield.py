"""A winter plain: firs under snow, a cabin with one lit window and its smoke."""

from __future__ import annotations

import math

from generator.backends.embedded.colour import lighter, mix, rgb
from generator.backends.embedded.flora import Outline, blade, firs
from generator.backends.embedded.layer import OVERSCAN, Layer, Painter, View, layer
from generator.backends.embedded.pen import Canvas, across, box, down, fill, halo, oval, polygon
from generator.backends.embedded.scene import Scene, Setting
from generator.backends.embedded.scenery import clouds, mist, sky, terrain, twinkles

_SNOW, _SHADOW = rgb("f3f6fb"), rgb("a9bcd8")


def build(setting: Setting) -> Scene:
    """Build the plain."""
    frame, light, rng = setting.frame, setting.light, setting.rng
    horizon, ground = setting.stage.horizon_y, setting.stage.ground_y
    stars = (twinkles(frame, rng, horizon),) if light.is_night else ()
    behind = (
        sky(frame, light, rng, horizon), *stars, clouds(frame, light, rng, horizon, cover=0.35),
        _drifts(setting, 0.10, horizon - 26, 52), _drifts(setting, 0.2, horizon + 6, 30, wood=(150, (26, 60))),
        mist(frame, light, rng, horizon + 16, 0.25, 0.5), _drifts(setting, 0.4, horizon + 40, 22, wood=(44, (80, 150))),
        _cabin(setting, 0.5, horizon + 62), _smoke(setting, 0.5, horizon + 62), _drifts(setting, 0.62, horizon + 84, 18, wood=(9, (170, 250))),
        _drifts(setting, 1.0, ground - 46, 14, near=True),
    )  # fmt: skip
    return Scene(behind=behind, before=(_mound(setting), _sparkle(setting)))


def _drifts(
    setting: Setting,
    depth: float,
    base: float,
    height: float,
    wood: tuple[int, tuple[float, float]] | None = None,
    *,
    near: bool = False,
) -> Layer:
    light, rng = setting.light, setting.rng
    white, blue = light.at_depth(_SNOW, depth + 0.2), light.at_depth(_SHADOW, depth + 0.2)

    def grown(canvas: Canvas, outline: Outline) -> None:
        if wood:
            firs(setting, canvas, outline, base, depth=depth + 0.15, count=wood[0], tall=wood[1], snow=0.9)
        for _ in range(40 if near else 0):
            x, share = rng.uniform(0, setting.frame.period), rng.uniform(0, 1)
            y = base + 24 + 120 * share
            canvas.drawOval(
                oval(x, y, rng.uniform(60, 200), 5 + 12 * share), fill(mix(blue, white, 0.4), 0.3)
            )
        for _ in range(26 if near else 0):
            x = rng.uniform(0, setting.frame.period)
            blade(
                canvas,
                (x, base + outline(x) + rng.uniform(4, 20), rng.uniform(10, 26)),
                rng.uniform(-8, 8),
                light.at_depth(rgb("8a7a5c"), 0.9),
            )

    return terrain(
        setting,
        base=base,
        height=height,
        depth=depth,
        hues=(white, mix(blue, white, 0.12)),
        more=grown,
        room=wood[1][1] + 20 if wood else 30,
    )


def _cabin(setting: Setting, depth: float, foot: float) -> Layer:
    frame, light = setting.frame, setting.light
    wall, snow = light.at_depth(rgb("6f4a38"), 0.75), light.at_depth(_SNOW, 0.8)
    lamp = rgb("ffd58a")
    x = frame.width * 0.72

    def draw(canvas: Canvas) -> None:
        canvas.drawRect(
            box(x, foot - 62, 120, 72), across(x, x + 120, lighter(wall, 0.1), lighter(wall, -0.3))
        )
        for k in range(5):
            canvas.drawRect(box(x, foot - 50 + 13 * k, 120, 2), fill(lighter(wall, -0.4), 0.7))
        canvas.drawRect(box(x + 82, foot - 128, 16, 40), fill(lighter(wall, -0.3)))
        canvas.drawPath(
            polygon((x - 20, foot - 56), (x + 60, foot - 120), (x + 140, foot - 56)),
            down(foot - 120, foot - 56, lighter(snow, 0.2), snow),
        )
        canvas.drawRect(box(x + 78, foot - 132, 24, 7), fill(snow))
        canvas.drawRect(box(x + 22, foot - 40, 26, 26), fill(lamp))
        canvas.drawRect(box(x + 34, foot - 40, 2, 26), fill(wall))
        canvas.drawRect(box(x + 76, foot - 42, 24, 52), fill(lighter(wall, -0.45)))
        canvas.drawCircle(
            x + 35, foot - 27, 90, halo((x + 35, foot - 27), 90, lamp, 0.6 if light.is_night else 0.3)
        )

    return layer(frame, draw, depth=depth, top=foot - 150, bottom=foot + 70)


def _smoke(setting: Setting, depth: float, foot: float) -> Painter:
    frame, tone = setting.frame, mix(setting.light.haze, (1, 1, 1), 0.4)

    def draw(view: View) -> None:
        view.enter(depth)
        for k in range(12):
            age = (view.at_s * 0.3 + k / 12) % 1.0
            x = (
                frame.width * 0.72
                + 90
                + 46 * age * (0.5 + view.light.wind)
                + 7 * math.sin(5 * age + view.at_s)
            )
            view.canvas.drawCircle(x, foot - 134 - 150 * age, 6 + 24 * age, fill(tone, 0.28 * (1 - age)))
        view.leave()

    return draw


def _mound(setting: Setting) -> Layer:
    frame = setting.frame
    white, blue = setting.light.at_depth(_SNOW, 1.0), setting.light.at_depth(_SHADOW, 1.0)
    return terrain(
        setting,
        base=frame.height - 4,
        height=26,
        depth=1.5,
        hues=(mix(white, blue, 0.6), blue),
        rough=3,
        blur=4,
        bottom=frame.height + OVERSCAN,
    )


def _sparkle(setting: Setting) -> Painter:
    frame = setting.frame
    spots = setting.rng.uniform(0, 1, (46, 3))

    def draw(view: View) -> None:
        for x, y, pace in spots:
            strength = max(0.0, math.sin(view.at_s * (1.4 + 2.4 * pace) + 40 * x)) ** 6
            px = (x * frame.period - view.camera.x) % frame.period - 40
            view.canvas.drawCircle(
                px, setting.stage.ground_y - 20 + y * 130, 1.0 + 1.2 * y, fill((1, 1, 1), 0.9 * strength)
            )

    return draw
