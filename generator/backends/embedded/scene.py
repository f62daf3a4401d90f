"""A place ready to be filmed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from numpy.random import Generator

from generator.backends.embedded.layer import Frame, Layer, Painter, View
from generator.backends.embedded.light import Light
from generator.backends.embedded.stage import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Everything behind the subjects and everything before them, each from far to near."""

    behind: tuple[Layer | Painter, ...]
    before: tuple[Layer | Painter, ...]

    @property
    def depths(self) -> frozenset[float]:
        """The distances at which layers move differently."""
        return frozenset(part.depth for part in (*self.behind, *self.before) if hasattr(part, "depth"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a place is built for: the frame, its measures, the light, whether it snows; chance of its own."""

    frame: Frame
    stage: Stage
    light: Light
    rng: Generator
    snowy: bool = False
    wet: bool = False


Builder = Callable[[Setting], Scene]


def paint_part(part: Layer | Painter, view: View) -> None:
    """Draw one part of a scene."""
    if isinstance(part, Layer):
        part.paint(view)
    else:
        part(view)
