"""An animal sitting and looking at us: breathing, blinking, an ear that twitches, a tail that sways."""

from __future__ import annotations

import math

from generator.backends.embedded.colour import Rgb, lighter, rgb
from generator.backends.embedded.pen import (
    Canvas,
    ball,
    box,
    curve,
    down,
    fill,
    oval,
    polygon,
    smooth,
    stroke,
)
from generator.backends.embedded.rig import Coat, Pose, blink, flick
from generator.backends.embedded.rigs.species import Species

_NOSE = rgb("2a1a18")
_WHITE = rgb("fffaf2")


def draw(canvas: Canvas, pose: Pose, coat: Coat, species: Species) -> None:
    """Draw the sitting figure, about 330 units tall at bulk 1."""
    size = species.bulk * 0.92
    canvas.save()
    canvas.scale(size, size)
    breath = 1 + 0.014 * math.sin(2.2 * pose.at_s + 6 * pose.character)
    nod = 3.2 * math.sin(0.9 * pose.at_s + 5 * pose.character) + 5 * pose.speaking * math.sin(9 * pose.at_s)
    _tail(canvas, pose, coat.main, species)
    canvas.save()
    canvas.scale(breath, 1 / breath)
    _body(canvas, coat.main, species)
    canvas.restore()
    canvas.save()
    canvas.translate(0, -168 + 1.6 * math.sin(2.2 * pose.at_s))
    canvas.rotate(nod)
    _ears(canvas, pose, coat.main, species)
    _head(canvas, pose, coat.main, species)
    canvas.restore()
    canvas.restore()


def _body(canvas: Canvas, fur: Rgb, species: Species) -> None:
    canvas.drawOval(oval(0, -74, 82, 78), down(-160, 4, lighter(fur, 0.06), lighter(fur, -0.24)))
    for side in (-1, 1):
        canvas.drawOval(oval(side * 62, -36, 36, 42), down(-80, 6, fur, lighter(fur, -0.28)))
    canvas.drawOval(oval(0, -84, 44, 60), down(-140, -26, species.belly, lighter(species.belly, -0.12)))
    for side in (-1, 1):
        canvas.drawRoundRect(box(side * 27 - 17, -92, 34, 92), 17, 17, down(-92, 0, fur, lighter(fur, -0.2)))
        canvas.drawRoundRect(
            box(side * 27 - 18, -36, 36, 38), 16, 16, down(-36, 2, species.sock, lighter(species.sock, -0.25))
        )


def _tail(canvas: Canvas, pose: Pose, fur: Rgb, species: Species) -> None:
    swing = 6 * math.sin(1.3 * pose.at_s + 4 * pose.character) + 8 * flick(pose, 4.7)
    canvas.save()
    canvas.translate(50, -20)
    canvas.rotate(swing)
    if species.tail == "bush":
        brush = curve((-6, 16), (150, 44, 206, -96, 128, -156), (142, -74, 92, -34, -6, -26))
        canvas.drawPath(brush, down(-156, 30, lighter(fur, 0.05), lighter(fur, -0.25)))
        canvas.drawPath(
            curve((128, -156), (166, -126, 176, -86, 168, -50), (146, -62, 130, -98, 128, -156)), fill(_WHITE)
        )
    elif species.tail in ("thin", "wag"):
        width = 20 if species.tail == "thin" else 26
        line = curve((0, 6), (90, 20, 120, -40, 84 + swing, -104), closed=False)
        canvas.drawPath(line, stroke(lighter(fur, -0.14), width))
        canvas.drawPath(line, stroke(fur, width * 0.7))
    elif species.tail == "hair":
        canvas.drawPath(
            curve((10, -40), (90, -20, 96, 20, 70, 22), (40, 10, 20, 0, 10, -40)), fill(species.sock)
        )
    else:
        canvas.drawCircle(
            34, -10, 24, ball((28, -18), 34, lighter(species.belly, 0.1), lighter(species.belly, -0.15))
        )
    canvas.restore()


