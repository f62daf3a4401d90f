"""What the demo asks for, read from `story.toml` and the engine's showcase."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from generator.backends.embedded.showcase import Scene, showcase

_STORY = Path(__file__).with_name("story.toml")
REFUSED_SECONDS = 2
"""How long a clip is asked for where it will be refused: an appeal may bring it back."""

_SCENES = 40
_QUICK_SCENES = 4
_SIDES_PX = (640, 360)
_QUICK_SIDES_PX = (320, 240)
_ENGLISH_AFTER = 26
"""The first scenes are Inès's, so that one studio is full; Malik asks for the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """
    A clip asked for, and how it ends: completed, labelled, held or stopped.

    `of` is the name of the clip it remixes; `drawn` makes it an import of a clip so drawn, on which `written`
    stands; `judged` is what a reviewer answers where it is held.
    """

    name: str
    who: str
    prompt: str
    seconds: int
    width_px: int
    height_px: int
    ends: str = "completed"
    judged: str | None = None
    of: str | None = None
    drawn: str | None = None
    written: str | None = None

    @property
    def size(self) -> str:
        return f"{self.width_px}x{self.height_px}"

    @property
    def weight(self) -> float:
        """About how much work it is: seconds of clip, and a little more the larger they are."""
        held = 0.2 if self.ends == "held" and self.drawn is None else self.seconds
        return held * (1 + self.width_px * self.height_px / 300_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A prompt that is refused before anything is made."""

    name: str
    who: str
    prompt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Appeal:
    """An appeal against a refusal or a stopped clip, by its name; `answer` may be waiting."""

    against: str
    reason: str
    answer: str
    reply: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OptOut:
    """An entry by name, and how far it goes: drafted, submitted, verified or withdrawn."""

    name: str
    kind: str
    names: tuple[str, ...]
    aliases: tuple[str, ...] = ()
    until: str = "verified"


@dataclass(frozen=True, slots=True, kw_only=True)
class After:
    """What becomes of released clips, by name."""

    published: tuple[str, ...]
    unlisted: tuple[str, ...]
    unpublished: tuple[str, ...]
    deleted: tuple[str, ...]
    late_optout: OptOut
    refused_publication: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Everything the demo does; `restored` are the clips that overturned refusals become."""

    people: dict[str, dict[str, str]]
    optouts: tuple[OptOut, ...]
    refused: tuple[Refused, ...]
    clips: tuple[Clip, ...]
    remixes: tuple[Clip, ...]
    imports: tuple[Clip, ...]
    appeals: tuple[Appeal, ...]
    restored: tuple[Clip, ...]
    after: After

    @property
    def every_clip(self) -> tuple[Clip, ...]:
        return (*self.clips, *self.remixes, *self.imports)


def read_story(*, is_quick: bool) -> Story:
    """Return the whole story, or the small one that shows each outcome once."""
    told = tomllib.loads(_STORY.read_text(encoding="utf-8"))
    sides = _QUICK_SIDES_PX if is_quick else _SIDES_PX
    scenes = _scenes(is_quick=is_quick)
    held_or_labelled = tuple(_clip(row, sides) for row in _rows(told["clip"], is_quick=is_quick))
    clips = (*scenes, *held_or_labelled)
    refused = tuple(Refused(**row) for row in _rows(told["refused"], is_quick=is_quick))
    appeals = tuple(Appeal(**row) for row in _rows(told["appeal"], is_quick=is_quick))
    return Story(
        people=told["people"],
        optouts=tuple(_optout(row) for row in _rows(told["optout"], is_quick=is_quick)),
        refused=refused,
        clips=clips,
        remixes=_remixes(_rows(told["remix"], is_quick=is_quick), clips),
        imports=tuple(_clip(row, sides) for row in _rows(told["import"], is_quick=is_quick)),
        appeals=appeals,
        restored=_restored(appeals, refused, sides),
        after=_after(told["after"], is_quick=is_quick),
    )


def _rows(rows: Iterable[dict[str, Any]], *, is_quick: bool) -> list[dict[str, Any]]:
    """Return the rows that are told, without the mark that says so."""
    if not is_quick:
        return [{name: value for name, value in row.items() if name != "quick"} for row in rows]
    chosen = ({**row, "seconds": 1} if _is_silent(row) else row for row in rows if row.get("quick"))
    return [{name: value for name, value in row.items() if name != "quick"} for row in chosen]


def _is_silent(row: dict[str, Any]) -> bool:
    """Tell whether a clip may be as short as one likes: nobody speaks in it."""
    return "seconds" in row and '"' not in row["prompt"] + row.get("drawn", "")


def _scenes(*, is_quick: bool) -> tuple[Clip, ...]:
    told = showcase()[: _QUICK_SCENES if is_quick else _SCENES]
    clips = tuple(
        _shown(scene, "ines" if number < _ENGLISH_AFTER else "malik") for number, scene in enumerate(told)
    )
    if not is_quick:
        return clips
    width, height = _QUICK_SIDES_PX
    return tuple(replace(clip, seconds=1, width_px=width, height_px=height) for clip in clips)


def _shown(scene: Scene, who: str) -> Clip:
    return Clip(
        name=scene.name,
        who=who,
        prompt=scene.prompt,
        seconds=scene.duration_s,
        width_px=scene.width_px,
        height_px=scene.height_px,
    )


def _clip(row: dict[str, Any], sides: tuple[int, int]) -> Clip:
    return Clip(width_px=sides[0], height_px=sides[1], **row)


def _remixes(rows: Iterable[dict[str, Any]], parents: tuple[Clip, ...]) -> tuple[Clip, ...]:
    """A remix is as long and as large as what it remixes."""
    known = {clip.name: clip for clip in parents}
    for row in rows:
        known[row["name"]] = replace(known[row["of"]], **row)
    return tuple(clip for clip in known.values() if clip.of is not None)


def _restored(
    appeals: tuple[Appeal, ...], refused: tuple[Refused, ...], sides: tuple[int, int]
) -> tuple[Clip, ...]:
    """The clips that requests become whose refusal is overturned."""
    overturned = {appeal.against for appeal in appeals if appeal.answer == "overturned"}
    return tuple(
        Clip(
            name=one.name,
            who=one.who,
            prompt=one.prompt,
            seconds=REFUSED_SECONDS,
            width_px=sides[0],
            height_px=sides[1],
            judged="released",
        )
        for one in refused
        if one.name in overturned
    )


def _optout(row: dict[str, Any]) -> OptOut:
    return OptOut(**{**row, "names": tuple(row["names"]), "aliases": tuple(row.get("aliases", ()))})


def _after(told: dict[str, Any], *, is_quick: bool) -> After:
    chosen = {**told, **(told["quick"] if is_quick else {})}
    lists = ("published", "unlisted", "unpublished", "deleted")
    return After(
        **{name: tuple(chosen[name]) for name in lists},
        late_optout=_optout(told["late_optout"]),
        refused_publication=told["refused_publication"],
    )
