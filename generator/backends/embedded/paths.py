"""
Tracks eased by hand: how those that move by themselves walk, fly, swim, float and stay.

Over three hundred lines, because all ways of moving stand side by side to be compared.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from generator.backends.embedded.camera import ease, glide
from generator.backends.embedded.layer import Frame
from generator.backends.embedded.plan import Contact, ContactKind, Subject
from generator.backends.embedded.rig import Pose, Rig
from generator.backends.embedded.stage import Stage

Track = Callable[[float], Pose]
GOING = frozenset({"walk", "run", "chase", "roll", "drive", "sail", "fly", "swim", "race"})
UNPHYSICAL = frozenset({"float", "fly", "glow", "spin", "stand", "dance", "drift", "shine", "rise"})
_JUMP_S = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """
    What one body has to do: who it is, where it may be, its place among `total` others.

    `led_at` is the speed of the one the camera follows, if another leads: those that fly or go
    along keep about its pace, so that nobody named is lost from sight.
    """

    subject: Subject
    rig: Rig
    stage: Stage
    frame: Frame
    length_s: float
    order: int
    number: int
    total: int
    character: float
    settled: bool
    led_at: float | None = None

    @property
    def home_x(self) -> float:
        """Where it would stand: bodies share the width, a single one stands a little off the middle."""
        middle = self.frame.width * (0.5 if self.total > 1 else 0.47)
        if self.settled and self.rig.nature != "fixture":
            middle *= 0.76
        share = (self.order + 0.5) / self.total - 0.5
        share *= 0.7 if self.settled and self.rig.nature != "fixture" else 1.0
        wide = min(1.0, 0.42 + 0.14 * self.total) * 2 * self.stage.reach
        jitter = (self.character - 0.5) * 30 if self.subject.count > 1 else 0.0
        return middle + share * wide + jitter

    @property
    def row(self) -> float:
        """How far back it stands among many, from 0 (front) to 1."""
        return ((self.order * 5 + 1) % 3) / 2 if self.total > 2 else 0.0

    @property
    def scale(self) -> float:
        """How large it is drawn."""
        crowd = 1.0 if self.total == 1 else max(0.55, 1.0 - 0.075 * self.total)
        if self.order == 0 and self.subject.count == 1:
            crowd = max(crowd, 0.88)
        left, _, right, _ = self.rig.bounds
        fits = min(1.0, self.frame.width / 1280 * 1.5)
        if self.total == 1 and self.frame.height > self.frame.width:
            fits = min(1.15, 0.95 * self.frame.width / (right - left))
        return self.subject.size * self.stage.scale * crowd * (1 - 0.22 * self.row) * fits

    @property
    def foot_y(self) -> float:
        """Where its feet are."""
        return self.stage.ground_y - 26 * self.row

    def heard(self, at_s: float, kind: ContactKind, strength: float, x: float) -> Contact:
        """Return a contact of this body with what it stands on."""
        water = kind == "splash"
        material = "water" if water else self.stage.material
        return Contact(
            at_s=at_s, kind=kind, strength=strength, pan=(x / self.frame.width - 0.5) * 1.6, material=material
        )

    def pose(self, at_s: float, x: float, y: float, **more: object) -> Pose:
        """Return a pose with what never changes filled in."""
        scale = self.scale * float(more.pop("larger", 1.0))  # type: ignore[arg-type]
        depth = float(more.pop("depth", 1.0 - 0.12 * self.row))  # type: ignore[arg-type]
        return Pose(
            x=x, y=y, scale=scale, at_s=at_s, character=self.character, action=self.subject.action, depth=depth,
            **more,  # type: ignore[arg-type]
        )  # fmt: skip


def pace_of(role: Role) -> float:
    """Return the speed, in units a second, of a body that the camera follows."""
    if role.rig.nature in ("walker", "vehicle"):
        return _gait(role)[0] * role.stage.scale
    return role.rig.pace


def travels(role: Role) -> bool:
    """Return whether the body goes somewhere, so that the camera may go along."""
    return role.subject.action in GOING and role.rig.nature not in ("fixture", "thing", "sailer")


def track_of(role: Role) -> tuple[Track, list[Contact]]:  # noqa: PLR0911  (one line a nature)
    """Return a body's track and the contacts it makes."""
    nature, action = role.rig.nature, role.subject.action
    if nature == "fixture":
        return _fixed(role), []
    if action == "jump" and nature in ("walker", "thing"):
        return _hops(role)
    if nature == "sailer" and role.stage.water_y is not None and action not in ("fly", "rise"):
        return _sail(role), _laps(role)
    if nature == "flyer" and action == "swim" and role.stage.medium == "water":
        return _swim(role)
    if role.subject.kind == "turtle" and role.stage.medium == "ground":
        return _crawl(role), []
    if action in ("fly", "float", "drift", "rise") or nature == "flyer" or role.stage.medium == "space":
        return _flight(role), _beats(role)
    if nature == "swimmer":
        return _swim(role)
    if nature == "sailer":
        return _sail(role), _laps(role)
    if travels(role):
        return _walk(role), _steps(role)
    return _stay(role), []


