"""What turning logits into probabilities promises."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.train.calibrate import Curve, error, fitted


@given(st.floats(0.3, 3.0), st.floats(-2.0, 2.0), st.integers(0, 9))
@settings(deadline=None, max_examples=50)
def test_the_curve_that_made_the_truth_is_found(slope: float, offset: float, seed: int) -> None:
    """Where truths were drawn from a logistic curve, with both truths weighed alike, its slope is found."""
    dice = np.random.default_rng(seed)
    logits = dice.normal(-offset / slope, 2.0, 20_000)
    is_harmful = dice.random(20_000) < 1 / (1 + np.exp(-(slope * logits + offset)))
    found, _offset = fitted(logits[is_harmful], logits[~is_harmful])
    assert slope == pytest.approx(found, rel=0.15)


def test_the_lines_are_where_they_were_drawn() -> None:
    """The review line is an even chance, and the block line four to one."""
    for steep in (0.5, 1.0, 4.0):
        curve = Curve.through(1.0, 2.0, (steep, -0.5))
        review, block = curve.probabilities(np.array([1.0, 2.0]))
        assert 0.5 == pytest.approx(review)
        assert 0.8 == pytest.approx(block)
        assert 0 < curve.harmful_share < 1


def test_true_probabilities_have_no_error_and_boasting_has() -> None:
    """The error of probabilities that are true is near nothing; that of overconfident ones is not."""
    dice = np.random.default_rng(4)
    logits = dice.normal(-2, 2, 50_000)
    is_harmful = dice.random(50_000) < 1 / (1 + np.exp(-logits))
    harmful, harmless = logits[is_harmful], logits[~is_harmful]
    share = float(is_harmful.mean())
    true, boasting = (Curve(slope=slope, offset=0.0, harmful_share=share) for slope in (1.0, 5.0))
    assert error(true, harmful, harmless) < 0.01
    assert error(boasting, harmful, harmless) > 0.05
