"""Every place by its name."""

from __future__ import annotations

from generator.backends.embedded.places import forest, sea
from generator.backends.embedded.plan import Place
from generator.backends.embedded.scene import Builder

ATLAS: dict[Place, Builder] = {"forest": forest.build, "sea": sea.build}
