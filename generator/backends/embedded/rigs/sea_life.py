"""What swims: a whale, a fish, a turtle, a jellyfish."""

from __future__ import annotations

import math
from collections.abc import Callable

from generator.backends.embedded.colour import Rgb, lighter, mix, rgb
from generator.backends.embedded.pen import Canvas, Point, ball, curve, down, fill, glow, oval, smooth, stroke
from generator.backends.embedded.rig import Coat, Pose, blink

_INK, _PALE = rgb("0c1c30"), rgb("dde9ec")


def _wave(pose: Pose, reach: float, head: float, size: float) -> Callable[[float, float], Point]:
    """Return a bending of the body: nothing at the head, most at the tail, running backwards."""

    def bend(x: float, y: float) -> Point:
        share = max(0.0, (head - x) / reach)
        return x, y + size * share**2 * math.sin(math.tau * pose.phase - 2.2 * share)

    return bend


def draw_whale(canvas: Canvas, pose: Pose, coat: Coat) -> None:
    """Draw a whale: pale pleated throat, a slow stroke of the tail."""
    main = coat.main
    bend = _wave(pose, 520, 210, 34)

    def start(x: float, y: float) -> Point:
        return bend(-x, y)

    def at(*numbers: float) -> list[float]:
        return [part for k in range(0, len(numbers), 2) for part in bend(-numbers[k], numbers[k + 1])]

    far = curve(start(20, 46), at(30, 80, 70, 104, 108, 108), at(96, 84, 84, 62, 76, 50))
    canvas.drawPath(far, fill(lighter(main, -0.4)))
    body = curve(
        start(-210, 10), at(-192, -70, -40, -94, 90, -48), at(150, -28, 200, -12, 250, -34), at(282, -62, 304, -66, 326, -60),
        at(308, -34, 294, -22, 282, -14), at(298, -4, 312, 10, 318, 30), at(288, 26, 262, 12, 240, 2), at(180, 22, 120, 60, -20, 72), at(-120, 78, -204, 62, -210, 10),
    )  # fmt: skip
    canvas.drawPath(body, down(-86, 74, lighter(main, 0.16), main, lighter(main, -0.2), _PALE))
    canvas.save()
    canvas.clipPath(body, doAntiAlias=True)
    belly = curve(
        start(-214, 22),
        at(-150, 44, -40, 40, 60, 34),
        at(120, 30, 150, 40, 120, 70),
        at(20, 110, -200, 110, -214, 22),
    )
    canvas.drawPath(belly, down(20, 80, mix(_PALE, main, 0.12), _PALE))
    for j in range(7):
        line = curve(
            start(-206 + j * 3, 30 + j * 6), at(-120, 50 + j * 5, -20 + j * 6, 46 + j * 5), closed=False
        )
        canvas.drawPath(line, stroke(mix(main, _PALE, 0.35), 2.2, 0.7))
    for x, y, size in ((60, -54, 5), (20, -62, 4), (100, -44, 4), (-30, -58, 3.4), (140, -30, 3)):
        canvas.drawCircle(x, y, size, fill(lighter(main, 0.35), 0.5))
    canvas.restore()
    _whale_face(canvas, pose, main)
    paddle = 14 * math.sin(math.tau * pose.phase + 1)
    fin = curve((70, 44), (52, 92 + paddle, 8, 122 + paddle, -44, 128 + paddle), (-26, 96, -18, 70, -2, 50))
    canvas.drawPath(fin, down(44, 130, main, lighter(main, -0.3)))


def _whale_face(canvas: Canvas, pose: Pose, main: Rgb) -> None:
    canvas.drawPath(
        curve((206, 22), (150, 36, 110, 24, 96, 30), closed=False), stroke(lighter(main, -0.45), 3, 0.7)
    )
    canvas.drawOval(oval(142, 2, 7.5, 8 * max(0.15, blink(pose))), fill(_INK))
    canvas.drawCircle(144.5, -1, 2.3, fill((1, 1, 1), 0.9))


def draw_fish(canvas: Canvas, pose: Pose, coat: Coat) -> None:
    """Draw a round bright fish with floating fins."""
    main = coat.main
    bend = _wave(pose, 190, 60, 16)
    x, y = bend(-62, 0)
    sweep = 16 * math.sin(math.tau * pose.phase - 2)
    canvas.drawPath(
        curve(
            (x + 12, y),
            (x - 30, y - 20, x - 62, y - 52 + sweep),
            (x - 50, y - 4, x - 60, y + 50 + sweep),
            (x - 30, y + 20, x + 12, y),
        ),
        down(y - 50, y + 50, lighter(main, 0.2), lighter(main, -0.2)),
    )
    canvas.drawPath(
        curve((26, -40), (0, -86, -50, -76, -58, -44), (-40, -40, -20, -36, 0, -36)),
        down(-80, -36, lighter(main, 0.05), lighter(main, -0.25)),
    )
    body = curve((76, 4), (56, -50, -30, -58, x, y - 4), (x, y + 4, x, y + 4), (-30, 58, 56, 50, 76, 4))
    canvas.drawPath(body, down(-52, 52, lighter(main, 0.22), main, lighter(main, -0.12)))
    canvas.save()
    canvas.clipPath(body, doAntiAlias=True)
    for at_x in (24, -18):
        canvas.drawPath(
            curve((at_x, -60), (at_x - 16, 0, at_x, 60), (at_x - 18, 60), (at_x - 34, 0, at_x - 18, -60)),
            fill((0.98, 0.96, 0.9), 0.85),
        )
    canvas.drawOval(oval(10, 46, 60, 18), fill((1, 1, 1), 0.22))
    canvas.restore()
    flap = 10 * math.sin(2 * math.tau * pose.phase)
    canvas.drawPath(
        curve((8, 14), (-24, 10 + flap, -38, 36 + flap), (-8, 38, 14, 26)),
        down(10, 40, lighter(main, 0.12), lighter(main, -0.25)),
    )
    _fish_face(canvas, pose, main)


