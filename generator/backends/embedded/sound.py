"""
The clip's sound: voices, effects, a bed of the place and one of music, mixed for a listener.

Order of importance: what is said, then what happens, then where one is, then the music; each gives way to
those before it.
"""

from __future__ import annotations

import numpy as np

from generator.backends.embedded.plan import ScenePlan
from generator.backends.embedded.sounds.ambience import ambience
from generator.backends.embedded.sounds.foley import effects
from generator.backends.embedded.sounds.loudness import levelled
from generator.backends.embedded.sounds.music import music
from generator.backends.embedded.sounds.synth import RATE_HZ, Wave, count_of, room
from generator.media.sound import Sound

LOUDNESS_LUFS = -16.0
CEILING_DB = -1.5

_EFFECTS_PEAK = 0.55
_MUSIC_RMS = 0.03
_DUCKED_DB = {"ambience": -5.0, "music": -9.0, "effects": -6.0}
_ECHOES = {"room": 0.5, "city": 0.9, "mountains": 2.2, "forest": 1.0, "space": 2.6, "underwater": 1.6}


def make_sound(plan: ScenePlan, voices: Wave | None = None) -> Sound:
    """
    Return the sound of a plan whose events and lines are timed, 48 kHz stereo.

    Args:
        plan: with the contacts that simulating it gave.
        voices: the track (count, 2) of `speech.spoken`, for the plan's length; None when no one speaks.

    Returns:
        Exactly the plan's length, at -16 LUFS with no true peak above -1.5 dB; equal for equal arguments.
    """
    count = count_of(plan.frame_count / plan.fps)
    said = np.zeros((count, 2)) if voices is None else voices[:count]
    place = plan.shots[0].place
    quiet = _presence(said)
    happening = _EFFECTS_PEAK * effects(plan.events, count, plan.seed)
    score = music(plan.mood, count, plan.seed)
    score *= _MUSIC_RMS / max(1e-9, float(np.sqrt((score**2).mean())))
    mixed = said + _echoed(said, place, 0.12)
    mixed += _ducked(happening + _echoed(happening, place, 0.35), quiet, "effects")
    mixed += _ducked(ambience(plan, count), quiet, "ambience")
    mixed += _ducked(score, quiet, "music")
    made = levelled(mixed, LOUDNESS_LUFS, CEILING_DB)
    return Sound(samples=made.astype(np.float32), rate_hz=RATE_HZ)


def _echoed(sound: Wave, place: str, share: float) -> Wave:
    if place not in _ECHOES or not sound.any():
        return np.zeros_like(sound)
    return share * room(sound, _ECHOES[place], 3500)


def _presence(said: Wave) -> Wave:
    """Return how much someone is speaking, 0 to 1: beds sink before a word and rise slowly after it."""
    step = RATE_HZ // 100
    steps = -(-len(said) // step)
    heard = np.zeros(steps * step)
    heard[: len(said)] = np.abs(said).max(axis=1)
    loud = heard.reshape(steps, step).max(axis=1) > 0.01
    held = np.convolve(loud, np.ones(31), "same") > 0  # gaps between words are no gaps
    window = np.hanning(33)
    eased = np.convolve(np.pad(held.astype(float), 16, "edge"), window / window.sum(), "valid")
    return np.asarray(np.interp(np.arange(len(said)), (np.arange(steps) + 0.5) * step, eased))


def _ducked(sound: Wave, presence: Wave, what: str) -> Wave:
    return np.asarray(sound * 10 ** (_DUCKED_DB[what] / 20 * presence)[:, None])
