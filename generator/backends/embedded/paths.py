"""Tracks eased by hand: which way everybody moves by itself, and how those on the ground stand, walk and leap."""

from __future__ import annotations

import math

from generator.backends.embedded.flight import beats, flight
from generator.backends.embedded.plan import Contact, ContactKind
from generator.backends.embedded.rig import Pose
from generator.backends.embedded.role import Role, Track
from generator.backends.embedded.swimming import crawl, laps, sail, swim

UNPHYSICAL = frozenset({"float", "fly", "glow", "spin", "stand", "dance", "drift", "shine", "rise"})
_JUMP_S = 0.9


def pace_of(role: Role) -> float:
    """Return the speed, in units a second, of a body that the camera follows."""
    if role.rig.nature in ("walker", "vehicle"):
        return _gait(role)[0] * role.stage.scale
    return role.rig.pace


def track_of(role: Role) -> tuple[Track, list[Contact]]:  # noqa: PLR0911  (one line a nature)
    """Return a body's track and the contacts it makes."""
    nature, action = role.rig.nature, role.subject.action
    if nature == "fixture":
        return _fixed(role), []
    if action == "jump" and nature in ("walker", "thing"):
        return _hops(role)
    if nature == "sailer" and role.stage.water_y is not None and action not in ("fly", "rise"):
        return sail(role), laps(role)
    if nature == "flyer" and action == "swim" and role.stage.medium == "water":
        return swim(role)
    if role.subject.kind == "turtle" and role.stage.medium == "ground":
        return crawl(role), []
    if action in ("fly", "float", "drift", "rise") or nature == "flyer" or role.stage.medium == "space":
        return flight(role), beats(role)
    if nature == "swimmer":
        return swim(role)
    if nature == "sailer":
        return sail(role), laps(role)
    if role.travels:
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
