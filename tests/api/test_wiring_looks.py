"""Which detectors a deployment looks with follows from its settings and its home."""

from pathlib import Path

import numpy as np
import pytest

from api.settings import Settings
from api.wiring import build_screen, face_banks, voice_banks
from policies.bundle import load_policy
from policies.decide import decide
from policies.facts import Facts, Surface
from policies.finding import Evidence, Stage
from policies.ruling import Verdict
from safety.detector import Footage, Sound
from safety.likeness.bank import ListedFaces, bank_path, write_bank
from safety.likeness.voice_bank import ListedVoices, voice_bank_path
from safety.screen import Screen, screen_clip


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


def test_listed_voices_are_listened_for(tmp_path: Path) -> None:
    """Where the operator listed some; and where nobody could listen then, the clip waits for a person."""
    settings = Settings(home=tmp_path / "home", models=tmp_path / "none")
    law = load_policy()
    heard = {name for one in build_screen(settings, law).sound for name in one.categories}
    assert "likeness.voice" not in heard
    voices = ListedVoices(
        bank="voices.public_figures", model_id="m", references=("a",), vectors=np.ones((1, 1), np.float32)
    )
    write_bank(voices, voice_bank_path(settings.home))
    screen = build_screen(settings, law)
    (listener,) = [one for one in screen.sound if "likeness.voice" in one.categories]
    silence = Sound(samples=np.zeros(16_000, np.float32), rate_hz=16_000)
    seen = screen_clip(Screen(sound=(listener,)), Footage(pictures=()), silence)
    assert ["ModelUnavailable"] == [reading.failure for reading in seen.readings]
    evidence = Evidence(subject_digest="0" * 64, stage=Stage.OUTPUT, readings=seen.readings)
    ruling = decide(law, Facts(surface=Surface.OUTPUT), evidence)
    unseen = {one.category: one.verdict for one in ruling.reasons if one.rule == "law.unseen"}
    assert Verdict.REVIEW == unseen["likeness.voice"]


def test_bank_that_others_may_read_stops_the_start(tmp_path: Path) -> None:
    """A bank is used as it should be, or the service does not start; it is never left out in silence."""
    path = bank_path(tmp_path)
    path.parent.mkdir()
    path.write_bytes(b"no bank")
    path.chmod(0o644)
    with pytest.raises(ValueError, match="chmod 600"):
        face_banks(tmp_path)
    path.rename(voice_bank_path(tmp_path))
    with pytest.raises(ValueError, match="chmod 600"):
        voice_banks(tmp_path)
