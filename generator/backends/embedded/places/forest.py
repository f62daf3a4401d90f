"""A wood: trunks fading into mist, rays between them, leaves on the ground."""

from __future__ import annotations

import math

from numpy.random import Generator

from generator.backends.embedded.colour import Rgb, lighter, mix, rgb
from generator.backends.embedded.layer import OVERSCAN, Layer, layer
from generator.backends.embedded.pen import (
    Canvas,
    across,
    curve,
    down,
    faded,
    fill,
    oval,
    stroke,
)  # fmt: skip
from generator.backends.embedded.rigs.leaves import leaf
from generator.backends.embedded.scene import Scene, Setting
from generator.backends.embedded.scenery import contour, hill, mist, shafts, sky, twinkles

_BARK = rgb("5d4a3a")
_MOSS = rgb("6f8f5c")
_EARTH = rgb("8a6440")
_LEAVES = ("d9823c", "b8562c", "e8b04a", "8a4a28", "c9a23a")


def build(setting: Setting) -> Scene:
    """Build the wood."""
    frame, light, rng = setting.frame, setting.light, setting.rng
    air = sky(frame, light, rng, setting.stage.ground_y, disc=light.is_night)
    rays = () if light.is_night or light.glow < 0.2 else (shafts(frame, light, rng, 6, 0.30),)
    stars = (twinkles(frame, rng, frame.height * 0.4, 18),) if light.is_night else ()
    behind = (
        air, *stars, _trunks(setting, 0.12, 18, 15), _trunks(setting, 0.26, 13, 26), _bank(setting, 0.40, 0.10),
        mist(frame, light, rng, setting.stage.ground_y - 70, 0.34, 0.55), *rays,
        _trunks(setting, 0.55, 8, 46), _bank(setting, 0.62, 0.045),
        mist(frame, light, rng, setting.stage.ground_y - 30, 0.62, 0.35), _canopy(setting, 0.75),
        _ground(setting),
    )  # fmt: skip
    return Scene(behind=behind, before=(_undergrowth(setting, 1.15, 0.0), _undergrowth(setting, 1.7, 4.5)))


def _trunks(setting: Setting, depth: float, count: int, width: float) -> Layer:
    """Return a row of trunks; the farther, the thinner, paler and less sharp."""
    frame, light = setting.frame, setting.light
    foot = setting.stage.ground_y - 18 - 130 * (0.75 - depth) * frame.height / 720 * 0.6

    def draw(canvas: Canvas) -> None:
        for k in range(count):
            x = frame.period * (k + setting.rng.uniform(0.1, 0.9)) / count
            bark = light.at_depth(mix(_BARK, _MOSS, setting.rng.uniform(0, 0.55)), depth)
            _trunk(canvas, setting.rng, (x, foot, width * setting.rng.uniform(0.6, 1.4)), bark)

    return layer(
        frame, draw, depth=depth, top=-OVERSCAN, bottom=foot + 60,
        blur=4.2 * (0.62 - depth) + 0.2, sway=2.0 * depth,
    )  # fmt: skip


def _trunk(canvas: Canvas, rng: Generator, place: tuple[float, float, float], bark: Rgb) -> None:
    x, foot, width = place
    bend, top = rng.uniform(-16, 16), -OVERSCAN - 10
    half = width / 2
    shape = curve(
        (x - half * 1.9, foot + 12), (x - half * 1.05, foot - 10, x - half, foot - 60),
        (x - half + bend, foot * 0.45, x - half * 0.62 + bend, top), (x + half * 0.62 + bend, top),
        (x + half + bend, foot * 0.45, x + half, foot - 60), (x + half * 1.1, foot - 8, x + half * 2.1, foot + 12),
    )  # fmt: skip
    canvas.drawPath(shape, across(x - half, x + half, lighter(bark, -0.22), bark, lighter(bark, 0.16)))
    if width < 22:
        return
    for _ in range(int(width / 6)):
        y, dx = rng.uniform(20, foot - 40), rng.uniform(-0.7, 0.5)
        length = rng.uniform(14, 46)
        along = dx * half + bend * (1 - y / foot)
        canvas.drawLine(x + along, y, x + along + 2, y + length, stroke(lighter(bark, -0.3), 1.6, 0.5))
    for side in (-1, 1):
        y = rng.uniform(0.15, 0.5) * foot
        reach = side * rng.uniform(2, 4.5) * width
        branch = curve(
            (x + bend * 0.5, y), (x + reach * 0.5, y - 14, x + reach, y - rng.uniform(30, 70)), closed=False
        )
        canvas.drawPath(branch, stroke(lighter(bark, -0.1), width * 0.14))


def _bank(setting: Setting, depth: float, lift: float) -> Layer:
    """Return a rise of ground with ferns along its crest."""
    frame, light = setting.frame, setting.light
    base = setting.stage.ground_y - lift * frame.height
    outline = contour(setting.rng, frame.period, 16)
    earth = light.at_depth(_snowed(mix(_EARTH, _MOSS, 0.45), setting), depth)

    def draw(canvas: Canvas) -> None:
        canvas.drawPath(
            hill(outline, frame, base, base + 200), down(base - 20, base + 120, earth, lighter(earth, -0.3))
        )
        for _ in range(70):
            x = setting.rng.uniform(0, frame.period)
            fern(
                canvas,
                setting.rng,
                (x, base + outline(x) + 4, 16 + 26 * depth),
                lighter(earth, setting.rng.uniform(-0.25, 0.1)),
            )

    return layer(frame, draw, depth=depth, top=base - 90, bottom=base + 200, blur=2.4 * (0.7 - depth))


