"""Tracks of those at home in water: they swim, leap out of it, crawl on land; or are carried upon it."""

from __future__ import annotations

import math

from generator.backends.embedded.camera import ease, glide
from generator.backends.embedded.flight import flight
from generator.backends.embedded.plan import Contact
from generator.backends.embedded.rig import Pose
from generator.backends.embedded.role import Role, Track


def swim(role: Role) -> tuple[Track, list[Contact]]:
    """Return a swimmer's track: through the water, or leaping out of it where we look from above."""
    if role.stage.medium != "water":
        return flight(role), []
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


def crawl(role: Role) -> Track:
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


def sail(role: Role) -> Track:
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


def laps(role: Role) -> list[Contact]:
    """Return the water lapping at the first of those carried upon it."""
    count = int(role.length_s / 1.9)
    return (
        [role.heard(0.7 + 1.9 * k, "splash", 0.22, role.home_x) for k in range(count)]
        if role.number == 0
        else []
    )
