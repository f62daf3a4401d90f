"""Tracks of those that fly, float and hang: in the air, in space, in deep water."""

from __future__ import annotations

import math

from generator.backends.embedded.camera import glide
from generator.backends.embedded.plan import Contact
from generator.backends.embedded.rig import Pose
from generator.backends.embedded.role import Role, Track


def flight(role: Role) -> Track:
    """Return a track in the air (or in space, or hanging in water): wide slow loops, nose to the way."""
    speed = role.rig.pace if role.travels else 0.0
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


def beats(role: Role) -> list[Contact]:
    """Return the soft strokes of wings, or the passing air."""
    pace = max(0.55, 1 / max(0.4, role.rig.beats_hz / 2))
    if role.number > 1:
        return []
    strength = 0.14 if role.rig.height < 200 else 0.3
    return [
        role.heard(0.2 + k * pace, "whoosh", strength, role.home_x)
        for k in range(int((role.length_s - 0.2) / pace))
    ]
