"""The detectors that ship, together: what they cover, and what becomes of them without weights."""

from pathlib import Path

import numpy as np
import pytest

from policies.bundle import load_policy
from policies.facts import Surface
from policies.finding import Evidence, Reading, Stage
from policies.ruling import Verdict
from safety.detector import Footage, Picture, Sound
from safety.detectors.sets import clip_looks
from safety.errors import ModelUnavailable
from safety.models.store import ModelStore
from safety.screen import Screen, screen_footage


def test_every_duty_of_a_picture_is_covered(models: ModelStore) -> None:
    """What the policy wants looked for in every clip's picture, some detector looks for; names are distinct."""
    looks = clip_looks(models)
    covered = frozenset().union(*(detector.categories for detector in looks.footage))
    assert {
        "likeness.unconsented",
        "minors.depicted",
        "sexual.explicit",
        "sexual.nudity",
        "violence.graphic",
    } <= covered
    assert len(looks.footage) == len({detector.name for detector in looks.footage})


def test_sounds_are_asked_for_only_where_they_were_brought(tmp_path: Path) -> None:
    """An optional model that nobody wanted is not missing; one that was brought and broke could not look."""
    assert () == clip_looks(ModelStore(tmp_path)).sound
    (tmp_path / "sounds").mkdir()
    (tags,) = clip_looks(ModelStore(tmp_path)).sound
    with pytest.raises(ModelUnavailable):
        tags.examine(Sound(samples=np.zeros(16_000, np.float32), rate_hz=16_000))
    reading = Reading(detector=tags.name, categories=tags.categories, failure="ModelUnavailable")
    evidence = Evidence(subject_digest="0" * 64, stage=Stage.OUTPUT, readings=(reading,))
    unchecked = load_policy().looks.unchecked(Surface.OUTPUT, evidence)
    assert {Verdict.ALLOW} == {unchecked[category] for category in tags.categories}


def test_without_weights_every_detector_says_so(tmp_path: Path) -> None:
    """An empty store starts, and no look of it counts as having seen nothing."""
    looks = clip_looks(ModelStore(tmp_path))
    footage = Footage(pictures=(Picture(rgb=np.zeros((90, 160, 3), np.uint8), at_s=0.0),))
    seen = screen_footage(Screen(footage=looks.footage), footage)
    assert {"ModelUnavailable"} == {reading.failure for reading in seen.readings}
    assert len(looks.footage) == len(seen.readings)
