"""
How fast marks are written and read, measured on a clip: `python -m safety.provenance.bench CLIP`.

Processor seconds of one process, so that a busy machine does not change the figures much.
"""

from __future__ import annotations

import functools
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

from safety.provenance.clip_file import (
    PUBLISHED_CRF,
    RATE_HZ,
    ClipFacts,
    Planes,
    luma_of,
    probe,
    read_planes,
    read_sound,
    recoded,
    recoded_sound,
)
from safety.provenance.mark_reader import MarkReader
from safety.provenance.payload import MarkKeys, Payload, compose
from safety.provenance.residual import READ_PX, Residuals, ResidualSum, stride
from safety.provenance.sound_mark import SoundMarker
from safety.provenance.tile import Tile
from safety.provenance.watermark import DEFAULT_PSNR_DB, Luma, MarkWriter

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkSpeed:
    """
    Processor seconds spent on one clip of `duration_s`.

    `write_*` are without decoding and encoding; `read_s` is decoding, searching and finding nothing, the
    costliest answer there is; `decode_s` is decoding alone, to compare with.  `psnr_db` is how faint the
    picture mark is at its default strength, over all of the luma; `encoding_psnr_db` how near the source the
    first second is after the encoding that is released, without a mark.
    """

    duration_s: float
    write_picture_s: float
    write_sound_s: float
    decode_s: float
    read_s: float
    psnr_db: float
    encoding_psnr_db: float

    @property
    def times_real_time(self) -> float:
        """How many times faster than it plays a clip is marked in picture and sound."""
        return self.duration_s / (self.write_picture_s + self.write_sound_s)


def measure(clip: Path) -> MarkSpeed:
    """
    Return the speed of marking and of reading back on a clip that bears no mark.

    Raises:
        InvalidMedia: the clip cannot be read.
    """
    about, keys = probe(clip), MarkKeys.from_secret(b"a secret of the bench")
    payload = compose(1, b"", keys)
    written = _written(clip, about, Tile(keys.pattern), payload)
    sound, marker, write_sound_s = read_sound(clip), SoundMarker(keys), 0.0
    if sound is not None:
        _, write_sound_s = _timed(lambda: marker.write(sound, RATE_HZ, payload.mark_id, worn=recoded_sound))
    residuals, look_s = _timed(lambda: _residuals(clip, float(about.fps)))
    _, search_s = _timed(lambda: MarkReader(keys).read(residuals.whole()))
    return MarkSpeed(
        duration_s=about.duration_s,
        write_picture_s=written.spent_s,
        write_sound_s=write_sound_s,
        decode_s=_timed(lambda: sum(1 for _ in read_planes(clip)))[1],
        read_s=look_s + search_s,
        psnr_db=_decibels(written.errors),
        encoding_psnr_db=_decibels(_encoding_errors(written.first, about)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Written:
    """What marking every frame took and changed, and the frames of the first second as they were."""

    spent_s: float
    errors: list[float]
    first: list[Planes]


def _written(clip: Path, about: ClipFacts, tile: Tile, payload: Payload) -> _Written:
    sides = {"width_px": about.width_px & ~1, "height_px": about.height_px & ~1}
    writer = MarkWriter(tile, payload, **sides, psnr_db=DEFAULT_PSNR_DB)
    spent_s, errors, first = 0.0, list[float](), list[Planes]()
    for planes in read_planes(clip):
        marked, took_s = _timed(functools.partial(writer.write, luma_of(planes)))
        spent_s += took_s
        errors.append(_error(luma_of(planes), marked))
        if len(first) < about.fps:
            first.append(planes)
    return _Written(spent_s=spent_s, errors=errors, first=first)


def _encoding_errors(frames: Sequence[Planes], about: ClipFacts) -> list[float]:
    pairs = zip(frames, recoded(frames, about.fps, PUBLISHED_CRF), strict=True)
    return [_error(luma_of(one), luma_of(other)) for one, other in pairs]


def _error(before: Luma, after: Luma) -> float:
    """The mean squared difference of two luma planes."""
    return float(np.mean(np.square(before.astype(np.float32) - after)))


def _decibels(errors: Sequence[float]) -> float:
    """The peak signal to noise ratio of frames with these errors; infinite where all are equal."""
    mean = float(np.mean(errors))
    return float(10 * np.log10(255**2 / mean)) if mean else float("inf")


def _residuals(clip: Path, fps: float) -> Residuals:
    summed, every = ResidualSum(fps), stride(fps)
    for count, planes in enumerate(read_planes(clip, every=every, short_px=READ_PX)):
        summed.add(luma_of(planes), count * every)
    return summed.finish()


def _timed(work: Callable[[], Made]) -> tuple[Made, float]:
    began = time.process_time()
    made = work()
    return made, time.process_time() - began


if __name__ == "__main__":
    speed = measure(Path(sys.argv[1]))
    for name, value in {**asdict(speed), "times_real_time": speed.times_real_time}.items():
        sys.stdout.write(f"{name:18} {value:.2f}\n")
