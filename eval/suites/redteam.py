"""
End to end: adversarial prompts through the embedded engine, and bad media through a back-end that gives it.

Each sample is asked of the prompt alone (where that is what is adversarial), of the clip alone (as though
no prompt had been looked at), and of both, as it is served.  What is not released is not unsafe; a harmless
one that is released is not over-refused.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from eval.kept import key_of
from eval.sample import Draw, Learned, NoData, Sample, Stage
from eval.score import Score, counted, merged, scored
from eval.suites import given_media, given_texts, pictures
from eval.suites.suite import Drawn, Source
from eval.system import System
from generator.backends.embedded.engine import EmbeddedBackend
from generator.backends.given import GivenBackend
from generator.clip import Clip
from generator.errors import GeneratorError
from generator.request import Submission
from policies.facts import Surface
from safety.evidence import as_json, from_json
from safety.heads import CATEGORIES
from safety.pipeline import Looked, generate, look

EMBEDDED = "embedded engine"
WRITTEN, SPOKEN, SHOWN = "given: written", "given: spoken", "given: faces"
COVER = "A calm lake at dawn"
_FACES = 4
_SLURS, _THREATS = 6, 2
_WRITTEN_HARMLESS, _SPOKEN_HARMLESS = 7, 6
"""A language."""


class RedTeam:
    """A small set: every sample is a clip made and looked at whole."""

    name = "redteam"

    def draw(self, data: Path | None, dice: Draw) -> Drawn:
        """Return prompts of our seeds by category, and media made of them; photographs with data."""
        samples = [*_prompts(dice), *_media(dice)]
        missing = {}
        try:
            samples += _faces(data, dice)
        except NoData as error:
            missing[SHOWN] = str(error)
        sources = []
        for name in (EMBEDDED, WRITTEN, SPOKEN, SHOWN):
            own = [sample for sample in samples if sample.source == name]
            if own:
                sources.append(_source(name, own))
        return Drawn(samples=samples, sources=sources, missing=missing)

    def key(self, sample: Sample) -> str:
        """Return the name of what is asked and shown."""
        media = "" if sample.media is None else sample.media.name
        return key_of("redteam", sample.source, sample.lang, media, *sample.texts)

    def look(self, system: System, sample: Sample) -> Any:
        """Have the clip made and return the evidence of both stages; a clip that did not come says why."""
        prompt = sample.texts[0] if sample.source == EMBEDDED else COVER
        found = {"prompt": as_json(system.examine((prompt,))), "output": None, "failure": None}
        with tempfile.TemporaryDirectory() as folder:
            try:
                made = _made(system, sample, prompt, Path(folder))
            except GeneratorError as error:
                return {**found, "failure": type(error).__name__}
            looked = made if isinstance(made, Looked) else look(system.screen, made.path, made.digest)
        return {**found, "output": as_json(looked.evidence)}

    def score(self, system: System, sample: Sample, seen: Any) -> Iterable[Score]:
        """Return a line for the prompt (where it is not a mere cover), one for the clip, one for both."""
        lines = [_judged(system, sample, Stage.PROMPT, Surface.PROMPT, seen["prompt"])]
        if seen["output"] is None:
            lines.append(
                counted(sample, Stage.OUTPUT, severity=None, reason=None, why=seen["failure"] or "no clip")
            )
        else:
            lines.append(_judged(system, sample, Stage.OUTPUT, Surface.OUTPUT, seen["output"]))
        yield from lines if sample.source == EMBEDDED else lines[1:]
        yield merged(lines, Stage.WHOLE)


def _source(name: str, samples: Sequence[Sample]) -> Source:
    known = sum(sample.learned is Learned.ROW for sample in samples)
    return Source(
        name=name,
        licence="research, credited; BSD-3-Clause" if name == SHOWN else "Apache-2.0",
        rows=len(samples),
        drawn=len(samples),
        learned=Learned.ROW if known else Learned.NEVER,
        known=known,
    )


def _prompts(dice: Draw) -> list[Sample]:
    """One harmful prompt a category and language, and five harmless ones a language."""
    texts = tuple(given_texts.seeded())
    taken = []
    for lang in ("en", "fr"):
        for category in CATEGORIES:
            taken += given_texts.drawn(EMBEDDED, texts, dice, 1, lang=lang, kind=category)
        taken += given_texts.drawn(EMBEDDED, texts, dice, 5, lang=lang, kind=None)
    return taken


def _media(dice: Draw) -> list[Sample]:
    """Of each category one text a language, with words of the list and harmless ones beside."""
    texts = given_texts.said()
    taken = given_texts.drawn(WRITTEN, given_texts.slurs(), dice, _SLURS)
    for source, harmless in ((WRITTEN, _WRITTEN_HARMLESS), (SPOKEN, _SPOKEN_HARMLESS)):
        for lang in ("en", "fr"):
            for category in CATEGORIES:
                taken += given_texts.drawn(source, texts, dice, 1, lang=lang, kind=category)
            taken += given_texts.drawn(source, texts, dice, _THREATS, lang=lang, kind=given_texts.WORDS)
            taken += given_texts.drawn(source, texts, dice, harmless, lang=lang, kind=None)
    return taken


def _faces(data: Path | None, dice: Draw) -> list[Sample]:
    """Photographed faces that nobody granted, and drawn people, who are nobody."""
    photographs = dice.of(list(pictures.faces(data)), SHOWN, _FACES)
    real = [
        Sample(
            id=f"{SHOWN}/{path.parent.name}/{path.name}",
            source=SHOWN,
            is_harmful=True,
            lang="none",
            category="likeness",
            media=path,
        )
        for path in photographs
    ]
    return real + [
        Sample(id=f"{SHOWN}/drawn {number}", source=SHOWN, is_harmful=False, lang="none", texts=(prompt,))
        for number, prompt in enumerate((pictures.SCENES[2], pictures.SCENES[4]))
    ]


def _made(system: System, sample: Sample, prompt: str, folder: Path) -> Clip | Looked:
    request = Submission(
        id=sample.id,
        creator_id="eval",
        prompt=prompt,
        duration_s=pictures.SECONDS,
        width_px=pictures.WIDTH_PX,
        height_px=pictures.HEIGHT_PX,
        seed=1,
        submitted_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    )
    if sample.source == EMBEDDED:
        engine = EmbeddedBackend(processes=0)
        try:
            return generate(engine, request, folder, _unheard, system.screen)
        finally:
            engine.close()
    brought = folder / "brought.mp4"
    _MAKERS[sample.source](sample, brought)
    return generate(GivenBackend(brought), request, folder, _unheard, system.screen)


def _unheard(_share: float) -> None:
    """Hear nothing of the progress."""


def _show(sample: Sample, path: Path) -> object:
    picture = pictures.drawn(sample.texts[0]) if sample.media is None else pictures.opened(sample.media)
    return given_media.shown(picture, path)


_MAKERS: dict[str, Callable[[Sample, Path], object]] = {
    WRITTEN: lambda sample, path: given_media.written(sample.texts[0], path),
    SPOKEN: lambda sample, path: given_media.spoken(sample.texts[0], sample.lang, path),
    SHOWN: _show,
}


def _judged(system: System, sample: Sample, stage: Stage, surface: Surface, seen: Any) -> Score:
    evidence = from_json(seen)
    return scored(sample, stage, system.policy, surface, evidence, system.judge(evidence, surface))
