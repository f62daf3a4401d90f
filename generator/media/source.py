"""
A clip opened for reading, with nothing in it believed.

The container is told from its first bytes and forced on FFmpeg, so that no playlist, no image
sequence and no network address is ever followed; codecs come from a short list; every frame is
checked against the limits before it is handed on.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from generator.errors import InvalidMedia
from generator.media.faults import fault
from generator.media.limits import Limits, check_sides

PICTURE_CODECS = frozenset({"h264", "hevc", "vp8", "vp9", "av1", "mpeg4", "mjpeg", "prores"})
SOUND_CODECS = frozenset(
    {"aac", "mp3", "opus", "vorbis", "alac", "flac", "pcm_s16le", "pcm_s16be", "pcm_s24le"}
)
_OLD_MOV_ATOMS = frozenset({b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """An opened file: its one picture track and its sound track, if it has one."""

    container: InputContainer
    kind: str
    picture: VideoStream
    sound: AudioStream | None
    width_px: int
    height_px: int
    limits: Limits


MEDIA_TYPES = {"mp4": "video/mp4", "mov": "video/quicktime", "webm": "video/webm"}
"""By the words of `container_kind`."""


def container_kind(path: Path) -> str:
    """Return "mp4", "mov" or "webm", told from the first bytes; InvalidMedia for anything else."""
    with path.open("rb") as file:
        head = file.read(64)
    if not head:
        raise fault("empty")
    if head[4:8] == b"ftyp":
        return "mov" if head[8:12] == b"qt  " else "mp4"
    if head[4:8] in _OLD_MOV_ATOMS:
        return "mov"
    if head[:4] == b"\x1a\x45\xdf\xa3" and b"webm" in head:
        return "webm"
    raise fault("wrong_type")


@contextmanager
def reading() -> Iterator[None]:
    """Turn whatever FFmpeg says about a bad file into InvalidMedia."""
    try:
        yield
    except InvalidMedia:
        raise
    except av.error.InvalidDataError as error:
        raise fault("truncated") from error
    except (av.error.FFmpegError, ValueError, OverflowError, MemoryError, EOFError) as error:
        raise fault("unreadable") from error


@contextmanager
def opened(path: Path, limits: Limits) -> Iterator[Source]:
    """Open a clip for reading; InvalidMedia when its type, size, tracks or codecs are not accepted."""
    if path.stat().st_size > limits.largest_bytes:
        raise fault("too_heavy", limit=limits.largest_bytes // 1_000_000)
    kind = container_kind(path)
    demuxer = "matroska" if kind == "webm" else "mov"
    options = {"protocol_whitelist": "file", "max_pixels": str(limits.largest_area_px)}
    with (
        reading(),
        av.open(
            f"file:{path.resolve()}",
            "r",
            format=demuxer,
            options=options,
            metadata_errors="replace",  # a title in Latin-1 makes no clip a bad one
        ) as container,
    ):
        yield _checked(container, kind, limits)


def _checked(container: InputContainer, kind: str, limits: Limits) -> Source:
    pictures = [stream for stream in container.streams.video if not _is_cover(stream)]
    sounds = list(container.streams.audio)
    if not list(container.streams):
        raise fault("truncated")  # the index, often at the end, never came
    if not pictures:
        raise fault("no_picture")
    if len(pictures) > 1 or len(sounds) > 1:
        raise fault("too_many_streams")
    picture, sound = pictures[0], sounds[0] if sounds else None
    _check_codec(picture, PICTURE_CODECS)
    width, height = picture.codec_context.width, picture.codec_context.height
    check_sides(width, height, limits)
    if sound is not None:
        _check_codec(sound, SOUND_CODECS)
        if not (1 <= sound.channels <= 8 and 8_000 <= sound.rate <= 192_000):  # what AAC and Opus can be
            raise fault("wrong_sound", channels=sound.channels, rate=sound.rate)
    return Source(
        container=container,
        kind=kind,
        picture=picture,
        sound=sound,
        width_px=width,
        height_px=height,
        limits=limits,
    )


def _is_cover(stream: VideoStream) -> bool:
    """Cover art in an MP4 is a picture "track" of one still; players do not show it."""
    return bool(stream.disposition & av.stream.Disposition.attached_pic)


def _check_codec(stream: VideoStream | AudioStream, accepted: frozenset[str]) -> None:
    try:
        name = stream.codec_context.codec.canonical_name
    except AttributeError:  # FFmpeg has no decoder for it
        name = "unknown"
    if name not in accepted:
        raise fault("wrong_codec", name=name)


def walk(source: Source, *, sound_only: bool = False) -> Iterator[tuple[VideoFrame | AudioFrame, float]]:
    """
    Decode both tracks (or the sound alone) once, in file order, yielding each frame with its time in seconds.

    Times count from the earlier of the tracks' starts.  Raises InvalidMedia as soon as a limit is passed or a
    frame is damaged; a caller that stops early pays for no more.
    """
    limits, began = source.limits, time.monotonic()
    tracks = [track for track in (None if sound_only else source.picture, source.sound) if track is not None]
    zero = _start_s(source)
    frames = 0
    for packet in source.container.demux(tracks):
        for frame in packet.decode():
            if not isinstance(frame, VideoFrame | AudioFrame):
                continue
            at_s = (frame.time or 0.0) - zero
            if at_s > limits.longest_s + limits.slack_s:
                raise fault("too_long", limit=limits.longest_s)
            if isinstance(frame, VideoFrame):
                frames += 1
                _check_frame(frame, source, frames)
            yield frame, at_s
        if time.monotonic() - began > limits.longest_work_s:
            raise fault("too_slow")


def _start_s(source: Source) -> float:
    starts = [
        float(stream.start_time * stream.time_base)
        for stream in (source.picture, source.sound)
        if stream is not None and stream.start_time is not None and stream.time_base is not None
    ]
    return min(starts, default=0.0)


def _check_frame(frame: VideoFrame, source: Source, count: int) -> None:
    if frame.is_corrupt:
        raise fault("truncated")
    if count > source.limits.most_frames:
        raise fault("too_many_frames", limit=source.limits.most_frames)
    if (frame.width, frame.height) != (source.width_px, source.height_px):
        raise fault("size_changes")
