"""From a kind in a plan to a body, and what is known of it without drawing it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from generator.backends.embedded.drawn import PREFIX, drawing_rig, is_there
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
_NATURAL: dict[str, tuple[Place, ...]] = {
    "swimmer": ("underwater",),
    "sailer": ("sea",),
    "vehicle": ("city",),
    "thing": ("room", "meadow"),
}
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
    if kind.startswith(PREFIX):
        return drawing_rig(kind)
    return CAST.get(kind) or CAST[_STAND_IN]


def is_known(kind: str, drawings: Path | None) -> bool:
    """Return whether a kind can be shown as itself."""
    return is_there(kind, drawings) if kind.startswith(PREFIX) else kind in CAST


def stand_in() -> str:
    """Return who plays what only a missing drawing, or nobody, could show."""
    return _STAND_IN


def idle_action(kind: str) -> str:
    """Return what a body does when it is told nothing."""
    return (
        "stand" if kind.startswith(PREFIX) and rig_of(kind).nature == "thing" else _IDLE[rig_of(kind).nature]
    )


def home_of(subjects: tuple[Subject, ...], chance: np.random.Generator) -> Place:
    """Return where the first subject would be found; anywhere with a horizon when that is not known."""
    if not subjects:
        return _ANYWHERE[int(chance.integers(len(_ANYWHERE)))]
    nature = rig_of(subjects[0].kind).nature
    places = _HOMES.get(subjects[0].kind, _NATURAL.get(nature, _ANYWHERE))
    if nature == "swimmer" and subjects[0].action == "jump":
        return "sea"
    return places[int(chance.integers(len(places)))]
