"""What a rule may ask, and that asking quickly is asking the same."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.bundle import load_policy
from policies.condition import Conditions, figures_reached, vocabulary
from policies.facts import AgeBand, Facts, Surface, Tier
from policies.finding import Stage
from policies.source import Place

POLICY = load_policy()
WORDS = vocabulary(POLICY.taxonomy)
VARIABLES = sorted(name for rule in POLICY.rules for name in WORDS.used(rule.when) if name in WORDS.types)
SCORES = sorted({name for name in VARIABLES if name.startswith(("score.", "pictured."))})
UNCHECKED = sorted({name.removeprefix("unchecked.") for name in VARIABLES if name.startswith("unchecked.")})


def conditions(*texts: str) -> Conditions:
    return Conditions(WORDS, [(text, Place("test.yaml", [text], yaml.compose(text))) for text in texts])


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(SCORES), st.one_of(st.floats(0, 1), st.sampled_from([0.3, 0.35, 0.36, 0.5]))
    ),
    st.sets(st.sampled_from(UNCHECKED)),
    st.sampled_from(Surface),
    st.sampled_from(Stage),
    st.sampled_from(AgeBand),
    st.integers(0, 2),
)
def test_kept_answers_are_the_true_ones(scores, unchecked, surface, stage, age_band, count) -> None:
    """What is answered from memory is what CEL answers when asked with the very scores."""
    ids = frozenset(str(number) for number in range(count))
    facts = Facts(surface=surface, age_band=age_band, granted_cameo_ids=ids, opt_out_ids=ids)
    values = {name: scores.get(name, 0.0) for name in SCORES}
    values |= {f"unchecked.{name}": name in unchecked for name in UNCHECKED}
    values |= {
        "surface": WORDS.constants[f"Surface.{surface}"],
        "stage": WORDS.constants[f"Stage.{stage}"],
        "tier": WORDS.constants[f"Tier.{Tier.FREE}"],
        "age_band": WORDS.constants[f"AgeBand.{age_band}"],
        "granted_cameo_count": count,
        "opt_out_count": count,
        "refused_cameo_count": 0,
    }
    asked = POLICY.conditions.answers(values)
    assert tuple(index for index, holds in enumerate(asked) if holds) == POLICY.conditions.holding(
        facts, stage, scores, unchecked
    )


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("score.hate >= 0.5", (0.0, 0.5)),
        ("score.hate >= 0.5 || (score.hate>=0.7 && tier == Tier.pro)", (0.0, 0.5, 0.7)),
        ("score.hate > 0.5", None),
        ("score.hate < 0.5", None),
        ("0.5 <= score.hate", None),
        ("score.hate >= 0.5 + 0.1", None),
        ("1.0 - score.hate >= 0.5", None),
        ("score.hate >= score.privacy", None),
        ("score.harassment.threat >= 0.5", (0.0,)),
    ],
)
def test_figures_are_known_only_where_they_are_plain(text, figures) -> None:
    """A score is rounded down to the figures it is asked to reach only where nothing else is asked of it."""
    assert figures == figures_reached("score.hate", text)


def test_arithmetic_on_scores_is_answered_exactly() -> None:
    """A condition that adds scores is asked with the scores themselves."""
    asked = conditions("score.hate + score.privacy >= 1.0")
    facts = Facts(surface=Surface.PROMPT)
    answers = [
        asked.holding(facts, Stage.PROMPT, {"score.hate": h, "score.privacy": 0.5}, ()) for h in (0.49, 0.5)
    ]
    assert [(), (0,)] == answers


def test_error_of_one_condition_is_no_answer_at_all() -> None:
    """Where one condition cannot be worked out, none is believed."""
    asked = conditions("10 / opt_out_count > 2", "score.hate >= 0.5")
    assert None is asked.holding(Facts(surface=Surface.PROMPT), Stage.PROMPT, {"score.hate": 0.9}, ())


def test_word_in_quotes_is_no_variable() -> None:
    """A name inside a string is a string."""
    assert frozenset({"backend"}) == WORDS.used("backend == \"score.hate\" || backend == 'surface'")


def test_territory_is_a_word() -> None:
    """Conditions may ask for places and back-ends."""
    asked = conditions('territory in ["FR", "BE"] && backend.startsWith("embed")')
    held = [
        asked.holding(Facts(surface=Surface.FEED, territory=place, backend="embedded"), Stage.OUTPUT, {}, ())
        for place in ("FR", "DE")
    ]
    assert [(0,), ()] == held


def test_shipped_rules_are_plain_enough_to_be_kept() -> None:
    """Every score of the rules that ship is asked plainly, so decisions seldom wait for CEL."""
    text = " ; ".join(rule.when for rule in POLICY.rules)
    assert [] == [name for name in SCORES if figures_reached(name, text) is None]


def test_rules_are_written_where_people_read_them() -> None:
    """The file of rules names every variable a condition may use."""
    text = (Path(__file__).parents[2] / "policies" / "rules" / "rules.yaml").read_text()
    families = {name.partition(".")[0] for name in WORDS.types if name not in WORDS.constants}
    assert [] == sorted(family for family in families if family not in text.partition("\nrules:")[0])
