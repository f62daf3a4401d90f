"""Which detectors a deployment looks with follows from its settings and its home."""

from pathlib import Path

import numpy as np
import pytest

from api.settings import Settings
from api.wiring import build_screen, face_banks
from policies.bundle import load_policy
from safety.likeness.bank import ListedFaces, bank_path, write_bank


def categories(settings: Settings) -> frozenset[str]:
    return frozenset().union(
        *(detector.categories for detector in build_screen(settings, load_policy()).footage)
    )


def test_a_filled_bank_is_looked_in(tmp_path: Path) -> None:
    """Public figures are looked for where the operator listed some, and only there."""
    settings = Settings(home=tmp_path / "home", models=tmp_path / "none")
    assert "likeness.unconsented" in categories(settings)
    assert "likeness.public_figure" not in categories(settings)
    faces = ListedFaces(
        bank="faces.public_figures", model_id="m", references=("a",), vectors=np.ones((1, 1), np.float32)
    )
    write_bank(faces, bank_path(settings.home))
    assert "likeness.public_figure" in categories(settings)


def test_bank_that_others_may_read_stops_the_start(tmp_path: Path) -> None:
    """A bank is used as it should be, or the service does not start; it is never left out in silence."""
    path = bank_path(tmp_path)
    path.parent.mkdir()
    path.write_bytes(b"no bank")
    path.chmod(0o644)
    with pytest.raises(ValueError, match="chmod 600"):
        face_banks(tmp_path)
