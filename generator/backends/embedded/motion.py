"""Who is where, when: the tracks of everybody in a shot, and the contacts that are heard."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from generator.backends.embedded.casting import rig_of
from generator.backends.embedded.layer import Frame
from generator.backends.embedded.paths import UNPHYSICAL, pace_of, track_of
from generator.backends.embedded.physics import Thrown, tumble
from generator.backends.embedded.plan import Contact, Line, ScenePlan, Shot, Subject
from generator.backends.embedded.rig import Pose, Rig
from generator.backends.embedded.role import GOING, Role
from generator.backends.embedded.speech import spoken_s
from generator.backends.embedded.stage import Stage, stage_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """One body in a shot: `track` gives its pose at a time in the shot; `number` tells it
    from others of its kind; the camera goes with the one that `leads`.
    """

    subject: Subject
    rig: Rig
    track: Callable[[float], Pose]
    number: int = 0
    leads: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Take:
    """A shot with everybody's tracks; contacts are in clip time."""

    shot: Shot
    stage: Stage
    frame: Frame
    actors: tuple[Actor, ...]
    contacts: tuple[Contact, ...]

    def followed_x(self, at_s: float) -> float:
        """Return how far the camera has to have gone to keep up with the leader."""
        leader = next((actor for actor in self.actors if actor.leads), None)
        return leader.track(at_s).x - leader.track(0.0).x if leader else 0.0


def simulate(plan: ScenePlan) -> ScenePlan:
    """Return the plan with its contacts, in order of time: the sound's cues."""
    events = [event for index in range(len(plan.shots)) for event in take_of(plan, index).contacts]
    return plan.with_events(tuple(event for event in events if 0 <= event.at_s < plan.duration_s))


def take_of(plan: ScenePlan, index: int) -> Take:
    """Return a shot's tracks; worked out once for each shot."""
    shot = plan.shots[index]
    return _take(shot, plan.width_px, plan.height_px, plan.seed + 101 * index)


@lru_cache(maxsize=32)
def _take(shot: Shot, width_px: int, height_px: int, seed: int) -> Take:
    frame = Frame.of(width_px, height_px)
    stage = stage_of(
        shot.place, frame, shot.weather, ashore=any(_needs_land(subject) for subject in shot.subjects)
    )
    rng = np.random.default_rng(seed)
    bodies = [(subject, number) for subject in shot.subjects for number in range(subject.count)]
    things = [(slot, body[0]) for slot, body in enumerate(bodies) if _tumbles(body[0])]
    others = [body for body in bodies if not _tumbles(body[0])]
    length = shot.end_s - shot.start_s
    actors, contacts = _walked_on(others, len(bodies), stage, frame, length, rng)
    fallen, knocks = _thrown(things, len(bodies), stage, frame, length, rng)
    fallen = [_kept_up(actor, actors) for actor in fallen]
    heard = (*contacts, *knocks, *_thunder(shot, rng))
    timed = tuple(_shifted(contact, shot.start_s) for contact in heard if contact.at_s < length)
    ordered = tuple(sorted((*actors, *fallen), key=lambda actor: actor.track(0.0).depth))
    return Take(shot=shot, stage=stage, frame=frame, actors=ordered, contacts=timed)


def _needs_land(subject: Subject) -> bool:
    nature = rig_of(subject.kind).nature
    flies = subject.action in ("float", "fly", "drift", "rise", "swim", "sail")
    return not flies and (
        nature in ("walker", "vehicle", "thing") or (nature == "fixture" and subject.kind != "lighthouse")
    )


def _stays(subject: Subject) -> bool:
    """Return whether somebody keeps the camera where it is: a tower, or one who sits while others run."""
    nature = rig_of(subject.kind).nature
    idle = subject.action not in GOING and subject.action not in (
        "float",
        "drift",
        "rise",
        "jump",
        "dance",
    )
    return nature == "fixture" or (nature == "walker" and idle)


def _tumbles(subject: Subject) -> bool:
    return rig_of(subject.kind).nature == "thing" and subject.action not in UNPHYSICAL


