"""From a plan to frames: each drawn from far to near, lit, and developed on film."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from generator.backends.embedded.film_set import FilmSet
from generator.backends.embedded.given_picture import GivenPicture
from generator.backends.embedded.plan import ScenePlan

RgbFrame = NDArray[np.uint8]


def render_range(
    plan: ScenePlan, start: int, stop: int, references: tuple[Path, ...] = (), drawings: Path | None = None
) -> Iterator[RgbFrame]:
    """
    Draw the frames from `start` (included) to `stop`, as (height, width, 3) RGB.

    Pure: a frame depends on the plan, its number, the references and the drawings alone, so that
    ranges may be drawn in any process, in any order.  With a reference the clip is that picture,
    moved in depth.

    Raises:
        GenerationFailed: the drawing library cannot be loaded.
        InvalidMedia: the reference is not a picture.
    """
    cv2.setNumThreads(1)
    if references:
        yield from _moved_picture(plan, references[0], start, stop)
        return
    for number in range(max(0, start), min(stop, plan.frame_count)):
        at_s = number / plan.fps
        shot = plan.shot_at(at_s)
        yield _film_set(plan, plan.shots.index(shot), drawings).shoot(number, at_s - shot.start_s)


def frames(
    plan: ScenePlan, references: tuple[Path, ...] = (), drawings: Path | None = None
) -> Iterator[RgbFrame]:
    """Draw the whole clip in this process, in order."""
    yield from render_range(plan, 0, plan.frame_count, references, drawings)


def _moved_picture(plan: ScenePlan, reference: Path, start: int, stop: int) -> Iterator[RgbFrame]:
    picture = _given_picture(plan, reference)
    for number in range(max(0, start), min(stop, plan.frame_count)):
        yield picture.shoot(number)


@lru_cache(maxsize=1)
def _given_picture(plan: ScenePlan, reference: Path) -> GivenPicture:
    return GivenPicture(plan, reference)


@lru_cache(maxsize=1)  # frames come in order, and a shot's layers at 1080p are some 150 MB
def _film_set(plan: ScenePlan, index: int, drawings: Path | None) -> FilmSet:
    return FilmSet(plan, index, drawings)
