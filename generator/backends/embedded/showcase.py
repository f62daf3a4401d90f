"""Sixty harmless scenes, half of them French: what the engine shows best, and what nothing may hold."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

_ROWS = Path(__file__).with_name("words") / "showcase.tsv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A scene worth showing: its name, its prompt, and for how long and how large it is drawn."""

    name: str
    prompt: str
    duration_s: int
    width_px: int
    height_px: int


@cache
def showcase() -> tuple[Scene, ...]:
    """Return the scenes in the order of the file, which puts the best ones first."""
    rows = _ROWS.read_text(encoding="utf-8").splitlines()
    return tuple(_scene(row) for row in rows if not row.startswith("#"))


def _scene(row: str) -> Scene:
    name, seconds, size, prompt = row.split("\t")
    width, _, height = size.partition("x")
    return Scene(
        name=name, prompt=prompt, duration_s=int(seconds), width_px=int(width), height_px=int(height)
    )
