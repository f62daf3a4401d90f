"""What rolls by: a tram, a train, a car."""

from __future__ import annotations

import math

from generator.backends.embedded.colour import Rgb, lighter, mix, rgb
from generator.backends.embedded.pen import (
    Canvas,
    across,
    box,
    curve,
    down,
    fill,
    glow,
    oval,
    polygon,
    stroke,
)
from generator.backends.embedded.rig import Coat, Pose

_INK, _STEEL = rgb("231c28"), rgb("8c93a2")


def _wheel(
    canvas: Canvas, x: float, radius: float, pose: Pose, hub: Rgb, turn_a_phase: float = 360.0
) -> None:
    canvas.save()
    canvas.translate(x, -radius)
    canvas.drawCircle(0, 0, radius, fill(_INK))
    canvas.drawCircle(0, 0, radius * 0.6, fill(hub))
    canvas.rotate(pose.phase * turn_a_phase)
    for k in range(3):
        canvas.save()
        canvas.rotate(60 * k)
        canvas.drawLine(-radius * 0.55, 0, radius * 0.55, 0, stroke(lighter(hub, -0.45), radius * 0.14))
        canvas.restore()
    canvas.drawCircle(0, 0, radius * 0.18, fill(lighter(hub, 0.3)))
    canvas.restore()


def _passengers(canvas: Canvas, box_: tuple[float, float, float, float], seed: int, rock: float) -> None:
    left, top, wide, high = box_
    for k in range(2):
        if (seed * 7 + k * 3) % 5 < 2:
            continue
        x = left + wide * (0.3 + 0.42 * k) + rock
        canvas.drawCircle(x, top + high * 0.5, high * 0.17, fill(rgb("4a2c34"), 0.9))
        canvas.drawRoundRect(
            box(x - high * 0.26, top + high * 0.66, high * 0.52, high * 0.4), 10, 10, fill(rgb("4a2c34"), 0.9)
        )


def draw_tram(canvas: Canvas, pose: Pose, coat: Coat) -> None:
    """Draw a tram: warm windows with travellers, a lamp that lights its way."""
    main = coat.main
    rock = 1.4 * math.sin(5.1 * pose.at_s)
    for x in (-210, -150, 150, 210):
        _wheel(canvas, x, 19, pose, lighter(_STEEL, -0.3))
    canvas.save()
    canvas.rotate(0.22 * math.sin(2.7 * pose.at_s))
    canvas.drawRoundRect(box(-284, -34, 568, 22), 8, 8, fill(_INK))
    canvas.drawRoundRect(
        box(-292, -206, 584, 176),
        34,
        34,
        down(-206, -30, rgb("f6ecd0"), rgb("f0dcae"), lighter(main, 0.1), main, lighter(main, -0.25)),
    )
    canvas.drawRoundRect(box(-262, -218, 524, 18), 9, 9, fill(lighter(main, -0.3)))
    for k in range(6):
        pane = (-258.0 + 84 * k, -184.0, 70.0, 78.0)
        if k == 2:
            canvas.drawRoundRect(box(pane[0], -186, 70, 148), 8, 8, fill(lighter(main, -0.38)))
            canvas.drawRoundRect(
                box(pane[0] + 6, -178, 27, 120), 5, 5, down(-178, -58, rgb("fff4c8"), rgb("f3b35c"))
            )
            canvas.drawRoundRect(
                box(pane[0] + 37, -178, 27, 120), 5, 5, down(-178, -58, rgb("fff4c8"), rgb("f3b35c"))
            )
            continue
        canvas.drawRoundRect(box(*pane), 10, 10, down(-184, -106, rgb("fff4c8"), rgb("f5b760")))
        _passengers(canvas, pane, k + int(pose.character * 9), rock)
        canvas.drawPath(
            polygon((pane[0] + 8, -184), (pane[0] + 26, -184), (pane[0] + 10, -106), (pane[0] + 2, -106)),
            fill((1, 1, 1), 0.3),
        )
    canvas.drawRoundRect(box(262, -182, 26, 80), 10, 10, down(-182, -104, rgb("dff1f4"), rgb("8fb8c4")))
    canvas.drawRect(box(-290, -92, 580, 7), fill(rgb("f6ecd0")))
    canvas.drawPath(curve((-30, -218), (10, -262), (-26, -300), closed=False), stroke(_INK, 4))
    canvas.drawLine(-60, -300, 10, -300, stroke(_INK, 5))
    canvas.restore()
    glow(canvas, (282, -64), 120, rgb("fff0c0"), 0.85)
    canvas.drawCircle(282, -64, 12, fill(rgb("fffbe8")))


def draw_train(canvas: Canvas, pose: Pose, coat: Coat) -> None:
    """Draw a steam engine and a coach, with smoke that trails behind."""
    _smoke(canvas, pose)
    _coach(canvas, pose, coat.main)
    _engine(canvas, coat.main)
    canvas.drawRect(box(-330, -44, 590, 12), fill(_INK))
    _running_gear(canvas, pose)
    glow(canvas, (262, -100), 90, rgb("fff0c0"), 0.8)
    canvas.drawCircle(260, -100, 11, fill(rgb("fffbe8")))


def _smoke(canvas: Canvas, pose: Pose) -> None:
    for k in range(12):
        age = (pose.at_s * 0.9 + k / 12) % 1.0
        canvas.drawCircle(
            212 - 330 * age,
            -230 - 60 * age + 7 * math.sin(9 * age + k),
            12 + 30 * age,
            fill((0.94, 0.92, 0.92), 0.42 * (1 - age)),
        )