def _shifted(contact: Contact, by_s: float) -> Contact:
    return Contact(
        at_s=contact.at_s + by_s, kind=contact.kind, strength=min(1.0, max(0.0, contact.strength)),
        pan=min(1.0, max(-1.0, contact.pan)), material=contact.material,
    )  # fmt: skip


def _walked_on(
    bodies: list[tuple[Subject, int]],
    total: int,
    stage: Stage,
    frame: Frame,
    length: float,
    rng: np.random.Generator,
) -> tuple[list[Actor], list[Contact]]:
    """Return the actors that act by themselves."""
    actors: list[Actor] = []
    contacts: list[Contact] = []
    settled = any(_stays(subject) for subject, _ in bodies)
    led_at: float | None = None
    for order, (subject, number) in enumerate(bodies):
        rig = rig_of(subject.kind)
        role = Role(
            subject=subject, rig=rig, stage=stage, frame=frame, length_s=length, order=order, number=number,
            total=total, character=float(rng.uniform()), settled=settled, led_at=led_at,
        )  # fmt: skip
        track, heard = track_of(role)
        leads = not settled and led_at is None and role.travels
        if leads:
            led_at = pace_of(role)
        actors.append(Actor(subject=subject, rig=rig, track=track, number=number, leads=leads))
        contacts.extend(heard)
    return actors, contacts


def _kept_up(thing: Actor, actors: list[Actor]) -> Actor:
    """Let a thing travel with the one that the camera follows, so that it stays in play."""
    leader = next((actor for actor in actors if actor.leads), None)
    if leader is None:
        return thing

    def track(at_s: float) -> Pose:
        pose = thing.track(at_s)
        return replace(pose, x=pose.x + leader.track(at_s).x - leader.track(0.0).x)

    return replace(thing, track=track)


def _thrown(
    bodies: list[tuple[int, Subject]],
    total: int,
    stage: Stage,
    frame: Frame,
    length: float,
    rng: np.random.Generator,
) -> tuple[list[Actor], list[Contact]]:
    """Return the things that physics moves."""
    if not bodies:
        return [], []
    things = [
        Thrown(
            radius=rig_of(subject.kind).height * subject.size * stage.scale / 2, scale=subject.size * stage.scale,
            action=subject.action, material=rig_of(subject.kind).material, share=(slot + 0.5) / total,
        )
        for slot, subject in bodies
    ]  # fmt: skip
    tracks, contacts = tumble(things, stage, frame, length, rng)
    actors = [
        Actor(subject=subject, rig=rig_of(subject.kind), track=track, number=number)
        for number, ((_, subject), track) in enumerate(zip(bodies, tracks, strict=True))
    ]
    return actors, contacts


def flashes(shot: Shot, seed: int) -> tuple[float, ...]:
    """Return when lightning strikes in a stormy shot, in seconds of the shot."""
    if shot.weather != "storm":
        return ()
    rng = np.random.default_rng(seed + 77)
    times, at_s = [], float(rng.uniform(0.5, 1.3))
    while at_s < shot.end_s - shot.start_s - 0.3:
        times.append(at_s)
        at_s += float(rng.uniform(2.6, 4.6))
    return tuple(times)


def _thunder(shot: Shot, rng: np.random.Generator) -> list[Contact]:
    """Return thunder a moment after each flash: the storm is near."""
    seed = int(shot.start_s * 1000)
    return [
        Contact(
            at_s=at_s + 0.35, kind="thunder", strength=0.9, pan=float(rng.uniform(-0.5, 0.5)), material="air"
        )
        for at_s in flashes(shot, seed)
    ]


def mouth(lines: tuple[Line, ...], kind: str, at_s: float) -> float:
    """Return how open a speaker's mouth is, 0 to 1; an untimed line is taken at an ordinary pace of speech."""
    for line in lines:
        end_s = line.end_s if line.end_s is not None else line.start_s + spoken_s(line.text)
        if line.speaker == kind and line.start_s <= at_s < end_s:
            return 0.25 + 0.75 * abs(math.sin(11.0 * at_s) * math.sin(4.3 * at_s + 1))
    return 0.0
