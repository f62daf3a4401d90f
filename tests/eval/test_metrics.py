"""Figures against closed forms, brute force and another library."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, f1_score, roc_auc_score

from eval.metrics import f1, ranking, reliability, roc, share

# Few levels, so that ties are common.
scores = st.lists(st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.5000001, 0.8, 1.0]), min_size=5, max_size=40)


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    # Wilson's interval as printed in Newcombe, Statistics in Medicine 1998, table I.
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_shares_have_the_interval_that_wilson_gives(hits, n, low, high) -> None:
    """The bounds agree with the published ones to four places."""
    told = share(hits, n)
    assert (hits / n, low, high) == (told.value, pytest.approx(low, abs=6e-5), pytest.approx(high, abs=6e-5))


@given(n=st.integers(1, 2000), hits=st.integers(0, 2000))
@settings(max_examples=100, deadline=None)
def test_a_share_lies_within_its_interval(n, hits) -> None:
    """Whatever is counted, the interval holds the share, stays from 0 to 1, and mirrors with the truth."""
    hits = min(hits, n)
    told, mirrored = share(hits, n), share(n - hits, n)
    assert 0 <= told.low <= told.value <= told.high <= 1
    assert (told.low, told.high) == (pytest.approx(1 - mirrored.high), pytest.approx(1 - mirrored.low))


def test_nothing_is_withheld() -> None:
    """No share of no rows, no ranking of one class, no F1 without a harmful row, no reliability of nothing."""
    assert (None, None, None, None) == (
        share(0, 0),
        ranking([0.5] * 9, [], 1),
        f1(0, 0, 3, 1, 9),
        reliability([], []),
    )
    with pytest.raises(ValueError, match="no share"):
        share(3, 2)


@given(harmful=scores, harmless=scores)
@settings(max_examples=100, deadline=None)
def test_rankings_agree_with_another_library(harmful, harmless) -> None:
    """AUROC and average precision are scikit-learn's, ties included, and lie within their intervals."""
    truth, said = [1] * len(harmful) + [0] * len(harmless), [*harmful, *harmless]
    told = ranking(harmful, harmless, seed=1)
    assert told.auroc.value == pytest.approx(roc_auc_score(truth, said))
    assert told.average_precision.value == pytest.approx(average_precision_score(truth, said))
    for one in (told.auroc, told.average_precision):
        assert 0 <= one.low <= one.value <= one.high <= 1 + 1e-12


@given(harmful=scores, harmless=scores)
@settings(max_examples=50, deadline=None)
def test_the_area_is_that_under_the_curve(harmful, harmless) -> None:
    """The curve rises from (0, 0) to (1, 1), and the area under it is AUROC."""
    curve = roc(harmful, harmless)
    assert ((0.0, 0.0), (1.0, 1.0)) == (curve[0], curve[-1])
    assert curve == sorted(curve)
    area = np.trapezoid([y for _x, y in curve], [x for x, _y in curve])
    assert area == pytest.approx(ranking(harmful, harmless, seed=1).auroc.value)


def test_the_bootstrap_covers_the_truth_as_often_as_it_says() -> None:
    """Of 200 draws from two known normals, about nineteen intervals in twenty hold the true AUROC."""
    dice = np.random.default_rng(7)
    true = 0.5 * (1 + math.erf(1.0 / 2.0))  # P(N(1,1) > N(0,1)) = Phi(1 / sqrt 2)
    held = 0
    for draw in range(200):
        told = ranking(dice.normal(1, 1, 60).tolist(), dice.normal(0, 1, 80).tolist(), seed=draw).auroc
        held += told.low <= true <= told.high
    assert 180 <= held <= 200


def test_equal_seeds_give_equal_intervals() -> None:
    """The bootstrap is a matter of its seed alone."""
    harmful, harmless = np.linspace(0.3, 1, 30).tolist(), np.linspace(0, 0.7, 30).tolist()
    assert ranking(harmful, harmless, 3) == ranking(harmful, harmless, 3)
    assert ranking(harmful, harmless, 3) != ranking(harmful, harmless, 4)


@given(hits=st.integers(0, 30), misses=st.integers(0, 30), wrong=st.integers(0, 30), quiet=st.integers(0, 30))
@settings(max_examples=100, deadline=None)
def test_f1_agrees_with_another_library(hits, misses, wrong, quiet) -> None:
    """It is the harmonic mean of precision and recall, within its interval."""
    truth = [1] * (hits + misses) + [0] * (wrong + quiet)
    said = [1] * hits + [0] * misses + [1] * wrong + [0] * quiet
    told = f1(hits, misses, wrong, 1, quiet)
    if hits + misses:
        assert told.value == pytest.approx(f1_score(truth, said, zero_division=0))
        assert told.low <= told.value <= told.high


def test_reliability_is_the_weighed_distance() -> None:
    """Ten said .95 of which nine were harmful, and ten said .05 of which none: (.05 + .05) / 2."""
    told = reliability([0.95] * 10 + [0.05] * 10, [True] * 9 + [False] * 11)
    assert told.error == pytest.approx(0.05)
    assert [(0.0, 0.05, 0.0), (0.9, 0.95, 0.9)] == [
        (b.low, pytest.approx(b.said), b.found.value) for b in told.bins
    ]
