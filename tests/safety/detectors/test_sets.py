"""The detectors that ship, together: what they cover, and what becomes of them without weights."""

from pathlib import Path

import numpy as np

from safety.detector import Footage, Picture
from safety.detectors.sets import clip_looks
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


def test_without_weights_every_detector_says_so(tmp_path: Path) -> None:
    """An empty store starts, and no look of it counts as having seen nothing."""
    looks = clip_looks(ModelStore(tmp_path))
    footage = Footage(pictures=(Picture(rgb=np.zeros((90, 160, 3), np.uint8), at_s=0.0),))
    seen = screen_footage(Screen(footage=looks.footage), footage)
    assert {"ModelUnavailable"} == {reading.failure for reading in seen.readings}
    assert len(looks.footage) == len(seen.readings)
