"""Under the sea: rays from the surface, reefs fading into blue, weeds that sway, a shoal."""

from __future__ import annotations

import math

from generator.backends.embedded.colour import Rgb, lighter, mix, rgb
from generator.backends.embedded.flora import Outline
from generator.backends.embedded.layer import OVERSCAN, Layer, Painter, View, layer
from generator.backends.embedded.pen import Canvas, curve, fill, oval, smooth, stroke
from generator.backends.embedded.scene import Scene, Setting
from generator.backends.embedded.scenery import shafts, sky, terrain
from generator.backends.embedded.skia_library import skia

_REEF, _SAND = rgb("3f7f92"), rgb("b9a98c")
_CORALS = ("e8776a", "f2a65a", "d98ab0", "f0d28a")


def build(setting: Setting) -> Scene:
    """Build the sea's depths."""
    frame, light, rng = setting.frame, setting.light, setting.rng
    ground = setting.stage.ground_y
    behind = (
        sky(frame, light, rng, frame.height, disc=False), _reef(setting, 0.12, 0.66, 70), shafts(frame, light, rng, 8, 0.34),
        _reef(setting, 0.26, 0.76, 56), _shoal(setting), _reef(setting, 0.5, 0.86, 40, corals=14), _weeds(setting, 0.6, ground - 20, 150, 20, 0.0),
        _bed(setting, ground - 34), _weeds(setting, 0.98, ground + 14, 120, 12, 0.0),
    )  # fmt: skip
    before = (
        _bubbles(setting, 34),
        _weeds(setting, 1.55, frame.height + OVERSCAN, 190, 7, 3.0),
        _specks(setting),
    )
    return Scene(behind=behind, before=before)


def _reef(setting: Setting, depth: float, level: float, height: float, corals: int = 0) -> Layer:
    hue = setting.light.at_depth(_REEF, depth + 0.1)
    rng = setting.rng
    base = level * setting.frame.height

    def grown(canvas: Canvas, outline: Outline) -> None:
        for _ in range(corals):
            x = rng.uniform(0, setting.frame.period)
            coral = mix(setting.light.near(rgb(_CORALS[int(rng.integers(len(_CORALS)))])), hue, 0.35)
            _coral(canvas, (x, base + outline(x) + 6, rng.uniform(30, 74)), coral, int(rng.integers(3)))

    return terrain(
        setting,
        base=base,
        height=height,
        depth=depth,
        hues=(lighter(hue, 0.06), lighter(hue, -0.35)),
        rough=8,
        more=grown,
        room=80 if corals else 0,
        blur=2.2 * max(0.0, 0.4 - depth) * 2,
    )


def _coral(canvas: Canvas, place: tuple[float, float, float], hue: Rgb, kind: int) -> None:
    x, foot, tall = place
    if kind == 0:
        for k in range(7):
            turn = -0.9 + 0.3 * k
            tip = (x + tall * math.sin(turn), foot - tall * math.cos(turn))
            canvas.drawPath(
                curve((x, foot), (x + tall * 0.2 * turn, foot - tall * 0.6, *tip), closed=False),
                stroke(hue, tall * 0.09),
            )
    elif kind == 1:
        canvas.drawPath(
            smooth(
                [
                    (x - tall * 0.6, foot),
                    (x - tall * 0.5, foot - tall * 0.5),
                    (x, foot - tall * 0.66),
                    (x + tall * 0.5, foot - tall * 0.5),
                    (x + tall * 0.6, foot),
                ]
            ),
            fill(hue),
        )
        for k in range(4):
            canvas.drawOval(
                oval(x - tall * 0.3 + k * tall * 0.2, foot - tall * 0.3, tall * 0.05, tall * 0.14),
                fill(lighter(hue, -0.2)),
            )
    else:
        for k in range(4):
            high = tall * (0.5 + 0.16 * ((k * 3) % 4))
            canvas.drawRoundRect(
                skia.Rect.MakeXYWH(x + k * tall * 0.2, foot - high, tall * 0.16, high + 4),
                tall * 0.08,
                tall * 0.08,
                fill(lighter(hue, 0.07 * k)),
            )


def _bed(setting: Setting, base: float) -> Layer:
    hue = setting.light.at_depth(_SAND, 0.86)
    rng = setting.rng

    def grown(canvas: Canvas, outline: Outline) -> None:
        for _ in range(26):
            x, share = rng.uniform(0, setting.frame.period), rng.uniform(0, 1)
            wide = rng.uniform(40, 160)
            y = base + outline(x) * (1 - share) + 16 + 90 * share
            canvas.drawPath(
                curve((x, y), (x + wide * 0.3, y - 4, x + wide * 0.7, y + 4, x + wide, y), closed=False),
                stroke(lighter(hue, -0.25), 2, 0.35),
            )
        for _ in range(8):
            x = rng.uniform(0, setting.frame.period)
            coral = mix(setting.light.near(rgb(_CORALS[int(rng.integers(len(_CORALS)))])), hue, 0.1)
            _coral(canvas, (x, base + outline(x) + 14, rng.uniform(36, 66)), coral, int(rng.integers(3)))

    return terrain(
        setting,
        base=base,
        height=16,
        depth=0.95,
        hues=(lighter(hue, 0.12), lighter(hue, -0.55)),
        rough=5,
        more=grown,
        room=80,
    )


