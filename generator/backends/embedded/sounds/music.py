"""
The music bed: a few chords, a broken chord over them, and a last note left to ring; by mood.

Every chord sequence ends where it began, and the tempo bends a little so that a clip of any length holds a
whole number of chords.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from generator.backends.embedded.plan import Mood
from generator.backends.embedded.sounds.synth import (
    Random,
    Wave,
    add_at,
    band,
    count_of,
    decay,
    faded,
    noise,
    room,
    shaped,
    times,
)

_MAJOR, _MINOR = (0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10)
_LYDIAN, _DORIAN = (0, 2, 4, 6, 7, 9, 11), (0, 2, 3, 5, 7, 9, 10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """
    How a mood is played.

    `chords` are degrees of `scale` counted from 0; `chord_s` about how long each lasts; `steps` how many
    notes are broken over it; `rest` the share of them left out; `pluck_s` how long a note rings.
    """

    scale: tuple[int, ...]
    chords: tuple[int, ...]
    chord_s: float
    steps: int
    rest: float
    pluck_s: float
    pluck: float
    pad: float
    bass: float
    octave: int = 0
    pulse: float = 0.0
    bright_hz: float = 3200.0


STYLES: dict[Mood, Style] = {
    "calm": Style(
        scale=_MAJOR,
        chords=(0, 3, 5, 4),
        chord_s=2.6,
        steps=4,
        rest=0.25,
        pluck_s=0.9,
        pluck=0.5,
        pad=0.7,
        bass=0.4,
    ),
    "joyful": Style(
        scale=_MAJOR,
        chords=(0, 4, 5, 3),
        chord_s=1.6,
        steps=8,
        rest=0.15,
        pluck_s=0.45,
        pluck=0.8,
        pad=0.35,
        bass=0.6,
        pulse=0.35,
        bright_hz=5200,
    ),
    "mysterious": Style(
        scale=_LYDIAN,
        chords=(0, 1, 0, 6),
        chord_s=2.8,
        steps=4,
        rest=0.4,
        pluck_s=1.1,
        pluck=0.5,
        pad=0.8,
        bass=0.5,
    ),
    "sad": Style(
        scale=_MINOR,
        chords=(0, 5, 2, 6),
        chord_s=2.8,
        steps=4,
        rest=0.3,
        pluck_s=1.0,
        pluck=0.6,
        pad=0.7,
        bass=0.4,
    ),
    "epic": Style(
        scale=_MINOR,
        chords=(0, 5, 2, 6),
        chord_s=2.0,
        steps=8,
        rest=0.2,
        pluck_s=0.35,
        pluck=0.4,
        pad=0.9,
        bass=0.9,
        pulse=0.8,
        bright_hz=4200,
    ),
    "tense": Style(
        scale=_DORIAN,
        chords=(0, 0, 1, 0),
        chord_s=2.0,
        steps=8,
        rest=0.35,
        pluck_s=0.22,
        pluck=0.4,
        pad=0.7,
        bass=0.8,
        octave=-1,
        pulse=0.4,
        bright_hz=2200,
    ),
    "tender": Style(
        scale=_MAJOR,
        chords=(0, 5, 3, 4),
        chord_s=2.4,
        steps=6,
        rest=0.3,
        pluck_s=0.9,
        pluck=0.6,
        pad=0.6,
        bass=0.3,
    ),
    "dreamy": Style(
        scale=_LYDIAN,
        chords=(0, 4, 1, 3),
        chord_s=2.8,
        steps=6,
        rest=0.25,
        pluck_s=1.3,
        pluck=0.5,
        pad=0.9,
        bass=0.3,
        octave=1,
        bright_hz=4200,
    ),
}


def music(mood: Mood, count: int, seed: int) -> Wave:
    """Return the bed, (count, 2), with its ends eased; key, figure and gaps come from the seed."""
    style, rng = STYLES[mood], np.random.default_rng((seed, 37))
    length_s = count / 48_000
    chords = _sequence(style, length_s)
    chord_s = length_s / len(chords)
    root = 57 + int(rng.integers(-4, 4))  # around the A below middle C, in MIDI's numbers
    figure, gaps = rng.integers(0, 4, style.steps), rng.random(style.steps) < style.rest
    gaps[0] = False
    track = np.zeros((count, 2))
    for index, degree in enumerate(chords):
        is_last = index == len(chords) - 1
        notes = [root + _pitch(style.scale, degree + step) for step in (0, 2, 4, 6)]
        _add_pad(track, style, notes, index * chord_s, chord_s)
        add_at(track, style.bass * _bass(notes[0] - 12, chord_s), index * chord_s, 0.5)
        if style.pulse:
            _add_pulse(track, style, rng, index * chord_s, chord_s)
        played = figure[:1] if is_last and len(chords) > 1 else figure
        _add_figure(track, style, rng, notes, (played, gaps), index * chord_s, chord_s)
    wet = 0.75 * shaped(track, band(40, style.bright_hz, 1)) + 0.45 * room(track, 2.4, 3800)
    return faded(wet, 0.25, min(1.0, 0.3 * length_s))


def _sequence(style: Style, length_s: float) -> list[int]:
    """Return as many chords as fit, the last one the first one's, so that the ear comes home."""
    how_many = max(1, round(length_s / style.chord_s))
    chords = [style.chords[index % len(style.chords)] for index in range(how_many)]
    chords[-1] = style.chords[0]
    return chords


