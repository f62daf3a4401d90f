"""
Words spoken in the sound, with their seconds and language, by Whisper.

A detector of voices (Silero, inside faster-whisper) cuts out what is not speech first: silence, music and
noise give no words, where the recogniser alone would make some up.
"""

from __future__ import annotations

import math
import threading
from typing import Any

import numpy as np

from policies.finding import Seconds
from safety.detector import Sound, Words
from safety.detectors.hearing import at_rate
from safety.errors import ModelUnavailable
from safety.models.store import ModelStore

_RATE_HZ = 16_000
_SHORTEST_S = 0.2


class Speech:
    """Listens on one thread; the weights are those of the role ``speech``."""

    name = "speech.whisper-base@1"

    def __init__(self, store: ModelStore) -> None:
        self._store = store
        self._recogniser: Any = None
        self._lock = threading.Lock()

    def read(self, sound: Sound, /) -> tuple[Words, ...]:
        """
        Return what was said, a phrase at a time, in order; no speech is no words.

        Raises:
            ModelUnavailable: the weights or the recogniser's package are absent.
        """
        duration_s = len(sound.samples) / sound.rate_hz
        if duration_s < _SHORTEST_S:
            return ()
        segments, told = self._loaded().transcribe(
            at_rate(sound, _RATE_HZ).samples,
            beam_size=2,
            vad_filter=True,
            vad_parameters={"min_silence_duration_ms": 300},
            condition_on_previous_text=False,
        )
        return tuple(
            Words(
                text=segment.text.strip(),
                where=_where(segment.start, segment.end, duration_s),
                language=told.language,
                confidence=min(1.0, math.exp(segment.avg_logprob)),
            )
            for segment in segments
            if segment.text.strip()
        )

    def _loaded(self) -> Any:
        with self._lock:
            if self._recogniser is None:
                self._recogniser = _load(self._store)
            return self._recogniser


def _load(store: ModelStore) -> Any:
    folder = store.path("speech")
    try:
        from faster_whisper import WhisperModel
    except ImportError as error:
        raise ModelUnavailable(
            "faster-whisper is not installed; run `pip install --no-deps -r requirements/no-deps.txt`"
        ) from error
    return WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=1, local_files_only=True)


def _where(start_s: float, end_s: float, duration_s: float) -> Seconds:
    start_s = float(np.clip(start_s, 0.0, duration_s))
    return Seconds(start_s=start_s, end_s=float(np.clip(end_s, start_s, duration_s)))
