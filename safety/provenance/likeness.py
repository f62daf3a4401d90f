"""Whether a file shows the clip that its mark names: fingerprints compared through the right window."""

from __future__ import annotations

import enum
from collections.abc import Iterator

import numpy as np

from safety.provenance import fingerprint as fp
from safety.provenance.fingerprint import Fingerprint, Hashes
from safety.provenance.observation import Medium, Observations, PictureReading
from safety.provenance.tile import tile_scale

LEAST_SHARE = 0.45
"""Of each side: where less of the clip is seen, a sketch of 32 places is too coarse to compare."""

_STILL_SLACK = 0.06  # one frame is farther from the mean of its second than a second from itself
_WHOLE = 0.03  # shares nearer to 1 than this are differences of measuring
_STEP = 1 / 32  # of a window's place: a cell of the sketch

Apart = tuple[float | None, ...]
"""The distance of each second of a file from its counterpart; None where there is none."""


class Likeness(enum.StrEnum):
    """What the fingerprints say of a file and a registered clip."""

    SAME = "same"
    UNCLEAR = "unclear"
    DIFFERENT = "different"


def likeness_of(apart: Apart, medium: Medium) -> Likeness:
    """Any second that is the same speaks for the clip; all that compare must differ to speak against it."""
    compared_seconds = [value for value in apart if value is not None]
    if not compared_seconds:
        return Likeness.UNCLEAR
    if min(compared_seconds) <= fp.SAME:
        return Likeness.SAME
    return Likeness.DIFFERENT if min(compared_seconds) >= different_from(medium) else Likeness.UNCLEAR


def different_from(medium: Medium) -> float:
    """Return the distance from which on a second of this medium shows something else."""
    return fp.DIFFERENT + (_STILL_SLACK if medium is Medium.PICTURE else 0.0)


def compared(observations: Observations, registered: Fingerprint, mark: PictureReading | None) -> Apart:
    """
    Return how far each second of a file is from a registered clip.

    The mark, where one was read, says at which scale the clip is seen: a crop shows a window of the clip, a
    letter-box or a picture in the picture holds the clip in a window of its own.  Where that window lies is
    found by trying.  Without a mark the whole pictures are compared, upright and mirrored.
    """
    seen = observations.fingerprint
    if seen is None:
        return ()
    nothing: Apart = (None,) * len(seen.seconds)
    shares = _shares(registered, mark)
    if min(*shares, *(1 / share for share in shares)) < LEAST_SHARE:
        return nothing
    ways = (seen, seen.mirrored()) if mark is None else (seen.mirrored() if mark.is_mirrored else seen,)
    theirs = tuple(_windows(registered, *(min(1.0, share) for share in shares)))
    best, found = 2.0, nothing
    for way in ways:
        for ours in _windows(way, *(min(1.0, 1 / share) for share in shares)):
            for held in theirs:
                apart = fp.distance(ours, held)
                if apart is not None and apart < best:
                    best, found = apart, fp.distances(ours, held, fp.alignment(ours, held) or 0)
    return found


def _shares(registered: Fingerprint, mark: PictureReading | None) -> tuple[float, float]:
    """How much of the clip's width and height fits into the file's; above 1 the file shows more than it."""
    if mark is None:
        return 1.0, 1.0
    scale = tile_scale(registered.width_px, registered.height_px)
    shares = (mark.across_px * scale / registered.width_px, mark.down_px * scale / registered.height_px)
    across, down = (1.0 if abs(share - 1) < _WHOLE else share for share in shares)
    return across, down


def _windows(whole: Fingerprint, width: float, height: float) -> Iterator[Hashes]:
    for left in _places(width):
        for top in _places(height):
            yield whole.hashes if width == height == 1.0 else whole.through(left, top, width, height)


def _places(size: float) -> list[float]:
    """Where a window of a given size may begin, a cell of the sketch apart at most."""
    slack = 1.0 - size
    return [float(place) for place in np.linspace(0.0, slack, 1 + int(np.ceil(slack / _STEP)))]
