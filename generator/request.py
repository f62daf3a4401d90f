"""What a creator asks for."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

LONGEST_S = 20
LARGEST_SIDE_PX = 1920
LARGEST_AREA_PX = 1920 * 1080


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """
    A creator's request, as stored.

    Sides are even, their product at most that of 1080p; `duration_s` is a whole number from 1 to 20;
    `references` are local files already probed; `seed` makes the embedded engine repeatable.
    """

    id: str
    creator_id: str
    prompt: str
    duration_s: int
    width_px: int
    height_px: int
    seed: int
    submitted_at: dt.datetime
    fps: int = 24
    cameo_ids: tuple[str, ...] = ()
    references: tuple[Path, ...] = ()
