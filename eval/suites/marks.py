"""The invisible mark: what it survives of what platforms do, and what is claimed of clips that bear none."""

from __future__ import annotations

import functools
import itertools
import tempfile
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from eval.kept import key_of
from eval.sample import Draw, NoData, Sample, Stage
from eval.score import Score, counted
from eval.suites import pictures
from eval.suites.suite import Drawn, Source
from eval.system import System
from safety.provenance.clip_file import Planes, luma_of, read_planes, recoded
from safety.provenance.mark_reader import MarkReader
from safety.provenance.payload import MarkKeys, Payload, compose
from safety.provenance.residual import residuals_of
from safety.provenance.tile import Tile
from safety.provenance.watermark import MarkWriter

FPS, FRAMES = Fraction(24), 24
WIDTH_PX, HEIGHT_PX = 640, 360
PSNR_DB = 44.0
SCENES = pictures.SCENES[:4]
_OURS, _FILMS = "drawn clips", "films"
_SECRET = b"the secret of the evaluation, which marks nothing that is released"

Change = Callable[[list[Planes]], list[Planes]]


def _warped(change: Callable[[Planes], Planes]) -> Change:
    """Change the luma and pad it to planes of even sides."""

    def warp(frames: list[Planes]) -> list[Planes]:
        found = []
        for planes in frames:
            luma = np.ascontiguousarray(change(luma_of(planes)))
            luma = luma[: luma.shape[0] & ~1, : luma.shape[1] & ~1]
            grey = np.full((luma.shape[0] // 2, luma.shape[1]), 128, np.uint8)
            found.append(np.concatenate([luma, grey]))
        return found

    return warp


def _scaled(factor: float) -> Change:
    return _warped(
        lambda luma: np.asarray(
            cv2.resize(luma, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), np.uint8
        )
    )


CHANGES: dict[str, Change] = {
    "none": lambda frames: frames,
    "h264.crf23": lambda frames: recoded(frames, FPS, 23),
    "h264.crf28": lambda frames: recoded(frames, FPS, 28),
    "h264.crf34": lambda frames: recoded(frames, FPS, 34),
    "scale.half": _scaled(0.5),
    "scale.1_5": _scaled(1.5),
    "crop.0_8": _warped(lambda luma: luma[37 : 37 + 288, 61 : 61 + 512]),
    "mirror": _warped(lambda luma: luma[:, ::-1]),
    "brighter": _warped(lambda luma: np.asarray(cv2.add(luma, np.full_like(luma, 20)), np.uint8)),
    "dropped.fifth": lambda frames: recoded([one for at, one in enumerate(frames) if at % 5], FPS, 28),
}


class Marks:
    """Marked clips in every change, and unmarked ones: drawn here, and films of the data."""

    name = "marks"

    def draw(self, data: Path | None, dice: Draw) -> Drawn:
        """Return a sample a clip and change; the films are unmarked and only there with data."""
        del dice
        samples = [
            Sample(
                id=f"{clip}/{change}", source=_OURS, is_harmful=True, category="marked", lang="none",
                texts=(prompt,), variant=change,
            )
            for (clip, prompt), change in itertools.product(enumerate(SCENES), CHANGES)
        ] + [
            Sample(id=f"{clip}/unmarked", source=_OURS, is_harmful=False, lang="none", texts=(prompt,))
            for clip, prompt in enumerate(SCENES)
        ]  # fmt: skip
        sources = [Source(name=_OURS, licence="Apache-2.0", rows=len(samples), drawn=len(samples))]
        missing = {}
        try:
            films = pictures.films(data)
            samples += [
                Sample(id=path.name, source=_FILMS, is_harmful=False, lang="none", media=path)
                for path in films
            ]
            sources.append(
                Source(
                    name=_FILMS, licence="public domain, CC BY 4.0, BSD", rows=len(films), drawn=len(films)
                )
            )
        except NoData as error:
            missing[_FILMS] = str(error)
        return Drawn(samples=samples, sources=sources, missing=missing)

    def key(self, sample: Sample) -> str:
        """Return the name of the clip and of what was done to it."""
        return key_of("marks", sample.id, sample.variant, str(sample.is_harmful), *sample.texts)

    def look(self, system: System, sample: Sample) -> Any:
        """Return how many marks were read, and whether one of them is the right one."""
        del system
        if sample.media is not None:
            frames = list(itertools.islice(read_planes(sample.media), FRAMES))
        else:
            frames = _clip(sample.texts[0])
            if sample.is_harmful:
                frames = CHANGES[sample.variant](_marked(sample.texts[0]))
        read = _read(frames)
        return {"read": len(read), "right": _payload(sample.texts[0]) in read if sample.texts else False}

    def score(self, system: System, sample: Sample, seen: Any) -> Iterable[Score]:
        """Return one line: the right mark read from a marked clip, or any mark claimed of another."""
        del system
        is_hit = seen["right"] if sample.is_harmful else seen["read"] > 0
        yield counted(sample, Stage.OUTPUT, severity=float(is_hit), reason="mark" if is_hit else None)


@functools.cache
def _keys() -> MarkKeys:
    return MarkKeys.from_secret(_SECRET)


def _payload(prompt: str) -> Payload:
    return compose(1 + SCENES.index(prompt), prompt.encode(), _keys())


@functools.lru_cache(maxsize=1)
def _clip(prompt: str) -> list[Planes]:
    with tempfile.TemporaryDirectory() as folder:
        path = pictures.made(prompt, Path(folder), size=(WIDTH_PX, HEIGHT_PX)).path
        return list(itertools.islice(read_planes(path), FRAMES))


@functools.lru_cache(maxsize=1)
def _marked(prompt: str) -> list[Planes]:
    """Mark a second of the clip and encode it as it is published."""
    writer = MarkWriter(
        Tile(_keys().pattern), _payload(prompt), width_px=WIDTH_PX, height_px=HEIGHT_PX, psnr_db=PSNR_DB
    )
    marked = [planes.copy() for planes in _clip(prompt)]
    for planes in marked:
        luma_of(planes)[:] = writer.write(luma_of(planes))
    return recoded(marked, FPS, 19)


def _read(frames: Sequence[Planes]) -> set[Payload]:
    plane = residuals_of([luma_of(planes) for planes in frames], float(FPS)).whole()
    return {mark.payload for mark in MarkReader(_keys()).read(plane)}
