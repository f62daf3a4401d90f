"""A line says what the policy answered, on one scale for every category."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.sample import Sample, Stage
from eval.score import HELD, STOPPED, score_from_json, scored, severity
from policies.bundle import load_policy
from policies.facts import Facts, Surface
from policies.finding import Evidence, Finding, Reading
from policies.finding import Stage as Seen
from policies.limits import Thresholds
from policies.ruling import Verdict
from safety.pipeline import Looked, rule

SAMPLE = Sample(id="a/1", source="a", is_harmful=True, lang="en", category="hate", texts=("words",))
POLICY = load_policy()
limit = st.none() | st.floats(0.01, 0.99)


@given(label=limit, review=limit, block=limit, low=st.floats(0, 1), high=st.floats(0, 1))
@settings(max_examples=200, deadline=None)
def test_severity_keeps_the_order_and_the_verdict(label, review, block, low, high) -> None:
    """A higher score is never less severe, and .3, .5 and .8 are label, review and block."""
    ordered = sorted(one for one in (label, review, block) if one is not None)
    given_limits = iter(ordered)
    limits = Thresholds(
        label=None if label is None else next(given_limits),
        review=None if review is None else next(given_limits),
        block=None if block is None else next(given_limits),
    )
    low, high = sorted((low, high))
    assert severity(limits, low) <= severity(limits, high) + 1e-9
    height = severity(limits, high)
    assert 0 <= height <= 1
    verdict, _reached = limits.verdict(high)
    assert (verdict >= Verdict.REVIEW, verdict >= Verdict.BLOCK) == (height >= HELD, height >= STOPPED)


@given(
    found=st.lists(
        st.tuples(
            st.sampled_from(
                ["hate", "violence", "sexual.explicit", "sexual_minors", "minors.depicted", "rights.work"]
            ),
            st.floats(0, 1),
        ),
        max_size=4,
    )
)
@settings(max_examples=200, deadline=None)
def test_what_is_held_is_what_the_policy_holds(found) -> None:
    """Whatever is found, a line is held when the policy reviews or blocks, and stopped when it blocks."""
    policy = POLICY
    everything = frozenset(policy.taxonomy.categories)
    findings = tuple(Finding(category=name, score=score, why="told") for name, score in found)
    reading = Reading(detector="text.all@1", categories=everything, findings=findings)
    evidence = Evidence(subject_digest="0", stage=Seen.PROMPT, readings=(reading,))
    ruling = rule(policy, Facts(surface=Surface.PROMPT), Looked(evidence=evidence))
    line = scored(SAMPLE, Stage.PROMPT, policy, Surface.PROMPT, evidence, ruling)
    assert (ruling.verdict >= Verdict.REVIEW, ruling.verdict is Verdict.BLOCK) == (
        line.is_held,
        line.is_stopped,
    )
    assert line.as_json() == score_from_json(json.loads(json.dumps(line.as_json()))).as_json()


def test_what_could_not_be_judged_has_no_severity(small_system) -> None:
    """A detector that failed leaves the line unscored, though the policy held it: unknown is not zero."""
    evidence = small_system.examine(("something BROKEN",))
    ruling = small_system.judge(evidence, Surface.PROMPT)
    line = scored(SAMPLE, Stage.PROMPT, small_system.policy, Surface.PROMPT, evidence, ruling)
    assert (None, "RuntimeError", False) == (line.severity, line.unscored, line.is_held)


@pytest.mark.parametrize(
    ("text", "length"), [("", "none"), ("a" * 79, "short"), ("a" * 80, "middle"), ("a" * 250, "long")]
)
def test_lengths_have_edges(text, length) -> None:
    """Under 80 characters is short, under 250 middle."""
    sample = Sample(id="1", source="a", is_harmful=None, lang="en", texts=(text,) if text else ())
    assert length == sample.length.value
