"""An animal seen from the side: walking, running, leaping, or curled up asleep."""

from __future__ import annotations

import math

from generator.backends.embedded.colour import Rgb, lighter, rgb
from generator.backends.embedded.pen import Canvas, curve, down, fill, oval, smooth, stroke
from generator.backends.embedded.rig import Coat, Pose, blink
from generator.backends.embedded.rigs.species import Species

_NOSE = rgb("2a1a18")
_GALLOP = (0.0, 0.12, 0.52, 0.62)
_WALK = (0.0, 0.5, 0.75, 0.25)


def draw(canvas: Canvas, pose: Pose, coat: Coat, species: Species) -> None:
    """Draw the striding figure; its stride goes with the phase."""
    running = pose.action in ("run", "chase", "jump")
    beat = math.tau * pose.phase
    bob = (4.5 if running else 2.0) * math.sin(2 * beat + 0.6)
    pitch = (5.0 if running else 1.0) * math.sin(beat + 1.2)
    canvas.save()
    canvas.translate(0, bob + (3 if running else 2))
    canvas.rotate(-pitch)
    far = lighter(coat.main, -0.3)
    _legs(canvas, pose, species, far, near=False, running=running)
    _tail(canvas, pose, coat.main, species, running=running)
    _body(canvas, coat.main, species)
    _legs(canvas, pose, species, coat.main, near=True, running=running)
    _head(canvas, pose, coat.main, species, running=running)
    canvas.restore()


def _legs(canvas: Canvas, pose: Pose, species: Species, fur: Rgb, *, near: bool, running: bool) -> None:
    order = _GALLOP if running else _WALK
    reach = species.leg * (0.72 if running else 0.42)
    for k, (x, start) in enumerate(
        zip((0.36, 0.30, -0.38, -0.32), (order[0], order[1], order[2], order[3]), strict=True)
    ):
        if (k % 2 == 0) != near:
            continue
        turn = (pose.phase + start) % 1.0
        _leg(canvas, species, (x * species.body, turn, reach), fur, hind=k > 1)


def _leg(canvas: Canvas, species: Species, step: tuple[float, float, float], fur: Rgb, *, hind: bool) -> None:
    hip_x, turn, reach = step
    hip_y = -species.leg - species.girth * 0.25
    if turn < 0.5:
        foot_x, foot_y = hip_x + reach * (1 - 4 * turn) * 0.9, -4.0
    else:
        swing = (turn - 0.5) * 2
        foot_x = hip_x + reach * (2 * swing - 1) * 0.9
        foot_y = -4 - species.leg * 0.42 * math.sin(math.pi * swing)
    bend = (-0.24 if hind else 0.18) * species.leg * (1 + 0.6 * math.sin(math.pi * max(0.0, turn - 0.5) * 2))
    knee_x, knee_y = (hip_x + foot_x) / 2 + bend, (hip_y + foot_y) / 2
    width = species.girth * 0.27
    thigh = curve((hip_x, hip_y), (knee_x, knee_y, foot_x, foot_y - 5), closed=False)
    canvas.drawPath(thigh, stroke(lighter(fur, -0.12), width))
    canvas.drawLine(
        hip_x, hip_y, (hip_x + knee_x) / 2, (hip_y + knee_y) / 2, stroke(lighter(fur, -0.06), width * 1.35)
    )
    low_x, low_y = 0.35 * knee_x + 0.65 * foot_x, 0.35 * knee_y + 0.65 * foot_y
    sock = species.sock if fur != species.sock else lighter(species.sock, -0.1)
    canvas.drawLine(low_x, low_y, foot_x, foot_y - 4, stroke(sock, width * 0.86))
    canvas.drawLine(foot_x - 1, foot_y - 4, foot_x + 6, foot_y - 4, stroke(sock, width * 0.8))


def _body(canvas: Canvas, fur: Rgb, species: Species) -> None:
    half, girth, foot = species.body / 2, species.girth, -species.leg
    top, low = foot - girth * 0.92, foot + girth * 0.06
    trunk = smooth([
        (-half - 6, top + girth * 0.32), (-half * 0.7, top - girth * 0.04), (0, top + girth * 0.06),
        (half * 0.72, top - girth * 0.08), (half + 12, top + girth * 0.2), (half + 8, low - girth * 0.14),
        (half * 0.4, low + 3), (-half * 0.3, low - girth * 0.2), (-half * 0.86, low + 1), (-half - 8, low - girth * 0.3),
    ])  # fmt: skip
    canvas.drawPath(trunk, down(top, low, lighter(fur, 0.12), fur, lighter(fur, -0.24)))
    canvas.save()
    canvas.clipPath(trunk, doAntiAlias=True)
    canvas.drawOval(oval(half * 0.1, low + girth * 0.1, half * 1.1, girth * 0.26), fill(species.belly, 0.75))
    if species.mask:
        canvas.drawOval(
            oval(half + 4, low - girth * 0.36, half * 0.3, girth * 0.42), fill(species.belly, 0.95)
        )
    canvas.restore()


