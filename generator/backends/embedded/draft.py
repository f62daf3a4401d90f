"""What the words of each shot say: who, where, when and doing what, as far as they are understood."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from generator.backends.embedded.lexicon import Language, Word
from generator.backends.embedded.plan import Subject

_MOST_SUBJECTS = 4
_MOST_OF_A_KIND = 9


@dataclass(slots=True, kw_only=True)
class Draft:
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


def drafts_of(words: list[Word], language: Language, most: int) -> list[Draft]:
    """Part the words into shots where the prompt cuts, and read each."""
    clauses: list[list[Word]] = [[]]
    for word in words:
        if word.role == "cut" and clauses[-1] and len(clauses) < most:
            clauses.append([])
        else:
            clauses[-1].append(word)
    return [_draft(clause, language) for clause in clauses]


def _draft(words: list[Word], language: Language) -> Draft:
    draft = Draft()
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


def _join(draft: Draft, subject: Subject) -> None:
    if len(draft.subjects) < _MOST_SUBJECTS:
        draft.subjects.append(subject)


def _act(draft: Draft, waiting: list[int], action: str) -> list[int]:
    """Give an action to the subjects named since the last one; what is chased after rolls or runs ahead."""
    draft.action = draft.action or action
    for index in waiting:
        if index < len(draft.subjects) and not draft.subjects[index].action:
            draft.subjects[index] = replace(draft.subjects[index], action=action)
    return []


def _note(draft: Draft, word: Word) -> None:
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