def _fixed(role: Role) -> Track:
    """Return a track that stands still: out on a rock where there is water."""
    at_sea = (
        role.stage.medium == "water"
        and role.rig.nature == "fixture"
        and not (role.stage.ashore and role.subject.kind != "lighthouse")
    )
    x = role.frame.width * (0.72 if role.total > 1 or at_sea else 0.58)
    if role.subject.count > 1:
        x = role.home_x
    y = role.stage.horizon_y + 56 if at_sea else role.stage.ground_y - 14
    depth, larger = (0.45, 0.92 + 0.08 * role.total) if at_sea else (0.9, 1.0 + 0.08 * role.total)
    return lambda at_s: role.pose(at_s, x, y, depth=depth, larger=larger)


def _stay(role: Role) -> Track:
    """Return a track that stays: dancing sways, everything breathes by its own rig."""
    x, y = role.home_x, role.foot_y
    if role.rig.nature == "thing":
        y -= role.rig.height * role.scale / 2
    facing = 1.0 if x < role.frame.width / 2 or role.total == 1 else -1.0

    def track(at_s: float) -> Pose:
        if role.subject.action not in ("dance", "spin", "play"):
            return role.pose(at_s, x, y, facing=facing, phase=0.2 * at_s)
        beat = math.tau * (at_s * 1.1 + role.character)
        hop = abs(math.sin(beat)) * 26
        return role.pose(
            at_s, x + 26 * math.sin(beat / 2), y - hop, facing=1.0 if math.sin(beat / 4) > 0 else -1.0,
            turn=7 * math.sin(beat), stretch=1 + 0.05 * math.cos(2 * beat), phase=at_s * 1.1, lift=hop,
        )  # fmt: skip

    return track


def _gait(role: Role) -> tuple[float, float]:
    """Return speed in units a second and strides a second."""
    running = role.subject.action in ("run", "chase", "race", "drive")
    own = 0.96 + 0.08 * role.character if role.total > 1 else 1.0
    if role.led_at is not None:
        return role.led_at * own, role.rig.beats_hz * (1.0 if running else 0.6)
    if role.rig.nature == "vehicle":
        return role.rig.pace * own, role.rig.beats_hz
    return (role.rig.pace if running else role.rig.pace * 0.42), role.rig.beats_hz * (
        own if running else 0.52 * own
    )


def _walk(role: Role) -> Track:
    """Return a track that goes to the right; one of several keeps its own pace about the leader's."""
    speed, strides = _gait(role)
    wander = 40 + 30 * role.character
    if role.settled:
        slow = min(1.0, role.stage.reach * 1.2 / max(1.0, role.length_s) / speed)
        speed, strides = speed * slow, strides * max(0.55, slow)
    start_s = role.length_s / 2 if role.settled else 0.0
    speed *= role.stage.scale

    def track(at_s: float) -> Pose:
        x = (
            role.home_x
            + speed * (at_s - start_s)
            + wander * math.sin(0.7 * at_s + 6 * role.character)
            - wander * math.sin(6 * role.character)
        )
        return role.pose(at_s, x, role.foot_y, phase=strides * at_s + role.character)

    return track


