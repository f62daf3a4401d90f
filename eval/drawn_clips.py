"""
What our own detectors say of our own drawings: harmless scenes, drawn, looked at and decided as served.

`python -m eval.drawn_clips [--scenes N] [--keep FOLDER]` draws the showcase and prints what was not simply
allowed, and every finding; it ends with status 1 where a scene is refused, held or stopped.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from eval.system import shipped_system
from generator.backend import Backend
from generator.backends.embedded.engine import EmbeddedBackend
from generator.backends.embedded.showcase import Scene, showcase
from generator.clip import Clip
from generator.request import Submission
from policies.bundle import Policy, load_policy
from policies.facts import Facts, Surface
from policies.finding import Finding
from policies.ruling import Ruling, Verdict
from safety.detector import Text
from safety.models.drawings import drawings_folder
from safety.models.places import models_folder
from safety.models.store import ModelStore
from safety.pipeline import Looked, generate, look, rule, screen_request
from safety.screen import Screen


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A scene, what was decided about its prompt, its output and its publication, and what was found."""

    scene: Scene
    rulings: dict[Surface, Ruling]
    findings: tuple[tuple[str, Finding], ...]
    unread: tuple[str, ...]
    words: tuple[str, ...]

    @property
    def is_let_through(self) -> bool:
        """Nothing was refused, held or stopped, and every detector could look."""
        return not self.unread and all(one.verdict < Verdict.REVIEW for one in self.rulings.values())


def judge_all(
    scenes: Iterable[Scene], screen: Screen, backend: Backend, folder: Path, policy: Policy | None = None
) -> Iterator[Judged]:
    """Draw, look at and decide each scene in turn; each clip stays in `folder` as NAME/clip.mp4."""
    law = policy or load_policy()
    for scene in scenes:
        yield judge(scene, screen, backend, law, folder)


def judge(scene: Scene, screen: Screen, backend: Backend, policy: Policy, folder: Path) -> Judged:
    """Take one scene through steps 2 to 7, and 10, of a clip's way."""
    asked = screen_request(screen, scene.name, [Text(text=scene.prompt)], None)
    place = folder / scene.name
    place.mkdir()
    made = generate(backend, _request(scene), place, lambda _: None, screen)
    seen = look(screen, made.path, scene.name) if isinstance(made, Clip) else made
    return Judged(
        scene=scene,
        rulings={
            Surface.PROMPT: _ruling(policy, Surface.PROMPT, asked, backend),
            Surface.OUTPUT: _ruling(policy, Surface.OUTPUT, seen, backend),
            Surface.PUBLISH: _ruling(policy, Surface.PUBLISH, seen, backend),
        },
        findings=tuple(
            (reading.detector, finding)
            for looked in (asked, seen)
            for reading in looked.evidence.readings
            for finding in reading.findings
        ),
        unread=tuple(
            reading.detector
            for looked in (asked, seen)
            for reading in looked.evidence.readings
            if reading.failure is not None
        ),
        words=tuple(one.text for one in seen.words),
    )


def _ruling(policy: Policy, surface: Surface, looked: Looked, backend: Backend) -> Ruling:
    return rule(policy, Facts(surface=surface, backend=backend.name), looked)


def _request(scene: Scene) -> Submission:
    return Submission(
        id=scene.name,
        creator_id="showcase",
        prompt=scene.prompt,
        duration_s=scene.duration_s,
        width_px=scene.width_px,
        height_px=scene.height_px,
        seed=3,
        submitted_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    )


def told(judged: Judged) -> list[str]:
    """Return the lines that tell of a scene: what was decided, found and read."""
    verdicts = " ".join(f"{surface.value}={one.verdict.word}" for surface, one in judged.rulings.items())
    lines = [f"{judged.scene.name:20} {verdicts}"]
    lines += [f"    {name}: {one.category} {one.score:.2f} {one.where}" for name, one in judged.findings]
    lines += [f"    could not look: {name}" for name in judged.unread]
    lines += [f"    read or heard: {text!r}" for text in judged.words]
    return lines


def main() -> int:
    """Judge the scenes, tell of each, and return 1 where one was not let through."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenes", type=int, default=len(showcase()), help="how many, from the first")
    parser.add_argument("--keep", type=Path, help="an empty folder for the clips; none keeps nothing")
    given = parser.parse_args()
    store = ModelStore(models_folder(os.environ))
    held = 0
    with tempfile.TemporaryDirectory() as spare:
        clips = judge_all(
            showcase()[: given.scenes],
            shipped_system(store).screen,
            EmbeddedBackend(drawings_folder(store)),
            given.keep or Path(spare),
        )
        for judged in clips:
            sys.stdout.write("\n".join(told(judged)) + "\n")
            sys.stdout.flush()
            held += not judged.is_let_through
    sys.stdout.write(f"{given.scenes - held} of {given.scenes} let through\n")
    return int(held > 0)


if __name__ == "__main__":
    sys.exit(main())