def _ears(canvas: Canvas, pose: Pose, fur: Rgb, species: Species) -> None:
    for side in (-1, 1):
        twitch = 9 * flick(pose, 3.1, 0.3 + 0.35 * side)
        canvas.save()
        canvas.scale(side, 1)
        canvas.translate(52, -38)
        canvas.rotate(twitch)
        _ear(canvas, fur, species)
        canvas.restore()


def _ear(canvas: Canvas, fur: Rgb, species: Species) -> None:
    dark, inner = lighter(fur, -0.3), lighter(species.sock, 0.1) if species.mask else rgb("d79a94")
    if species.ears == "point":
        canvas.drawPath(
            smooth([(-38, 4), (-34, -24), (32, -92), (40, -86), (34, 34), (20, 40)]), down(-92, 30, fur, dark)
        )
        canvas.drawPath(
            smooth([(-16, -2), (-14, -18), (24, -64), (30, -62), (26, 14), (16, 20)]), fill(inner)
        )
    elif species.ears == "round":
        canvas.drawCircle(14, -22, 34, down(-56, 12, fur, dark))
        canvas.drawCircle(16, -18, 20, fill(lighter(fur, -0.35)))
    elif species.ears == "long":
        canvas.drawPath(
            smooth([(-22, 0), (-26, -60), (-4, -128), (14, -132), (22, -60), (12, 4)]),
            down(-130, 0, fur, dark),
        )
        canvas.drawPath(
            smooth([(-10, -8), (-14, -60), (0, -108), (6, -108), (11, -56), (4, -6)]), fill(inner, 0.8)
        )
    else:
        canvas.drawPath(
            smooth([(-14, -14), (22, -24), (62, 26), (58, 84), (34, 88), (20, 40)]),
            down(-20, 88, lighter(fur, -0.25), lighter(fur, -0.45)),
        )


def _head(canvas: Canvas, pose: Pose, fur: Rgb, species: Species) -> None:
    canvas.drawOval(oval(0, 2, 98, 71), ball((-26, -34), 170, lighter(fur, 0.16), fur, lighter(fur, -0.28)))
    if species.mask:
        cheeks = curve(
            (-96, 12), (-60, -18, -20, 12, 0, 32), (20, 12, 60, -18, 96, 12), (70, 90, -70, 90, -96, 12)
        )
        canvas.drawPath(cheeks, down(0, 74, _WHITE, lighter(species.belly, -0.06)))
    else:
        canvas.drawOval(oval(0, 36, 44, 32), down(4, 68, lighter(species.belly, 0.1), species.belly))
    if species.mane:
        canvas.drawPath(
            polygon((-26, -66), (0, -80), (26, -66), (8, -16), (-2, -22), (-10, -8)), fill(species.sock)
        )
    _face(canvas, pose)


def _face(canvas: Canvas, pose: Pose) -> None:
    gaze = 2.6 * math.sin(0.5 * pose.at_s + 3 * pose.character)
    wide = max(0.08, blink(pose)) if pose.action != "sleep" else 0.08
    for side in (-1, 1):
        x = side * 44 + gaze
        canvas.drawOval(oval(x, -12, 11, 12 * wide), fill(_NOSE))
        if wide > 0.5:
            canvas.drawCircle(x + 4, -17, 3.6, fill(_WHITE))
            canvas.drawCircle(x - 4, -7, 1.8, fill(_WHITE, 0.6))
    canvas.drawPath(smooth([(-15, 24), (15, 24), (6, 42), (-6, 42)]), fill(_NOSE))
    canvas.drawOval(oval(-4, 28, 4, 2), fill(_WHITE, 0.5))
    if pose.speaking > 0.05:
        canvas.drawOval(oval(0, 53, 10 + 3 * pose.speaking, 3 + 9 * pose.speaking), fill(rgb("7a2a2e")))
    else:
        canvas.drawPath(
            curve((-16, 48), (-8, 55, 0, 46), (8, 55, 16, 48), closed=False), stroke(_NOSE, 3, 0.8)
        )