def fern(canvas: Canvas, rng: Generator, place: tuple[float, float, float], hue: Rgb) -> None:
    """Draw a tuft of arching fronds at (x, foot, height)."""
    x, foot, height = place
    for turn in rng.uniform(-1.1, 1.1, 6):
        tip_x, tip_y = x + height * 1.1 * math.sin(turn), foot - height * math.cos(turn * 0.8)
        near_x, near_y = x + height * 0.2 * math.sin(turn), foot - height * 0.75
        blade = curve(
            (x - height * 0.05, foot),
            (near_x, near_y, tip_x, tip_y),
            (near_x + height * 0.12, near_y + height * 0.1, x + height * 0.05, foot),
        )
        canvas.drawPath(blade, fill(hue))


def _snowed(hue: Rgb, setting: Setting) -> Rgb:
    return mix(hue, rgb("eef3f8"), 0.82) if setting.snowy else hue


def _ground(setting: Setting) -> Layer:
    """Return the ground of the clearing with fallen leaves and small stones."""
    frame, light = setting.frame, setting.light
    base = setting.stage.ground_y - 34
    outline = contour(setting.rng, frame.period, 10, 5)
    earth = light.at_depth(_snowed(_EARTH, setting), 0.97)
    bottom = frame.height + OVERSCAN

    def draw(canvas: Canvas) -> None:
        canvas.drawPath(
            hill(outline, frame, base, bottom),
            down(base - 10, bottom, lighter(earth, 0.10), lighter(earth, -0.48)),
        )
        for _ in range(90):
            x = setting.rng.uniform(0, frame.period)
            grass = light.at_depth(_snowed(mix(_MOSS, _EARTH, setting.rng.uniform(0, 0.6)), setting), 0.95)
            fern(
                canvas,
                setting.rng,
                (x, base + outline(x) + setting.rng.uniform(2, 24), setting.rng.uniform(9, 22)),
                grass,
            )
        _litter(canvas, setting, base)

    return layer(frame, draw, depth=1.0, top=base - 60, bottom=bottom)


def _litter(canvas: Canvas, setting: Setting, base: float) -> None:
    frame, rng = setting.frame, setting.rng
    for _ in range(70 if setting.snowy else 460):
        share = rng.uniform(0, 1) ** 0.8
        x, y = rng.uniform(0, frame.period), base + 8 + share * (frame.height + OVERSCAN - base)
        size = 4 + 9 * share
        hue = setting.light.at_depth(rgb(_LEAVES[int(rng.integers(len(_LEAVES)))]), 1.0)
        canvas.save()
        canvas.translate(x, y)
        canvas.scale(1, 0.6)
        canvas.rotate(rng.uniform(0, 180))
        canvas.drawPath(
            leaf(size), faded((-size, 0), (size, 0), (lighter(hue, 0.12), 0.95), (lighter(hue, -0.22), 0.95))
        )
        canvas.restore()


def _canopy(setting: Setting, depth: float) -> Layer:
    """Return boughs hanging into the frame from above."""
    frame, light, rng = setting.frame, setting.light, setting.rng
    reach = frame.height * 0.16

    def draw(canvas: Canvas) -> None:
        for _ in range(900):
            x, drop = rng.uniform(0, frame.period), rng.uniform(0, 1) ** 2.6
            bough = 0.45 + 0.55 * abs(
                math.sin(x * 7 * math.pi / frame.period) * math.cos(x * 3 * math.pi / frame.period)
            )
            hue = light.at_depth(mix(rgb("2f5a40"), rgb("93a85c"), rng.uniform(0, 0.9)), depth)
            canvas.save()
            canvas.translate(x, -OVERSCAN + 30 + drop * bough * reach * 1.5)
            canvas.rotate(rng.uniform(20, 160))
            canvas.drawPath(
                leaf(rng.uniform(12, 30) * (1 - 0.35 * drop)), fill(lighter(hue, -0.28 + 0.34 * drop), 0.95)
            )
            canvas.restore()

    return layer(frame, draw, depth=depth, top=-OVERSCAN, bottom=1.6 * reach + 40, blur=0.8, sway=-5)


def _undergrowth(setting: Setting, depth: float, blur: float) -> Layer:
    """Return what stands before the subject: low ferns, and nearer still a soft dark frame."""
    frame, light, rng = setting.frame, setting.light, setting.rng
    near = blur > 0
    foot = frame.height + OVERSCAN
    tone = lighter(
        light.at_depth(mix(_MOSS, rgb("2c4034"), 0.7 if near else 0.35), 0.95), -0.35 if near else -0.12
    )

    def draw(canvas: Canvas) -> None:
        for _ in range(16 if near else 34):
            x = rng.uniform(0, frame.period)
            height = rng.uniform(90, 170) if near else rng.uniform(50, 92)
            fern(canvas, rng, (x, foot, height), lighter(tone, rng.uniform(-0.1, 0.18)))
        canvas.drawOval(
            oval(frame.period / 2, foot + 30, frame.period, 44),
            fill(lighter(tone, -0.2), 0.7 if near else 0.0),
        )

    top = foot - 260
    return layer(frame, draw, depth=depth, top=top, bottom=foot, blur=blur, sway=5.0)
