"""A file as the rules of the public check see it: what was observed, and where it leads."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from safety.provenance import fingerprint as fp
from safety.provenance.credentials import Credentials
from safety.provenance.likeness import Likeness
from safety.provenance.observation import Confidence, Observations
from safety.provenance.registry import SecondState, Trail
from safety.provenance.sound_mark import SoundMarkKind
from safety.provenance.watermark import ALGORITHM


class VerifyVerdict(enum.StrEnum):
    """The closed set of answers, in the order in which they are decided."""

    UNREADABLE = "unreadable"
    MARK_TRANSPLANTED = "mark_transplanted"
    CONFIRMED = "confirmed"
    CONFIRMED_ALTERED = "confirmed_altered"
    MANIFEST_RECOVERED = "manifest_recovered"
    OTHER_PROVENANCE = "other_provenance"
    MANIFEST_INVALID = "manifest_invalid"
    VISIBLE_MARK_ONLY = "visible_mark_only"
    NO_SIGNAL = "no_signal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """The file as the rules below see it."""

    seen: Observations
    trails: tuple[Trail, ...]

    @property
    def credentials(self) -> Credentials:
        """The file's own manifest."""
        return self.seen.credentials

    @property
    def best(self) -> Trail | None:
        """The surest trail to a clip of ours that is not contradicted."""
        return next((trail for trail in self.trails if not is_contradicted(trail)), None)

    @property
    def is_own(self) -> bool:
        """Whether the file's manifest was signed by us, fit or not."""
        return self.credentials.is_ours

    @property
    def fits_own_manifest(self) -> bool:
        """Whether the picture bears the mark, and shows the content, that our manifest in the file names."""
        return self.bears_named_mark and self.shows_named_content

    @property
    def bears_named_mark(self) -> bool:
        """Whether the mark that our manifest names was read."""
        named = self.credentials.binding(ALGORITHM)
        return named is not None and any(mark.payload.text == named for mark in self.seen.marks)

    @property
    def shows_named_content(self) -> bool:
        """Whether the picture is the one whose fingerprint our manifest names."""
        named = self.credentials.binding(fp.ALGORITHM)
        if named is None or self.seen.fingerprint is None:
            return False
        try:
            apart = fp.distance(self.seen.fingerprint.hashes, fp.hashes_from_text(named))
        except ValueError:
            return False
        return apart is None or apart <= fp.SAME

    @property
    def has_foreign_part(self) -> bool:
        """Whether the surest trail holds for a part of the file only."""
        return self.best is not None and SecondState.FOREIGN in self.best.seconds

    @property
    def hears_presence_alone(self) -> bool:
        """Whether the sound bears our presence bit and nothing else leads to us."""
        return self.seen.sound.kind is SoundMarkKind.PRESENCE and self.best is None


def is_contradicted(trail: Trail) -> bool:
    """Whether the clip a trail leads to is not what the file shows."""
    return not trail.is_authentic or trail.likeness is Likeness.DIFFERENT


def mark_confidence(case: Case) -> Confidence:
    """Return how surely the picture's mark is there, over the whole file: its median second."""
    steps = sorted(step for mark in case.seen.marks[:1] for step in mark.seconds)
    return steps[len(steps) // 2] if steps else Confidence.NONE
