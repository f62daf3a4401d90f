"""What the back-ends' tests share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from generator.backend import Backend
from generator.errors import GenerationFailed
from generator.request import Submission


@pytest.fixture
def folder(tmp_path: Path) -> Callable[[], Path]:
    """Makes an empty folder, anew for each call."""

    def make() -> Path:
        made = tmp_path / f"work-{len(list(tmp_path.iterdir()))}"
        made.mkdir()
        return made

    return make


@pytest.fixture
def failure(folder: Callable[[], Path]) -> Callable[[Backend, Submission], GenerationFailed]:
    """Runs a back-end that must give up cleanly: `GenerationFailed`, and nothing left in the folder."""

    def check(backend: Backend, request: Submission) -> GenerationFailed:
        place = folder()
        with pytest.raises(GenerationFailed) as caught:
            backend.generate(request, place, lambda share: None, lambda frame: None)
        assert [] == list(place.iterdir())
        return caught.value

    return check
