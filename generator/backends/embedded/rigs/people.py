"""A figure cut from paper, and a robot of tin: both walk, dance, wave and talk."""

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
    fill,
    glow,
    oval,
    smooth,
    stroke,
)
from generator.backends.embedded.rig import Coat, Pose, blink

_INK = rgb("2a1f24")
_SKINS = ("f0c6a6", "d9a07a", "b57a54", "8a5638", "e8b48e")
_HAIRS = ("3a2420", "17120f", "7a4a2c", "b9b4ae", "c98a4a")
_TROUSERS = ("34405a", "4a3a34", "2c4a4a", "5a4a6a")
_GOES = ("walk", "run", "chase", "dance", "play")


def _limb(
    canvas: Canvas,
    joint: tuple[float, float],
    lengths: tuple[float, float],
    turns: tuple[float, float],
    hue: Rgb,
    width: float,
) -> tuple[float, float]:
    """Draw an arm or a leg of two bones; return where it ends. Turns are from straight down, forwards positive."""
    x, y = joint
    knee = x + lengths[0] * math.sin(turns[0]), y + lengths[0] * math.cos(turns[0])
    end = knee[0] + lengths[1] * math.sin(turns[1]), knee[1] + lengths[1] * math.cos(turns[1])
    canvas.drawPath(curve((x, y), (*knee,), (*end,), closed=False), stroke(hue, width))
    return end