def _tail(canvas: Canvas, pose: Pose, fur: Rgb, species: Species, *, running: bool) -> None:
    swing = 11 * math.sin(math.tau * pose.phase + 0.8)
    canvas.save()
    canvas.translate(-species.body / 2 + 4, -species.leg - species.girth * 0.66)
    canvas.rotate(swing + (8 if running else -16))
    if species.tail == "bush":
        brush = curve((6, -9), (-40, -44, -112, -42, -150, -6), (-112, 26, -50, 26, 4, 16))
        canvas.drawPath(brush, down(-44, 28, lighter(fur, 0.06), lighter(fur, -0.24)))
        canvas.drawPath(
            curve(
                (-104, -30),
                (-124, -26, -140, -16, -150, -6),
                (-134, 8, -122, 14, -104, 16),
                (-112, 0, -98, -8, -104, -30),
            ),
            fill(species.belly),
        )
    elif species.tail == "hair":
        _horsetail(canvas, species, pose)
    elif species.tail == "puff":
        canvas.drawCircle(-6, 2, 15, fill(lighter(species.belly, 0.1)))
    else:
        wag = 24 * math.sin(2 * math.tau * pose.phase) if species.tail == "wag" else 0.0
        line = curve((4, 0), (-36, 6, -56, -20, -70, -62 + wag), closed=False)
        canvas.drawPath(line, stroke(fur, 13 if species.tail == "thin" else 16))
    canvas.restore()


def _horsetail(canvas: Canvas, species: Species, pose: Pose) -> None:
    for lock in range(5):
        flow = 12 * math.sin(math.tau * pose.phase - 0.5 * lock)
        tip = (-96 + 12 * lock - flow, 64 - 7 * lock + flow * 0.5)
        hair = curve(
            (8, -8),
            (-44, -34 + 4 * lock, -84 - flow, 4 + 4 * lock, *tip),
            (-58 + 8 * lock, 40, -20, 22, 8, 12),
        )
        canvas.drawPath(hair, fill(lighter(species.sock, 0.09 * (lock % 2))))


def _head(canvas: Canvas, pose: Pose, fur: Rgb, species: Species, *, running: bool) -> None:
    ahead, up = species.neck
    base_x, base_y = species.body / 2 - 6, -species.leg - species.girth * 0.72
    at_x, at_y = base_x + ahead + (8 if running else 0), base_y - up * (0.72 if running else 1.0)
    canvas.drawPath(
        smooth([(base_x - 30, base_y - 2), (at_x - species.head * 0.7, at_y - 8), (at_x + 6, at_y + 4),
                (base_x + 22, base_y + species.girth * 0.5), (base_x - 12, base_y + species.girth * 0.5)]),
        down(at_y, base_y + 30, lighter(fur, 0.08), fur),
    )  # fmt: skip
    if species.mane:
        _mane(canvas, (base_x, base_y, at_x, at_y), species, pose)
    canvas.save()
    canvas.translate(at_x, at_y)
    canvas.rotate(3 * math.sin(math.tau * pose.phase) + (4 if running else 0) + 14 * bool(species.mane))
    _skull(canvas, pose, fur, species)
    canvas.restore()


def _mane(canvas: Canvas, ends: tuple[float, float, float, float], species: Species, pose: Pose) -> None:
    base_x, base_y, at_x, at_y = ends
    for lock in range(7):
        share = lock / 6
        x, y = (
            at_x - 8 + (base_x - 26 - at_x) * share,
            at_y - species.head * 0.95 + (base_y - at_y + 18) * share,
        )
        flow = (14 + 8 * share) * math.sin(math.tau * pose.phase - 0.7 * lock)
        tuft = curve(
            (x + 12, y - 4),
            (x - 6, y - 6, x - 34 - flow, y + 14 + 16 * share),
            (x - 12, y + 34, x + 10, y + 30),
        )
        canvas.drawPath(tuft, fill(lighter(species.sock, 0.10 * (lock % 2))))


