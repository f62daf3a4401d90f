"""A clip, a preview and a refusal as the studio draws them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.db.stores.appeals import AppealRow

STAGES = ("prompt", "generating", "output_check", "marking", "signing", "done")
"""The stages that a clip passes, as its bar counts them."""

_LONGEST_TITLE = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A part of a prompt; `tone` is empty where nothing stands against it."""

    text: str
    tone: str = ""


def pieces(prompt: str, reasons: Sequence[Mapping[str, Any]], tone: str = "stop") -> list[Piece]:
    """Return the prompt cut at the places that the reasons name; what overlaps is marked once."""
    found: list[Piece] = []
    at = 0
    for start, end in sorted(span for reason in reasons if (span := span_of(reason)) is not None):
        first, last = max(start, at), min(end, len(prompt))
        if last > first:
            found += [Piece(text=prompt[at:first]), Piece(text=prompt[first:last], tone=tone)]
            at = last
    return [piece for piece in [*found, Piece(text=prompt[at:])] if piece.text]


def span_of(reason: Mapping[str, Any]) -> tuple[int, int] | None:
    """Return where in the prompt a reason points, in code points."""
    where = reason.get("where") or {}
    if "chars" not in where or where.get("part") != "prompt":
        return None
    start, end = where["chars"]
    return int(start), int(end)


def phrase_of(prompt: str, reason: Mapping[str, Any]) -> str | None:
    """Return the words a reason points at."""
    span = span_of(reason)
    return prompt[span[0] : span[1]] or None if span else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """
    A clip of the caller's; `kind` is running, completed, withdrawn, held, refused or failed.

    `stage` counts in `STAGES`; `appeal` is the one against what refused it.
    """

    video: Mapping[str, Any]
    kind: str
    stage: int
    title: str
    prompt: list[Piece]
    created_at: dt.datetime
    completed_at: dt.datetime | None
    is_wide: bool
    appeal: AppealRow | None = None

    @property
    def id(self) -> str:
        """The clip's id."""
        return str(self.video["id"])


def card_of(video: Mapping[str, Any], appeal: AppealRow | None = None) -> Card:
    """Return the card of a video object, with the appeal against its decision."""
    width, height = map(int, video["size"].split("x"))
    kind = _kind(video)
    prompt = str(video["prompt"])
    completed = video["completed_at"]
    return Card(
        video=video,
        kind=kind,
        stage=STAGES.index(video["stage"]) if video["stage"] in STAGES else 0,
        title=shortened(prompt),
        prompt=pieces(prompt, video["reasons"] if kind == "refused" else ()),
        created_at=dt.datetime.fromtimestamp(video["created_at"], dt.UTC),
        completed_at=None if completed is None else dt.datetime.fromtimestamp(completed, dt.UTC),
        is_wide=width >= height,
        appeal=appeal,
    )


def shortened(prompt: str) -> str:
    """Return the first words of a prompt, on one line."""
    line = " ".join(prompt.split())
    if len(line) <= _LONGEST_TITLE:
        return line
    return line[:_LONGEST_TITLE].rsplit(" ", 1)[0].rstrip(",;:.") + "…"


def _kind(video: Mapping[str, Any]) -> str:
    if video["status"] == "completed":
        return "withdrawn" if video["withdrawn_reason"] else "completed"
    if video["status"] != "failed":
        return "running"
    code = (video["error"] or {}).get("code")
    if code == "held_for_review":
        return "held"
    return "refused" if video["reasons"] else "failed"
