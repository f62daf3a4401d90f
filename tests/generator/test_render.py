import numpy as np
import pytest

from generator.backends.embedded.film_set import FilmSet
from generator.backends.embedded.grammar import read_prompt
from generator.backends.embedded.motion import simulate
from generator.backends.embedded.render import render_range

PROMPTS = (
    "a fox sits in the forest",
    "un bateau en papier navigue sur la mer",
    "a lighthouse by the sea at sunset",
)


def _plan(prompt, duration_s=1, seed=3, **more):
    return simulate(
        read_prompt(prompt, duration_s=duration_s, width_px=320, height_px=180, seed=seed, **more)
    )


@pytest.mark.parametrize("prompt", PROMPTS)
def test_equal_seeds_equal_frames(prompt):
    """The same plan gives the same frames, whatever was drawn before and in whatever order."""
    forwards = list(render_range(_plan(prompt), 4, 7))
    backwards = [next(render_range(_plan(prompt), number, number + 1)) for number in (6, 5, 4)]
    assert all(np.array_equal(a, b) for a, b in zip(forwards, reversed(backwards), strict=True))


@pytest.mark.parametrize("prompt", PROMPTS)
def test_three_depths(prompt):
    """Every place has at least three layers that the camera passes at different speeds."""
    assert 3 <= len(FilmSet(_plan(prompt), 0, None).scene.depths)


@pytest.mark.parametrize("prompt", PROMPTS)
def test_never_blank_never_frozen(prompt):
    """Every frame shows something, and within a second the picture has moved beyond its grain."""
    shown = [frame.astype(float) for frame in render_range(_plan(prompt), 0, 24)]
    assert all(frame.std() > 12 for frame in shown)
    assert 1.0 < np.abs(_smoothed(shown[0]) - _smoothed(shown[-1])).mean()


def _smoothed(frame):
    return frame.reshape(45, 4, 80, 4, 3).mean(axis=(1, 3))


@pytest.mark.parametrize("size", [(180, 320), (320, 180), (240, 240), (426, 240)])
def test_any_size(size):
    """Frames have the size asked for, upright or wide."""
    plan = read_prompt("a fox in the forest", duration_s=1, width_px=size[0], height_px=size[1])
    assert (size[1], size[0], 3) == next(render_range(plan, 0, 1)).shape
