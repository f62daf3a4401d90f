"""From a kind in a plan to a body, and what is known of it without drawing it."""

from __future__ import annotations

import numpy as np

from generator.backends.embedded.plan import Place, Subject
from generator.backends.embedded.rig import Rig
from generator.backends.embedded.rigs.cast import CAST

_STAND_IN = "spirit"
_HOMES: dict[str, tuple[Place, ...]] = {
    "fox": ("forest", "snowfield", "meadow"), "wolf": ("forest", "snowfield"), "bear": ("forest", "mountains"),
    "deer": ("forest", "meadow"), "rabbit": ("meadow", "forest"), "horse": ("meadow", "desert", "mountains"),
    "cat": ("room", "city"), "dog": ("meadow", "city"), "bird": ("mountains", "sea", "meadow"),
    "butterfly": ("meadow",), "owl": ("forest",), "whale": ("underwater", "sea"), "fish": ("underwater",),
    "turtle": ("underwater",), "jellyfish": ("underwater",), "boat": ("sea",), "lighthouse": ("sea",),
    "tram": ("city",), "car": ("city", "desert"), "train": ("mountains", "meadow"), "robot": ("room", "city", "space"),
    "balloon": ("desert", "mountains", "meadow"), "rocket": ("space",), "ball": ("meadow", "room"),
    "person": ("room", "meadow", "city"), "flower": ("meadow",), "tree": ("meadow",), "lantern": ("city", "forest"),
}  # fmt: skip
_ANYWHERE: tuple[Place, ...] = ("meadow", "mountains", "sea", "forest", "desert")
_IDLE = {
    "walker": "stand",
    "flyer": "fly",
    "swimmer": "swim",
    "sailer": "sail",
    "vehicle": "drive",
    "thing": "bounce",
    "fixture": "stand",
}


def rig_of(kind: str) -> Rig:
    """Return the body of a kind; never fails: the unheard-of is played by a stand-in."""
    return CAST.get(kind) or CAST[_STAND_IN]


def is_known(kind: str) -> bool:
    """Return whether a kind can be shown as itself."""
    return kind in CAST


def stand_in() -> str:
    """Return who plays what only a missing drawing, or nobody, could show."""
    return _STAND_IN


def idle_action(kind: str) -> str:
    """Return what a body does when it is told nothing."""
    return _IDLE[rig_of(kind).nature]


def home_of(subjects: tuple[Subject, ...], chance: np.random.Generator) -> Place:
    """Return where the first subject would be found; anywhere with a horizon when that is not known."""
    places = _HOMES.get(subjects[0].kind, _ANYWHERE) if subjects else _ANYWHERE
    if subjects and rig_of(subjects[0].kind).nature == "swimmer" and subjects[0].action == "jump":
        return "sea"
    return places[int(chance.integers(len(places)))]
