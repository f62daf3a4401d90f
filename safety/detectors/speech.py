"""
Words spoken in the sound, with their seconds and language, by Whisper.

A detector of voices (Silero, inside faster-whisper) cuts out what is not speech first: silence, music and
noise give no words, where the recogniser alone would make some up.  Where that lets a bell or a bounce pass,
the recogniser's own doubts are heeded.
"""

from __future__ import annotations

import math
import threading
from typing import Any

import numpy as np
from numpy.typing import NDArray

from policies.finding import Seconds
from safety.detector import Sound, Words
from safety.detectors.hearing import at_rate, voiced
from safety.errors import ModelUnavailable
from safety.models.store import ModelStore

_RATE_HZ = 16_000
_SHORTEST_S = 0.2
_VOICE = {"vad_filter": True, "vad_parameters": {"min_silence_duration_ms": 300}}

_PLAUSIBLE = frozenset(
    ["ar", "de", "en", "es", "fr", "it", "ja", "ko", "nl", "pl", "pt", "ru", "th", "tr", "zh"]
)
"""Those in which words are judged best; one of them is meant where the recogniser is in doubt."""

_SURE = 0.6
"""From here on the recogniser is believed; of a few short words it may name a language nobody speaks here."""

_UNHEARD, _UNSURE = 0.4, -0.8
"""
From what chance of no speech, and under what mean logarithm of its words' chances, a phrase is made up:
.53 and -1.06 at best in our scenes without a voice; .07 and -.8 at worst of our voices.
"""


class Speech:
    """Listens on one thread; the weights are those of the role ``speech``."""

    name = "speech.whisper-base@2"

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
        recogniser = self._loaded()
        heard = at_rate(sound, _RATE_HZ)
        stretches = voiced(heard)
        if not stretches:
            return ()
        language = _language(recogniser, np.concatenate([heard.samples[a:b] for a, b in stretches]))
        segments, _ = recogniser.transcribe(
            heard.samples, language=language, beam_size=2, condition_on_previous_text=False, **_VOICE
        )
        return tuple(
            Words(
                text=segment.text.strip(),
                where=_where(segment.start, segment.end, duration_s),
                language=language,
                confidence=min(1.0, math.exp(segment.avg_logprob)),
            )
            for segment in segments
            if segment.text.strip() and not _is_made_up(segment)
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


def _language(recogniser: Any, voice: NDArray[np.float32]) -> str:
    """The language heard; where that is in doubt, the likeliest of the plausible ones."""
    language, chance, others = recogniser.detect_language(voice)
    if chance >= _SURE:
        return str(language)
    chances = {str(code): float(share) for code, share in others if code in _PLAUSIBLE}
    return max(chances, key=chances.__getitem__, default=str(language))


def _is_made_up(segment: Any) -> bool:
    """Tell words made of a bell or a bounce: the recogniser says that it hears no speech, and doubts them."""
    return bool(segment.no_speech_prob >= _UNHEARD and segment.avg_logprob < _UNSURE)


def _where(start_s: float, end_s: float, duration_s: float) -> Seconds:
    start_s = float(np.clip(start_s, 0.0, duration_s))
    return Seconds(start_s=start_s, end_s=float(np.clip(end_s, start_s, duration_s)))
