"""A clip in the making is stopped by what its previews surely show, and by nothing less."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from generator.clip import Clip
from generator.request import Submission
from policies.finding import Finding, Stage
from safety.detector import Footage
from safety.pipeline import Looked, generate
from safety.screen import Screen


class Brightness:
    """Finds gore of the brightness of the picture."""

    name = "picture.brightness@1"
    categories = frozenset({"violence.graphic"})

    def examine(self, footage: Footage, /) -> tuple[Finding, ...]:
        score = float(footage.pictures[0].rgb.mean()) / 100
        return (Finding(category="violence.graphic", score=score, why="bright"),)


class Showing:
    """A back-end that shows even greys and counts how many it came to show."""

    name, is_model = "showing", False

    def __init__(self, *greys: int) -> None:
        self.greys = greys
        self.shown = 0

    def generate(
        self, request: Submission, folder: Path, progress: Callable[[float], None], look: Callable[..., None]
    ) -> Clip:
        for grey in self.greys:
            self.shown += 1
            look(np.full((8, 8, 3), grey, np.uint8))
        return Clip(
            path=folder / "clip.mp4", digest="0" * 64, duration_s=1.0, fps=24, width_px=8, height_px=8,
            audio_rate_hz=None, backend=self.name, seed=0,
        )  # fmt: skip


def made(backend: Showing, folder: Path) -> Clip | Looked:
    asked = Submission(
        id="one", creator_id="ada", prompt="a storm", duration_s=1, width_px=640, height_px=360, seed=1,
        submitted_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    )  # fmt: skip
    return generate(backend, asked, folder, lambda _: None, Screen(preview=(Brightness(),)))


@pytest.mark.parametrize("greys", [(94, 94, 94), (20, 99, 20, 20), ()], ids=["unsure", "once", "none"])
def test_less_than_certainty_lets_the_work_go_on(greys: tuple[int, ...], tmp_path: Path) -> None:
    """Neither many previews that are not sure nor a single one that is end the work: the clip is looked at."""
    backend = Showing(*greys)
    assert isinstance(made(backend, tmp_path), Clip)
    assert len(greys) == backend.shown


def test_two_certain_previews_end_the_work(tmp_path: Path) -> None:
    """At the second one, and what it showed is the evidence about the request's output."""
    backend = Showing(20, 97, 20, 96, 20, 20)
    looked = made(backend, tmp_path)
    assert isinstance(looked, Looked) and 4 == backend.shown
    ((finding,),) = [reading.findings for reading in looked.evidence.readings]
    assert (Stage.OUTPUT, 0.96) == (looked.evidence.stage, round(finding.score, 2))
