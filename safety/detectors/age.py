"""
Whether a real person in the picture may be a minor.

The net gives shares for 81 ages.  On 46 photographs of adults it said 38 on average and never below 21; on
two of infants it said 0; nothing between 5 and 17 could be measured.  An expected age of 18 scores 0.5, and
the score falls to nothing at 25: a young adult is told apart by people, not by this net.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from policies.finding import Finding
from safety.detector import Footage
from safety.detectors.face_tracks import FaceWatch, Sight, Track
from safety.detectors.faces import box_of
from safety.detectors.frames import planes, resized
from safety.detectors.nets import Nets
from safety.detectors.photographed import around

_SIDE_PX = 64
_MEAN = np.array([122.782, 117.001, 104.298], np.float32)
_AROUND = 1.3
_ADULT = 25.0
_MINOR = 18.0
_LOOKS = 3
_LEAST = 0.2

# The first class stands for the first months of life, each other for a year.
_AGES = np.array([0.25, *range(1, 81)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Age:
    """Looks at the real faces of a clip, never at drawn ones: a cartoon child is a child of the story."""

    nets: Nets
    watch: FaceWatch
    name: str = "faces.age@2"
    categories: frozenset[str] = frozenset({"minors.depicted"})

    def examine(self, footage: Footage, /) -> tuple[Finding, ...]:
        """
        Say which real faces may be those of minors.

        Raises:
            ModelUnavailable: the weights of a net are absent.
        """
        self.nets.store.path("age")
        return tuple(self._told(self.watch.tracks(footage)))

    def _told(self, tracks: tuple[Track, ...]) -> Iterator[Finding]:
        for track in tracks:
            if not track.is_real:
                continue
            score = youth(float(np.mean([self._expected_age(sight) for sight in track.sights[:_LOOKS]])))
            if score >= _LEAST:
                where = box_of(track.best)
                yield Finding(
                    category="minors.depicted", score=score, why="a face that may be a minor’s", where=where
                )

    def _expected_age(self, sight: Sight) -> float:
        cut = resized(around(sight.picture.rgb, sight.face, _AROUND), _SIDE_PX, _SIDE_PX)
        (shares,) = self.nets.net("age", "age.onnx")(
            planes(((cut.astype(np.float32) - _MEAN) / 256).astype(np.float32))
        ).values()
        return float(shares[0] @ _AGES / max(float(shares[0].sum()), 1e-9))


def youth(age: float) -> float:
    """From an expected age to a score: 0 from 25 on, 0.5 at 18, 1 at 11 and below."""
    return float(np.clip((_ADULT - age) / (2 * (_ADULT - _MINOR)), 0.0, 1.0))
