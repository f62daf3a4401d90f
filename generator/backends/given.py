"""The engine that made the clip already: imports, and tests that need a known output."""

from __future__ import annotations

from pathlib import Path

from generator.backend import Look, Progress
from generator.backends.foreign import taken_in
from generator.clip import Clip
from generator.request import Submission


class GivenBackend:
    """Returns the clip at `path`, made ours: decoded, and written anew without what came along."""

    def __init__(self, path: Path, *, name: str = "given", is_model: bool = True) -> None:
        self._path = path
        self._name = name
        self._is_model = is_model

    @property
    def name(self) -> str:
        """The model name that the importer gave."""
        return self._name

    @property
    def is_model(self) -> bool:
        """Whether the importer says that a trained model made the picture; true unless told otherwise."""
        return self._is_model

    def generate(self, request: Submission, folder: Path, progress: Progress, look: Look) -> Clip:
        """Take the file in at its own size and rate, a frame a second shown; GenerationFailed if bad."""
        return taken_in(
            self._path, folder, request, backend=self._name, progress=progress, look=look, keep_shape=True
        )
