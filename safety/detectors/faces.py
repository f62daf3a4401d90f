"""
People's faces in a clip: whether they look real, and whether a bank knows them.

A drawn face is nobody's likeness here.  A photographed one (or one rendered to look so) is somebody's: it is
told with its second and box, and matched against the banks of listed figures.  Vectors of faces that no bank
knows are never put into a finding, and end with the footage.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from policies.finding import Box, Finding, Match
from safety.detector import Footage
from safety.detectors.face_tracks import FaceWatch, Sight, Track
from safety.likeness.bank import FaceBank

_LEAST = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Faces:
    """Looks for real faces, and for those whom `banks` know."""

    watch: FaceWatch
    banks: tuple[FaceBank, ...] = ()
    name: str = "faces.likeness@2"

    @property
    def categories(self) -> frozenset[str]:
        """Without a bank nobody was looked for by name, and none is said to be absent."""
        by_name = {"likeness.public_figure"} if self.banks else set()
        return frozenset({"likeness.unconsented"} | by_name)

    def examine(self, footage: Footage, /) -> tuple[Finding, ...]:
        """
        Say of each track that looks real where it shows best, and whom a bank takes it for.

        Raises:
            ModelUnavailable: the weights of a net are absent.
        """
        return tuple(finding for track in self.watch.tracks(footage) for finding in self._told(track))

    def _told(self, track: Track) -> Iterator[Finding]:
        where = box_of(track.best)
        if track.photographed >= _LEAST:
            why = "a photographed or lifelike face"
            yield Finding(category="likeness.unconsented", score=track.photographed, why=why, where=where)
        for bank in self.banks if track.is_real else ():
            match = bank.match(track.vectors, self.watch.engine.model_id)
            if match is not None:
                why = f"looks like {match.reference}, whom {match.bank} lists"
                yield Finding(
                    category="likeness.public_figure", score=_cosine(match), why=why, where=where, match=match
                )


def box_of(sight: Sight) -> Box:
    """Return where a face is, as shares of its picture."""
    height, width = sight.picture.rgb.shape[:2]
    face = sight.face
    left, top = max(0.0, face.left / width), max(0.0, face.top / height)
    right, bottom = min(1.0, (face.left + face.width) / width), min(1.0, (face.top + face.height) / height)
    return Box(left=left, top=top, width=right - left, height=bottom - top, at_s=sight.picture.at_s)


def _cosine(match: Match) -> float:
    return min(1.0, max(0.0, 1.0 - match.distance))
