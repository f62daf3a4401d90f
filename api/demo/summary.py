"""What the demo left, in one table: how many of each outcome, one of each to look at, and how."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Group
from rich.table import Column, Table
from rich.text import Text

from api.demo.notes import Notes
from api.demo.story import Clip, Story

_NEVER_ASKED: dict[str, Any] = {"status": None, "stage": None, "code": None, "labels": []}
_Chosen = Callable[[Clip], bool]


def summary(story: Story, notes: Notes, folder: Path, address: str) -> Group:
    """Return the table of outcomes, and what to open and run; `address` is where it will be served."""
    table = Table("outcome", "how many", Column("one of them", overflow="fold"), title="What there is")
    for told, names in outcomes(story, notes).items():
        shown = f"{address}/studio/clips/{notes[f'clip:{names[0]}']}" if names else ""
        table.add_row(told, str(len(names)), shown)
    refused = [name for name in (f"refused:{one.name}" for one in story.refused) if name in notes]
    unforeseen = sum(_end(clip, notes)["stage"] == "refused" for clip in story.every_clip)
    table.add_row("refused before work", str(len(refused) + unforeseen), _decision(notes, refused, address))
    filed = [name for name in (f"optout:{one.name}" for one in story.optouts) if name in notes]
    table.add_row("opt-outs filed", str(len(filed) + 1), f"{address}/v1/optouts/{notes[filed[0]]}")
    appeals = [one for one in story.appeals if f"appeal:{one.against}" in notes]
    first = notes[f"appeal:{appeals[0].against}"]
    table.add_row("appeals filed", str(len(appeals)), f"{address}/v1/appeals/{first}")
    table.add_row("entries in the log", str(notes["log"]["entries"]), f"{address}/log/checkpoint")
    return Group(table, _to_do(folder, str(notes["film"]), address))


def outcomes(story: Story, notes: Notes) -> dict[str, list[str]]:
    """Return the names of the clips by outcome; a clip may stand in several."""
    clips = (*story.every_clip, *story.restored)
    ended = {clip.name: _end(clip, notes) for clip in clips}
    kinds: dict[str, _Chosen] = {
        "completed": lambda clip: ended[clip.name]["status"] == "completed",
        "labelled beside": lambda clip: len(ended[clip.name]["labels"]) > 1,
        "waiting for a person": lambda clip: (
            ended[clip.name]["stage"] == "held_for_review"
            and notes_of(notes, clip) in (None, "skipped", "escalated")
        ),
        "released by a person": lambda clip: notes_of(notes, clip) == "released",
        "refused by a person": lambda clip: notes_of(notes, clip) == "refused",
        "stopped after it was made": lambda clip: ended[clip.name]["code"] == "output_blocked",
        "given back on appeal": lambda clip: clip in story.restored,
        "public": lambda clip: f"public:{clip.name}" in notes,
        "by link": lambda clip: f"unlisted:{clip.name}" in notes,
        "publication refused": lambda clip: clip.name == story.after.refused_publication,
        "remixed from another": lambda clip: clip.of is not None,
        "brought finished": lambda clip: clip.drawn is not None,
        "deleted, mark withdrawn": lambda clip: f"deleted:{clip.name}" in notes,
    }
    return {told: [clip.name for clip in clips if chosen(clip)] for told, chosen in kinds.items()}


def notes_of(notes: Notes, clip: Clip) -> str | None:
    """Return what a reviewer answered about a clip."""
    act = f"judged:{clip.name}"
    return str(notes[act]) if act in notes else None


def _end(clip: Clip, notes: Notes) -> dict[str, Any]:
    last = f"released:{clip.name}"
    return notes.get(last) or notes.get(f"end:{clip.name}") or _NEVER_ASKED


def _decision(notes: Notes, refused: list[str], address: str) -> str:
    return f"{address}/v1/decisions/{notes[refused[0]]['decision_id']}" if refused else ""


def _to_do(folder: Path, film: str, address: str) -> Text:
    keys = folder.parent / "keys"
    receipt, key = folder / f"{film}.tlog-proof", folder / "log.key"
    original, anew = folder / f"{film}.mp4", folder / f"{film}-written-anew.mp4"
    lines = (
        f"Open   {address}/studio   and sign in with the key in {keys / 'ines.key'}",
        f"Open   {address}/verify   and drop {original} or {anew}",
        f"Run    filigrane verify {anew}",
        f'Run    filigrane audit verify --receipt {receipt} --key "$(cat {key})"',
        f"Review {address}/v1/review/queues   with the key in {keys / 'reviewer.key'}",
    )
    return Text("\n" + "\n".join(lines))
