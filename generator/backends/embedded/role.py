"""What a body in a shot has to do, and where it may be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from generator.backends.embedded.layer import Frame
from generator.backends.embedded.plan import Contact, ContactKind, Subject
from generator.backends.embedded.rig import Pose, Rig
from generator.backends.embedded.stage import Stage

Track = Callable[[float], Pose]
"""The pose at a time in the shot."""

GOING = frozenset({"walk", "run", "chase", "roll", "drive", "sail", "fly", "swim", "race"})
"""Actions that lead somewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """
    What one body has to do: who it is, where it may be, its place among `total` others.

    `led_at` is the speed of the one the camera follows, if another leads: those that fly or go
    along keep about its pace, so that nobody named is lost from sight.
    """

    subject: Subject
    rig: Rig
    stage: Stage
    frame: Frame
    length_s: float
    order: int
    number: int
    total: int
    character: float
    settled: bool
    led_at: float | None = None

    @property
    def home_x(self) -> float:
        """Where it would stand: bodies share the width, a single one stands a little off the middle."""
        middle = self.frame.width * (0.5 if self.total > 1 else 0.47)
        if self.settled and self.rig.nature != "fixture":
            middle *= 0.76
        share = (self.order + 0.5) / self.total - 0.5
        share *= 0.7 if self.settled and self.rig.nature != "fixture" else 1.0
        wide = min(1.0, 0.42 + 0.14 * self.total) * 2 * self.stage.reach
        jitter = (self.character - 0.5) * 30 if self.subject.count > 1 else 0.0
        return middle + share * wide + jitter

    @property
    def row(self) -> float:
        """How far back it stands among many, from 0 (front) to 1."""
        return ((self.order * 5 + 1) % 3) / 2 if self.total > 2 else 0.0

    @property
    def scale(self) -> float:
        """How large it is drawn."""
        crowd = 1.0 if self.total == 1 else max(0.55, 1.0 - 0.075 * self.total)
        if self.order == 0 and self.subject.count == 1:
            crowd = max(crowd, 0.88)
        left, _, right, _ = self.rig.bounds
        fits = min(1.0, self.frame.width / 1280 * 1.5)
        if self.total == 1 and self.frame.height > self.frame.width:
            fits = min(1.15, 0.95 * self.frame.width / (right - left))
        return self.subject.size * self.stage.scale * crowd * (1 - 0.22 * self.row) * fits

    @property
    def foot_y(self) -> float:
        """Where its feet are."""
        return self.stage.ground_y - 26 * self.row

    def heard(self, at_s: float, kind: ContactKind, strength: float, x: float) -> Contact:
        """Return a contact of this body with what it stands on."""
        water = kind == "splash"
        material = "water" if water else self.stage.material
        return Contact(
            at_s=at_s, kind=kind, strength=strength, pan=(x / self.frame.width - 0.5) * 1.6, material=material
        )

    def pose(self, at_s: float, x: float, y: float, **more: object) -> Pose:
        """Return a pose with what never changes filled in."""
        scale = self.scale * float(more.pop("larger", 1.0))  # type: ignore[arg-type]
        depth = float(more.pop("depth", 1.0 - 0.12 * self.row))  # type: ignore[arg-type]
        return Pose(
            x=x, y=y, scale=scale, at_s=at_s, character=self.character, action=self.subject.action, depth=depth,
            **more,  # type: ignore[arg-type]
        )  # fmt: skip

    @property
    def travels(self) -> bool:
        """Whether it goes somewhere, so that the camera may go along."""
        return self.subject.action in GOING and self.rig.nature not in ("fixture", "thing", "sailer")
