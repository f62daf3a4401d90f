"""What is on or over the water's edge: a folded paper boat, a lighthouse on its rock."""

from __future__ import annotations

import math

from generator.backends.embedded.colour import lighter, mix, rgb
from generator.backends.embedded.pen import (
    Canvas,
    across,
    box,
    curve,
    down,
    faded,
    fill,
    glow,
    polygon,
    stroke,
)
from generator.backends.embedded.rig import Coat, Pose

_ROCK = rgb("4a4360")


def draw_boat(canvas: Canvas, pose: Pose, coat: Coat) -> None:
    """Draw a boat folded out of one sheet; its sail and hull take the light on different facets."""
    paper, grey = coat.main, mix(coat.main, rgb("6f6a78"), 0.32)
    canvas.drawPath(polygon((-8, -46), (4, -196), (100, -44)), down(-196, -44, lighter(paper, 0.35), paper))
    canvas.drawPath(polygon((-98, -44), (4, -196), (10, -46)), down(-196, -44, lighter(paper, -0.04), grey))
    hull = polygon((-156, -70), (-100, 4), (100, 4), (156, -70), (88, -44), (-88, -44))
    canvas.drawPath(hull, down(-70, 4, lighter(paper, 0.2), mix(paper, grey, 0.5)))
    canvas.drawPath(polygon((0, -44), (88, -44), (156, -70), (100, 4), (0, 4)), fill(grey, 0.55))
    canvas.drawPath(polygon((-88, -44), (88, -44), (60, -36), (-60, -36)), fill(lighter(grey, -0.3), 0.7))
    canvas.drawLine(4, -194, 8, -46, stroke(lighter(grey, -0.2), 1.2, 0.5))
    canvas.drawLine(-150, -66, -98, 2, stroke(lighter(paper, 0.5), 1.5, 0.6))


def draw_lighthouse(canvas: Canvas, pose: Pose, coat: Coat) -> None:
    """Draw a banded tower on a rock; its lamp turns once a phase and sweeps the air."""
    rock = curve(
        (-250, 60),
        (-190, -8, -120, -26, -70, -34),
        (-30, -44, 60, -46, 96, -30),
        (170, -18, 230, 20, 280, 60),
    )
    canvas.drawPath(rock, down(-44, 60, lighter(_ROCK, 0.12), lighter(_ROCK, -0.55)))
    for x, y, wide in ((-150, 4, 60), (60, -12, 80), (130, 16, 70)):
        canvas.drawPath(
            curve(
                (x - wide, y + 20),
                (x - wide * 0.4, y - 10, x + wide * 0.5, y + 2),
                (x, y + 14, x - wide, y + 20),
            ),
            fill(lighter(_ROCK, 0.2), 0.35),
        )
    wall = across(-34, 34, rgb("fbf0e6"), rgb("e9dcd6"), rgb("8d7f98"))
    canvas.drawPath(polygon((-36, -34), (-22, -330), (22, -330), (36, -34)), wall)
    band = across(-34, 34, lighter(coat.main, 0.08), coat.main, lighter(coat.main, -0.45))
    for top in (-300, -216, -132):
        low, half, half_low = top + 40, 22 + 14 * (330 + top) / 296, 22 + 14 * (370 + top) / 296
        canvas.drawPath(polygon((-half, top), (half, top), (half_low, low), (-half_low, low)), band)
    for y in (-262, -178):
        canvas.drawRoundRect(box(-6, y, 12, 20), 6, 6, fill(rgb("3a3350")))
    canvas.drawRoundRect(box(-12, -74, 24, 42), 10, 10, fill(rgb("5a3a34")))
    canvas.drawRoundRect(box(-32, -340, 64, 12), 3, 3, fill(rgb("2a2540")))
    canvas.drawRect(box(-17, -384, 34, 46), fill(rgb("ffe9a8")))
    for x in (-17, -6, 5, 16):
        canvas.drawRect(box(x - 1, -384, 2, 46), fill(rgb("2a2540")))
    canvas.drawPath(
        curve((-24, -384), (-20, -412, 0, -424), (20, -412, 24, -384)), fill(lighter(coat.main, -0.4))
    )
    canvas.drawLine(0, -420, 0, -440, stroke(rgb("2a2540"), 3))


def draw_beam(canvas: Canvas, pose: Pose, coat: Coat) -> None:
    """Draw the turning beam, wide when it points at us, thin as it passes the sides."""
    dim = 0.35 if not coat.light.is_night and coat.light.sun_at[1] < 0.4 else 1.0
    turn = math.tau * (pose.at_s / 6.5 + pose.character)
    for start in (0.0, math.pi):
        reach, facing = 900 * math.cos(turn + start), math.sin(turn + start)
        if abs(reach) < 60 or facing < -0.85:
            continue
        spread = 70 + 60 * abs(facing)
        tip = polygon((0, -366), (0, -356), (reach, -360 + spread), (reach, -370 - spread))
        strength = 0.5 * dim * (0.65 + 0.35 * facing)
        canvas.drawPath(
            tip,
            faded(
                (0, 0),
                (reach, 0),
                (rgb("fff2c0"), strength),
                (rgb("fff2c0"), strength * 0.25),
                (rgb("fff2c0"), 0.0),
            ),
        )
    flare = 90 + 60 * max(0.0, math.sin(turn)) ** 4
    glow(canvas, (0, -361), flare, rgb("fff0b8"), 0.9 * dim)
