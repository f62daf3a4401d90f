"""What the generator's tests share: a request."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from generator.request import Submission


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
