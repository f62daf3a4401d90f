"""What flies: a bird, a butterfly, an owl, a balloon, a rocket, a paper lantern."""

from __future__ import annotations

import math

from generator.backends.embedded.colour import Rgb, lighter, mix, rgb
from generator.backends.embedded.pen import (
    Canvas,
    across,
    ball,
    box,
    curve,
    down,
    faded,
    fill,
    glow,
    oval,
    polygon,
    smooth,
    stroke,
)  # fmt: skip
from generator.backends.embedded.rig import Coat, Pose, blink

_INK, _CREAM = rgb("2a1f2c"), rgb("f6efe0")


def draw_bird(canvas: Canvas, pose: Pose, coat: Coat) -> None:
    """Draw a small bird: beating, then gliding a while."""
    rest = 0.5 + 0.5 * math.sin(0.9 * pose.at_s + 6 * pose.character)
    beat = math.sin(math.tau * pose.phase) * (0.35 + 0.65 * rest)
    main = coat.main
    _wing(canvas, main, beat, near=False)
    canvas.drawPath(
        polygon((-46, -4), (-104, -20), (-96, 2), (-108, 14), (-44, 12)), fill(lighter(main, -0.25))
    )
    body = curve((-56, 2), (-30, -34, 24, -36, 48, -16), (58, -8, 54, 12, 36, 18), (6, 32, -36, 22, -56, 2))
    canvas.drawPath(body, down(-34, 28, lighter(main, 0.15), main, lighter(main, -0.15)))
    canvas.drawPath(curve((50, 2), (30, 30, -10, 30, -30, 14), (0, 16, 26, 8, 50, 2)), fill(_CREAM, 0.9))
    canvas.drawCircle(50, -18, 22, ball((44, -26), 34, lighter(main, 0.22), main))
    canvas.drawPath(polygon((68, -22), (92, -14), (68, -10)), down(-22, -8, rgb("f2b04a"), rgb("c9762a")))
    if pose.speaking > 0.05:
        canvas.drawPath(polygon((68, -12), (86, -8 + 8 * pose.speaking), (66, -6)), fill(rgb("c9762a")))
    canvas.drawOval(oval(56, -23, 4, 4.6 * max(0.1, blink(pose))), fill(_INK))
    canvas.drawCircle(57.5, -24.6, 1.4, fill((1, 1, 1), 0.9))
    _wing(canvas, main, beat, near=True)


def _wing(canvas: Canvas, hue: tuple[float, float, float], beat: float, *, near: bool) -> None:
    lift = beat * 86
    root, tip = (8.0 if near else 18.0), (-34.0 if near else -8.0)
    tone = hue if near else lighter(hue, -0.3)
    shape = curve(
        (root + 16, -16),
        (root, -20 - lift * 0.7, tip, -14 - lift),
        (tip - 14, -4 - lift * 0.8, root - 34, -4 - lift * 0.25, root - 34, 0),
        (root - 10, 4, root + 16, -16),
    )
    canvas.drawPath(
        shape, down(-16 - abs(lift), 0 + abs(lift) * 0.4, lighter(tone, 0.1), lighter(tone, -0.22))
    )
    canvas.drawPath(
        curve(
            (root - 20, -6 - lift * 0.35),
            (tip + 4, -10 - lift * 0.6, tip - 4, -10 - lift * 0.85),
            closed=False,
        ),
        stroke(lighter(tone, -0.3), 2, 0.5),
    )


def draw_butterfly(canvas: Canvas, pose: Pose, coat: Coat) -> None:
    """Draw a butterfly: four wings that open and close, spotted."""
    beat = 0.30 + 0.70 * abs(math.sin(math.pi * pose.phase))
    main = coat.main
    for side in (-1, 1):
        canvas.save()
        canvas.scale(side * beat, 1)
        upper = curve((4, -4), (20, -70, 84, -84, 96, -54), (100, -20, 60, 0, 4, 2))
        lower = curve((4, 2), (50, 4, 78, 26, 64, 54), (44, 74, 12, 40, 4, 8))
        canvas.drawPath(lower, ball((6, 6), 80, lighter(main, 0.2), lighter(main, -0.18)))
        canvas.drawPath(upper, ball((6, -6), 118, lighter(main, 0.34), main, lighter(main, -0.45)))
        canvas.drawPath(upper, stroke(lighter(main, -0.62), 4, 0.85))
        canvas.drawPath(lower, stroke(lighter(main, -0.62), 3, 0.8))
        for x, y, size in ((72, -56, 7), (56, -36, 5), (46, 40, 6), (84, -34, 4)):
            canvas.drawCircle(x, y, size, fill(_CREAM, 0.9))
        canvas.restore()
    canvas.drawOval(oval(0, 6, 5.5, 34), fill(_INK))
    canvas.drawCircle(0, -30, 8, fill(_INK))
    for side in (-1, 1):
        canvas.drawPath(curve((0, -34), (side * 8, -54, side * 20, -60), closed=False), stroke(_INK, 2.4))
        canvas.drawCircle(side * 20, -60, 3, fill(_INK))


