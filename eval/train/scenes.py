"""
Frames of our own renderer, to be learned as drawings: every rig in every place.

Time of day, weather, mood, camera, action, size of the subject and size of the frame are drawn by chance from
a seed.  A subject is often larger than the engine would make it: what is near the camera is taken for a face.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from generator.backends.embedded.motion import simulate
from generator.backends.embedded.plan import (
    MOODS,
    MOVES,
    PLACES,
    TIMES,
    WEATHERS,
    Place,
    ScenePlan,
    Shot,
    Subject,
)
from generator.backends.embedded.render import render_range
from generator.backends.embedded.rigs.cast import CAST

_SIZES = ((320, 180), (480, 270), (640, 360), (270, 480), (360, 360), (854, 480))
_ACTIONS = ("stand", "walk", "run", "fly", "swim", "jump", "sleep", "dance", "look", "sit")
_SECONDS, _FPS = 3, 24
_BORROWED = 80

Chosen = TypeVar("Chosen")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scene:
    """A frame (height, width, 3) in RGB, and who is in it where; `kind` as in plans."""

    rgb: NDArray[np.uint8]
    kind: str
    place: Place


def scenes(drawings: Path, rng: np.random.Generator) -> Iterator[Scene]:
    """Yield two frames of each rig in each place, and of some borrowed drawings somewhere."""
    names = sorted(path.stem for path in drawings.glob("*.svg"))
    asked = [(kind, place) for kind in CAST for place in PLACES]
    asked += [
        (f"drawing:{names[int(at)]}", _one(PLACES, rng))
        for at in rng.choice(len(names), _BORROWED, replace=False)
    ]
    for kind, place in asked:
        plan = simulate(_plan(kind, place, rng))
        for at in (int(rng.integers(6, 36)), int(rng.integers(36, 70))):
            for frame in render_range(plan, at, at + 1, (), drawings):
                yield Scene(rgb=frame.copy(), kind=kind, place=place)


def _plan(kind: str, place: Place, rng: np.random.Generator) -> ScenePlan:
    width_px, height_px = _one(_SIZES, rng)
    subject = Subject(
        kind=kind,
        size=float(rng.uniform(0.8, 2.4)),
        action=_one(_ACTIONS, rng),
        count=1 if rng.random() < 0.7 else 2,
    )
    shot = Shot(
        start_s=0,
        end_s=_SECONDS,
        subjects=(subject,),
        place=place,
        time=_one(TIMES, rng),
        weather=_one(WEATHERS, rng),
        mood=_one(MOODS, rng),
        camera=_one(MOVES, rng),
    )
    return ScenePlan(
        duration_s=_SECONDS,
        fps=_FPS,
        width_px=width_px,
        height_px=height_px,
        seed=int(rng.integers(2**31)),
        shots=(shot,),
        mood=shot.mood,
    )


def _one(among: Sequence[Chosen], rng: np.random.Generator) -> Chosen:
    return among[int(rng.integers(len(among)))]
