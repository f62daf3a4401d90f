"""Things: a ball, a flower, a tree in fruit."""

from __future__ import annotations

import math

from generator.backends.embedded.colour import lighter, mix, rgb
from generator.backends.embedded.pen import (
    Canvas,
    across,
    ball,
    box,
    curve,
    down,
    fill,
    oval,
    polygon,
    stroke,
)
from generator.backends.embedded.rig import Coat, Pose
from generator.backends.embedded.rigs.leaves import leaf

_CREAM = rgb("fbf2e2")


def draw_ball(canvas: Canvas, pose: Pose, coat: Coat) -> None:
    """Draw a ball with a pale band and a star, so that it is seen to roll."""
    main = coat.main
    canvas.drawCircle(0, 0, 45, fill(main))
    circle = curve((-45, 0), (-45, -60, 45, -60, 45, 0), (45, 60, -45, 60, -45, 0))
    canvas.save()
    canvas.clipPath(circle, doAntiAlias=True)
    canvas.drawPath(curve((-50, -16), (0, -34, 50, -16), (50, 14), (0, 0, -50, 14)), fill(_CREAM))
    canvas.drawPath(curve((-50, 30), (0, 18, 50, 30), (50, 38), (0, 26, -50, 38)), fill(lighter(main, -0.35)))
    canvas.restore()
    canvas.save()
    canvas.rotate(-pose.turn)
    shine = ball((-15, -18), 62, lighter(main, 0.75), main, lighter(main, -0.65))
    shine.setAlphaf(0.42)
    canvas.drawCircle(0, 0, 45, shine)
    canvas.drawOval(oval(-17, -22, 9, 6), fill((1, 1, 1), 0.75))
    canvas.restore()


def draw_flower(canvas: Canvas, pose: Pose, coat: Coat) -> None:
    """Draw one tall flower that turns its head in the wind."""
    sway = 9 * math.sin(1.1 * pose.at_s + 6 * pose.character) * (0.5 + coat.light.wind)
    top = (sway * 1.6, -214.0)
    stem = rgb("4f8a4e")
    canvas.drawPath(curve((0, 0), (sway * 0.2, -110, *top), closed=False), stroke(lighter(stem, -0.2), 9))
    canvas.drawPath(curve((0, 0), (sway * 0.2, -110, *top), closed=False), stroke(stem, 5))
    for side, y in ((-1, -60.0), (1, -96.0)):
        canvas.save()
        canvas.translate(sway * 0.3, y)
        canvas.scale(side, 1)
        canvas.rotate(-30 + sway * 0.6)
        canvas.translate(34, 0)
        canvas.drawPath(leaf(36), down(-20, 20, lighter(stem, 0.2), lighter(stem, -0.25)))
        canvas.restore()
    canvas.save()
    canvas.translate(*top)
    canvas.rotate(sway * 1.4)
    for ring, (count, reach, size) in enumerate(((12, 44, 26), (12, 30, 20))):
        for k in range(count):
            canvas.save()
            canvas.rotate(360 * (k + 0.5 * ring) / count)
            canvas.translate(reach, 0)
            canvas.drawPath(
                leaf(size),
                across(-size, size, lighter(coat.main, -0.16), lighter(coat.main, 0.18 - 0.1 * ring)),
            )
            canvas.restore()
    canvas.drawCircle(0, 0, 24, ball((-6, -8), 34, rgb("c98a3a"), rgb("6a3f22")))
    canvas.restore()


def draw_tree(canvas: Canvas, pose: Pose, coat: Coat) -> None:
    """Draw a young tree in a pot of earth colour, heavy with fruit, its leaves alive."""
    canvas.drawPath(
        curve((-12, -96), (-6, -190, -16, -270), (10, -270), (8, -190, 14, -96)),
        across(-14, 14, rgb("7a5638"), rgb("4a3222")),
    )
    lean = 4 * math.sin(0.9 * pose.at_s + 6 * pose.character) * (0.5 + coat.light.wind)
    hues = (rgb("3f8a52"), rgb("5aa35e"), rgb("2d6b45"))
    for k in range(70):
        turn, reach = 2.399 * k, 13.6 * math.sqrt(k)
        x, y = reach * math.cos(turn) + lean, -330 + 0.86 * reach * math.sin(turn)
        canvas.save()
        canvas.translate(x, y)
        canvas.rotate(math.degrees(turn) + 7 * math.sin(1.7 * pose.at_s + k) * (0.4 + coat.light.wind))
        canvas.drawPath(leaf(34), fill(mix(hues[k % 3], rgb("1c4030"), 0.35 * (k % 5) / 4)))
        canvas.restore()
    fruit = coat.main
    for k, (x, y) in enumerate(((-76, -300), (20, -390), (74, -320), (-20, -260), (-56, -376), (48, -262))):
        swing = 3 * math.sin(1.3 * pose.at_s + k)
        canvas.drawCircle(
            x + lean + swing,
            y,
            21,
            ball((x + lean + swing - 7, y - 8), 30, lighter(fruit, 0.4), fruit, lighter(fruit, -0.35)),
        )
    canvas.drawPath(
        polygon((-62, -96), (62, -96), (46, 0), (-46, 0)), across(-62, 62, rgb("d88a64"), rgb("7e3a26"))
    )
    canvas.drawRoundRect(box(-70, -112, 140, 28), 7, 7, across(-70, 70, rgb("e8a07a"), rgb("8e4830")))