def _coach(canvas: Canvas, pose: Pose, main: Rgb) -> None:
    """Draw the coach with its travellers, and what couples it."""
    dark = lighter(main, -0.45)
    canvas.drawRoundRect(box(-330, -186, 300, 150), 16, 16, down(-186, -36, lighter(main, 0.16), main, dark))
    canvas.drawRoundRect(box(-340, -196, 320, 16), 8, 8, fill(dark))
    for k in range(4):
        pane = (-314.0 + 70 * k, -164.0, 54.0, 58.0)
        canvas.drawRoundRect(box(*pane), 8, 8, down(-164, -106, rgb("fff4c8"), rgb("f5b760")))
        _passengers(canvas, pane, k + int(pose.character * 9), 0.0)
    canvas.drawRect(box(-330, -90, 300, 6), fill(rgb("f2d9a0")))
    canvas.drawRect(box(-40, -52, 60, 10), fill(_INK))


def _engine(canvas: Canvas, main: Rgb) -> None:
    """Draw the cab, the boiler with its bands, the funnel, the dome and the cow-catcher."""
    canvas.drawRoundRect(
        box(10, -196, 92, 158), 10, 10, across(10, 102, lighter(main, -0.1), lighter(main, 0.12))
    )
    canvas.drawRoundRect(box(24, -176, 60, 56), 8, 8, down(-176, -120, rgb("fff0c0"), rgb("f0b45c")))
    canvas.drawRoundRect(box(0, -208, 112, 16), 8, 8, fill(lighter(main, -0.45)))
    canvas.drawRoundRect(
        box(96, -146, 166, 92), 30, 30, down(-146, -54, lighter(_STEEL, 0.2), rgb("4a4458"), _INK)
    )
    for x in (130, 176, 222):
        canvas.drawRect(box(x, -146, 7, 92), fill(rgb("d9a44a")))
    canvas.drawPath(
        polygon((196, -146), (190, -208), (180, -222), (240, -222), (230, -208), (224, -146)),
        across(184, 236, rgb("4a4458"), _INK),
    )
    canvas.drawOval(oval(150, -148, 18, 16), fill(rgb("d9a44a")))
    canvas.drawPath(polygon((254, -54), (306, -14), (240, -14)), fill(rgb("b8443c")))


def _running_gear(canvas: Canvas, pose: Pose) -> None:
    """Draw the wheels, and the rod that couples the driven ones."""
    for x in (-290, -230, -130, -70):
        _wheel(canvas, x, 20, pose, lighter(_STEEL, -0.2))
    for x in (50, 122, 194):
        _wheel(canvas, x, 32, pose, rgb("b8443c"))
    turn = math.tau * pose.phase
    canvas.drawLine(
        50 + 15 * math.cos(turn),
        -32 + 15 * math.sin(turn),
        194 + 15 * math.cos(turn),
        -32 + 15 * math.sin(turn),
        stroke(lighter(_STEEL, 0.2), 7),
    )


def draw_car(canvas: Canvas, pose: Pose, coat: Coat) -> None:
    """Draw a small round car on soft springs."""
    main = coat.main
    bounce = 2 * math.sin(6 * pose.at_s + 3 * pose.character)
    canvas.save()
    canvas.translate(0, bounce)
    canvas.rotate(0.5 * math.sin(3.1 * pose.at_s))
    body = curve(
        (-156, -28),
        (-164, -76, -140, -92, -104, -94),
        (-84, -150, -40, -158, 6, -156),
        (56, -154, 80, -120, 96, -94),
        (140, -90, 164, -74, 160, -28),
    )
    canvas.drawPath(body, down(-156, -28, lighter(main, 0.28), main, lighter(main, -0.3)))
    glass = mix(rgb("bfe3ea"), coat.light.horizon, 0.3)
    canvas.drawPath(
        curve((-88, -96), (-72, -136, -48, -142, -12, -142), (-10, -96)),
        down(-142, -96, lighter(glass, 0.3), lighter(glass, -0.2)),
    )
    canvas.drawPath(
        curve((4, -142), (44, -140, 60, -116, 74, -96), (4, -96)),
        down(-142, -96, lighter(glass, 0.3), lighter(glass, -0.2)),
    )
    canvas.drawCircle(34, -108, 12, fill(rgb("4a2c34")))
    canvas.drawRoundRect(box(20, -100, 28, 10), 5, 5, fill(rgb("4a2c34")))
    canvas.drawRect(box(-158, -62, 318, 4), fill(lighter(main, 0.55), 0.8))
    canvas.drawRoundRect(box(-30, -80, 26, 6), 3, 3, fill(lighter(main, -0.45)))
    canvas.drawRoundRect(box(-166, -40, 332, 14), 7, 7, fill(lighter(_STEEL, 0.1)))
    canvas.drawOval(oval(-154, -62, 7, 10), fill(rgb("ff6a5a")))
    glow(canvas, (150, -62), 80, rgb("fff0c0"), 0.8)
    canvas.drawOval(oval(150, -62, 10, 12), fill(rgb("fffbe8")))
    canvas.restore()
    for x in (-92, 94):
        _wheel(canvas, x, 30, pose, rgb("d9d4cc"))