def _skull(canvas: Canvas, pose: Pose, fur: Rgb, species: Species) -> None:
    size, snout = species.head, species.snout
    _ear(canvas, lighter(fur, -0.28), species, -0.15)
    skull = smooth([(-size, -size * 0.2), (-size * 0.5, -size), (size * 0.5, -size * 0.95), (size * 0.9, -size * 0.2),
                    (size + snout * 0.62, size * 0.16), (size + snout * 0.7, size * 0.5), (size * 0.5, size * 0.8), (-size * 0.6, size * 0.85)])  # fmt: skip
    canvas.drawPath(skull, down(-size, size, lighter(fur, 0.14), fur, lighter(fur, -0.16)))
    canvas.save()
    canvas.clipPath(skull, doAntiAlias=True)
    if species.mask or species.snout < 48:
        canvas.drawOval(
            oval(size * 0.55, size * 0.72, size * 0.4 + snout * 0.9, size * 0.52), fill(species.belly)
        )
    canvas.restore()
    canvas.drawOval(oval(size + snout * 0.52, size * 0.2, 7, 6), fill(_NOSE))
    jaw = 4 + 8 * pose.speaking
    if pose.speaking > 0.05:
        canvas.drawOval(oval(size * 0.8 + snout * 0.2, size * 0.62, 10, jaw), fill(rgb("7a2a2e")))
    canvas.drawOval(oval(size * 0.42, -size * 0.18, 5.4, 6.2 * max(0.1, blink(pose))), fill(_NOSE))
    canvas.drawCircle(
        size * 0.42 + 2, -size * 0.18 - 2.4, 1.8, fill((1, 1, 1), 0.9 if blink(pose) > 0.5 else 0.0)
    )
    _ear(canvas, fur, species, 0.18)


def _ear(canvas: Canvas, fur: Rgb, species: Species, shift: float) -> None:
    size = species.head
    canvas.save()
    canvas.translate(-size * 0.3 + shift * size, -size * 0.62)
    if species.ears == "point":
        tall = 0.8 if species.mane else 1.35
        canvas.drawPath(
            smooth(
                [
                    (-size * 0.42, size * 0.3),
                    (-size * 0.3, -size * tall),
                    (-size * 0.16, -size * tall),
                    (size * 0.42, size * 0.1),
                ]
            ),
            fill(fur),
        )
    elif species.ears == "round":
        canvas.drawCircle(0, -size * 0.1, size * 0.36, fill(fur))
    elif species.ears == "long":
        canvas.rotate(-22)
        canvas.drawPath(smooth([(-7, 8), (-15, -50), (-6, -78), (7, -78), (13, -44), (9, 8)]), fill(fur))
    else:
        canvas.drawPath(
            smooth(
                [
                    (-size * 0.2, -size * 0.2),
                    (size * 0.3, -size * 0.2),
                    (size * 0.2, size * 1.1),
                    (-size * 0.35, size * 1.05),
                ]
            ),
            fill(lighter(fur, -0.32)),
        )
    canvas.restore()


def draw_asleep(canvas: Canvas, pose: Pose, coat: Coat, species: Species) -> None:
    """Draw the animal curled up, its side rising and falling."""
    fur, breath = coat.main, 1 + 0.03 * math.sin(1.5 * pose.at_s)
    size = species.bulk
    canvas.save()
    canvas.scale(size, size * breath)
    canvas.drawOval(oval(0, -50, 104, 52), down(-102, 0, lighter(fur, 0.1), fur, lighter(fur, -0.28)))
    canvas.drawOval(oval(54, -34, 46, 34), down(-70, 0, lighter(fur, 0.12), lighter(fur, -0.08)))
    for x in (34, 66):
        canvas.drawPath(
            smooth([(x - 14, -56), (x - 4, -92), (x + 6, -90), (x + 16, -54)]), fill(lighter(fur, -0.1))
        )
    canvas.drawOval(oval(62, -20, 30, 16), fill(species.belly))
    for x in (44, 76):
        canvas.drawPath(curve((x - 8, -36), (x, -30, x + 8, -36), closed=False), stroke(_NOSE, 3))
    canvas.drawOval(oval(64, -24, 6, 5), fill(_NOSE))
    tail = curve((-92, -34), (-60, 14, 20, 10, 40, -4), (10, -26, -40, -30, -92, -34))
    canvas.drawPath(tail, down(-36, 8, lighter(fur, 0.02), lighter(fur, -0.22)))
    canvas.drawOval(oval(28, -6, 16, 8), fill(species.belly if species.mask else fur))
    canvas.restore()
