"""The laws that every back-end keeps."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from generator.backend import Backend
from generator.backends.diffusers import DiffusersBackend, Sampling
from generator.backends.embedded.engine import EmbeddedBackend
from generator.backends.given import GivenBackend
from generator.errors import GenerationStopped
from generator.media.view import probe
from generator.request import Submission

Folder = Callable[[], Path]


class BackendContract:
    """Each back-end subclasses it with the fixtures `backend` and `asked`, and says what its clips are like."""

    has_sound = True
    imposes_shape = True

    @pytest.fixture
    def asked(self, submission) -> Submission:
        """The request: a small clip of one second."""
        return submission()

    def test_clip_is_what_was_promised(self, backend: Backend, asked: Submission, folder: Folder) -> None:
        """Size, length, rate and sound are those asked for, and the clip's facts are those of its file."""
        place = folder()
        clip = backend.generate(asked, place, lambda share: None, lambda frame: None)
        facts = probe(clip.path)
        assert (facts.digest, facts.width_px, facts.height_px) == (clip.digest, clip.width_px, clip.height_px)
        assert (pytest.approx(facts.duration_s, abs=0.01), pytest.approx(facts.fps)) == (
            clip.duration_s,
            clip.fps,
        )
        assert self.has_sound == (facts.audio_rate_hz is not None) == (clip.audio_rate_hz is not None)
        kept = {path for path in (clip.path, clip.received) if path is not None}
        assert (backend.name, kept) == (clip.backend, set(place.iterdir()))
        if self.imposes_shape:
            shape = (asked.width_px, asked.height_px, asked.fps, asked.duration_s)
            assert shape == (clip.width_px, clip.height_px, clip.fps, clip.duration_s)

    def test_progress_rises_to_one(self, backend: Backend, asked: Submission, folder: Folder) -> None:
        """Progress never falls, stays within 0 and 1, and ends at 1."""
        told: list[float] = []
        backend.generate(asked, folder(), told.append, lambda frame: None)
        assert sorted(told) == told
        assert (True, 1.0) == (told[0] >= 0, told[-1])

    def test_look_sees_pictures(self, backend: Backend, asked: Submission, folder: Folder) -> None:
        """Previews are RGB pictures in uint8, at least one a clip."""
        seen: list[np.ndarray] = []
        backend.generate(asked, folder(), lambda share: None, seen.append)
        assert {(3, 3, np.dtype(np.uint8))} == {(frame.ndim, frame.shape[2], frame.dtype) for frame in seen}

    def test_look_stops_the_work(self, backend: Backend, asked: Submission, folder: Folder) -> None:
        """What `look` raises reaches the caller as it is, nothing is left, and the next job works."""
        place = folder()

        def look(frame: np.ndarray) -> None:
            raise GenerationStopped("seen enough")

        with pytest.raises(GenerationStopped, match="seen enough"):
            backend.generate(asked, place, lambda share: None, look)
        assert [] == list(place.iterdir())
        assert backend.generate(asked, place, lambda share: None, lambda frame: None).path.exists()


class TestGiven(BackendContract):
    imposes_shape = False

    @pytest.fixture
    def backend(self, vectors: Path) -> Backend:
        return GivenBackend(vectors / "good.mov")


class TestEmbedded(BackendContract):
    @pytest.fixture
    def backend(self) -> Backend:
        return EmbeddedBackend(processes=0)


class TestOpenAIVideos(BackendContract):
    @pytest.fixture
    def backend(self, video_server) -> Backend:
        return video_server.backend()


class TestDiffusers(BackendContract):
    has_sound = False

    @pytest.fixture
    def backend(self, tiny_pipeline: str) -> Backend:
        return DiffusersBackend(tiny_pipeline, sampling=Sampling(steps=4, fps=8))
