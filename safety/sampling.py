"""
From a file to what detectors look at: one decode, two frames a second, every scene change, and the sound.

A scene change is found on every frame that is decoded, by the mean difference of luma on a coarse grid:
a forbidden picture that stands for a moment between two samples is a scene change, and is looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from generator.errors import InvalidMedia
from safety.detector import Footage, Picture, Sound

EVERY_S = 0.5
SOUND_RATE_HZ = 16_000

_LARGEST_SHORT_SIDE_PX = 720
_CHANGE = 14.0
"""Mean difference of luma (0 to 255) from which a frame is another scene; a pan stays below 8."""

_LEAST_GAP_S = 0.15
_LONGEST_S = 60.0
_LONGEST_SOUND_S = 120.0
_GRID_PX = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What detectors are given of a clip; `sound` is None where the file has none."""

    footage: Footage
    sound: Sound | None


def sample_clip(path: Path, every_s: float = EVERY_S) -> Sample:
    """
    Decode a clip once and return its sampled frames and its sound (mono, 16 kHz).

    Frames are no larger than 720 pixels on their short side.

    Raises:
        InvalidMedia: it cannot be decoded, has no picture, or is longer than a minute.
    """
    import av

    chooser, sound = _Chooser(every_s=every_s), _Hearer()
    try:
        with av.open(str(path), metadata_errors="replace") as container:
            if not container.streams.video:
                raise InvalidMedia("the file has no picture")
            video = container.streams.video[0]
            video.thread_type = "AUTO"
            for frame in container.decode(video, *container.streams.audio[:1]):
                if isinstance(frame, av.AudioFrame):
                    sound.hear(frame)
                else:
                    chooser.see(frame)
    except (av.error.FFmpegError, ValueError, MemoryError) as error:
        raise InvalidMedia(f"the file cannot be decoded: {type(error).__name__}") from error
    if not chooser.kept:
        raise InvalidMedia("the file has no frame")
    return Sample(footage=Footage(pictures=tuple(chooser.kept)), sound=sound.whole())


def sample_sound(path: Path) -> Sound:
    """
    Decode the first two minutes of a recording (mono, 16 kHz).

    Raises:
        InvalidMedia: it cannot be decoded, or has no sound.
    """
    import av

    sound = _Hearer()
    try:
        with av.open(str(path), metadata_errors="replace") as container:
            for frame in container.decode(*container.streams.audio[:1]):
                if (frame.time or 0.0) > _LONGEST_SOUND_S:
                    break
                sound.hear(frame)
    except (av.error.FFmpegError, ValueError, MemoryError) as error:
        raise InvalidMedia(f"the file cannot be decoded: {type(error).__name__}") from error
    whole = sound.whole()
    if whole is None:
        raise InvalidMedia("the file has no sound")
    return whole


def sample_pixels(rgb: NDArray[np.uint8]) -> Footage:
    """Return a still as footage: one frame without a time; `rgb` is (height, width, 3)."""
    return Footage(pictures=(Picture(rgb=_limited(rgb)),))


@dataclass(slots=True, kw_only=True)
class _Chooser:
    """Keeps a frame when its time has come or the scene has changed."""

    every_s: float
    kept: list[Picture] = field(default_factory=list)
    _first_s: float | None = None
    _next_s: float = 0.0
    _last_change_s: float = 0.0
    _before: NDArray[np.int16] | None = None

    def see(self, frame: Any) -> None:
        if self._first_s is None:
            self._first_s = frame.time or 0.0
        at_s = max(0.0, (frame.time or 0.0) - self._first_s)
        if at_s > _LONGEST_S:
            raise InvalidMedia(f"the clip is longer than {_LONGEST_S:.0f} s")
        grid = _luma_grid(frame)
        is_change, is_due = self._is_change(grid, at_s), at_s >= self._next_s - 1e-3
        self._before = grid
        if is_due:
            self._next_s = self.every_s * ((at_s + 1e-3) // self.every_s + 1)
        if is_due or is_change:
            self.kept.append(Picture(rgb=_pixels(frame), at_s=round(at_s, 3), is_scene_change=is_change))

    def _is_change(self, grid: NDArray[np.int16], at_s: float) -> bool:
        before = self._before
        if before is None or before.shape != grid.shape:
            return True
        if at_s - self._last_change_s < _LEAST_GAP_S or float(np.abs(grid - before).mean()) < _CHANGE:
            return False
        self._last_change_s = at_s
        return True


@dataclass(slots=True, kw_only=True)
class _Hearer:
    """Gathers the sound as mono samples."""

    _parts: list[NDArray[np.float32]] = field(default_factory=list)
    _resampler: Any = None

    def hear(self, frame: Any) -> None:
        import av

        if self._resampler is None:
            self._resampler = av.AudioResampler(format="flt", layout="mono", rate=SOUND_RATE_HZ)
        self._take(self._resampler.resample(frame))

    def whole(self) -> Sound | None:
        if self._resampler is None:
            return None
        self._take(self._resampler.resample(None))
        samples = np.concatenate(self._parts) if self._parts else np.zeros(0, np.float32)
        return Sound(samples=np.clip(samples, -1.0, 1.0), rate_hz=SOUND_RATE_HZ)

    def _take(self, frames: Iterator[Any]) -> None:
        self._parts += [frame.to_ndarray()[0].astype(np.float32) for frame in frames]


def _luma_grid(frame: Any) -> NDArray[np.int16]:
    """Every 16th luma sample both ways: straight out of the plane where it has one byte a sample."""
    if frame.format.name not in {"yuv420p", "yuvj420p", "nv12", "gray"}:
        frame = frame.reformat(format="gray")
    plane = frame.planes[0]
    luma = np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)[:, : plane.width]
    return luma[::_GRID_PX, ::_GRID_PX].astype(np.int16)


def _pixels(frame: Any) -> NDArray[np.uint8]:
    width, height = _limited_size(frame.width, frame.height)
    pixels: NDArray[np.uint8] = frame.reformat(width=width, height=height, format="rgb24").to_ndarray()
    return pixels


def _limited(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    from safety.detectors.frames import resized

    height, width = rgb.shape[:2]
    limited_width, limited_height = _limited_size(width, height)
    return (
        rgb
        if (limited_width, limited_height) == (width, height)
        else resized(rgb, limited_width, limited_height)
    )


def _limited_size(width_px: int, height_px: int) -> tuple[int, int]:
    short = min(width_px, height_px)
    scale = min(1.0, _LARGEST_SHORT_SIDE_PX / max(1, short))
    return max(1, round(width_px * scale)), max(1, round(height_px * scale))
