"""What the tests of looking share."""

import sys
from collections.abc import Callable
from types import FrameType

import pytest

from safety.models.store import ModelStore
from safety.transformer.encoder import Transformer


@pytest.fixture(scope="session")
def transformer(models: ModelStore) -> Transformer:
    """The transformer, read once."""
    return Transformer(models)


@pytest.fixture(scope="session")
def steps() -> Callable[[Callable[[], object]], int]:
    """Count the lines and calls the interpreter takes for a piece of work: the same number on any machine."""

    def counted(work: Callable[[], object]) -> int:
        taken = 0

        def count(_frame: FrameType, _event: str, _detail: object) -> Callable[..., object]:
            nonlocal taken
            taken += 1
            return count

        before = sys.gettrace()
        sys.settrace(count)
        try:
            work()
        finally:
            sys.settrace(before)
        return taken

    return counted
