"""Sound in memory, and the two ways in and out of a file: gathered from frames, cut into packets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import av
import numpy as np
from av.audio.frame import AudioFrame
from numpy.typing import NDArray

AAC_FRAME = 1024
"""Samples in one AAC packet: the encoder takes no other number but for the last."""

_GAP_S = 0.04  # smaller steps in the clock are rounding; larger ones are silence left out


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """Samples (count, channels) in float32 from -1 to 1, and how many a second."""

    samples: NDArray[np.float32]
    rate_hz: int

    @property
    def duration_s(self) -> float:
        """How long it lasts."""
        return len(self.samples) / self.rate_hz


class Gathering:
    """Collects decoded frames into one `Sound`; gaps in the file's clock become silence."""

    def __init__(self, *, rate_hz: int, channels: int) -> None:
        self._rate_hz = rate_hz
        self._resampler = av.AudioResampler(
            format="fltp", layout="mono" if channels == 1 else "stereo", rate=rate_hz
        )
        self._channels = channels
        self._parts: list[NDArray[np.float32]] = []
        self._count = 0

    def add(self, frame: AudioFrame, at_s: float) -> None:
        """Take the next frame, heard at `at_s`."""
        missing = round(at_s * self._rate_hz) - self._count
        if missing > _GAP_S * self._rate_hz:
            self._keep(np.zeros((missing, self._channels), np.float32))
        frame.pts = None
        for part in self._resampler.resample(frame):
            self._keep(np.asarray(part.to_ndarray().T, np.float32))

    def sound(self) -> Sound:
        """Return everything taken so far; call once."""
        for part in self._resampler.resample(None):
            self._keep(np.asarray(part.to_ndarray().T, np.float32))
        empty = np.zeros((0, self._channels), np.float32)
        return Sound(samples=np.concatenate([empty, *self._parts]), rate_hz=self._rate_hz)

    def _keep(self, samples: NDArray[np.float32]) -> None:
        self._parts.append(np.ascontiguousarray(samples, np.float32))
        self._count += len(samples)


def aac_frames(sound: Sound) -> Iterator[AudioFrame]:
    """Cut `sound` into frames of `AAC_FRAME` samples, the last one shorter, with their clock."""
    layout = "mono" if sound.samples.shape[1] == 1 else "stereo"
    for start in range(0, len(sound.samples), AAC_FRAME):
        planes = np.ascontiguousarray(sound.samples[start : start + AAC_FRAME].T, np.float32)
        frame = AudioFrame.from_ndarray(planes, format="fltp", layout=layout)
        frame.sample_rate = sound.rate_hz
        frame.pts = start
        yield frame
