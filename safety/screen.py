"""
Looks at a request or a clip with every detector there is, and says what each answered.

One decode, one pass: the sampled frames and the sound are handed to all.  Words found in the picture
and in the sound go through the same text detectors as the prompt.  A detector that fails becomes a
reading that says so; nothing it might have seen is taken as absent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import structlog

from policies.finding import Characters, Finding, Reading, Where
from safety.detector import Detector, Footage, Reader, Sound, Text, Words
from safety.running_text import running_texts

_log = structlog.get_logger(__name__)

_CORES = 2

Content = TypeVar("Content")


def _always(_detector: str, _highest: float) -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """
    The detectors of one deployment, cheap ones first; `preview` are those for a clip in the making.

    `is_asked` says of a text detector, by its name and the highest score before it, whether it looks at all.
    """

    text: tuple[Detector[Text], ...] = ()
    footage: tuple[Detector[Footage], ...] = ()
    sound: tuple[Detector[Sound], ...] = ()
    on_screen: Reader[Footage] | None = None
    speech: Reader[Sound] | None = None
    preview: tuple[Detector[Footage], ...] = ()
    is_asked: Callable[[str, float], bool] = _always


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was answered about one piece of content, and the words that were found in it."""

    readings: tuple[Reading, ...]
    words: tuple[Words, ...] = ()


def screen_text(screen: Screen, texts: Iterable[Text]) -> tuple[Reading, ...]:
    """Return one reading a detector that was asked, with what it found in the texts and encoded in them."""
    given = tuple(_spelled_out(texts))
    return _cascade(screen, lambda detector: _examine_texts(detector, given))


def screen_words(detector: Detector[Text], texts: Iterable[Text], words: Iterable[Words]) -> Reading:
    """Return one detector's reading of texts and of words found in a clip, each where it stands."""
    said = _examine_texts(detector, tuple(_spelled_out(texts)))
    found = _judge_words("words", detector, "clip", tuple(words))
    failure = said.failure or found.failure
    if failure is not None:
        return replace(said, findings=(), failure=failure)
    return replace(said, findings=(*said.findings, *found.findings))


def screen_footage(screen: Screen, footage: Footage) -> Seen:
    """Return what the picture detectors saw, and what the text detectors say of the words in the picture."""
    return _gather(_footage_tasks(screen, footage))


def screen_clip(screen: Screen, footage: Footage, sound: Sound | None) -> Seen:
    """Return what every detector answered about a clip; a clip without sound is not listened to."""
    tasks = _footage_tasks(screen, footage)
    if sound is not None:
        tasks += _sound_tasks(screen, sound)
    return _gather(tasks)


_Task = Callable[[], Seen]


def _cascade(screen: Screen, look: Callable[[Detector[Text]], Reading]) -> tuple[Reading, ...]:
    """Have the text detectors look one after another; who is not asked leaves no reading."""
    readings: list[Reading] = []
    for detector in screen.text:
        if screen.is_asked(detector.name, _highest(readings)):
            readings.append(look(detector))
    return tuple(readings)


def _highest(readings: list[Reading]) -> float:
    return max((finding.score for reading in readings for finding in reading.findings), default=0.0)


def _footage_tasks(screen: Screen, footage: Footage) -> list[_Task]:
    tasks = [_looking(detector, footage) for detector in screen.footage]
    if screen.on_screen is not None:
        tasks.append(_reading_aloud(screen.on_screen, footage, "on_screen", screen))
    return tasks


def _sound_tasks(screen: Screen, sound: Sound) -> list[_Task]:
    tasks = [_looking(detector, sound) for detector in screen.sound]
    if screen.speech is not None:
        tasks.append(_reading_aloud(screen.speech, sound, "speech", screen))
    return tasks


