"""Looking at a file: manifest, marks, fingerprint and label, without asking anyone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av

from generator.errors import InvalidMedia
from safety.provenance.clip_file import RATE_HZ, Planes, luma_of, probe, read_planes, read_sound
from safety.provenance.credentials import Trust, read_credentials
from safety.provenance.fingerprint import FingerprintSum
from safety.provenance.geometry import Search
from safety.provenance.label import LabelSeen, LabelSum
from safety.provenance.mark_reader import MarkReader, PictureMark
from safety.provenance.observation import Medium, Observations, PictureReading, confidence_of
from safety.provenance.payload import MarkKeys
from safety.provenance.residual import READ_PX, Residuals, ResidualSum, stride
from safety.provenance.sound_mark import SoundMark, SoundMarker, SoundMarkKind
from safety.provenance.tile import CANONICAL_PX

LONGEST_S = 60.0
"""Only the first minute of a file is looked at."""

_LEAST_SIDE_PX = 32
_LONGEST_SHAPE = 8.0
_LEAST_FRAMES = 12  # of a file that breaks off
_LONG_S = 12  # beyond this a mark in a part only may drown in the whole
_PARTS = 4

_MEDIA_TYPES = {
    "mov": "video/mp4",
    "jpeg_pipe": "image/jpeg",
    "image2": "image/jpeg",
    "png_pipe": "image/png",
    "webp_pipe": "image/webp",
    "gif": "image/gif",
    "wav": "audio/wav",
    "mp3": "audio/mpeg",
    "flac": "audio/flac",
    "avi": "video/x-msvideo",
}
_STILLS = frozenset({"jpeg_pipe", "image2", "png_pipe", "webp_pipe", "bmp_pipe", "tiff_pipe"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Examiner:
    """What is needed to look: the keys of our marks (their numbers suffice) and whom we believe."""

    keys: MarkKeys
    trust: Trust


def examine_media(path: Path, examiner: Examiner) -> Observations:
    """
    Return everything found in a file: video, still or sound.

    A file that cannot be read is no error: `problem` says why.  Decoding hostile files belongs in a child
    process (see `child.examine_in_child`).
    """
    try:
        form, has_picture = _form(path)
        medium = Medium.PICTURE if form in _STILLS else Medium.VIDEO if has_picture else Medium.SOUND
        credentials = read_credentials(
            path, _MEDIA_TYPES.get(form, "application/octet-stream"), examiner.trust
        )
        sound, sound_s = _heard(path, examiner.keys, medium)
        if medium is Medium.SOUND:
            return Observations(medium=medium, duration_s=sound_s, credentials=credentials, sound=sound)
        seen = _Seen.of(path)
    except InvalidMedia as unread:
        return Observations(problem=str(unread))
    return Observations(
        medium=medium,
        duration_s=0.0 if medium is Medium.PICTURE else seen.duration_s,
        credentials=credentials,
        marks=_marks(seen.residuals, MarkReader(examiner.keys)),
        sound=sound,
        fingerprint=seen.prints.finish(),
        label=seen.label,
    )


_NO_SOUND = SoundMark(kind=SoundMarkKind.NONE)


def _form(path: Path) -> tuple[str, bool]:
    """The container's name and whether it holds a picture."""
    try:
        with av.open(str(path), metadata_errors="replace") as container:
            if not container.streams.video and not container.streams.audio:
                raise InvalidMedia("there is neither picture nor sound in this file")
            return container.format.name.split(",")[0], bool(container.streams.video)
    except (av.FFmpegError, OSError, ValueError) as broken:
        raise InvalidMedia("the file cannot be read as picture or sound") from broken


def _heard(path: Path, keys: MarkKeys, medium: Medium) -> tuple[SoundMark, float]:
    """The mark in the sound; a clip whose sound is broken is still judged by its picture."""
    if medium is Medium.PICTURE:
        return _NO_SOUND, 0.0
    try:
        samples = read_sound(path, most_s=LONGEST_S)
    except InvalidMedia:
        if medium is Medium.SOUND:
            raise
        return _NO_SOUND, 0.0
    if samples is None or not len(samples):
        return _NO_SOUND, 0.0
    return SoundMarker(keys).read(samples, RATE_HZ), len(samples) / RATE_HZ


@dataclass(frozen=True, slots=True)
class _Seen:
    """One pass over the picture."""

    residuals: Residuals
    prints: FingerprintSum
    label: LabelSeen
    duration_s: float

    @classmethod
    def of(cls, path: Path) -> _Seen:
        about = probe(path)
        short, long = sorted((about.width_px, about.height_px))
        if short < _LEAST_SIDE_PX or long > _LONGEST_SHAPE * short:
            raise InvalidMedia("the picture is too small or too narrow to be looked at")
        fps = min(240.0, max(1.0, float(about.fps)))
        sums: tuple[Any, ...] = (ResidualSum(fps), FingerprintSum(fps), LabelSum(fps))
        every, count = stride(fps), 0
        frames = _until_broken(
            read_planes(path, every=every, short_px=READ_PX), round(LONGEST_S * fps / every)
        )
        for count, planes in enumerate(frames, 1):
            for summed in sums:
                summed.add(luma_of(planes), (count - 1) * every)
        if not count:
            raise InvalidMedia("no picture could be decoded")
        duration_s = min(about.duration_s or LONGEST_S, count * every / fps)
        return cls(sums[0].finish(), sums[1], sums[2].finish(), duration_s)


def _until_broken(frames: Iterator[Planes], most: int) -> Iterator[Planes]:
    """The frames there are; a file that breaks off after its first second is judged by what it shows."""
    count = 0
    while count < most:
        try:
            planes = next(frames)
        except StopIteration:
            return
        except InvalidMedia:
            if count < _LEAST_FRAMES:
                raise
            return
        count += 1
        yield planes


def _marks(residuals: Residuals, reader: MarkReader) -> tuple[PictureReading, ...]:
    found = reader.read(residuals.whole(), search=Search.TURNS)
    count = len(residuals.seconds)
    if not found and count > _LONG_S:
        found = _marks_in_parts(residuals, reader)
    return tuple(_reading(mark, residuals, reader) for mark in found)


def _marks_in_parts(residuals: Residuals, reader: MarkReader) -> tuple[PictureMark, ...]:
    """Look for a clip of ours inside a longer one; the number of parts bounds the time."""
    count = len(residuals.seconds)
    length = max(4, -(-count // _PARTS))
    for start in range(0, count, length):
        found = reader.read(residuals.stretch(start, min(count, start + length)), search=Search.SCALES)
        if found:
            return found
    return ()


def _reading(mark: PictureMark, residuals: Residuals, reader: MarkReader) -> PictureReading:
    height, width = residuals.seconds[0].shape
    agreements = (
        reader.agreement(residuals.stretch(second, second + 1), mark)
        for second in range(len(residuals.seconds))
    )
    return PictureReading(
        payload=mark.payload,
        seconds=tuple(confidence_of(agreement) for agreement in agreements),
        across_px=min(width / mark.geometry.across, 100 * CANONICAL_PX),
        down_px=min(height / mark.geometry.down, 100 * CANONICAL_PX),
        is_mirrored=mark.geometry.is_mirrored,
    )
