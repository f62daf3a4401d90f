"""Imports: whatever is handed over is made ours, or refused."""

from __future__ import annotations

import pytest

from generator.backends.given import GivenBackend


@pytest.mark.parametrize("name", ["cut_in_half.mp4", "playlist.mp4", "too_long.mp4", "two_pictures.mp4"])
def test_hostile_clip_is_a_failure(vectors, submission, failure, name: str) -> None:
    """A bad file gives no clip, and the reason is said."""
    error = failure(GivenBackend(vectors / name), submission())
    assert "given returned a clip that cannot be used" in str(error)


def test_missing_file_is_a_failure(vectors, submission, failure) -> None:
    """A file that has gone is a failure like another."""
    error = failure(GivenBackend(vectors / "never.mp4"), submission())
    assert "given returned a clip that cannot be used" in str(error)


def test_importer_says_who_made_it(vectors) -> None:
    """The name is the importer's; a model is assumed unless denied, so that the manifest never claims less."""
    backend = GivenBackend(vectors / "good.mp4", name="studio-3", is_model=False)
    assert ("studio-3", False, True) == (backend.name, backend.is_model, GivenBackend(vectors).is_model)
