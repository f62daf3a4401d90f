"""What the generator's tests share: media with and without defects, and a request."""

from __future__ import annotations

import datetime as dt
import importlib.util
from collections.abc import Callable
from pathlib import Path

import pytest

from generator.request import Submission


@pytest.fixture(scope="session")
def vectors(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of good and hostile media, built anew."""
    script = Path(__file__).parents[1] / "vectors" / "build_vectors.py"
    spec = importlib.util.spec_from_file_location("build_vectors", script)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    folder = tmp_path_factory.mktemp("vectors")
    module.build(folder)
    return folder


@pytest.fixture
def submission() -> Callable[..., Submission]:
    """Makes a request; what is not said is a small, short clip."""

    def make(**changes: object) -> Submission:
        facts: dict[str, object] = {
            "id": "video_1",
            "creator_id": "account_1",
            "prompt": "a red ball bounces on the beach",
            "duration_s": 1,
            "width_px": 96,
            "height_px": 64,
            "seed": 7,
            "submitted_at": dt.datetime(2026, 11, 21, tzinfo=dt.UTC),
        }
        return Submission(**{**facts, **changes})

    return make
