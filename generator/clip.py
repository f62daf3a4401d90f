"""A finished clip on disk."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """
    A playable file and what probing it told.

    `digest` is the SHA-256 of the file, hex; `audio_rate_hz` is None when there is no sound;
    `seed` is None when the engine does not take one; `received` is the file that another service gave,
    untrusted and as it came, kept for the manifest it may bear.
    """

    path: Path
    digest: str
    duration_s: float
    fps: float
    width_px: int
    height_px: int
    audio_rate_hz: int | None
    backend: str
    seed: int | None = None
    received: Path | None = None
