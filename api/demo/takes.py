"""Clips asked for with the official client, a few at a time, and followed until each has ended."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from api.demo.notes import Notes
from api.demo.people import People, Person
from api.demo.story import Clip

_AT_ONCE = 4
"""So many wait or run at a time: the worker always has the next one, and no tier's limit is met."""

_LOOK_EVERY_S = 0.4
_MODEL = "filigrane-1"

_REFUSED: dict[str, Any] = {"status": "failed", "stage": "refused", "labels": [], "decision_id": None}

Advance = Callable[[float], None]
"""Told how much work was done since the last call, in the weight of clips."""

Film = Callable[[Clip], Path]
"""Draws the finished clip that an import brings."""


class Takes:
    """The clips of the demo: asked for once, whatever interrupts."""

    def __init__(self, people: People, notes: Notes, film: Film, advance: Advance) -> None:
        self._people = people
        self._notes = notes
        self._film = film
        self._advance = advance

    def make(self, clips: Iterable[Clip]) -> None:
        """Ask for clips and follow each until it completed, failed or is held."""
        waiting = deque(self._left(clips, "end"))
        running: dict[str, tuple[Clip, float]] = {}
        while waiting or running:
            while waiting and len(running) < _AT_ONCE:
                clip = waiting.popleft()
                if self._is_taken(clip):
                    running[clip.name] = (clip, 0.0)
                else:
                    self._advance(clip.weight)
            running = self._looked_after(running)
            time.sleep(_LOOK_EVERY_S)

    def make_in_turn(self, clips: Iterable[Clip]) -> None:
        """Make each clip once the one before it has ended: it may be made from that one."""
        for clip in clips:
            parent = self._notes.get(f"end:{clip.of}") or {}
            if parent.get("status") == "completed":
                self.make([clip])
            else:
                self._advance(clip.weight)  # its parent is held or stopped: there is nothing to remix

    def finish(self, clips: Iterable[Clip]) -> None:
        """Follow clips again that a reviewer released."""
        asked = [clip for clip in clips if f"clip:{clip.name}" in self._notes]
        running = {clip.name: (clip, 0.0) for clip in self._left(asked, "released")}
        while running:
            running = self._looked_after(running, "released", held=False)
            time.sleep(_LOOK_EVERY_S)

    def id_of(self, name: str) -> str:
        """Return the id of a clip asked for before."""
        return str(self._notes[f"clip:{name}"])

    def _left(self, clips: Iterable[Clip], end: str) -> list[Clip]:
        """Return the clips that have not come to this end yet; of the others the work counts as done."""
        left = []
        for clip in clips:
            if f"{end}:{clip.name}" in self._notes:
                self._advance(clip.weight)
            else:
                left.append(clip)
        return left

    def _looked_after(
        self, running: dict[str, tuple[Clip, float]], end: str = "end", *, held: bool = True
    ) -> dict[str, tuple[Clip, float]]:
        going_on = {}
        for name, (clip, done) in running.items():
            video = self._people[clip.who].client.videos.retrieve(self.id_of(name))
            share = video.progress / 100
            has_ended = video.status in ("completed", "failed")
            if has_ended and (held or video.model_extra["stage"] != "held_for_review"):
                self._notes.note(f"{end}:{name}", _outcome(video))
                share = 1.0
            else:
                going_on[name] = (clip, share)
            self._advance((share - done) * clip.weight)
        return going_on

    def _is_taken(self, clip: Clip) -> bool:
        """Ask for a clip; one that the policy refuses, whatever the story hoped, ends there and is noted."""
        from openai import BadRequestError

        try:
            self._ask(clip)
        except BadRequestError as refused:
            self._notes.note(f"end:{clip.name}", {**_REFUSED, "code": refused.code})
            return False
        return True

    def _ask(self, clip: Clip) -> None:
        if f"clip:{clip.name}" in self._notes:
            return
        person = self._people[clip.who]
        key = f"demo-clip-{clip.name}"
        if clip.drawn is not None:
            made = self._bring(person, clip, key)
        elif clip.of is not None:
            made = person.client.videos.remix(
                self.id_of(clip.of), prompt=clip.prompt, extra_headers={"Idempotency-Key": key}
            ).id
        else:
            made = person.client.videos.create(
                prompt=clip.prompt,
                model=_MODEL,
                seconds=str(clip.seconds),
                size=clip.size,
                extra_headers={"Idempotency-Key": key},
            ).id
        self._notes.note(f"clip:{clip.name}", made)

    def _bring(self, person: Person, clip: Clip, key: str) -> str:
        path = self._film(clip)
        with path.open("rb") as content:
            made = person.tell(
                "POST",
                "/v1/videos/imports",
                key=key,
                files={"video": (path.name, content, "video/mp4")},
                data={"prompt": clip.prompt, "generator": "Atelier Voisin", "model": "voisin-2"},
            )
        return str(made["id"])


def _outcome(video: Any) -> dict[str, Any]:
    told = video.model_extra
    return {
        "status": video.status,
        "stage": told["stage"],
        "code": None if video.error is None else video.error.code,
        "labels": told["labels"],
        "decision_id": told["decision_id"],
    }
