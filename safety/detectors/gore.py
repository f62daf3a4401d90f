"""
Wounds, dead bodies and other graphic violence in pictures.

Scores are the safety net's own share: of 1,000 photographs of everyday things two lay above 0.35 (a butcher's
shop among them) and none above 0.5.  No such picture was used to measure what it misses.  In a clip two
frames must agree before it is stopped (`votes`).
"""

from __future__ import annotations

from dataclasses import dataclass

from policies.finding import Finding
from safety.detector import Footage
from safety.detectors.image_safety import LEAST, ImageSafety
from safety.detectors.votes import stretches


@dataclass(frozen=True, slots=True, kw_only=True)
class Gore:
    """Looks at a frame a second and every scene change for graphic violence."""

    safety: ImageSafety
    name: str = "picture.gore@2"
    categories: frozenset[str] = frozenset({"violence.graphic"})

    def examine(self, footage: Footage, /) -> tuple[Finding, ...]:
        """
        Say in which stretches a frame looks gory.

        Raises:
            ModelUnavailable: the net's weights are absent.
        """
        scored = [(told.picture, told.graphic) for told in self.safety.shares(footage)]
        return tuple(
            Finding(
                category="violence.graphic", score=score, why="blood or bodies in the picture", where=where
            )
            for score, where in stretches(scored, LEAST)
        )
