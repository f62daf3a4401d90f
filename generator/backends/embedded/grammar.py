"""From a prompt in French or English to a plan: nothing is refused, what is not understood becomes a mood."""

from __future__ import annotations

import zlib
from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np

from generator.backends.embedded.casting import home_of, idle_action, is_known, stand_in
from generator.backends.embedded.draft import Draft, drafts_of
from generator.backends.embedded.lexicon import language_of, read, tokens
from generator.backends.embedded.plan import (
    TIMES,
    CameraMove,
    Line,
    Mood,
    Place,
    ScenePlan,
    Shot,
    Subject,
    TimeOfDay,
    Weather,
)  # fmt: skip
from generator.backends.embedded.speech import Quote, set_apart, spoken_s

_SHORTEST_SHOT_S = 1.2
_MOST_WORDS = 600
_FOLLOWED = frozenset({"run", "walk", "fly", "swim", "roll", "chase"})
_DEFAULT_MOVES: tuple[CameraMove, ...] = ("drift", "push_in", "pan_right", "rise", "pull_out", "pan_left")


def read_prompt(
    prompt: str,
    *,
    duration_s: float,
    fps: int = 24,
    width_px: int = 1280,
    height_px: int = 720,
    seed: int = 0,
    drawings: Path | None = None,
) -> ScenePlan:
    """
    Return the plan of a prompt; any text gives one, the same text and seed the same one.

    Words in quotation marks are spoken.  `drawings` is the folder of borrowed drawings (SVG files
    named by code point), or None: then what only they could show is played by a stand-in.
    """
    spoken_apart, quotes = set_apart(prompt)
    words = tokens(spoken_apart)[:_MOST_WORDS]
    language = language_of(words)
    known = read(words, language, with_drawings=drawings is not None)
    drafts = drafts_of(known, language, most=max(1, int(duration_s / _SHORTEST_SHOT_S)))
    for draft in drafts:
        draft.subjects = [_playable(subject, drawings) for subject in draft.subjects]
    chance = np.random.default_rng([seed, zlib.crc32(" ".join(words).encode())])
    shots = _shots(drafts, duration_s, chance)
    return ScenePlan(
        duration_s=duration_s, fps=fps, width_px=width_px, height_px=height_px, seed=seed, shots=shots,
        mood=shots[0].mood, spoken=_timed(drafts, shots, quotes),
    )  # fmt: skip


def _shots(drafts: list[Draft], duration_s: float, chance: np.random.Generator) -> tuple[Shot, ...]:
    """Return the shots, each keeping of the one before what it does not name itself."""
    bounds = [round(duration_s * k / len(drafts), 3) for k in range(len(drafts))] + [duration_s]
    start_move = int(chance.integers(len(_DEFAULT_MOVES)))
    shots: list[Shot] = []
    for number, draft in enumerate(drafts):
        before = shots[-1] if shots else None
        shots.append(_shot(draft, before, (bounds[number], bounds[number + 1]), start_move + number, chance))
    return tuple(shots)


def _shot(
    draft: Draft,
    before: Shot | None,
    span: tuple[float, float],
    move: int,
    chance: np.random.Generator,
) -> Shot:
    cast_ = _cast(draft, before)
    place = draft.place or (before.place if before else _outdoors(home_of(cast_, chance), draft.weather))
    weather = draft.weather or (before.weather if before else "clear")
    time = draft.time or (before.time if before else _hour(place, weather, draft, chance))
    mood = draft.mood or (before.mood if before else _feeling(draft, weather, cast_, chance))
    camera = draft.camera or _move(cast_, place, move)
    return Shot(
        start_s=span[0], end_s=span[1], subjects=cast_, place=cast("Place", place), time=cast("TimeOfDay", time),
        weather=cast("Weather", weather), mood=cast("Mood", mood), camera=cast("CameraMove", camera),
    )  # fmt: skip


def _cast(draft: Draft, before: Shot | None) -> tuple[Subject, ...]:
    """Return who is in a shot; pronouns keep those of the shot before, strange nouns get a stand-in."""
    subjects = list(draft.subjects)
    if not subjects and before and not draft.strange:
        subjects = [replace(subject, action=draft.action or subject.action) for subject in before.subjects]
    if not subjects and draft.strange:
        subjects = [Subject(kind=stand_in(), action=draft.action or "")]
    named = [replace(subject, action=subject.action or idle_action(subject.kind)) for subject in subjects]
    return tuple(_chased(named))


def _playable(subject: Subject, drawings: Path | None) -> Subject:
    return subject if is_known(subject.kind, drawings) else replace(subject, kind=stand_in())


def _chased(subjects: list[Subject]) -> list[Subject]:
    """Let those that are chased be on the move too."""
    chasing = next((k for k, subject in enumerate(subjects) if subject.action == "chase"), None)
    if chasing is None or len(subjects) < chasing + 2:
        return subjects
    prey = subjects[chasing + 1]
    return [
        *subjects[: chasing + 1],
        replace(prey, action="bounce" if prey.kind == "ball" else "run"),
        *subjects[chasing + 2 :],
    ]


def _outdoors(place: str, weather: str | None) -> str:
    """Return where one is seen: not in a room when the prompt speaks of the weather."""
    return "city" if place == "room" and weather not in (None, "clear") else place


def _hour(place: str, weather: str, draft: Draft, chance: np.random.Generator) -> str:
    if place == "city":
        return "night" if chance.uniform() < 0.7 else "sunset"
    if weather == "storm" or draft.mood in ("tense", "mysterious"):
        return "night" if chance.uniform() < 0.4 else "sunset"
    return str(chance.choice(TIMES, p=(0.16, 0.40, 0.34, 0.10)))


def _feeling(draft: Draft, weather: str, subjects: tuple[Subject, ...], chance: np.random.Generator) -> str:
    """Return a mood: from what happens, else from the sound of the words that were not understood."""
    if weather == "storm":
        return "tense"
    if any(subject.action in ("dance", "play", "jump", "bounce") for subject in subjects):
        return "joyful"
    if draft.strange or not subjects:
        return str(chance.choice(("calm", "mysterious", "dreamy", "tender")))
    return "calm"


def _move(subjects: tuple[Subject, ...], place: str, number: int) -> CameraMove:
    if place != "room" and any(subject.action in _FOLLOWED for subject in subjects):
        return "follow"
    return _DEFAULT_MOVES[number % len(_DEFAULT_MOVES)]


_BREATH_S = 0.35


def _timed(drafts: list[Draft], shots: tuple[Shot, ...], quotes: tuple[Quote, ...]) -> tuple[Line, ...]:
    """Return the spoken lines in their shots, one after the other."""
    lines: list[Line] = []
    free_s = 0.0
    for draft, shot in zip(drafts, shots, strict=True):
        for number, speaker in draft.lines:
            start_s = round(max(free_s, shot.start_s + _BREATH_S), 3)
            quote = quotes[number]
            kinds = [subject.kind for subject in shot.subjects]
            who = speaker if speaker in kinds else (kinds[0] if kinds else None)
            lines.append(Line(text=quote.text, language=quote.language, start_s=start_s, speaker=who))
            free_s = start_s + spoken_s(quote.text) + _BREATH_S
    return tuple(lines)