def _pitch(scale: tuple[int, ...], degree: int) -> int:
    return scale[degree % len(scale)] + 12 * (degree // len(scale))


def _hz(midi: float) -> float:
    return float(440 * 2 ** ((midi - 69) / 12))


def _add_pad(track: Wave, style: Style, notes: list[int], at_s: float, chord_s: float) -> None:
    """Lay three notes under a chord, each sung by two voices a hair apart, one to each side."""
    count = count_of(chord_s + 0.6)
    t = times(count)
    ease = np.minimum(1, t / 0.5) * np.minimum(1, np.maximum(0, (chord_s + 0.6 - t) / 0.7))
    for note in notes[:3]:
        for cents, pan in ((-5.0, -0.6), (5.0, 0.6)):
            hz = _hz(note + cents / 100)
            voice = sum(np.sin(2 * np.pi * hz * k * t + k * pan) / k**1.9 for k in range(1, 6))
            add_at(track, 0.085 * style.pad * ease * voice, at_s, 1.0, pan)


def _bass(note: int, chord_s: float) -> Wave:
    count = count_of(chord_s)
    t, hz = times(count), _hz(note)
    tone = np.sin(2 * np.pi * hz * t) + 0.35 * np.sin(4 * np.pi * hz * t)
    return np.asarray(0.3 * tone * np.minimum(1, t / 0.03) * np.exp(-t / (0.8 * chord_s)))


def _add_figure(
    track: Wave,
    style: Style,
    rng: Random,
    notes: list[int],
    figure: tuple[np.ndarray, np.ndarray],
    at_s: float,
    chord_s: float,
) -> None:
    """Break the chord: the same figure over each, so that the ear finds it again."""
    played, gaps = figure
    step_s = chord_s / style.steps
    for index, which in enumerate(played):
        if gaps[index]:
            continue
        note = notes[int(which) % len(notes)] + 12 * (1 + style.octave)
        accent = 1.0 if index == 0 else float(rng.uniform(0.55, 0.8))
        pan = 0.45 * (-1) ** index
        add_at(track, _pluck(note, style.pluck_s), at_s + index * step_s, 0.24 * style.pluck * accent, pan)


def _pluck(note: int, seconds: float) -> Wave:
    """Return a plucked string: high partials die first; a soft finger, not a plectrum."""
    count = count_of(3.5 * seconds)
    t, hz = times(count), _hz(note)
    partials = [
        np.exp(-t * (1 + 0.9 * (k - 1)) / seconds) * np.sin(2 * np.pi * hz * k * t) / k**1.5
        for k in range(1, 8)
        if hz * k < 12_000
    ]
    return np.asarray(np.sum(partials, axis=0) * np.minimum(1, t / 0.006))


def _add_pulse(track: Wave, style: Style, rng: Random, at_s: float, chord_s: float) -> None:
    """A soft drum on the beats and a shaker between them."""
    count = count_of(0.25)
    t = times(count)
    drum = np.sin(2 * np.pi * (58 * t + 1.6 * (1 - np.exp(-t / 0.03)))) * decay(count, 0.09, 0.004)
    shaker = noise(rng, count, band(4500, 9000)) * decay(count, 0.03, 0.01)
    for beat in range(4):
        add_at(track, drum, at_s + beat * chord_s / 4, style.pulse * (0.4 if beat % 2 else 0.55))
        add_at(track, shaker, at_s + (beat + 0.5) * chord_s / 4, 0.035 * style.pulse, 0.3)
