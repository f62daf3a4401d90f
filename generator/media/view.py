"""
Clips read in one pass: facts, frames at chosen times and sound together.

`view` is the pass; `probe`, `decode` and `read_sound` are it with parts left out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from generator.media.faults import fault
from generator.media.limits import CLIP_LIMITS, Limits
from generator.media.sound import Gathering, Sound
from generator.media.source import Source, opened, walk

_UNSPECIFIED, _BT709, _BT601 = 2, 1, 5  # FFmpeg's AVCOL_SPC numbers
_CUT = 24.0  # mean grey levels, of 255, between two frames 64 pixels wide
_CUT_EVERY_S = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One picture of a clip: its number, its time, and (height, width, 3) RGB in uint8, upright."""

    index: int
    at_s: float
    rgb: NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaFacts:
    """
    What a clip is, told by decoding all of it, not by its header.

    `duration_s` is the picture's; `sound_s` is None without a sound track; the sides are as shown,
    after rotation; `fps` is the average.
    """

    kind: str
    digest: str
    size_bytes: int
    duration_s: float
    fps: float
    frame_count: int
    width_px: int
    height_px: int
    audio_rate_hz: int | None
    sound_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewed:
    """What one pass gave: the facts, and the sound if it was asked for and is there."""

    facts: MediaFacts
    sound: Sound | None


@dataclass(slots=True, kw_only=True)
class _Tally:
    frames: int = 0
    first_s: float = 0.0
    last_s: float = 0.0
    picture_s: float = 0.0
    sound_s: float = 0.0
    turned: bool = False
    next_s: float = 0.0
    cut_s: float = -1.0
    small: NDArray[np.int16] | None = field(default=None)


def view(
    path: Path,
    show: Callable[[Frame], None] | None = None,
    *,
    every_s: float | None = None,
    cuts: bool = False,
    rate_hz: int | None = None,
    channels: int = 2,
    limits: Limits = CLIP_LIMITS,
) -> Viewed:
    """
    Decode a clip once.

    Args:
        path: an MP4, MOV or WebM file.
        show: called with the chosen frames, in order; what it raises ends the pass.
        every_s: the least time between two chosen frames; None chooses every frame.
        cuts: choose the first frame after a scene change as well (four a second at most).
        rate_hz: gather the sound at this rate; None leaves it out.
        channels: 1 or 2, of the gathered sound.
        limits: what the file may ask of us.

    Raises:
        InvalidMedia: the file is not one, lies, is cut short, or is beyond the limits.
    """
    tally = _Tally()
    gathering = Gathering(rate_hz=rate_hz, channels=channels) if rate_hz is not None else None
    with opened(path, limits) as source:
        for frame, at_s in walk(source):
            if isinstance(frame, VideoFrame):
                _count_picture(tally, frame, at_s)
                if show is not None and _chosen(tally, frame, at_s, every_s, cuts=cuts):
                    show(Frame(index=tally.frames - 1, at_s=at_s, rgb=to_rgb(frame)))
            else:
                tally.sound_s = max(tally.sound_s, at_s + frame.samples / frame.sample_rate)
                if gathering is not None:
                    gathering.add(frame, at_s)
        facts = _facts(path, source, tally)
        sound = gathering.sound() if gathering is not None and source.sound is not None else None
    return Viewed(facts=facts, sound=sound)


def probe(path: Path, limits: Limits = CLIP_LIMITS) -> MediaFacts:
    """Return what a clip really is; InvalidMedia if it is not one we take."""
    return view(path, limits=limits).facts


def decode(path: Path, limits: Limits = CLIP_LIMITS) -> Iterator[Frame]:
    """Yield every frame of a clip, in order, one in memory at a time."""
    with opened(path, limits) as source:
        index = 0
        for frame, at_s in walk(source):
            if isinstance(frame, VideoFrame):
                yield Frame(index=index, at_s=at_s, rgb=to_rgb(frame))
                index += 1


