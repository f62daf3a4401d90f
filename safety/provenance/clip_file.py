"""Reading and writing clips as the marks need them: planes of YUV 4:2:0 and samples of sound."""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from generator.errors import InvalidMedia
from generator.media.encode import encode
from generator.media.sound import AAC_FRAME, Sound

Planes = NDArray[np.uint8]
"""One frame, (height * 3 / 2, width): luma above, both chroma planes below."""

Samples = NDArray[np.float32]
"""Sound, (samples, channels), from -1 to 1."""

RATE_HZ = 48_000
PUBLISHED_CRF = 19
"""The quality of what is released; it costs the mark next to nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipFacts:
    """What the container and the first frame tell; `channels` is 0 when there is no sound."""

    width_px: int
    height_px: int
    fps: Fraction
    duration_s: float
    channels: int


def probe(path: Path) -> ClipFacts:
    """
    Return the facts of a clip.

    Raises:
        InvalidMedia: there is no picture, or its size is odd or absurd.
    """
    with _opened(path) as container:
        if not container.streams.video:
            raise InvalidMedia("there is no picture in this file")
        picture = container.streams.video[0]
        sound = container.streams.audio[0] if container.streams.audio else None
        duration = container.duration / 1e6 if container.duration else 0.0
        if not 0 < picture.width <= 8192 or not 0 < picture.height <= 8192:
            raise InvalidMedia("the picture has a size we do not read; send at most 8192 pixels a side")
        return ClipFacts(
            width_px=picture.width,
            height_px=picture.height,
            fps=Fraction(picture.average_rate or 24),
            duration_s=duration,
            channels=min(2, sound.channels) if sound is not None else 0,
        )


def read_planes(path: Path, *, every: int = 1, short_px: int | None = None) -> Iterator[Planes]:
    """
    Yield the frames in order, or the first of every few; odd sides lose their last line.

    With `short_px` larger pictures are shrunk to that short side, which is much less to carry around.

    Raises:
        InvalidMedia: the picture cannot be decoded.
    """
    with _opened(path) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        try:
            for index, frame in enumerate(container.decode(stream)):
                if index % every == 0:
                    short = min(frame.width, frame.height)
                    yield _upright(frame, 1.0 if short_px is None else min(1.0, short_px / short))
        except av.FFmpegError as broken:
            raise InvalidMedia("the picture breaks off; send the whole file") from broken


def _upright(frame: Any, ratio: float = 1.0) -> Planes:
    """The planes of a frame as it is shown: a telephone turns its pictures by a note in the file."""
    width, height = round(frame.width * ratio) & ~1, round(frame.height * ratio) & ~1
    small = frame.reformat(width=width, height=height, format="yuv420p", interpolation="AREA")
    planes = np.asarray(small.to_ndarray(), np.uint8)
    turns = round(frame.rotation / 90) % 4
    if not turns:
        return planes
    chroma = planes[height:].reshape(2, height // 2, width // 2)
    turned = [np.rot90(plane, turns) for plane in (planes[:height], *chroma)]
    flat = np.concatenate([plane.ravel() for plane in turned])
    return flat.reshape(-1, turned[0].shape[1])


def luma_of(planes: Planes) -> Planes:
    """Return the luma plane of a frame, a view."""
    return planes[: planes.shape[0] * 2 // 3]


def read_sound(path: Path, *, most_s: float = 60.0) -> Samples | None:
    """
    Return the sound of a file at 48 kHz, one or two channels; None when it has none.

    A sound that breaks off is what came before.

    Raises:
        InvalidMedia: the sound cannot be decoded.
    """
    with _opened(path) as container:
        if not container.streams.audio:
            return None
        layout = "mono" if container.streams.audio[0].channels == 1 else "stereo"
        resampler = av.AudioResampler(format="fltp", layout=layout, rate=RATE_HZ)
        parts: list[Samples] = []
        try:
            for frame in container.decode(audio=0):
                parts += [np.asarray(part.to_ndarray().T, np.float32) for part in resampler.resample(frame)]
                if sum(map(len, parts)) > most_s * RATE_HZ:
                    break
        except av.FFmpegError as broken:
            if not parts:
                raise InvalidMedia("the sound cannot be decoded; send the original file") from broken
    return np.concatenate(parts) if parts else None


def write_clip(
    path: Path, planes: Iterable[Planes], *, fps: Fraction, sound: Samples | None, crf: int = PUBLISHED_CRF
) -> None:
    """Write an MP4 of H.264 and AAC; planes are taken as BT.709, as `generator` leaves them."""
    frames = iter(planes)
    first = next(frames)
    track = None if sound is None else Sound(samples=sound, rate_hz=RATE_HZ)
    height, width = luma_of(first).shape
    every = itertools.chain([first], frames)
    encode(every, track, path, fps=fps, width_px=width, height_px=height, backend="", crf=crf)


def recoded(planes: Sequence[Planes], fps: Fraction, crf: int) -> list[Planes]:
    """Return frames after an H.264 encoding at `crf` in memory: what a platform's re-encoding would leave."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as container:
        picture = container.add_stream("libx264", rate=fps)
        picture.width, picture.height = planes[0].shape[1], planes[0].shape[0] * 2 // 3
        picture.pix_fmt = "yuv420p"
        picture.options = dict[str, Any](crf=str(crf), preset="veryfast")
        for frame in planes:
            container.mux(picture.encode(av.VideoFrame.from_ndarray(frame, format="yuv420p")))
        container.mux(picture.encode(None))
    buffer.seek(0)
    with av.open(buffer, "r") as made:
        return [np.asarray(frame.to_ndarray(), np.uint8) for frame in made.decode(video=0)]


def recoded_sound(sound: Samples, bit_rate: int = 96_000) -> Samples:
    """Return sound at 48 kHz after an AAC encoding in memory, at its own length."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as container:
        stream = _sound_stream(container, sound)
        stream.bit_rate = bit_rate
        _mux_sound(container, stream, sound)
    buffer.seek(0)
    with av.open(buffer, "r") as made:
        parts = [np.asarray(frame.to_ndarray().T, np.float32) for frame in made.decode(audio=0)]
    return np.concatenate(parts)[: len(sound)]


def _sound_stream(container: Any, sound: Samples | None) -> Any:
    if sound is None:
        return None
    stream = container.add_stream("aac", rate=RATE_HZ, layout="mono" if sound.shape[1] == 1 else "stereo")
    stream.bit_rate = 128_000
    return stream


def _mux_sound(container: Any, stream: Any, sound: Samples) -> None:
    layout = "mono" if sound.shape[1] == 1 else "stereo"
    for start in range(0, len(sound), AAC_FRAME):
        block = np.ascontiguousarray(sound[start : start + AAC_FRAME].T)
        frame = av.AudioFrame.from_ndarray(block, format="fltp", layout=layout)
        frame.sample_rate, frame.pts, frame.time_base = RATE_HZ, start, Fraction(1, RATE_HZ)
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


def _opened(path: Path) -> Any:
    try:
        return av.open(str(path), metadata_errors="replace")
    except (av.FFmpegError, OSError) as broken:
        raise InvalidMedia("the file cannot be read as picture or sound") from broken
