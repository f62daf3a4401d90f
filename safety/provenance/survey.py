"""The first reading of a clip that is to be marked: what it shows once labelled, and what it bore before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2

from safety.errors import SigningFailed
from safety.provenance.clip_file import ClipFacts, Planes, luma_of, probe, read_planes
from safety.provenance.fingerprint import Fingerprint, FingerprintSum
from safety.provenance.geometry import Search
from safety.provenance.label import Label, Word
from safety.provenance.mark_reader import MarkReader
from safety.provenance.payload import MarkKeys, Payload
from safety.provenance.residual import ResidualSum

_SAMPLE_FRAMES = 24
_THUMBNAIL_PX = 512


@dataclass(frozen=True, slots=True)
class Source:
    """A clip to be marked, and the label that its frames shall bear."""

    path: Path
    about: ClipFacts
    label: Label | None

    @classmethod
    def of(cls, path: Path, word: Word | None) -> Source:
        """
        Return the clip at `path`, to be labelled with `word` if there is one.

        Raises:
            InvalidMedia: it cannot be read.
        """
        about = probe(path)
        label = None if word is None else Label(about.width_px & ~1, about.height_px & ~1, word)
        return cls(path, about, label)

    def frames(self) -> Iterator[Planes]:
        """Read the frames, labelled."""
        for index, planes in enumerate(read_planes(self.path)):
            yield planes if self.label is None else self.label.draw(planes, index / float(self.about.fps))


@dataclass(frozen=True, slots=True)
class Survey:
    """What the first reading tells: fingerprint and sample of the labelled clip, and marks it bore before."""

    fingerprint: Fingerprint
    sample: list[Planes]
    thumbnail: bytes
    earlier: tuple[Payload, ...]

    @classmethod
    def of(cls, clip: Source, keys: MarkKeys) -> Survey:
        """
        Read the clip once.

        Raises:
            SigningFailed: it has no frame.
        """
        fps = float(clip.about.fps)
        prints, residuals, sample = FingerprintSum(fps), ResidualSum(fps), list[Planes]()
        start = int(0.4 * clip.about.duration_s * fps)
        for index, planes in enumerate(clip.frames()):
            prints.add(luma_of(planes), index)
            residuals.add(luma_of(planes), index)
            if index == 0 or start <= index < start + _SAMPLE_FRAMES:
                sample.append(planes)
        if not sample:
            raise SigningFailed("the clip has no frame; nothing can be marked")
        marks = MarkReader(keys).read(residuals.finish().whole(), search=Search.SCALES)
        # The first frame stands in for clips shorter than they say; it is no neighbour of the others.
        usable = sample[1:] or sample
        return cls(prints.finish(), usable, _thumbnail(usable[0]), tuple(mark.payload for mark in marks))


def _thumbnail(planes: Planes) -> bytes:
    picture = cv2.cvtColor(planes, cv2.COLOR_YUV2BGR_I420)
    ratio = min(1.0, _THUMBNAIL_PX / max(picture.shape[:2]))
    small = cv2.resize(picture, None, fx=ratio, fy=ratio, interpolation=cv2.INTER_AREA)
    return bytes(cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 85])[1])