def _steps(role: Role) -> list[Contact]:
    if role.rig.nature == "vehicle":
        count = int(role.length_s / 0.62)
        return [role.heard(0.3 + 0.62 * k, "clack", 0.35, role.home_x) for k in range(count)]
    _, strides = _gait(role)
    strength = 0.55 if role.subject.action in ("run", "chase", "race") else 0.32
    if role.number > 2:
        return []
    first = (-2 * role.character) % 1.0
    count = int(role.length_s * strides * 2)
    return [role.heard((first + k) / (2 * strides), "step", strength, role.home_x) for k in range(count)]


def _hops(role: Role) -> tuple[Track, list[Contact]]:
    """Return leaps along a parabola, squashed at both ends of each."""
    height = min(170.0, 0.55 * role.rig.height + 40) * role.scale
    rest = 0.28
    cycle = _JUMP_S + rest
    start = 0.25 + 0.5 * role.character * (role.total > 1)

    def track(at_s: float) -> Pose:
        beat = (at_s - start) % cycle if at_s >= start else cycle - 0.01
        air = min(1.0, beat / _JUMP_S)
        lift = height * 4 * air * (1 - air)
        crouch = math.sin(math.pi * (beat - _JUMP_S) / rest) if beat > _JUMP_S else 0.0
        return role.pose(
            at_s, role.home_x, role.foot_y - lift, lift=lift, stretch=1 + 0.16 * crouch - 0.08 * (lift / height),
            turn=-10 * math.cos(math.pi * air) * (lift > 1), phase=0.35 + 0.3 * air,
        )  # fmt: skip

    lands = [start + _JUMP_S + k * cycle for k in range(int(role.length_s / cycle) + 1)]
    splash: ContactKind = "splash" if role.stage.medium == "water" else "step"
    return track, [role.heard(at_s, splash, 0.8, role.home_x) for at_s in lands if at_s < role.length_s]


def _flight(role: Role) -> Track:
    """Return a track in the air (or in space, or hanging in water): wide slow loops, nose to the way."""
    speed = role.rig.pace if travels(role) else 0.0
    if role.led_at is not None:
        speed = role.led_at * (0.97 + 0.06 * role.character)
    speed = min(speed, role.stage.reach / max(1.0, role.length_s)) if role.settled else speed
    rises = role.subject.action == "rise"
    heavy = role.rig.height > 200
    standing = role.rig.nature in ("walker", "vehicle", "fixture", "sailer")
    base = (
        role.stage.air_y
        + (role.rig.height * role.scale / 2 if standing else 0.0)
        + (role.row - 0.3) * 90
        + (0 if heavy else 90 * (role.character - 0.5))
    )
    wide, high = (26.0, 12.0) if heavy else (70.0, 34.0)
    start = math.tau * role.character

    def track(at_s: float) -> Pose:
        swing = 0.62 * at_s + start
        x = role.home_x + speed * at_s + wide * (math.sin(swing) - math.sin(start))
        climb = 210 * (0.5 - glide(at_s / role.length_s)) if rises else 0.0
        y = base + climb + high * math.sin(1.27 * at_s + 2 * start)
        ahead = speed + wide * 0.62 * math.cos(swing)
        turn = math.degrees(math.atan2(high * 1.27 * math.cos(1.27 * at_s + 2 * start), abs(ahead) + 160))
        facing = 1.0 if heavy or speed > 0 or math.cos(swing / 2) >= 0 else -1.0
        if role.stage.medium == "space":
            turn += 9 * math.sin(0.5 * at_s + start)
        return role.pose(
            at_s,
            x,
            y,
            facing=facing,
            turn=turn * (0.3 if heavy else 0.8),
            phase=role.rig.beats_hz * at_s + role.character,
            lift=role.stage.ground_y - y,
        )

    return track


def _beats(role: Role) -> list[Contact]:
    """Return the soft strokes of wings, or the passing air."""
    pace = max(0.55, 1 / max(0.4, role.rig.beats_hz / 2))
    if role.number > 1:
        return []
    strength = 0.14 if role.rig.height < 200 else 0.3
    return [
        role.heard(0.2 + k * pace, "whoosh", strength, role.home_x)
        for k in range(int((role.length_s - 0.2) / pace))
    ]


