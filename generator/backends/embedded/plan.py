"""What the embedded engine has understood of a prompt: the one thing picture and sound are made from."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Literal, get_args

TimeOfDay = Literal["dawn", "day", "sunset", "night"]
Weather = Literal["clear", "rain", "snow", "fog", "wind", "storm"]
Mood = Literal["calm", "joyful", "mysterious", "sad", "epic", "tense", "tender", "dreamy"]
CameraMove = Literal[
    "drift", "still", "push_in", "pull_out", "pan_left", "pan_right", "rise", "descend", "follow"
]
Place = Literal[
    "forest", "sea", "mountains", "city", "desert", "room", "meadow", "space", "underwater", "snowfield"
]
ContactKind = Literal["bounce", "step", "splash", "collision", "whoosh", "thunder", "bell", "clack"]
Material = Literal[
    "leaves", "grass", "water", "sand", "snow", "stone", "wood", "metal", "rubber", "air", "cloth"
]

PLACES: tuple[Place, ...] = get_args(Place)
TIMES: tuple[TimeOfDay, ...] = get_args(TimeOfDay)
WEATHERS: tuple[Weather, ...] = get_args(Weather)
MOODS: tuple[Mood, ...] = get_args(Mood)
MOVES: tuple[CameraMove, ...] = get_args(CameraMove)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """
    Somebody or something seen.

    `kind` is a rig's name ("fox") or a drawing's ("drawing:1f984"); `colour` an English colour name
    or None for its own; `size` 1 for ordinary; `action` a verb of `grammar` ("run").
    """

    kind: str
    colour: str | None = None
    count: int = 1
    size: float = 1.0
    action: str = "stand"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """An uninterrupted take, from `start_s` (included) to `end_s` of the clip."""

    start_s: float
    end_s: float
    subjects: tuple[Subject, ...]
    place: Place
    time: TimeOfDay
    weather: Weather
    mood: Mood
    camera: CameraMove


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """
    Words spoken aloud; they are heard and never drawn.

    `language` is an ISO 639-1 code; `end_s` is None until the voice has been made and measured;
    `speaker` is the kind of the subject that says it, None for a voice off.
    """

    text: str
    language: str
    start_s: float
    end_s: float | None = None
    speaker: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Something that should be heard: when, how hard (0 to 1), where (pan -1 left to 1 right), on what."""

    at_s: float
    kind: ContactKind
    strength: float
    pan: float
    material: Material


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenePlan:
    """The whole clip. Equal plans give equal frames; shots are in order, touch, and fill the duration."""

    duration_s: float
    fps: int
    width_px: int
    height_px: int
    seed: int
    shots: tuple[Shot, ...]
    mood: Mood
    spoken: tuple[Line, ...] = ()
    events: tuple[Contact, ...] = ()

    @property
    def frame_count(self) -> int:
        """How many frames the clip has."""
        return round(self.duration_s * self.fps)

    def shot_at(self, at_s: float) -> Shot:
        """Return the shot on screen at a moment; the last one after the end."""
        return next((shot for shot in self.shots if at_s < shot.end_s), self.shots[-1])

    def with_events(self, events: tuple[Contact, ...]) -> ScenePlan:
        """Return the plan with the contacts that simulating it gave, in order of time."""
        return dataclasses.replace(self, events=tuple(sorted(events, key=lambda event: event.at_s)))

    def with_spoken(self, spoken: tuple[Line, ...]) -> ScenePlan:
        """Return the plan with its lines timed by the voice that says them (mouths move to these times)."""
        return dataclasses.replace(self, spoken=spoken)
