"""Bodies that fall, bounce, roll and collide, by rigid-body physics; every knock is noted for the sound."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pymunk
from numpy.random import Generator

from generator.backends.embedded.layer import Frame
from generator.backends.embedded.plan import Contact, ContactKind, Material
from generator.backends.embedded.rig import Pose
from generator.backends.embedded.stage import Stage

_STEP_S = 1 / 240
_GRAVITY = 1900.0
_LOUDEST = 900.0
_SPRING: dict[Material, float] = {"rubber": 0.86, "wood": 0.5, "metal": 0.45, "stone": 0.3, "cloth": 0.55}
_FLOOR_SPRING: dict[Material, float] = {"sand": 0.72, "snow": 0.6, "leaves": 0.85, "grass": 0.9, "water": 0.8}


@dataclass(slots=True)
class _Knocks:
    """What touched what, when, how hard."""

    frame: Frame
    materials: list[Material]
    floor: Material
    at_s: float = 0.0
    heard: list[Contact] = field(default_factory=list)
    hits: list[list[float]] = field(default_factory=list)

    def note(self, speed: float, x: float, bodies: list[int]) -> None:
        """Keep a knock faster than a whisper; a body that only rests makes none."""
        if speed < 70:
            return
        for body in bodies:
            if self.hits[body] and self.at_s - self.hits[body][-1] < 0.07:
                return
            self.hits[body].append(self.at_s)
        between = len(bodies) > 1
        material = self.materials[bodies[0]] if between else self.floor
        kind: ContactKind = "collision" if between else "splash" if self.floor == "water" else "bounce"
        pan = (x / self.frame.width - 0.5) * 1.6
        self.heard.append(
            Contact(
                at_s=self.at_s, kind=kind, strength=min(1.0, speed / _LOUDEST), pan=pan, material=material
            )
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Thrown:
    """A round thing to be thrown: its radius in units, how large it is drawn, what is asked of it, from where."""

    radius: float
    scale: float
    action: str
    material: Material
    share: float = 0.5


def tumble(
    things: list[Thrown],
    stage: Stage,
    frame: Frame,
    length_s: float,
    rng: Generator,
) -> tuple[list[Callable[[float], Pose]], list[Contact]]:
    """Return a track for each thing, and the knocks between them and with the floor."""
    space = pymunk.Space()
    space.gravity = (
        0,
        120.0 if stage.medium == "space" else 500.0 if stage.medium == "underwater" else _GRAVITY,
    )
    knocks = _Knocks(frame, [thing.material for thing in things], stage.material, hits=[[] for _ in things])
    floor_y = stage.water_y + 12 if stage.water_y is not None and not stage.ashore else stage.ground_y
    _walls(space, frame, floor_y, stage.material)
    shapes = [
        _body(space, number, thing, (frame, floor_y, len(things)), rng) for number, thing in enumerate(things)
    ]
    space.on_collision(1, 0, post_solve=lambda arbiter, _space, _data: _hit(arbiter, knocks))
    space.on_collision(1, 1, post_solve=lambda arbiter, _space, _data: _hit(arbiter, knocks))
    samples = _run(space, shapes, [thing.action for thing in things], knocks, length_s, floor_y)
    tracks = [
        _track(samples[k], thing, knocks.hits[k], floor_y, float(rng.uniform()))
        for k, thing in enumerate(things)
    ]
    return tracks, knocks.heard


def _walls(space: Any, frame: Frame, floor_y: float, material: Material) -> None:
    ends = ((-60.0, -4000.0), (-60.0, floor_y), (frame.width + 60, floor_y), (frame.width + 60, -4000.0))
    for start, end in pairwise(ends):
        wall = pymunk.Segment(space.static_body, start, end, 6)
        wall.elasticity = _FLOOR_SPRING.get(material, 1.0)
        wall.friction = 0.8
        space.add(wall)


def _body(space: Any, number: int, thing: Thrown, room: tuple[Frame, float, int], rng: Generator) -> Any:
    frame, floor_y, _ = room
    radius = thing.radius
    body = pymunk.Body(1.0, pymunk.moment_for_circle(1.0, 0, radius))
    shape = pymunk.Circle(body, radius)
    shape.elasticity, shape.friction, shape.collision_type = _SPRING.get(thing.material, 0.5), 0.7, 1
    side = 1 if number % 2 == 0 else -1
    if thing.action in ("roll", "collide"):
        body.position = (
            frame.width * (0.12 if side > 0 else 0.88) - side * 70 * (number // 2),
            floor_y - radius,
        )
        body.velocity = side * (430 + 60 * rng.uniform()), 0
        body.angular_velocity = body.velocity.x / radius
    else:
        body.position = (
            frame.width * (0.14 + 0.72 * thing.share),
            floor_y - radius - 330 - 120 * (number % 3) * rng.uniform(0.6, 1.2),
        )
        body.velocity = (frame.width * 0.5 - body.position.x) * 0.35 + rng.uniform(60, 150) * side, 0
        body.angular_velocity = rng.uniform(-3, 3)
    shape.body_number = number
    space.add(body, shape)
    return shape


def _hit(arbiter: Any, knocks: _Knocks) -> None:
    numbers = [shape.body_number for shape in arbiter.shapes if hasattr(shape, "body_number")]
    mass = 1.0 if len(numbers) == 1 else 0.5
    points = arbiter.contact_point_set.points
    x = points[0].point_a.x if points else 0.0
    knocks.note(arbiter.total_impulse.length / mass / 1.8, x, numbers)


def _run(
    space: Any, shapes: list[Any], actions: list[str], knocks: _Knocks, length_s: float, floor_y: float
) -> list[list[tuple[float, float, float, float]]]:
    """Step through the shot, keeping x, y, angle and downward speed of each body at every step."""
    samples: list[list[tuple[float, float, float, float]]] = [[] for _ in shapes]
    for step in range(int((length_s + 0.1) / _STEP_S) + 2):
        knocks.at_s = step * _STEP_S
        space.step(_STEP_S)
        for shape, action, kept in zip(shapes, actions, samples, strict=True):
            body = shape.body
            _keep_alive(body, shape.radius, action, floor_y)
            kept.append((body.position.x, body.position.y, body.angle, body.velocity.y))
    return samples


def _keep_alive(body: Any, radius: float, action: str, floor_y: float) -> None:
    """Kick a ball that was asked to bounce or roll when it is about to lie still."""
    resting = body.position.y > floor_y - radius - 8 and abs(body.velocity.y) < 60
    if resting and action in ("bounce", "play", "jump"):
        body.velocity = (body.velocity.x * 0.8 + (120 if body.position.x < 600 else -120), -880)
        body.angular_velocity = body.velocity.x / radius
    elif resting and action in ("roll", "collide") and abs(body.velocity.x) < 90:
        body.velocity = (-math.copysign(420, body.velocity.x), body.velocity.y)


def _track(
    samples: list[tuple[float, float, float, float]],
    thing: Thrown,
    hits: list[float],
    floor_y: float,
    character: float,
) -> Callable[[float], Pose]:
    def track(at_s: float) -> Pose:
        place = min(len(samples) - 1.001, max(0.0, at_s / _STEP_S))
        low, share = int(place), place % 1
        x, y, angle, fall = (a + (b - a) * share for a, b in zip(samples[low], samples[low + 1], strict=True))
        since = min((at_s - hit for hit in hits if hit <= at_s), default=9.0)
        squash = 0.24 * math.exp(-since / 0.05) * math.cos(30 * since) - min(0.1, abs(fall) / 9000)
        lift = max(0.0, floor_y - y - thing.radius)
        return Pose(
            x=x, y=y, turn=math.degrees(angle), stretch=1 + squash, lift=lift, at_s=at_s,
            action=thing.action, character=character, scale=thing.scale,
        )  # fmt: skip

    return track
