"""A meadow: hills one behind the other, round trees, a field of flowers in the wind."""

from __future__ import annotations

from generator.backends.embedded.colour import Rgb, lighter, mix, rgb
from generator.backends.embedded.flora import Outline, grass
from generator.backends.embedded.layer import OVERSCAN, Layer
from generator.backends.embedded.pen import Canvas, fill, oval
from generator.backends.embedded.scene import Scene, Setting
from generator.backends.embedded.scenery import clouds, mist, sky, terrain, twinkles
from generator.backends.embedded.trees import leafy

_GREEN, _STRAW = rgb("86a84e"), rgb("c6b65a")
_FLOWERS = ("e8574c", "f6f0e2", "f2c545", "b58ad0", "e8574c")


def build(setting: Setting) -> Scene:
    """Build the meadow."""
    frame, light, rng = setting.frame, setting.light, setting.rng
    horizon, ground = setting.stage.horizon_y, setting.stage.ground_y
    stars = (twinkles(frame, rng, horizon),) if light.is_night else ()
    behind = (
        sky(frame, light, rng, horizon), *stars, clouds(frame, light, rng, horizon, cover=0.55),
        _hills(setting, 0.10, horizon - 8, 46, rgb("6f95a0")), _hills(setting, 0.20, horizon + 14, 34, rgb("7fa27c")),
        mist(frame, light, rng, horizon + 26, 0.25, 0.5), _hills(setting, 0.36, horizon + 40, 26, _GREEN, trees=16),
        _hills(setting, 0.56, horizon + 84, 20, mix(_GREEN, _STRAW, 0.35), trees=7), _field(setting, ground - 50),
    )  # fmt: skip
    return Scene(behind=behind, before=_near(setting))


def _local(setting: Setting, hue: Rgb) -> Rgb:
    return mix(hue, rgb("eef2f7"), 0.82) if setting.snowy else hue


def _hills(setting: Setting, depth: float, base: float, height: float, hue: Rgb, trees: int = 0) -> Layer:
    light, rng = setting.light, setting.rng
    land = light.at_depth(_local(setting, hue), depth + 0.18)
    dark, bright = (
        light.at_depth(_local(setting, rgb("3f6a45")), depth + 0.15),
        light.at_depth(_local(setting, rgb("9cb860")), depth + 0.15),
    )

    def planted(canvas: Canvas, outline: Outline) -> None:
        for _ in range(trees):
            x = rng.uniform(0, setting.frame.period)
            foot, tall = base + outline(x) + 6, (70 + 130 * depth) * rng.uniform(0.7, 1.2)
            canvas.drawOval(oval(x + 20, foot, tall * 0.34, tall * 0.05), fill(lighter(land, -0.45), 0.5))
            leafy(canvas, rng, (x, foot, tall), (dark, bright))

    return terrain(
        setting, base=base, height=height, depth=depth, hues=(lighter(land, 0.08), lighter(land, -0.22)), more=planted,
        room=(200 * (depth + 0.4)) if trees else 0.0, bottom=base + 260,
    )  # fmt: skip


def _field(setting: Setting, base: float) -> Layer:
    light, rng = setting.light, setting.rng
    land = light.at_depth(_local(setting, _GREEN), 0.97)
    petals = [light.at_depth(_local(setting, rgb(code)), 0.92) for code in _FLOWERS]

    def dotted(canvas: Canvas, outline: Outline) -> None:
        for _ in range(260):
            share = rng.uniform(0, 1) ** 1.6
            x = rng.uniform(0, setting.frame.period)
            y = base + 10 + outline(x) + share * 150
            canvas.drawOval(
                oval(x, y, 1.6 + 3.4 * share, 1.2 + 2.4 * share),
                fill(petals[int(rng.integers(len(petals)))], 0.9),
            )

    return terrain(
        setting,
        base=base,
        height=10,
        depth=1.0,
        hues=(lighter(land, 0.16), lighter(land, -0.45)),
        rough=4,
        more=dotted,
        room=10,
    )


def _near(setting: Setting) -> tuple[Layer, ...]:
    frame = setting.frame
    green = setting.light.at_depth(_local(setting, _GREEN), 1.0)
    foot = frame.height + OVERSCAN
    bloom = () if setting.snowy else _FLOWERS
    return (
        grass(setting, foot=setting.stage.ground_y + 34, height=26, hues=(lighter(green, -0.2), lighter(green, 0.14)), depth=1.04, count=420, flowers=bloom[:3]),
        grass(setting, foot=foot - 40, height=74, hues=(lighter(green, -0.4), lighter(green, -0.05)), depth=1.22, count=420, flowers=bloom),
        grass(setting, foot=foot, height=150, hues=(lighter(green, -0.58), lighter(green, -0.4)), depth=1.7, count=130, blur=4.0, flowers=bloom[:1]),
    )  # fmt: skip
