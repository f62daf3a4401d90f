"""What looking at a file told, before anyone is asked about it."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from safety.provenance.credentials import Credentials, ManifestState
from safety.provenance.fingerprint import Fingerprint
from safety.provenance.label import LabelSeen
from safety.provenance.payload import Payload
from safety.provenance.sound_mark import SoundMark, SoundMarkKind


class Medium(enum.StrEnum):
    """What kind of file was looked at."""

    VIDEO = "video"
    PICTURE = "picture"
    SOUND = "sound"


class Confidence(enum.IntEnum):
    """How surely a mark is there; three steps, never a correlation: no oracle for who would remove it."""

    NONE = 0
    FAINT = 1
    STRONG = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureReading:
    """
    One mark of ours read in the picture.

    `seconds` tells for each second how surely it is there.  `across_px` and `down_px` say how much of the
    marked picture is seen, in canonical pixels (short side 720): less than was marked where it was cropped.
    """

    payload: Payload
    seconds: tuple[Confidence, ...]
    across_px: float
    down_px: float
    is_mirrored: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Observations:
    """
    Everything found in one file.

    `problem` says, in a few English words, why a file could not be read; everything else is then empty.
    """

    problem: str | None = None
    medium: Medium = Medium.VIDEO
    duration_s: float = 0.0
    credentials: Credentials = field(default_factory=lambda: Credentials(state=ManifestState.ABSENT))
    marks: tuple[PictureReading, ...] = ()
    sound: SoundMark = field(default_factory=lambda: SoundMark(kind=SoundMarkKind.NONE))
    fingerprint: Fingerprint | None = None
    label: LabelSeen | None = None


def confidence_of(agreement: float) -> Confidence:
    """Return the step of an agreement in standard deviations: chance passes 4.5 three times in a million."""
    if agreement >= 9.0:
        return Confidence.STRONG
    return Confidence.FAINT if agreement >= 4.5 else Confidence.NONE