def _fish_face(canvas: Canvas, pose: Pose, main: Rgb) -> None:
    canvas.drawCircle(48, -10, 11, fill((1, 1, 1)))
    canvas.drawOval(oval(50, -10, 6.5, 7 * max(0.15, blink(pose))), fill(_INK))
    canvas.drawCircle(52, -13, 2.2, fill((1, 1, 1)))
    canvas.drawPath(
        curve((72, 12), (64, 18 + 5 * pose.speaking, 58, 15), closed=False), stroke(lighter(main, -0.5), 2.6)
    )


def draw_turtle(canvas: Canvas, pose: Pose, coat: Coat) -> None:
    """Draw a sea turtle rowing with its flippers."""
    main, skin = coat.main, mix(coat.main, rgb("c9c98a"), 0.4)
    stroke_ = math.sin(math.tau * pose.phase)
    canvas.drawPath(
        curve((-58, 20), (-90, 26 - 10 * stroke_, -112, 10 - 14 * stroke_), (-90, 4, -60, 4)),
        fill(lighter(skin, -0.2)),
    )
    canvas.drawPath(
        curve((30, 22), (10, 60 + 30 * stroke_, -40, 84 + 40 * stroke_), (-20, 50, -6, 30, 4, 22)),
        down(20, 100, lighter(skin, -0.1), lighter(skin, -0.35)),
    )
    canvas.drawOval(oval(98, -10, 30, 23), ball((90, -20), 46, lighter(skin, 0.25), skin))
    canvas.drawPath(smooth([(60, -20), (92, -26), (92, 10), (56, 22)]), fill(skin))
    canvas.drawOval(oval(4, 24, 76, 16), fill(mix(_PALE, skin, 0.4)))
    shell = curve((-86, 22), (-70, -62, 56, -70, 84, 20), (40, 34, -40, 36, -86, 22))
    canvas.drawPath(shell, ball((-6, -30), 120, lighter(main, 0.2), main, lighter(main, -0.4)))
    canvas.save()
    canvas.clipPath(shell, doAntiAlias=True)
    for x in (-52, -14, 24, 60):
        canvas.drawPath(
            curve((x, -64), (x - 10, -20, x - 4, 34), closed=False), stroke(lighter(main, -0.45), 3.4, 0.6)
        )
    canvas.drawPath(curve((-90, 2), (0, -24, 90, 0), closed=False), stroke(lighter(main, -0.45), 3.4, 0.6))
    canvas.restore()
    canvas.drawOval(oval(106, -15, 4.6, 5 * max(0.15, blink(pose))), fill(_INK))
    canvas.drawCircle(107.5, -17, 1.6, fill((1, 1, 1)))
    canvas.drawPath(curve((122, -4), (114, 2, 104, 0), closed=False), stroke(lighter(skin, -0.5), 2.4))
    canvas.drawPath(
        curve(
            (46, 20), (44, 70 - 46 * stroke_, 4, 104 - 70 * stroke_), (2, 60 - 30 * stroke_, 10, 30, 22, 18)
        ),
        down(0, 110, skin, lighter(skin, -0.25)),
    )


def draw_jellyfish(canvas: Canvas, pose: Pose, coat: Coat) -> None:
    """Draw a jellyfish: a bell that pulses, trailing arms, its own faint light."""
    main = coat.main
    pulse = math.sin(math.tau * pose.phase)
    wide, high = 74 + 9 * pulse, 74 - 12 * pulse
    glow(canvas, (0, -30), 180, lighter(main, 0.4), 0.42)
    for k in range(9):
        x = (k - 4) / 4 * wide * 0.8
        sway = 20 * math.sin(1.6 * pose.at_s + 0.8 * k)
        long = 120 + 50 * math.cos(1.7 * k)
        line = curve(
            (x, 0),
            (x + sway * 0.5, long * 0.4, x * 0.8 - sway, long * 0.7, x * 0.7 + sway, long),
            closed=False,
        )
        canvas.drawPath(line, stroke(lighter(main, 0.3), 2.0 + 3.4 * (k % 3 == 1), 0.55))
    bell = curve(
        (-wide, 2),
        (-wide * 1.02, -high * 1.3, wide * 1.02, -high * 1.3, wide, 2),
        (wide * 0.6, 14, wide * 0.4, -2),
        (wide * 0.2, 14, 0, 0),
        (-wide * 0.2, 14, -wide * 0.4, -2),
        (-wide * 0.6, 14, -wide, 2),
    )
    canvas.drawPath(
        bell, ball((-14, -high * 0.8), 130, lighter(main, 0.62), lighter(main, 0.16), lighter(main, -0.15))
    )
    canvas.drawOval(oval(-16, -high * 0.62, wide * 0.42, high * 0.2), fill((1, 1, 1), 0.35))
    for x in (-30, 0, 30):
        canvas.drawOval(oval(x, -high * 0.35, 9, 16), fill(lighter(main, 0.5), 0.5))
