"""
From a prompt in French or English to a plan: nothing is refused, what is not understood becomes a mood.

A little over three hundred lines, because a sentence is read from one end to the other in one place.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

import numpy as np

from generator.backends.embedded.casting import home_of, idle_action, is_known, stand_in
from generator.backends.embedded.lexicon import Language, Word, language_of, read, tokens
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
from generator.backends.embedded.speech import Quote, set_apart

_SHORTEST_SHOT_S = 1.2
_MOST_SUBJECTS = 4
_MOST_OF_A_KIND = 9
_MOST_WORDS = 600
_FOLLOWED = frozenset({"run", "walk", "fly", "swim", "roll", "chase"})
_DEFAULT_MOVES: tuple[CameraMove, ...] = ("drift", "push_in", "pan_right", "rise", "pull_out", "pan_left")


@dataclass(slots=True, kw_only=True)
class _Draft:
    """A shot as far as its words say."""

    subjects: list[Subject] = field(default_factory=list)
    place: str | None = None
    time: str | None = None
    weather: str | None = None
    mood: str | None = None
    camera: str | None = None
    action: str | None = None
    lines: list[tuple[int, str | None]] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)


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
    drafts = _drafts(known, language, most=max(1, int(duration_s / _SHORTEST_SHOT_S)))
    for draft in drafts:
        draft.subjects = [_playable(subject, drawings) for subject in draft.subjects]
    chance = np.random.default_rng([seed, zlib.crc32(" ".join(words).encode())])
    shots = _shots(drafts, duration_s, chance)
    return ScenePlan(
        duration_s=duration_s, fps=fps, width_px=width_px, height_px=height_px, seed=seed, shots=shots,
        mood=shots[0].mood, spoken=_timed(drafts, shots, quotes),
    )  # fmt: skip


def _drafts(words: list[Word], language: Language, most: int) -> list[_Draft]:
    """Part the words into shots where the prompt cuts, and read each."""
    clauses: list[list[Word]] = [[]]
    for word in words:
        if word.role == "cut" and clauses[-1] and len(clauses) < most:
            clauses.append([])
        else:
            clauses[-1].append(word)
    return [_draft(clause, language) for clause in clauses]


def _draft(words: list[Word], language: Language) -> _Draft:
    draft = _Draft()
    waiting: list[int] = []
    coming = ""
    for at, word in enumerate(words):
        if word.role == "subject":
            subject = replace(_subject(words, at, language), action=coming)
            coming = ""
            _join(draft, subject)
            waiting.append(len(draft.subjects) - 1)
        elif word.role == "action" and not waiting and _leads_to_noun(words, at):
            coming = word.meaning
        elif word.role == "action":
            waiting = _act(draft, waiting, word.meaning)
        elif word.role == "line":
            speaker = draft.subjects[-1].kind if draft.subjects else None
            draft.lines.append((int(word.meaning), speaker))
        elif word.role in ("place", "time", "weather", "mood", "camera"):
            _note(draft, word)
        elif word.role == "unknown" and _is_noun(words, at):
            draft.strange.append(word.text)
        elif word.role == "stop" and word.meaning != ",":
            waiting = []
    return draft


def _leads_to_noun(words: list[Word], at: int) -> bool:
    """Return whether an action stands before its subject, as in "a sleeping dog", "danse un robot"."""
    for word in words[at + 1 :]:
        if word.role == "subject":
            return True
        if word.role not in _ADJECTIVES and not (word.role == "idle" and word.text in _ARTICLES):
            return False
    return False


def _join(draft: _Draft, subject: Subject) -> None:
    if len(draft.subjects) < _MOST_SUBJECTS:
        draft.subjects.append(subject)


def _act(draft: _Draft, waiting: list[int], action: str) -> list[int]:
    """Give an action to the subjects named since the last one; what is chased after rolls or runs ahead."""
    draft.action = draft.action or action
    for index in waiting:
        if index < len(draft.subjects) and not draft.subjects[index].action:
            draft.subjects[index] = replace(draft.subjects[index], action=action)
    return []


def _note(draft: _Draft, word: Word) -> None:
    """Keep the first place, hour, weather and mood named; the last camera move, which is the more exact."""
    if word.role == "camera" or getattr(draft, word.role) is None:
        setattr(draft, word.role, word.meaning)


def _is_noun(words: list[Word], at: int) -> bool:
    """Return whether an unknown word stands where a thing is named: after an article or a number."""
    if at == 0:
        return False
    before = words[at - 1]
    return (before.role == "idle" and before.text in _ARTICLES) or before.role in ("count", "size", "colour")


_ARTICLES = frozenset({"a", "an", "the", "un", "une", "le", "la", "l", "les", "des"})


def _subject(words: list[Word], at: int, language: Language) -> Subject:
    """Return the subject named at a place, with the adjectives and the number that go with it."""
    word = words[at]
    colour, size, count = None, 1.0, 0
    for other in (*_before(words, at), *_after(words, at, language)):
        if other.role == "colour":
            colour = colour or other.meaning
        elif other.role == "size":
            size = 1.4 if other.meaning == "big" else 0.68
        elif other.role == "count":
            count = count or int(other.meaning)
    count = count or (3 if word.is_plural else 1)
    return Subject(
        kind=word.meaning, colour=colour, count=max(1, min(_MOST_OF_A_KIND, count)), size=size, action=""
    )


_ADJECTIVES = frozenset({"colour", "size", "count", "mood"})


def _before(words: list[Word], at: int) -> list[Word]:
    found = []
    for word in reversed(words[:at]):
        if word.role not in _ADJECTIVES and word.role != "unknown":
            break
        found.append(word)
    return found


_COPULAS = frozenset({"is", "are", "est", "sont", "tres", "very", "tout"})


def _after(words: list[Word], at: int, language: Language) -> list[Word]:
    """Return the adjectives that follow: all of them in French, in English only after "is"."""
    found: list[Word] = []
    linked = language == "fr"
    for word in words[at + 1 :]:
        if word.role == "idle" and word.text in _COPULAS:
            linked = True
        elif word.role in ("colour", "size", "mood") and linked:
            found.append(word)
        else:
            break
    return found


def _shots(drafts: list[_Draft], duration_s: float, chance: np.random.Generator) -> tuple[Shot, ...]:
    """Return the shots, each keeping of the one before what it does not name itself."""
    bounds = [round(duration_s * k / len(drafts), 3) for k in range(len(drafts))] + [duration_s]
    start_move = int(chance.integers(len(_DEFAULT_MOVES)))
    shots: list[Shot] = []
    for number, draft in enumerate(drafts):
        before = shots[-1] if shots else None
        shots.append(_shot(draft, before, (bounds[number], bounds[number + 1]), start_move + number, chance))
    return tuple(shots)


def _shot(
    draft: _Draft,
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


def _cast(draft: _Draft, before: Shot | None) -> tuple[Subject, ...]:
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


def _hour(place: str, weather: str, draft: _Draft, chance: np.random.Generator) -> str:
    if place == "city":
        return "night" if chance.uniform() < 0.7 else "sunset"
    if weather == "storm" or draft.mood in ("tense", "mysterious"):
        return "night" if chance.uniform() < 0.4 else "sunset"
    return str(chance.choice(TIMES, p=(0.16, 0.40, 0.34, 0.10)))


def _feeling(draft: _Draft, weather: str, subjects: tuple[Subject, ...], chance: np.random.Generator) -> str:
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
_LETTERS_A_SECOND = 14.0


def _timed(drafts: list[_Draft], shots: tuple[Shot, ...], quotes: tuple[Quote, ...]) -> tuple[Line, ...]:
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
            free_s = start_s + len(quote.text) / _LETTERS_A_SECOND + _BREATH_S
    return tuple(lines)