def read_sound(
    path: Path, *, rate_hz: int = 48_000, channels: int = 2, limits: Limits = CLIP_LIMITS
) -> Sound | None:
    """Return a clip's sound at the rate asked for; None when it has no sound track."""
    with opened(path, limits) as source:
        if source.sound is None:
            return None
        gathering = Gathering(rate_hz=rate_hz, channels=channels)
        for frame, at_s in walk(source, sound_only=True):
            if isinstance(frame, AudioFrame):
                gathering.add(frame, at_s)
        return gathering.sound()


def to_rgb(frame: VideoFrame) -> NDArray[np.uint8]:
    """Return a decoded frame as RGB, upright; untagged colours are read as players read them."""
    if frame.colorspace == _UNSPECIFIED:
        frame.colorspace = _BT709 if frame.height >= 720 else _BT601
    rgb = np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)
    turns = round(frame.rotation / 90) % 4
    return np.ascontiguousarray(np.rot90(rgb, turns)) if turns else rgb


def _count_picture(tally: _Tally, frame: VideoFrame, at_s: float) -> None:
    if tally.frames == 0:
        tally.first_s, tally.turned = at_s, round(frame.rotation / 90) % 2 == 1
    tally.frames += 1
    tally.last_s = max(tally.last_s, at_s)
    length = float(frame.duration * frame.time_base) if frame.duration and frame.time_base else 0.0
    tally.picture_s = max(tally.picture_s, at_s + length)


def _chosen(tally: _Tally, frame: VideoFrame, at_s: float, every_s: float | None, *, cuts: bool) -> bool:
    is_cut = cuts and _is_cut(tally, frame, at_s)
    if every_s is None or is_cut:
        return True
    if at_s + 1e-6 < tally.next_s:
        return False
    tally.next_s = max(tally.next_s + every_s, at_s)
    return True


def _is_cut(tally: _Tally, frame: VideoFrame, at_s: float) -> bool:
    """Whether the picture jumped since the last frame; the first frame is no cut."""
    grey = frame.reformat(width=64, height=36, format="gray", interpolation="FAST_BILINEAR")
    small = np.asarray(grey.to_ndarray(), np.int16)
    before, tally.small = tally.small, small
    if before is None or at_s - tally.cut_s < _CUT_EVERY_S:
        return False
    if float(np.abs(small - before).mean()) < _CUT:
        return False
    tally.cut_s = at_s
    return True


def _facts(path: Path, source: Source, tally: _Tally) -> MediaFacts:
    if tally.frames == 0:
        raise fault("no_picture")
    if source.sound is not None and tally.sound_s <= 0:
        raise fault("empty_sound")
    fps = _fps(source, tally)
    duration_s = max(tally.picture_s, tally.last_s + 1 / fps) - tally.first_s
    _check_declared(source, tally, duration_s)
    width, height = source.width_px, source.height_px
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return MediaFacts(
        kind=source.kind,
        digest=digest,
        size_bytes=path.stat().st_size,
        duration_s=duration_s,
        fps=fps,
        frame_count=tally.frames,
        width_px=height if tally.turned else width,
        height_px=width if tally.turned else height,
        audio_rate_hz=source.sound.rate if source.sound is not None else None,
        sound_s=tally.sound_s if source.sound is not None else None,
    )


def _fps(source: Source, tally: _Tally) -> float:
    """Frames a second, from their times; the header's word is used for a clip of one frame only."""
    span_s = tally.last_s - tally.first_s
    if tally.frames > 1 and span_s > 0:
        return (tally.frames - 1) / span_s
    return min(120.0, max(1.0, float(source.picture.average_rate or 1)))


def _check_declared(source: Source, tally: _Tally, duration_s: float) -> None:
    """A header that promises more frames or seconds than there are tells of a cut or a lie."""
    promised = source.picture.frames
    if promised and tally.frames < 0.98 * promised - 2:
        raise fault("truncated")
    if source.container.duration is None:  # a WebM recorded live declares nothing
        return
    declared_s = source.container.duration / av.time_base
    decoded_s = max(duration_s, tally.sound_s)
    if abs(declared_s - decoded_s) > max(0.5, 0.05 * decoded_s):
        raise fault("lying_duration", declared=declared_s, decoded=decoded_s)
