"""Harmless pictures: whom the look at a clip would wrong."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.kept import key_of
from eval.sample import Draw, Learned, NoData, Sample, Stage
from eval.score import Score, scored
from eval.suites import pictures
from eval.suites.pictures import Pixels
from eval.suites.suite import Drawn, Source
from eval.system import System
from policies.facts import Surface
from policies.finding import Evidence
from policies.finding import Stage as Seen
from safety.evidence import as_json, from_json
from safety.sampling import sample_pixels
from safety.screen import screen_footage

MOST = 60
"""Pictures of one set: each passes every net, and has its words read."""

_FACES, _FILMS, _LIBRARY, _SCENES = "faces", "films", "library photographs", "drawn scenes"


class Images:
    """Photographs of faces, frames of films, a library's photographs, and scenes of the embedded engine."""

    name = "images"

    def draw(self, data: Path | None, dice: Draw) -> Drawn:
        """Return every set there is; the drawn scenes are always there."""
        samples: list[Sample] = []
        sources: list[Source] = []
        missing: dict[str, str] = {}
        for kind in KINDS:
            try:
                found = kind.find(data)
            except NoData as error:
                missing[kind.name] = str(error)
                continue
            drawn = dice.of(found, f"images {kind.name}", MOST)
            samples += drawn
            sources.append(
                Source(
                    name=kind.name,
                    licence=kind.licence,
                    rows=len(found),
                    drawn=len(drawn),
                    learned=kind.learned,
                )
            )
        return Drawn(samples=samples, sources=sources, missing=missing)

    def key(self, sample: Sample) -> str:
        """Return the name of the file's content, or of the scene."""
        if sample.media is None:
            return key_of("picture", sample.source, *sample.texts, sample.id)
        return key_of("picture", hashlib.sha256(sample.media.read_bytes()).hexdigest(), sample.id)

    def look(self, system: System, sample: Sample) -> Any:
        """Return what the look at a clip sees in this one picture (step 6 of the pipeline)."""
        pixels = _opened(sample)
        seen = screen_footage(system.screen, sample_pixels(pixels))
        digest = hashlib.sha256(pixels.tobytes()).hexdigest()
        return as_json(Evidence(subject_digest=digest, stage=Seen.OUTPUT, readings=seen.readings))

    def score(self, system: System, sample: Sample, seen: Any) -> Iterable[Score]:
        """Return one line: what the policy answers at the clip."""
        evidence = from_json(seen)
        ruling = system.judge(evidence, Surface.OUTPUT)
        yield scored(sample, Stage.OUTPUT, system.policy, Surface.OUTPUT, evidence, ruling)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of picture: where it is found (`NoData` where it is not), and what the weights know of it."""

    name: str
    licence: str
    learned: Learned
    find: Callable[[Path | None], list[Sample]]


def _files(source: str, paths: Iterable[Path]) -> list[Sample]:
    return [
        Sample(id=f"{path.parent.name}/{path.name}", source=source, is_harmful=False, lang="none", media=path)
        for path in paths
    ]


def _library(_data: Path | None) -> list[Sample]:
    if not pictures.has_library():
        raise NoData("not run: scikit-image is not installed (extra `face`)")
    return [
        Sample(id=name, source=_LIBRARY, is_harmful=False, lang="none", learned=Learned.SET)
        for name in pictures.LIBRARY
    ]


def _scenes(_data: Path | None) -> list[Sample]:
    return [
        Sample(id=f"scene {number}", source=_SCENES, is_harmful=False, lang="none", texts=(prompt,))
        for number, prompt in enumerate(pictures.SCENES)
    ]


def _opened(sample: Sample) -> Pixels:
    if sample.source == _LIBRARY:
        return pictures.shipped(sample.id)
    if sample.media is None:
        return pictures.drawn(sample.texts[0])
    return _OPENERS[sample.source](sample.media)


_OPENERS: dict[str, Callable[[Path], Pixels]] = {_FACES: pictures.opened, _FILMS: pictures.first_frame}

KINDS = (
    Kind(
        name=_FACES,
        licence="research, credited",
        learned=Learned.NEVER,
        find=lambda data: _files(_FACES, pictures.faces(data)),
    ),
    Kind(
        name=_FILMS,
        licence="public domain, CC BY 4.0, BSD",
        learned=Learned.SET,
        find=lambda data: _files(_FILMS, pictures.films(data)),
    ),
    Kind(name=_LIBRARY, licence="BSD-3-Clause and public domain", learned=Learned.SET, find=_library),
    Kind(name=_SCENES, licence="Apache-2.0", learned=Learned.NEVER, find=_scenes),
)