def _gather(tasks: list[_Task]) -> Seen:
    """Run the tasks on the cores there are; costly ones stand last in a screen, so they start last."""
    with ThreadPoolExecutor(max_workers=_CORES, thread_name_prefix="look") as pool:
        futures: list[Future[Seen]] = [pool.submit(task) for task in tasks]
        seen = [future.result() for future in futures]
    return Seen(
        readings=tuple(reading for one in seen for reading in one.readings),
        words=tuple(words for one in seen for words in one.words),
    )


def _looking(detector: Detector[Content], content: Content) -> _Task:
    return lambda: Seen(readings=(_examine_all(detector, (content,)),))


def _reading_aloud(reader: Reader[Content], content: Content, part: str, screen: Screen) -> _Task:
    def read_and_judge() -> Seen:
        try:
            words = reader.read(content)
        except Exception as error:  # noqa: BLE001  (the gate: whatever went wrong, nothing was read)
            looked_for = frozenset(category for detector in screen.text for category in detector.categories)
            return Seen(readings=(_failed(reader.name, looked_for, error),))
        readings = _cascade(screen, lambda detector: _judge_words(reader.name, detector, part, words))
        return Seen(readings=readings, words=words)

    return read_and_judge


def _judge_words(reader_name: str, detector: Detector[Text], part: str, words: tuple[Words, ...]) -> Reading:
    """Judge lines and phrases one by one and together, so that a finding names its second or its box."""
    name = f"{reader_name}/{detector.name}"
    findings: list[Finding] = []
    try:
        for running in running_texts(words):
            found = _examined(detector, _spelled_out([Text(text=running.text, part=part)]))
            findings += tuple(running.placed(found, findings))
    except Exception as error:  # noqa: BLE001  (the gate)
        return _failed(name, detector.categories, error)
    return Reading(detector=name, categories=detector.categories, findings=tuple(findings))


_Placed = tuple[Text, Where | None]
"""A text, and the place that stands for whatever is found in it (None: its own places)."""


def _spelled_out(texts: Iterable[Text]) -> Iterator[_Placed]:
    """Yield each text, and after it what stands encoded in it: that has the place of its encoding."""
    for text in texts:
        yield text, None
        for hidden in text.payloads:
            where = Characters(start=hidden.start, end=hidden.end, part=text.part)
            yield replace(text, text=hidden.text), where


def _examine_texts(detector: Detector[Text], texts: tuple[_Placed, ...]) -> Reading:
    try:
        findings = tuple(_examined(detector, texts))
    except Exception as error:  # noqa: BLE001  (the gate)
        return _failed(detector.name, detector.categories, error)
    return Reading(detector=detector.name, categories=detector.categories, findings=findings)


def _examined(detector: Detector[Text], texts: Iterable[_Placed]) -> Iterator[Finding]:
    for text, place in texts:
        for finding in detector.examine(text):
            is_told = place is not None and finding.where is not None
            yield replace(finding, where=place) if is_told else finding


def _examine_all(detector: Detector[Content], contents: tuple[Content, ...]) -> Reading:
    findings: list[Finding] = []
    try:
        for content in contents:
            findings += detector.examine(content)
    except Exception as error:  # noqa: BLE001  (the gate)
        return _failed(detector.name, detector.categories, error)
    return Reading(detector=detector.name, categories=detector.categories, findings=tuple(findings))


def _failed(name: str, categories: frozenset[str], error: Exception) -> Reading:
    # The message of a strange error may quote content: only its kind is kept.
    _log.warning("detector_failed", detector=name, kind=type(error).__name__)
    return Reading(detector=name, categories=categories, failure=type(error).__name__)


def detector_versions(screen: Screen) -> tuple[str, ...]:
    """Return the names, with versions, of all that look: what a decision is replayed with."""
    parts: tuple[Any, ...] = (*screen.text, *screen.footage, *screen.sound)
    readers: tuple[Any, ...] = tuple(r for r in (screen.on_screen, screen.speech) if r is not None)
    return tuple(part.name for part in (*parts, *readers))