def draw_owl(canvas: Canvas, pose: Pose, coat: Coat) -> None:
    """Draw an owl that turns its head, or spreads its wings and flies."""
    main = coat.main
    _owl_wings(canvas, pose, main)
    canvas.drawOval(oval(0, 0, 58, 78), down(-78, 78, lighter(main, 0.1), lighter(main, -0.25)))
    canvas.drawOval(oval(0, 16, 38, 50), fill(mix(_CREAM, main, 0.25)))
    for row in range(4):
        for k in range(-2, 3):
            canvas.drawPath(
                curve(
                    (k * 13 - 5, row * 16 - 12),
                    (k * 13, row * 16 - 2, k * 13 + 5, row * 16 - 12),
                    closed=False,
                ),
                stroke(lighter(main, -0.25), 2, 0.6),
            )
    _owl_head(canvas, pose, main)


def _owl_wings(canvas: Canvas, pose: Pose, main: Rgb) -> None:
    beat = math.sin(math.tau * pose.phase)
    for side in (-1, 1):
        canvas.save()
        canvas.scale(side, 1)
        canvas.rotate(-34 * beat - 10)
        canvas.drawPath(
            curve(
                (30, -40),
                (110, -76, 168, -36, 176, 10),
                (150, 0, 140, 22, 124, 14),
                (112, 32, 92, 30, 84, 22),
                (66, 34, 44, 20, 30, 10),
            ),
            down(-60, 30, main, lighter(main, -0.35)),
        )
        canvas.restore()


def _owl_head(canvas: Canvas, pose: Pose, main: Rgb) -> None:
    """Draw the head, which turns by itself: face, ears, eyes that blink, beak."""
    canvas.save()
    canvas.rotate(9 * math.sin(0.8 * pose.at_s + 4 * pose.character))
    canvas.drawOval(oval(0, -62, 60, 46), ball((-12, -84), 96, lighter(main, 0.2), main))
    for side in (-1, 1):
        canvas.drawPath(
            polygon((side * 26, -98), (side * 56, -122), (side * 56, -78)), fill(lighter(main, -0.2))
        )
        canvas.drawCircle(side * 24, -62, 25, fill(_CREAM))
        canvas.drawCircle(side * 24, -62, 17, fill(rgb("f2b84a")))
        canvas.drawOval(oval(side * 24, -62, 10, 10 * max(0.1, blink(pose))), fill(_INK))
        canvas.drawCircle(side * 24 + 4, -66, 3.4, fill((1, 1, 1), 0.95))
    canvas.drawPath(polygon((-8, -50), (8, -50), (0, -30 + 8 * pose.speaking)), fill(rgb("d98a3a")))
    canvas.restore()


