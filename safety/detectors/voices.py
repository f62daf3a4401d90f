"""
Voices in a clip that a bank knows: imitation of people whom somebody listed.

What is voiced is cut into windows of 1.6 s, each a vector; neighbouring windows vote, so no single one
decides.  A cloned voice lies about as near to the person as their own recordings do: this says whose voice it
is like, never whether it is a recording.  Vectors of voices that no bank knows are never put into a finding,
and end with the look.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from policies.finding import Finding, Seconds
from safety.detector import Sound
from safety.detectors.hearing import at_rate, voiced
from safety.detectors.voice_encoder import RATE_HZ, WINDOW, Floats, VoiceEncoder
from safety.likeness.voice_bank import HeardVoice, VoiceBank

_STEP = WINDOW // 2
_LEAST = round(1.2 * RATE_HZ)
"""Nobody can be told by less speech than this."""

_LEAST_REST = WINDOW // 4


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Windows:
    """
    What is voiced, in windows: `samples` (count, 25,600) at 16 kHz; `places` where each lies in the sound.

    Where the speech pauses within a window, its place includes the pause.
    """

    samples: Floats
    places: tuple[Seconds, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Voices:
    """Listens for the voices that `banks` know."""

    encoder: VoiceEncoder
    banks: tuple[VoiceBank, ...]
    name: str = "voices.likeness@2"
    categories: frozenset[str] = field(default=frozenset({"likeness.voice"}), repr=False)

    def examine(self, content: Sound, /) -> tuple[Finding, ...]:
        """
        Say whom each bank takes a voice for, in the seconds in which it sounds most like them.

        Raises:
            ModelUnavailable: the weights are absent, or what tells speech from other sound is.
        """
        windows = voice_windows(content)
        # Asked also where nobody speaks: without weights this could not have heard anyone.
        vectors = self.encoder.vectors(windows.samples)
        return tuple(
            _finding(heard, windows)
            for bank in self.banks
            for heard in bank.match(vectors, self.encoder.model_id)
        )


def voice_windows(sound: Sound) -> Windows:
    """Cut what is voiced into windows half over one another; too little speech gives none."""
    samples = at_rate(sound, RATE_HZ).samples
    stretches = voiced(Sound(samples=samples, rate_hz=RATE_HZ))
    origin = np.concatenate([np.arange(0), *(np.arange(start, end) for start, end in stretches)])
    if len(origin) < _LEAST:
        return Windows(samples=np.zeros((0, WINDOW), np.float32), places=())
    if len(origin) < WINDOW:
        origin = np.resize(origin, WINDOW)  # said again, which changes no voice
    starts = list(range(0, len(origin) - WINDOW + 1, _STEP))
    if len(origin) - (starts[-1] + WINDOW) >= _LEAST_REST:
        starts.append(len(origin) - WINDOW)
    cut = [origin[start : start + WINDOW] for start in starts]
    return Windows(samples=np.stack([samples[one] for one in cut]), places=tuple(map(_place, cut)))


def _place(origin: NDArray[np.int_]) -> Seconds:
    return Seconds(start_s=float(origin.min()) / RATE_HZ, end_s=float(origin.max() + 1) / RATE_HZ)


def _finding(heard: HeardVoice, windows: Windows) -> Finding:
    places = windows.places[heard.first : heard.last + 1]
    match = heard.match
    return Finding(
        category="likeness.voice",
        score=min(1.0, max(0.0, 1.0 - match.distance)),
        why=f"sounds like {match.reference}, whom {match.bank} lists",
        where=Seconds(start_s=places[0].start_s, end_s=places[-1].end_s),
        match=match,
    )
