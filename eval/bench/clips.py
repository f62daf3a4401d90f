"""What a clip of ten seconds costs: drawn, looked at, marked, read back, signed and verified."""

from __future__ import annotations

import datetime as dt
import os
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from eval.bench import marks
from eval.bench.row import Row, at_least, at_most
from eval.bench.timing import by_the_clock, once
from generator.backends.embedded.engine import EmbeddedBackend
from generator.media.view import decode
from generator.request import Submission
from safety.detectors.sets import clip_looks
from safety.models.drawings import drawings_folder
from safety.models.places import models_folder
from safety.models.store import ModelStore
from safety.pipeline import look
from safety.screen import Screen

CLIP_S = 10
FPS = 24
CORES = 2
PROMPT = (
    "A fox trots through a forest at dusk while snow falls, then it stops and says"
    ' "Good evening, have you seen the old lighthouse keeper?"'
)


def rows() -> Iterator[Row]:
    """Yield the rows about a clip."""
    store = ModelStore(models_folder(os.environ))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        clip = folder / "made" / "clip.mp4"
        yield _engine(store, clip)
        yield from _looks(store, clip)
        yield from marks.rows(clip, folder)


def _engine(store: ModelStore, clip: Path) -> Row:
    clip.parent.mkdir()
    engine = EmbeddedBackend(drawings_folder(store))
    request = Submission(
        id="bench",
        creator_id="bench",
        prompt=PROMPT,
        duration_s=CLIP_S,
        width_px=1280,
        height_px=720,
        seed=1,
        submitted_at=dt.datetime.now(dt.UTC),
    )

    try:
        spent_s = by_the_clock(
            lambda: engine.generate(request, clip.parent, lambda _share: None, lambda _preview: None)
        )
    finally:
        engine.close()
    return Row(
        what=f"embedded engine, {CLIP_S} s at 720p with sound, by the clock",
        figure=CLIP_S * FPS / spent_s,
        unit="frames/s",
        beside="as it plays",
        beside_figure=FPS,
        target=at_least(20),
    )


def _looks(store: ModelStore, clip: Path) -> Iterator[Row]:
    decoding = once(lambda: sum(1 for _ in decode(clip))) / CORES / CLIP_S
    looks = clip_looks(store)
    pictures = Screen(footage=looks.footage, sound=looks.sound)
    everything = Screen(
        footage=looks.footage, sound=looks.sound, on_screen=looks.on_screen, speech=looks.speech
    )
    look(everything, clip, "0" * 64)
    for what, screen, limit in (
        ("every look but words on screen and speech", pictures, 0.25),
        ("every look", everything, 0.5),
    ):
        yield Row(
            what=f"{what}, {CLIP_S} s at 720p on {CORES} cores",
            figure=once(partial(look, screen, clip, "0" * 64)) / CORES / CLIP_S,
            unit="of its duration",
            beside="the decode alone",
            beside_figure=decoding,
            target=at_most(limit),
        )
