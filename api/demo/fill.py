"""
The demo from beginning to end.

Each act stands in the home's notes once it is done, and each clip asked for has a key of idempotency: a demo
that was stopped goes on where it was, and nothing is asked for twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from api.demo.acts import Acts
from api.demo.film import Film
from api.demo.notes import Notes
from api.demo.people import People
from api.demo.reviewing import Reviewing
from api.demo.service import has_submissions, served
from api.demo.story import Clip, Story, read_story
from api.demo.summary import summary
from api.demo.takes import Takes
from api.errors import HomeNotEmpty
from api.home import Home, open_home
from api.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How the demo is asked for: small, added to clips that are there, on which port (0: a free one)."""

    is_quick: bool = False
    is_added: bool = False
    port: int = 8080


def fill(settings: Settings, wish: Wish, out: Console, stay: Callable[[str], None] | None = None) -> Notes:
    """
    Fill the home by asking the real service for everything, and tell what there is.

    What was done by an interrupted call is not done again.  `stay` is called with the service's address
    before it is ended.

    Raises:
        HomeNotEmpty: there are clips, which no demo made, and adding was not asked for.
        ActRefused: an answer was not what the demo expects.
    """
    home = open_home(settings.home)
    folder = _folder(home)
    notes = Notes(folder / ("quick.json" if wish.is_quick else "notes.json"))
    out.print(f"Filling {home.root} · Ctrl-C stops it, the same command goes on")
    if notes.is_empty and not wish.is_added and has_submissions(settings, home):
        raise HomeNotEmpty(f"{home.root} holds clips already; {HomeNotEmpty.__doc__}")
    story = read_story(is_quick=wish.is_quick)
    with served(home, wish.port) as address:
        people = People(address, home)
        _play(story, people, notes, Film(settings, folder), folder, out)
        lasting = settings.address if settings.port else address
        out.print(summary(story, notes, folder, lasting))
        if stay is not None:
            stay(address)
    return notes


def _folder(home: Home) -> Path:
    folder = home.root / "demo"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _play(story: Story, people: People, notes: Notes, film: Film, folder: Path, out: Console) -> None:
    acts = Acts(story, people, notes, folder)
    with _bar(story, out) as (say, advance):
        takes = Takes(people, notes, film, advance)
        for told, act in (
            ("people come in", acts.welcome),
            ("rights holders object", acts.opt_out),
            ("asking beforehand", acts.ask_beforehand),
            ("prompts are refused", acts.be_refused),
            ("clips are made", partial(takes.make, story.clips)),
            ("finished clips are brought", partial(takes.make, story.imports)),
            ("clips are remixed", partial(takes.make_in_turn, story.remixes)),
            ("publishing", acts.publish),
            ("appeals are filed", acts.appeal),
            ("reviewers decide", Reviewing(story, people, notes).review),
            ("released clips are made", partial(takes.finish, _released(story))),
            ("an opt-out comes late", acts.oppose_late),
            ("clips are taken back", acts.take_back),
            ("files are checked", acts.check),
            ("keys are kept", acts.keep_keys),
            ("the log is recomputed", acts.audit),
        ):
            say(told)
            act()


def _released(story: Story) -> list[Clip]:
    return [clip for clip in (*story.every_clip, *story.restored) if clip.judged == "released"]


@contextmanager
def _bar(story: Story, out: Console) -> Iterator[tuple[Callable[[str], None], Callable[[float], None]]]:
    """Yield what says which act is played, and what advances the bar."""
    work = sum(clip.weight for clip in story.every_clip) + sum(clip.seconds for clip in _released(story))
    columns = (
        TextColumn("{task.description:32}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
        TextColumn("·"),
        TimeRemainingColumn(compact=True),
        TextColumn("left"),
    )
    with Progress(*columns, console=out, speed_estimate_period=600) as progress:
        task = progress.add_task("", total=work)

        def say(told: str) -> None:
            progress.update(task, description=told)
            if not out.is_terminal:
                out.print(told)  # a bar is no use in a file

        yield say, partial(progress.advance, task)
