"""Asking which clip a mark or a fingerprint belongs to, and whether it looks like it."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from safety.provenance import fingerprint as fp
from safety.provenance.fingerprint import Fingerprint, Hashes
from safety.provenance.likeness import Likeness, compared, different_from, likeness_of
from safety.provenance.observation import Confidence, Observations, PictureReading
from safety.provenance.payload import MarkKeys, is_authentic
from safety.provenance.sound_mark import SoundMarkKind

NEAR = 0.20
"""Up to this distance a fingerprint alone, without a mark, leads to a clip."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredClip:
    """What is kept of a released clip; `manifest` are the bytes signed with it."""

    video_id: str
    mark_id: int
    fingerprint: Fingerprint
    manifest: bytes | None = None
    is_withdrawn: bool = False


class Registry(Protocol):
    """Knows every clip ever released."""

    def by_mark(self, mark_id: int) -> RegisteredClip | None:
        """Return the clip that bears this mark id, or None."""
        ...

    def nearest(self, hashes: Hashes, within: float) -> RegisteredClip | None:
        """Return the clip whose fingerprint is nearest, if no farther than `within` (0 to 1)."""
        ...


class RegistryInMemory:
    """A registry of the clips it is given: for evaluation, and for checking files against a few clips."""

    def __init__(self, clips: Iterable[RegisteredClip] = ()) -> None:
        self._clips = {clip.mark_id: clip for clip in clips}

    def add(self, clip: RegisteredClip) -> None:
        """Keep one more clip."""
        self._clips[clip.mark_id] = clip

    def by_mark(self, mark_id: int) -> RegisteredClip | None:
        """Return the clip that bears this mark id, or None."""
        return self._clips.get(mark_id)

    def nearest(self, hashes: Hashes, within: float) -> RegisteredClip | None:
        """Return the nearest clip; every one is compared."""
        ranked = [
            (fp.distance(hashes, clip.fingerprint.hashes), clip.mark_id) for clip in self._clips.values()
        ]
        near = [(apart, mark_id) for apart, mark_id in ranked if apart is not None and apart <= within]
        return self._clips[min(near)[1]] if near else None


class Way(enum.StrEnum):
    """What led to a registered clip."""

    MARK = "mark"
    SOUND = "sound"
    FINGERPRINT = "fingerprint"


class SecondState(enum.StrEnum):
    """What one second of a file is, held against the clip it leads to."""

    OURS = "ours"
    UNCLEAR = "unclear"
    FOREIGN = "foreign"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trail:
    """One way that led from the file to a registered clip, and how the file compares with it."""

    way: Way
    clip: RegisteredClip
    is_authentic: bool
    likeness: Likeness
    seconds: tuple[SecondState, ...]


def follow(observations: Observations, registry: Registry, keys: MarkKeys) -> tuple[Trail, ...]:
    """
    Return every trail from what was observed to a registered clip, surest first.

    A mark whose id is not registered leads nowhere: chance, or another operator's key.
    """
    trails = [trail for mark in observations.marks if (trail := _by_mark(observations, mark, registry, keys))]
    if observations.sound.kind is SoundMarkKind.PAYLOAD and observations.sound.mark_id is not None:
        clip = registry.by_mark(observations.sound.mark_id)
        if clip is not None:
            trails.append(_trail(Way.SOUND, clip, observations, mark=None, is_genuine=True))
    if not trails and observations.fingerprint is not None:
        trails += _by_fingerprint(observations, observations.fingerprint, registry)
    return tuple(sorted(trails, key=_doubt))


def _doubt(trail: Trail) -> tuple[bool, bool]:
    return (not trail.is_authentic, trail.likeness is not Likeness.SAME)


def _by_mark(
    observations: Observations, mark: PictureReading, registry: Registry, keys: MarkKeys
) -> Trail | None:
    clip = registry.by_mark(mark.payload.mark_id)
    if clip is None:
        return None
    genuine = is_authentic(mark.payload, clip.fingerprint.to_bytes(), keys)
    return _trail(Way.MARK, clip, observations, mark=mark, is_genuine=genuine)


def _by_fingerprint(observations: Observations, prints: Fingerprint, registry: Registry) -> list[Trail]:
    for seen in (prints, prints.mirrored()):
        clip = registry.nearest(seen.hashes, NEAR)
        if clip is not None:
            return [_trail(Way.FINGERPRINT, clip, observations, mark=None, is_genuine=True)]
    return []


def _trail(
    way: Way,
    clip: RegisteredClip,
    observations: Observations,
    *,
    mark: PictureReading | None,
    is_genuine: bool,
) -> Trail:
    apart = compared(observations, clip.fingerprint, mark)
    confidences = mark.seconds if mark is not None else (Confidence.NONE,) * len(apart)
    different = different_from(observations.medium)
    shown = observations.fingerprint.seconds if observations.fingerprint is not None else ()
    seconds = tuple(
        _second(confidence, distance, different=different, is_beyond=mark is not None and sketch is not None)
        for confidence, distance, sketch in zip(confidences, apart, shown, strict=False)
    )
    return Trail(
        way=way,
        clip=clip,
        is_authentic=is_genuine,
        likeness=likeness_of(apart, observations.medium),
        seconds=seconds,
    )


def _second(
    confidence: Confidence, distance: float | None, *, different: float, is_beyond: bool
) -> SecondState:
    """Hold one second against the clip; `is_beyond`: what it shows has no counterpart there."""
    if distance is not None and distance >= different:
        return SecondState.FOREIGN
    if confidence is not Confidence.NONE or (distance is not None and distance <= fp.SAME):
        return SecondState.OURS
    return SecondState.FOREIGN if distance is None and is_beyond else SecondState.UNCLEAR
