"""
Faces followed through a clip, and what kind of faces they are.

A face is judged over its track, never by one frame: a track is one face through neighbouring samples of one
scene.  Faces of fewer than 32 pixels are left out: nobody can be told by them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from safety.detector import Footage, Picture
from safety.detectors.face_engine import Face, FaceEngine, Vector, overlap
from safety.detectors.once import Once
from safety.detectors.photographed import Photographed

LEAST_SIZE_PX = 32.0

_LONGEST_GAP_S = 1.1
_LEAST_OVERLAP = 0.15
_SURE_ALONE = 0.8
"""A face seen in one frame only counts when the detector is this sure; else it is a flicker."""

_MOST_JUDGED = 24
_LOOKS = 2
_VECTORS = 3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sight:
    """One face in one picture."""

    picture: Picture
    face: Face

    @property
    def worth(self) -> float:
        """How much it shows: a large face that the detector is sure of."""
        return self.face.size_px * self.face.score


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Track:
    """A face through a scene, its sights that show most first; `photographed` as `Photographed.share`."""

    sights: tuple[Sight, ...]
    photographed: float
    vectors: tuple[Vector, ...]

    @property
    def best(self) -> Sight:
        """The sight that shows most."""
        return self.sights[0]

    @property
    def is_real(self) -> bool:
        """Whether it counts as a person's face: photographed, or rendered to look so."""
        return self.photographed >= 0.5


class FaceWatch:
    """Finds, follows and judges faces, once for all who ask; nothing is kept beyond the footage."""

    def __init__(self, engine: FaceEngine, photographed: Photographed) -> None:
        self.engine = engine
        self._photographed = photographed
        self.tracks = Once(self._tracks)

    def _tracks(self, footage: Footage) -> tuple[Track, ...]:
        followed = [
            sorted(sights, key=lambda sight: -sight.worth)
            for sights in self._follow(footage)
            if len(sights) > 1 or sights[0].face.score >= _SURE_ALONE
        ]
        followed.sort(key=lambda sights: -sights[0].worth)
        # The smallest of a crowd go by what the larger ones are.
        return tuple(self._judge(sights) for sights in followed[:_MOST_JUDGED])

    def _judge(self, sights: Sequence[Sight]) -> Track:
        shares = [self._photographed.share(one.picture.rgb, one.face) for one in sights[:_LOOKS]]
        photographed = float(np.mean(shares))
        shown = sights[:_VECTORS] if photographed >= 0.5 else ()
        vectors = tuple(self.engine.vector(one.picture.rgb, one.face) for one in shown)
        return Track(sights=tuple(sights), photographed=photographed, vectors=vectors)

    def _follow(self, footage: Footage) -> list[list[Sight]]:
        done: list[list[Sight]] = []
        live: list[list[Sight]] = []
        for picture in footage.pictures:
            if picture.is_scene_change:
                done, live = done + live, []
            for face in self.engine.find(picture.rgb):
                if face.size_px < LEAST_SIZE_PX:
                    continue
                sight = Sight(picture=picture, face=face)
                track = _nearest(live, sight)
                if track is None:
                    live.append([sight])
                else:
                    track.append(sight)
        return done + live


def _nearest(live: list[list[Sight]], sight: Sight) -> list[Sight] | None:
    """The track whose last sight this one overlaps most, if any goes on to it."""
    overlaps = [_overlap(track[-1], sight) for track in live]
    best = int(np.argmax(overlaps)) if overlaps else -1
    return live[best] if best >= 0 and overlaps[best] >= _LEAST_OVERLAP else None


def _overlap(last: Sight, now: Sight) -> float:
    is_same_frame = last.picture is now.picture
    gap_s = (now.picture.at_s or 0.0) - (last.picture.at_s or 0.0)
    if is_same_frame or gap_s > _LONGEST_GAP_S:
        return 0.0
    one, other = (
        np.array([face.left, face.top, face.width, face.height], np.float32) for face in (last.face, now.face)
    )
    return overlap(one, other)
