"""A small round being that plays whatever nobody has ever drawn."""

from __future__ import annotations

import math

from generator.backends.embedded.colour import lighter, mix, rgb
from generator.backends.embedded.pen import Canvas, ball, curve, fill, glow, oval, smooth, stroke
from generator.backends.embedded.rig import Coat, Pose, blink, flick

_INK = rgb("2a2236")


def draw(canvas: Canvas, pose: Pose, coat: Coat) -> None:
    """Draw a soft drop of light with two eyes, a sprout on its head, and an easy wobble."""
    wobble = 0.035 * math.sin(2.6 * pose.at_s + 6 * pose.character)
    main = coat.main
    canvas.save()
    canvas.scale(1 + wobble, 1 - wobble)
    body = smooth([
        (-74, -6), (-84, -70), (-62, -140), (-4, -176), (58, -142), (84, -70), (76, -6), (40, 2), (0, -4), (-40, 2),
    ])  # fmt: skip
    canvas.drawPath(body, ball((-24, -116), 170, lighter(main, 0.42), main, lighter(main, -0.28)))
    for side in (-1, 1):
        lift = 10 * math.sin(2.1 * pose.at_s + side)
        canvas.drawOval(oval(side * 82, -62 - lift, 15, 20), fill(lighter(main, -0.06)))
        canvas.drawOval(oval(side * 36, 0, 24, 10), fill(lighter(main, -0.22)))
    canvas.save()
    canvas.translate(0, -164)
    canvas.rotate(10 * math.sin(1.8 * pose.at_s) + 16 * flick(pose, 3.7))
    canvas.drawPath(curve((0, 4), (4, -14, 0, -32), closed=False), stroke(rgb("5d8a4e"), 5))
    for side in (-1, 1):
        canvas.drawPath(
            curve((0, -30), (side * 12, -54, side * 40, -50), (side * 30, -28, 0, -30)), fill(rgb("7fb069"))
        )
    canvas.restore()
    wide = max(0.1, blink(pose))
    for side in (-1, 1):
        canvas.drawOval(oval(side * 28, -96, 9, 13 * wide), fill(_INK))
        canvas.drawCircle(side * 28 + 3, -101, 3.2, fill((1, 1, 1), 0.9 if wide > 0.5 else 0.0))
        canvas.drawOval(oval(side * 46, -76, 13, 7), fill(mix(rgb("f08a94"), main, 0.3), 0.55))
    if pose.speaking > 0.05:
        canvas.drawOval(oval(0, -70, 8, 3 + 8 * pose.speaking), fill(rgb("7a2a3e")))
    else:
        canvas.drawPath(curve((-10, -76), (0, -66, 10, -76), closed=False), stroke(_INK, 3.4))
    canvas.restore()
    if coat.light.is_night:
        glow(canvas, (0, -90), 150, lighter(main, 0.4), 0.3)
