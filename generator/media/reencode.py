"""
Whatever a back-end or an importer handed over, made ours: one codec, one clock, no metadata.

Everything that leaves here was decoded and drawn again, so a file cannot carry along what no one looked at:
second tracks, subtitles, thumbnails, trailing bytes, tags.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from generator.clip import Clip
from generator.media.encode import SOUND_RATE_HZ, encode
from generator.media.fit import filled, sides_within
from generator.media.limits import CLIP_LIMITS, Limits
from generator.media.view import Frame, MediaFacts, decode, probe, read_sound
from generator.request import LARGEST_AREA_PX, LARGEST_SIDE_PX

_USUAL_FPS = (24, 25, 30, 48, 50, 60)


def reencode(
    path: Path,
    target: Path,
    *,
    backend: str,
    size: tuple[int, int] | None = None,
    fps: int | None = None,
    longest_s: float = 20.0,
    facts: MediaFacts | None = None,
    limits: Limits = CLIP_LIMITS,
) -> Clip:
    """
    Write a clip anew as H.264 and AAC at a steady rate.

    Args:
        path: any clip `probe` takes.
        target: another path, replaced if there.
        backend: who made it.
        size: (width, height), even, filled and cut at the edges; None keeps the shape, at most 1080p.
        fps: None keeps the nearest usual rate, from 24 to 60.
        longest_s: what comes later is left out.
        facts: of this very file, from a `view` or `probe` just made; None decodes it once more to know them.
        limits: what the file may ask of us.

    Raises:
        InvalidMedia: the file is not a clip we take.
    """
    facts = facts or probe(path, limits)
    width, height = size or sides_within(facts.width_px, facts.height_px, LARGEST_SIDE_PX, LARGEST_AREA_PX)
    rate = fps or min(_USUAL_FPS, key=lambda usual: abs(usual - facts.fps))
    count = max(1, round(min(facts.duration_s, longest_s) * rate))
    return encode(
        (filled(pixels, width, height) for pixels in _steady(decode(path, limits), rate, count)),
        read_sound(path, rate_hz=SOUND_RATE_HZ, limits=limits),
        target,
        fps=rate,
        width_px=width,
        height_px=height,
        backend=backend,
    )


def _steady(frames: Iterator[Frame], fps: int, count: int) -> Iterator[NDArray[np.uint8]]:
    """Yield `count` pictures at a steady rate: at each tick the latest frame that had been shown by then."""
    current = next(frames)
    coming = next(frames, None)
    for tick in range(count):
        now_s = current.at_s if tick == 0 else tick / fps
        while coming is not None and coming.at_s <= now_s + 0.5 / fps:
            current, coming = coming, next(frames, None)
        yield current.rgb