def draw_balloon(canvas: Canvas, pose: Pose, coat: Coat) -> None:
    """Draw a hot-air balloon: gores of two colours, a basket that swings, a flame that breathes."""
    main, pale = coat.main, rgb("f4ead2")
    envelope = curve((-26, 92), (-110, 40, -128, -150, 0, -156), (128, -150, 110, 40, 26, 92))
    canvas.save()
    canvas.clipPath(envelope, doAntiAlias=True)
    canvas.drawPaint(fill(main))
    for reach, hue in ((98, pale), (64, main), (30, pale), (8, main)):
        gore = curve(
            (-reach * 0.24, 92),
            (-reach * 1.05, 30, -reach * 1.1, -140, 0, -158),
            (reach * 1.1, -140, reach * 1.05, 30, reach * 0.24, 92),
        )
        canvas.drawPath(gore, fill(hue))
    canvas.drawRect(box(-130, -46, 260, 22), fill(lighter(main, -0.25), 0.85))
    canvas.drawRect(
        box(-130, -160, 260, 260),
        faded((-110, 0), (116, 0), ((1, 1, 1), 0.30), ((1, 1, 1), 0.0), ((0.18, 0.04, 0.12), 0.5)),
    )
    canvas.restore()
    flame = 0.5 + 0.5 * math.sin(1.7 * pose.at_s + 6 * pose.character)
    canvas.drawPath(polygon((-26, 90), (26, 90), (18, 104), (-18, 104)), fill(lighter(main, -0.4)))
    glow(canvas, (0, 112), 26, rgb("ffcf6a"), 0.9 * flame)
    canvas.save()
    canvas.translate(0, 100)
    canvas.rotate(2.5 * math.sin(1.1 * pose.at_s + 5 * pose.character))
    for x in (-18, 18):
        canvas.drawLine(x, 2, x * 0.9, 46, stroke(rgb("5a3a2a"), 2))
    canvas.drawRoundRect(box(-22, 44, 44, 34), 7, 7, across(-22, 22, rgb("a56c3e"), rgb("6a4026")))
    for y in (52, 61, 70):
        canvas.drawLine(-21, y, 21, y, stroke(rgb("4a2c1a"), 1.6, 0.6))
    canvas.drawRoundRect(box(-25, 41, 50, 8), 4, 4, fill(rgb("7a4a2c")))
    canvas.restore()


def draw_rocket(canvas: Canvas, pose: Pose, coat: Coat) -> None:
    """Draw a rocket flying to the right with a flickering tail of fire."""
    main, hull = coat.main, rgb("f1ece4")
    flick_ = 0.75 + 0.25 * math.sin(31 * pose.at_s) * math.sin(17 * pose.at_s)
    for long, hue, alpha in ((150, rgb("ff8a3a"), 0.75), (104, rgb("ffc24a"), 0.9), (60, rgb("fff3c4"), 1.0)):
        reach = long * flick_
        canvas.drawPath(
            curve((-92, -18), (-100 - reach * 0.5, -22, -96 - reach, 0), (-100 - reach * 0.5, 22, -92, 18)),
            fill(hue, alpha),
        )
    glow(canvas, (-120, 0), 110, rgb("ffb45a"), 0.55)
    for side in (-1, 1):
        canvas.drawPath(
            curve((-40, side * 30), (-70, side * 66, -112, side * 74), (-100, side * 44, -92, side * 22)),
            down(-74, 74, main, lighter(main, -0.35)),
        )
    body = curve((-94, -28), (-60, -50, 50, -46, 120, 0), (50, 46, -60, 50, -94, 28))
    canvas.drawPath(body, down(-46, 46, (1, 1, 1), hull, rgb("a9a2b4")))
    canvas.save()
    canvas.clipPath(body, doAntiAlias=True)
    canvas.drawRect(box(66, -60, 80, 120), down(-40, 40, lighter(main, 0.15), lighter(main, -0.25)))
    canvas.drawRect(box(-64, -60, 12, 120), fill(main))
    canvas.restore()
    canvas.drawCircle(24, -2, 21, fill(lighter(main, -0.2)))
    canvas.drawCircle(24, -2, 16, ball((18, -8), 26, rgb("d4f1f6"), rgb("4a94b8"), rgb("1d4a70")))
    canvas.drawPath(polygon((-90, -7), (-30, 0), (-90, 7)), fill(main))


def draw_lantern(canvas: Canvas, pose: Pose, coat: Coat) -> None:
    """Draw a paper lantern with a living flame inside."""
    main = coat.main
    burning = 0.85 + 0.15 * math.sin(7 * pose.at_s + 9 * pose.character) * math.sin(3.1 * pose.at_s)
    glow(canvas, (0, 0), 170, mix(main, rgb("ffd98a"), 0.6), 0.6 * burning)
    body = smooth([(-46, 50), (-66, 10), (-62, -46), (-28, -68), (28, -68), (62, -46), (66, 10), (46, 50)])
    canvas.drawPath(
        body, ball((0, 26), 110, rgb("fff3c0"), mix(main, rgb("ffcf7a"), 0.4), lighter(main, -0.12))
    )
    for x in (-40, -20, 0, 20, 40):
        canvas.drawPath(
            curve((x * 0.6, -66), (x * 1.6, -10, x * 0.9, 50), closed=False),
            stroke(lighter(main, -0.35), 1.6, 0.45),
        )
    canvas.drawRoundRect(box(-34, 44, 68, 9), 4, 4, fill(lighter(main, -0.5)))
    canvas.drawRoundRect(box(-30, -74, 60, 9), 4, 4, fill(lighter(main, -0.5)))