def draw_person(canvas: Canvas, pose: Pose, coat: Coat) -> None:
    """Draw a person in a coat and a scarf; hair, skin and trousers differ from one to the next."""
    pick = int(pose.character * 997)
    skin, hair, legs = rgb(_SKINS[pick % 5]), rgb(_HAIRS[(pick // 5) % 5]), rgb(_TROUSERS[(pick // 3) % 4])
    moving = pose.action in _GOES
    swing = math.sin(math.tau * pose.phase) * (0.62 if pose.action in ("run", "chase") else 0.4) * moving
    lift = abs(math.cos(math.tau * pose.phase)) * 5 * moving
    breath = 1.4 * math.sin(1.9 * pose.at_s + 6 * pose.character)
    canvas.save()
    canvas.translate(0, -lift)
    for side in (-1, 1):
        hip = (side * 5.0, -112.0)
        turn = side * swing
        knee = turn - max(0.0, -turn) * 1.2 - 0.1 * moving
        foot = _limb(canvas, hip, (56, 54), (turn, knee), lighter(legs, -0.25 if side < 0 else 0.0), 21)
        canvas.drawOval(oval(foot[0] + 8, foot[1] + 2, 17, 9), fill(_INK))
    _arm(canvas, pose, coat, skin, -swing, breath, near=False)
    _coat(canvas, coat, breath)
    _bust(canvas, pose, (skin, hair, coat.main), breath)
    _arm(canvas, pose, coat, skin, swing, breath, near=True)
    canvas.restore()


def _coat(canvas: Canvas, coat: Coat, breath: float) -> None:
    main = coat.main
    body = smooth(
        [
            (-34, -84),
            (-38, -130),
            (-32, -190 - breath),
            (0, -204 - breath),
            (32, -190 - breath),
            (38, -130),
            (42, -84),
            (0, -76),
        ]
    )
    canvas.drawPath(body, across(-40, 42, lighter(main, -0.25), main, lighter(main, 0.14)))
    canvas.drawLine(6, -184, 10, -82, stroke(lighter(main, -0.35), 2.4, 0.7))
    for y in (-168, -140, -112):
        canvas.drawCircle(14, y, 2.8, fill(lighter(main, 0.6)))


def _arm(
    canvas: Canvas, pose: Pose, coat: Coat, skin: Rgb, swing: float, breath: float, *, near: bool
) -> None:
    side = 1 if near else -1
    shoulder = (side * -6.0 + 4, -184.0 - breath)
    if pose.action == "wave" and near:
        up = 2.5 + 0.35 * math.sin(7 * pose.at_s)
        turns = (2.1, up)
    elif pose.action == "dance":
        beat = math.sin(math.tau * pose.phase + side)
        turns = (side * (1.6 + 0.5 * beat), side * (2.2 + 0.8 * beat))
    elif pose.action == "talk" and near:
        turns = (0.5, 1.5 + 0.4 * math.sin(3.1 * pose.at_s) * (0.4 + pose.speaking))
    else:
        turns = (swing * 0.9 + 0.06 * side, swing * 0.9 + 0.35)
    sleeve = lighter(coat.main, 0.05 if near else -0.3)
    hand = _limb(canvas, shoulder, (46, 42), turns, sleeve, 18)
    canvas.drawCircle(hand[0], hand[1], 9.5, fill(skin))


def _bust(canvas: Canvas, pose: Pose, hues: tuple[Rgb, Rgb, Rgb], breath: float) -> None:
    """Draw head, hair and scarf."""
    skin, hair, main = hues
    canvas.save()
    canvas.translate(3, -236 - breath)
    canvas.rotate(2.5 * math.sin(0.8 * pose.at_s + 5 * pose.character) + 3 * pose.speaking)
    back = int(pose.character * 31) % 3
    if back == 0:
        canvas.drawPath(
            smooth([(-36, -14), (-40, 26), (-34, 58), (-8, 54), (10, 20), (0, -30)]),
            fill(lighter(hair, -0.15)),
        )
    elif back == 1:
        canvas.drawCircle(-26, -28, 17, fill(hair))
    canvas.drawOval(oval(0, 0, 32, 35), ball((10, -10), 62, lighter(skin, 0.12), skin, lighter(skin, -0.2)))
    canvas.drawPath(
        curve(
            (34, -10), (34, -48, -34, -52, -36, -2), (-34, 14, -26, 18, -24, 8), (-20, -16, 8, -14, 34, -10)
        ),
        fill(hair),
    )
    wide = max(0.1, blink(pose))
    for x in (5, 22):
        canvas.drawOval(oval(x, 1, 3.1, 4 * wide), fill(_INK))
        canvas.drawOval(oval(x - 2 + x * 0.1, 12, 5, 3), fill(rgb("e0766a"), 0.28))
    if pose.speaking > 0.05:
        canvas.drawOval(oval(15, 17, 4.6, 1.6 + 5 * pose.speaking), fill(rgb("7a3030")))
    else:
        canvas.drawPath(curve((9, 16), (15, 20, 21, 15), closed=False), stroke(rgb("7a3030"), 2.2))
    canvas.restore()
    _scarf(canvas, pose, main, breath)


def _scarf(canvas: Canvas, pose: Pose, main: Rgb, breath: float) -> None:
    scarf = mix(rgb("e0a03a"), lighter(main, 0.5), 0.25)
    canvas.drawRoundRect(
        box(-22, -208 - breath, 48, 19), 9, 9, down(-208, -188, lighter(scarf, 0.15), lighter(scarf, -0.15))
    )
    flutter = 8 * math.sin(3.2 * pose.at_s) * pose_wind(pose)
    canvas.drawPath(
        smooth(
            [(-18, -200), (-30, -190), (-52 - flutter, -164 + flutter), (-40 - flutter, -154), (-12, -186)]
        ),
        fill(lighter(scarf, -0.1)),
    )


def pose_wind(pose: Pose) -> float:
    """Return how much loose cloth flutters: with speed, else a little."""
    return 1.0 if pose.action in _GOES else 0.35


def draw_robot(canvas: Canvas, pose: Pose, coat: Coat) -> None:
    """Draw a tin robot: a lit face, an aerial, a beating lamp in its chest."""
    main, steel = coat.main, rgb("8d97a5")
    moving = pose.action in _GOES
    swing = math.sin(math.tau * pose.phase) * 0.45 * moving
    lift = abs(math.cos(math.tau * pose.phase)) * 4 * moving
    canvas.save()
    canvas.translate(0, -lift)
    for side in (-1, 1):
        foot = _limb(
            canvas,
            (side * 24.0, -74.0),
            (30, 36),
            (side * swing, side * swing * 0.5),
            lighter(steel, -0.3),
            14,
        )
        canvas.drawRoundRect(
            box(foot[0] - 20, foot[1] - 10, 46, 20),
            9,
            9,
            down(foot[1] - 10, foot[1] + 10, lighter(main, 0.05), lighter(main, -0.4)),
        )
    _robot_arm(canvas, pose, (main, steel), swing, -1)
    _robot_chest(canvas, pose, main)
    canvas.drawRect(box(-14, -194, 28, 18), fill(lighter(steel, -0.2)))
    _robot_head(canvas, pose, main, steel)
    _robot_arm(canvas, pose, (main, steel), -swing, 1)
    canvas.restore()


def _robot_chest(canvas: Canvas, pose: Pose, main: Rgb) -> None:
    """Draw the chest: a lamp that beats, three bars that rise and fall, rivets."""
    canvas.drawRoundRect(
        box(-58, -178, 116, 110), 22, 22, across(-58, 58, lighter(main, -0.25), main, lighter(main, 0.22))
    )
    canvas.drawRoundRect(
        box(-40, -160, 80, 54), 10, 10, down(-160, -106, lighter(main, -0.35), lighter(main, -0.2))
    )
    beat = 0.5 + 0.5 * math.sin(2.6 * pose.at_s)
    canvas.drawCircle(-18, -133, 11, fill(mix(rgb("5a2a2a"), rgb("ff8a6a"), beat)))
    glow(canvas, (-18, -133), 26, rgb("ff9a7a"), 0.6 * beat)
    for k in range(3):
        high = 8 + 14 * abs(math.sin(2.1 * pose.at_s + 1.3 * k))
        canvas.drawRoundRect(box(4 + 11 * k, -118 - high, 7, high), 3, 3, fill(rgb("8fe0c4")))
    for x in (-48, 48):
        for y in (-168, -80):
            canvas.drawCircle(x, y, 3, fill(lighter(main, -0.4)))


def _robot_arm(canvas: Canvas, pose: Pose, hues: tuple[Rgb, Rgb], swing: float, side: int) -> None:
    main, steel = hues
    if pose.action == "wave" and side > 0:
        turns = (2.0, 2.7 + 0.4 * math.sin(7 * pose.at_s))
    elif pose.action == "dance":
        turns = (side * (1.2 + 0.6 * math.sin(math.tau * pose.phase + side)), side * 2.0)
    else:
        turns = (side * 0.28 + swing, side * 0.1 + swing + 0.12 * math.sin(1.4 * pose.at_s + side))
    hand = _limb(
        canvas, (side * 62.0, -158.0), (38, 40), turns, lighter(steel, -0.15 if side > 0 else -0.35), 13
    )
    canvas.drawCircle(side * 62, -158, 13, fill(lighter(main, -0.1)))
    canvas.drawPath(
        curve(
            (hand[0] - 9, hand[1] + 14),
            (hand[0] - 18, hand[1] - 12, hand[0] + 18, hand[1] - 12, hand[0] + 9, hand[1] + 14),
            closed=False,
        ),
        stroke(lighter(main, -0.15), 8),
    )


def _robot_head(canvas: Canvas, pose: Pose, main: Rgb, steel: Rgb) -> None:
    canvas.save()
    canvas.translate(0, -236)
    canvas.rotate(5 * math.sin(0.9 * pose.at_s + 4 * pose.character))
    canvas.drawLine(0, -46, 6 * math.sin(3 * pose.at_s), -72, stroke(steel, 4))
    tip = (6 * math.sin(3 * pose.at_s), -76.0)
    canvas.drawCircle(*tip, 8, ball((tip[0] - 2, tip[1] - 3), 12, rgb("ffd0a0"), rgb("e0643a")))
    for side in (-1, 1):
        canvas.drawRoundRect(box(side * 58 - 8, -16, 16, 32), 6, 6, fill(lighter(steel, -0.2)))
    canvas.drawRoundRect(
        box(-56, -46, 112, 90),
        26,
        26,
        across(-56, 56, lighter(main, -0.15), lighter(main, 0.12), lighter(main, 0.3)),
    )
    canvas.drawRoundRect(box(-42, -30, 84, 58), 18, 18, down(-30, 28, rgb("16283a"), rgb("24465a")))
    wide = max(0.12, blink(pose))
    for x in (-20, 20):
        glow(canvas, (x, -6), 22, rgb("9df0e0"), 0.5)
        canvas.drawOval(oval(x, -6, 10, 12 * wide), fill(rgb("b4fff0")))
    if pose.speaking > 0.05:
        for k in range(-3, 4):
            high = 2 + 9 * pose.speaking * abs(math.sin(9 * pose.at_s + k))
            canvas.drawRoundRect(box(k * 6 - 2, 16 - high / 2, 4, high), 2, 2, fill(rgb("b4fff0")))
    else:
        canvas.drawPath(curve((-10, 14), (0, 20, 10, 14), closed=False), stroke(rgb("b4fff0"), 3))
    canvas.restore()
