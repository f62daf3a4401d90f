"""How a marked picture may lie in what is looked at: what is tried, and in which order."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from safety.provenance.residual import Residual
from safety.provenance.tile import CANONICAL_PX, SMALLEST_PX, TILE_PX

STEP = 0.003
"""The step of scale, as a share: half a pixel at the border of a 360-line picture."""

_RATIOS = (3 / 4, 4 / 3, 1.25, 0.8, 16 / 9, 9 / 16)
_TURNS_DEG = (-3.0, -2.5, -2.0, -1.5, -1.0, -0.5, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Geometry:
    """How marked canonical pixels lie in a residual: pixels each way, turn in radians, mirrored or not."""

    across: float
    down: float
    turn: float = 0.0
    is_mirrored: bool = False


class Search(enum.IntEnum):
    """How far to look: scale, crop and mirror only; stretched pictures also; small turns also."""

    SCALES = 1
    STRETCHES = 2
    TURNS = 3


def hypotheses(plane: Residual, stage: Search) -> Iterator[Geometry]:
    """
    The geometries tried at one stage.

    A picture that fills its frame has a scale near that of its short side; one enlarged 2.6 times lies
    above, one shown small inside another (letter-box, picture in picture) down to a third below.
    """
    unit = min(plane.shape) / CANONICAL_PX
    largest = max(2.6 * unit, 1.35 * SMALLEST_PX / CANONICAL_PX)
    if stage is Search.SCALES:
        for scale in _ladder(max(0.3 * unit, 30 / TILE_PX), largest, STEP):
            yield Geometry(across=scale, down=scale)
    elif stage is Search.STRETCHES:
        for ratio in _RATIOS:
            for scale in _ladder(0.75 * unit, 1.35 * unit, 2 * STEP):
                yield Geometry(across=scale * np.sqrt(ratio), down=scale / np.sqrt(ratio))
    else:
        for degrees in _TURNS_DEG:
            for scale in _ladder(0.85 * unit, 1.3 * unit, 2 * STEP):
                yield Geometry(across=scale, down=scale, turn=float(np.deg2rad(degrees)))


def _ladder(lowest: float, highest: float, step: float) -> Iterator[float]:
    for rung in np.arange(np.log(lowest), np.log(highest), step):
        yield float(np.exp(rung))


def is_far(one: Geometry, other: Geometry) -> bool:
    """Whether two geometries are no neighbours: each would be found by refining the other."""
    return (
        one.is_mirrored != other.is_mirrored
        or abs(np.log(one.across / other.across)) > STEP * 1.34
        or abs(np.log(one.down / other.down)) > STEP * 1.34
        or abs(one.turn - other.turn) > 0.004
    )
