"""Our own detectors let our own harmless drawings through; all sixty in a soak, a seeded six in the suite."""

import dataclasses
import os
import random
from pathlib import Path

import pytest

from eval.drawn_clips import Judged, judge_all, told
from eval.system import shipped_system
from generator.backends.embedded.engine import EmbeddedBackend
from generator.backends.embedded.lexicon import language_of, tokens
from generator.backends.embedded.showcase import Scene, showcase
from policies.facts import Surface
from policies.ruling import Ruling, Verdict
from safety.models.drawings import drawings_folder

SEED = 20261122


def chosen() -> list[Scene]:
    """Every scene in a soak; else six, cut to a second and made small: what is drawn is the same."""
    if os.environ.get("FILIGRANE_SOAK"):
        return list(showcase())
    some = random.Random(SEED).sample(showcase(), 6)
    return [dataclasses.replace(scene, duration_s=1, width_px=scene.width_px // 4 * 2, height_px=scene.height_px // 4 * 2) for scene in some]  # fmt: skip


@pytest.mark.slow
def test_no_harmless_drawing_is_held(models, tmp_path: Path) -> None:
    """Neither prompt, nor clip, nor publication is refused, held or stopped, and every detector could look."""
    backend = EmbeddedBackend(drawings_folder(models), processes=0)
    scenes = chosen()
    judged = list(judge_all(scenes, shipped_system(models).screen, backend, tmp_path))
    assert [] == [told(one) for one in judged if not one.is_let_through]
    assert len(scenes) == len(judged)


def test_what_is_held_or_unread_counts() -> None:
    """A scene that is held on one surface, or that a detector could not look at, is not let through."""
    scene = showcase()[0]

    def one(verdict: Verdict, unread: tuple[str, ...] = ()) -> Judged:
        ruling = Ruling(verdict=verdict, reasons=(), unchecked=(), policy_digest="")
        return Judged(scene=scene, rulings={Surface.OUTPUT: ruling}, findings=(), unread=unread, words=())

    assert [True, True, False, False] == [one(verdict).is_let_through for verdict in Verdict]
    assert not one(Verdict.ALLOW, ("picture.nudity@1",)).is_let_through


def test_the_showcase_is_sixty_scenes_in_two_languages() -> None:
    """Sixty scenes of their own names, a third at least in each language, all within what a free tier may ask."""
    scenes = showcase()
    assert 60 == len(scenes) == len({scene.name for scene in scenes})
    french = sum(language_of(tokens(scene.prompt)) == "fr" for scene in scenes)
    assert 20 <= french <= 40
    assert all(scene.duration_s <= 10 and scene.width_px % 2 == scene.height_px % 2 == 0 for scene in scenes)
