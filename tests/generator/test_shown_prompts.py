"""What the README shows is as lively as it looks."""

import cv2
import numpy as np
import pytest

from generator.backends.embedded.contact_sheet import PROMPTS
from generator.backends.embedded.grammar import read_prompt
from generator.backends.embedded.motion import simulate
from generator.backends.embedded.render import render_range

SECONDS = 6


def seen(frame: np.ndarray) -> np.ndarray:
    """The frame without its grain, which alone would make a still one move."""
    return cv2.resize(cv2.GaussianBlur(frame, (0, 0), 2.5), (96, 54), interpolation=cv2.INTER_AREA).astype(
        int
    )


@pytest.mark.parametrize("name", sorted(PROMPTS))
def test_a_shown_prompt_is_never_blank_nor_frozen(name: str) -> None:
    """Within every second something moves, and no frame is of one colour: without the drawings' help."""
    plan = simulate(read_prompt(PROMPTS[name], duration_s=SECONDS, width_px=256, height_px=144, seed=3))
    numbers = [round(k * plan.fps * 0.95) for k in range(SECONDS)]
    frames = [seen(next(render_range(plan, number, number + 1))) for number in numbers]
    assert [] == [number for number, frame in zip(numbers, frames, strict=True) if frame.std() < 8]
    moved = [np.abs(after - before).max() for before, after in zip(frames, frames[1:], strict=False)]
    assert [] == [number for number, change in zip(numbers, moved, strict=False) if change < 12]
