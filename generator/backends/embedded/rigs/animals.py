"""The four-legged animals' rigs: which figure is drawn for which action."""

from __future__ import annotations

from generator.backends.embedded.pen import Canvas
from generator.backends.embedded.rig import Coat, Pose, Rig
from generator.backends.embedded.rigs import sitting, striding
from generator.backends.embedded.rigs.species import SPECIES, Species

STRIDING = frozenset({"walk", "run", "chase", "jump", "dance", "roll", "play"})
_FULL_FACE = 0.72


_NATURAL = {
    "fox": ("red", "orange"),
    "horse": ("brown",),
    "bear": ("brown",),
    "deer": ("brown",),
    "wolf": ("grey",),
}
_STRIDE_SCALE = 1.3


def animal(name: str, species: Species) -> Rig:
    """Return an animal's rig: side view when it goes somewhere, face to us when it stays."""

    def draw(canvas: Canvas, pose: Pose, coat: Coat) -> None:
        if pose.action == "sleep":
            striding.draw_asleep(canvas, pose, coat, species)
        elif pose.action in STRIDING or species.mane:
            canvas.scale(_scale(species), _scale(species))
            striding.draw(canvas, pose, coat, species)
        else:
            sitting.draw(canvas, pose, coat, species)

    tall = 330 * species.bulk * _FULL_FACE if not species.mane else 360
    return Rig(
        draw=draw, nature="walker", colour=species.fur, height=tall,
        bounds=(-320, -440 * max(1.0, species.bulk), 320, 24), material="cloth",
        beats_hz=species.strides_hz, pace=species.pace * 1.15, natural=_NATURAL.get(name, ()),
    )  # fmt: skip


def _scale(species: Species) -> float:
    """Return how much larger the striding figure is drawn, to be as tall as the sitting one looks."""
    return 1.12 if species.leg > 100 or species.girth > 100 else _STRIDE_SCALE


ANIMALS: dict[str, Rig] = {name: animal(name, species) for name, species in SPECIES.items()}