def _weeds(setting: Setting, depth: float, foot: float, tall: float, count: int, blur: float) -> Layer:
    frame, rng = setting.frame, setting.rng
    near = depth > 1
    hue = setting.light.at_depth(rgb("2f6a5c") if not near else rgb("0e2c44"), min(1.0, depth))

    def draw(canvas: Canvas) -> None:
        for _ in range(count):
            x = rng.uniform(0, frame.period)
            for _ in range(5):
                high, root, bend = (
                    tall * rng.uniform(0.4, 1.0),
                    x + rng.uniform(-26, 26),
                    rng.uniform(-24, 24),
                )
                shade = lighter(hue, rng.uniform(-0.2, 0.25))
                wide = 5 + tall * 0.03
                leaf = curve(
                    (root - wide, foot),
                    (
                        root - wide + bend,
                        foot - high * 0.4,
                        root - bend,
                        foot - high * 0.7,
                        root + bend,
                        foot - high,
                    ),
                    (
                        root + wide - bend * 0.6,
                        foot - high * 0.66,
                        root + wide + bend,
                        foot - high * 0.36,
                        root + wide,
                        foot,
                    ),
                )
                canvas.drawPath(leaf, fill(shade))

    return layer(
        frame, draw, depth=depth, top=foot - tall * 1.05, bottom=foot + 4, blur=blur, sway=tall * 0.2
    )


def _shoal(setting: Setting) -> Painter:
    """Return small fish that turn together."""
    frame, rng = setting.frame, setting.rng
    fish = rng.uniform(-1, 1, (30, 3))
    tone = mix((0.85, 0.96, 0.92), setting.light.haze, 0.25)

    def draw(view: View) -> None:
        path = skia.Path()
        swing = 0.35 * view.at_s
        cx = (frame.width * 0.22 + 46 * view.at_s - view.camera.x * 0.35) % (frame.width + 400) - 160
        cy = frame.height * 0.30 + 40 * math.sin(swing)
        for dx, dy, pace in fish:
            x = cx + 150 * dx + 14 * math.sin(view.at_s * (1 + pace * 0.4) + 9 * dy)
            y = cy + 56 * dy + 9 * math.sin(view.at_s * 1.3 + 7 * dx)
            tail = 3 * math.sin(view.at_s * 9 + 12 * dx)
            path.addOval(oval(x, y, 7.5, 2.9))
            path.moveTo(x - 6, y)
            path.lineTo(x - 12, y - 3 + tail)
            path.lineTo(x - 12, y + 3 + tail)
            path.close()
        view.canvas.drawPath(path, fill(tone, 0.72))

    return draw


def _bubbles(setting: Setting, count: int) -> Painter:
    frame = setting.frame
    spots = setting.rng.uniform(0, 1, (count, 4))

    def draw(view: View) -> None:
        for x, y, pace, size in spots:
            rise = (y * (frame.height + 80) + view.at_s * (40 + 60 * pace)) % (frame.height + 80)
            px = (
                (0.12 + 0.2 * round(3 * x) + 0.08 * y) * frame.width
                + 12 * math.sin(view.at_s * 2 + 9 * x)
                - view.camera.x * 0.8
            )
            radius, py = 1.6 + 5 * size**2, frame.height + 40 - rise
            view.canvas.drawCircle(px % frame.width, py, radius, fill((0.92, 1.0, 0.98), 0.16))
            view.canvas.drawCircle(px % frame.width, py, radius, stroke((0.92, 1.0, 0.98), 1.1, 0.55))

    return draw


def _specks(setting: Setting) -> Painter:
    frame = setting.frame
    spots = setting.rng.uniform(0, 1, (70, 3))

    def draw(view: View) -> None:
        for x, y, size in spots:
            px = (
                x * frame.width + 16 * math.sin(0.4 * view.at_s + 9 * y) - view.camera.x * (0.4 + size)
            ) % frame.width
            py = (y * frame.height - 6 * view.at_s * (0.5 + size)) % frame.height
            view.canvas.drawCircle(px, py, 0.8 + 2.4 * size**3, fill((0.9, 1.0, 0.97), 0.2 + 0.3 * size))

    return draw
