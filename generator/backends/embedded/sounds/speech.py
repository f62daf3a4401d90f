"""
Voices: lines said by offline speech synthesis, placed so that they fit the clip.

English is said by hibari, the other languages by Pico (nanotts); a second speaker gets another pitch.
Equal lines give equal sound: hibari is seeded, and Pico is run afresh for each line.
"""

from __future__ import annotations

import dataclasses
import functools
import re
import subprocess
import sys
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from generator.backends.embedded.plan import Line
from generator.backends.embedded.sounds.synth import RATE_HZ, Wave, add_at, band, count_of, faded, shaped

_PICO_RATE_HZ, _HIBARI_RATE_HZ = 16_000, 24_000
_PICO_VOICES = {"fr": "fr-FR", "en": "en-GB", "de": "de-DE", "es": "es-ES", "it": "it-IT"}
_PITCHES = (1.0, 0.8, 1.15, 0.7)  # of the first speaker, the second, …
_MOST_LETTERS_A_SECOND = 22  # faster than anyone speaks: what could not be heard is not even synthesised
_FASTEST = 1.35
_UNSPOKEN = re.compile(r"[^A-Za-zÀ-ÖØ-öø-ÿŒœ0-9 .,;:!?'’\"“”«»%€$£+()-]")
_LONGEST_WORD = 30
_PATIENCE_S = 20.0
_PAUSE_S = 0.25
_TAIL_S = 0.15
_LEVEL = 0.1  # RMS of a voice, about -20 dB


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """The lines with the times at which they are really said, and their track (count, 2)."""

    lines: tuple[Line, ...]
    track: Wave


def spoken(lines: Sequence[Line], duration_s: float, pans: dict[str, float] | None = None) -> Spoken:
    """
    Say the lines one after the other within the clip.

    Args:
        lines: what is said, with the times wished for.
        duration_s: of the clip; a voice that would not end in time speaks faster, starts earlier, and at
            the worst is faded out.
        pans: where each speaker stands, -1 to 1; the middle unless told.

    Returns:
        The lines with `start_s` and `end_s` as heard, and the track; lines that found no room are left out.
    """
    track = np.zeros((count_of(duration_s), 2))
    said: list[Line] = []
    voices = _voice_numbers(lines)
    free_s = 0.1
    for line in lines:
        voice = _fitted(line, voices[line.speaker], duration_s - _TAIL_S - free_s)
        if len(voice) == 0:
            continue
        length_s = len(voice) / RATE_HZ
        start_s = max(free_s, min(line.start_s, duration_s - _TAIL_S - length_s))
        add_at(track, voice, start_s, 1.0, (pans or {}).get(line.speaker or "", 0.0))
        said.append(dataclasses.replace(line, start_s=start_s, end_s=start_s + length_s))
        free_s = start_s + length_s + _PAUSE_S
    return Spoken(lines=tuple(said), track=track)


def say(text: str, language: str, *, speed: float = 1.0, pitch: float = 1.0) -> Wave:
    """Return a voice saying the text, mono, trimmed, at one level; empty when there is nothing to say."""
    words = _plain(text)
    if not re.search(r"[^\W_]", words):
        return np.zeros(0)
    raw, rate_hz = (
        _hibari(words, speed) if language == "en" and pitch == 1.0 else _pico(words, language, speed, pitch)
    )
    voice = _trimmed(_resampled(raw, rate_hz))
    if len(voice) == 0:
        return voice
    clear = shaped(voice, band(85, 9000))
    return faded(clear * _LEVEL / max(1e-6, float(np.sqrt((clear**2).mean()))), 0.005, 0.02)


def _fitted(line: Line, number: int, room_s: float) -> Wave:
    """Say one line in the room there is; faster if need be, cut off if even that does not do."""
    if room_s < 0.3:
        return np.zeros(0)
    text = line.text[: int(_MOST_LETTERS_A_SECOND * room_s)]
    pitch = _PITCHES[number % len(_PITCHES)]
    voice = say(text, line.language, pitch=pitch)
    excess = len(voice) / RATE_HZ / room_s
    if excess > 1:
        voice = say(text, line.language, speed=min(_FASTEST, excess * 1.03), pitch=pitch)
    if len(voice) > count_of(room_s):
        voice = faded(voice[: count_of(room_s)], 0, 0.15)
    return voice


def _voice_numbers(lines: Sequence[Line]) -> dict[str | None, int]:
    speakers = dict.fromkeys(line.speaker for line in lines)
    return {speaker: number for number, speaker in enumerate(speakers)}


def _plain(text: str) -> str:
    """
    Return the words alone, in the letters the voices know.

    The synthesisers read <…> as commands and fail on digits of other scripts; what is left of a line in
    another script is nothing, and stays unsaid rather than be mangled.
    """
    known = _UNSPOKEN.sub(" ", unicodedata.normalize("NFKC", text))
    return " ".join(word[:_LONGEST_WORD] for word in known.split())


def _hibari(text: str, speed: float) -> tuple[Wave, int]:
    return np.asarray(_hibari_voice()(text, speed=speed, seed=0), np.float64), _HIBARI_RATE_HZ


def _pico(text: str, language: str, speed: float, pitch: float) -> tuple[Wave, int]:
    """Ask Pico in a process of its own; a line that it does not end in time stays unsaid."""
    voice = _PICO_VOICES.get(language, _PICO_VOICES["en"])
    command = [sys.executable, "-I", str(Path(__file__).with_name("pico.py")), voice, str(speed), str(pitch)]
    try:
        done = subprocess.run(
            command, input=text.encode(), capture_output=True, timeout=_PATIENCE_S, check=True
        )
    except subprocess.SubprocessError:
        return np.zeros(0), _PICO_RATE_HZ
    return np.frombuffer(done.stdout, "<i2").astype(np.float64) / 32768, _PICO_RATE_HZ


@functools.cache
def _hibari_voice() -> Any:
    from hibari import Hibari

    return Hibari(threads=1)


def _resampled(sound: Wave, rate_hz: int) -> Wave:
    """Return the sound at 48 kHz, a whole multiple of both voices' rates, by padding its spectrum."""
    factor = RATE_HZ // rate_hz
    spectrum = np.fft.rfft(sound, len(sound) + rate_hz // 10)
    return np.asarray(
        factor * np.fft.irfft(spectrum, factor * (len(sound) + rate_hz // 10))[: factor * len(sound)]
    )


def _trimmed(sound: Wave) -> Wave:
    """Drop the silence at both ends, but for 20 ms."""
    if len(sound) == 0:
        return sound
    loud = np.flatnonzero(np.abs(sound) > 0.02 * np.abs(sound).max())
    margin = count_of(0.02)
    return sound[max(0, loud[0] - margin) : loud[-1] + margin] if len(loud) else sound[:0]