def _swim(role: Role) -> tuple[Track, list[Contact]]:
    """Return a swimmer's track: through the water, or leaping out of it where we look from above."""
    if role.stage.medium != "water":
        return _flight(role), []
    if role.subject.action == "jump":
        return _leaps(role)
    water_y = (role.stage.water_y or 0) + 14

    def track(at_s: float) -> Pose:
        beat = 0.8 * at_s + math.tau * role.character
        x = role.home_x + 34 * at_s + 20 * math.sin(0.5 * beat)
        return role.pose(
            at_s,
            x,
            water_y + 16 * math.sin(beat),
            turn=7 * math.cos(beat),
            phase=role.rig.beats_hz * at_s,
            depth=0.96,
        )

    count = int(role.length_s / 2.6)
    return track, [role.heard(0.9 + 2.6 * k, "splash", 0.45, role.home_x) for k in range(count)]


def _crawl(role: Role) -> Track:
    """Return the track of one that swims, on land: low and slow, a push at a time."""
    belly = 0.32 * role.rig.height * role.scale

    def track(at_s: float) -> Pose:
        push = 0.9 * at_s + role.character
        x = role.home_x + 26 * (at_s + 0.35 * math.sin(math.tau * push) / math.tau)
        y = role.foot_y - belly + 3 * math.sin(math.tau * push)
        return role.pose(at_s, x, y, turn=2 * math.sin(math.tau * push), phase=0.45 * push)

    return track


def _leaps(role: Role) -> tuple[Track, list[Contact]]:
    """Return arcs out of the sea and back, with a splash at both ends."""
    air_s, under_s = (1.7, 0.9) if role.rig.height > 150 else (1.1, 0.6)
    cycle = air_s + under_s
    start = 0.15 + cycle * 0.35 * role.number
    height = (0.36 if role.rig.height > 150 else 0.26) * role.frame.height
    water_y = (role.stage.water_y or 0) + 30
    wide = 300 * role.scale

    def track(at_s: float) -> Pose:
        beat = (at_s - start) % cycle
        air = min(1.0, beat / air_s)
        lift = (
            height * 4 * air * (1 - air)
            if beat < air_s
            else -70 * math.sin(math.pi * (beat - air_s) / under_s)
        )
        x = role.home_x + wide * (air - 0.5 if beat < air_s else 0.5 - ease((beat - air_s) / under_s))
        deep = 90 * role.scale * (role.rig.height > 150)
        turn = -52 + 104 * air
        return role.pose(
            at_s, x, water_y + deep - lift, turn=turn, phase=role.rig.beats_hz * at_s, depth=0.96
        )

    heard = []
    for k in range(int(role.length_s / cycle) + 1):
        out = start + k * cycle
        heard.append(role.heard(out + 0.06 * air_s, "splash", 0.6, role.home_x - wide / 2))
        heard.append(role.heard(out + 0.94 * air_s, "splash", 0.95, role.home_x + wide / 2))
    return track, [contact for contact in heard if contact.at_s < role.length_s]


def _sail(role: Role) -> Track:
    """Return a float's track: carried along, rocking on the swell that carries it."""
    on_water = role.stage.water_y is not None
    y = role.stage.water_y if role.stage.water_y is not None else role.foot_y
    far = 60 + role.rig.pace * min(6.0, role.length_s) * 0.5

    def track(at_s: float) -> Pose:
        share = glide(at_s / max(1.0, role.length_s)) - 0.5
        beat = 1.1 * at_s + 9 * 0.82
        rock = role.stage.rough if on_water else 0.25
        return role.pose(
            at_s, role.home_x + far * share, y + rock * 7 * math.sin(beat), turn=rock * (4.2 * math.cos(beat) + 1.6 * math.sin(2.3 * at_s)),
            phase=at_s * role.rig.beats_hz, depth=0.9,
        )  # fmt: skip

    return track


def _laps(role: Role) -> list[Contact]:
    count = int(role.length_s / 1.9)
    return (
        [role.heard(0.7 + 1.9 * k, "splash", 0.22, role.home_x) for k in range(count)]
        if role.number == 0
        else []
    )
