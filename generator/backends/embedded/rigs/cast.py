"""Everybody who can be filmed without borrowed drawings."""

from __future__ import annotations

from generator.backends.embedded.colour import rgb
from generator.backends.embedded.rig import Rig
from generator.backends.embedded.rigs import afloat, spirit
from generator.backends.embedded.rigs.animals import ANIMALS

CAST: dict[str, Rig] = {
    **ANIMALS,
    "boat": Rig(
        draw=afloat.draw_boat, nature="sailer", colour=rgb("f7f1e4"), height=200, bounds=(-170, -210, 170, 20),
        material="water", beats_hz=0.35, pace=46,
    ),
    "spirit": Rig(
        draw=spirit.draw, nature="walker", colour=rgb("e8b7a0"), height=200, bounds=(-160, -245, 160, 20),
        beats_hz=1.4, pace=150,
    ),
    "lighthouse": Rig(
        draw=afloat.draw_lighthouse, nature="fixture", colour=rgb("d4564a"), height=440,
        bounds=(-290, -450, 290, 70), material="stone",
    ),
}  # fmt: skip
"""Rigs by the kind that plans name."""
