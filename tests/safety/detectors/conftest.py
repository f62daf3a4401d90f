"""What tests of text detectors share."""

import pytest

from safety.embedding import SentenceEncoder
from safety.models.store import ModelStore


@pytest.fixture(scope="session")
def encoder(models: ModelStore) -> SentenceEncoder:
    """The sentence encoder, read once."""
    return SentenceEncoder(models)
