"""The heads that ship know the drawings they were made to know, and tell them from their look-alikes."""

from collections.abc import Callable

import numpy as np
import pytest

from eval.train.symbols import LOOK_ALIKES, SIGNS
from eval.train.weapons import TOOLS, WEAPONS
from safety.detectors.nets import Nets
from safety.detectors.picture_vectors import PictureVectors
from safety.detectors.references import CONCEPTS, read_heads
from safety.models.store import ModelStore

SEED = 7
DRAWN = [(name, draw) for name, draw in SIGNS.items()]
DRAWN += [(name, draw) for name, several in WEAPONS.items() for draw in several]

Draw = Callable[[np.random.Generator], np.ndarray]


@pytest.fixture(scope="module")
def tower(models: ModelStore) -> PictureVectors:
    return PictureVectors(Nets(models))


def told(tower: PictureVectors, draw: Draw, count: int = 6) -> list[set[str]]:
    """Which concepts are told of drawings that no head has learned."""
    rng = np.random.default_rng(SEED)
    shares = [read_heads().shares(tower.vector(draw(rng))) for _ in range(count)]
    return [{name for name, share in one.items() if share >= 0.5} for one in shares]


@pytest.mark.parametrize(("name", "draw"), DRAWN, ids=[f"{name} {draw.__name__}" for name, draw in DRAWN])
def test_new_drawings_are_known(tower: PictureVectors, name: str, draw: Draw) -> None:
    """Of six of another seed at least five are told for what they are."""
    assert sum(name in one for one in told(tower, draw)) >= 5


@pytest.mark.parametrize("name", [*LOOK_ALIKES, *TOOLS])
def test_look_alikes_are_told_apart(tower: PictureVectors, name: str) -> None:
    """Of six of another seed at most one is mistaken for anything."""
    assert sum(bool(one) for one in told(tower, {**LOOK_ALIKES, **TOOLS}[name])) <= 1


def test_what_is_drawn_is_what_is_known() -> None:
    """Every concept has drawings of ours or of the store, and no drawing is without a concept."""
    ours = {name for name, _ in DRAWN}
    assert set(CONCEPTS) == ours | {name for name, concept in CONCEPTS.items() if concept.drawings}


def test_equal_seeds_draw_equal_pictures() -> None:
    """The training repeats itself; another seed draws another picture."""
    for draw in (*SIGNS.values(), *LOOK_ALIKES.values(), *TOOLS.values()):
        first, again = (draw(np.random.default_rng(SEED)) for _ in range(2))
        assert (256, 256, 3) == first.shape
        np.testing.assert_array_equal(first, again)
        assert np.any(first != draw(np.random.default_rng(SEED + 1)))
