"""A statement of reasons passes the Commission's validator, whatever was decided; the validator refuses the rest."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.bundle import load_policy
from policies.decide import decide
from policies.facts import Facts, Surface
from policies.finding import Box, Characters, Evidence, Finding, Reading, Seconds, Stage
from policies.ruling import Verdict
from policies.statement import Stated, statement_of_reasons
from policies.statement_rules import faults

POLICY = load_policy()
TODAY = dt.date(2026, 11, 22)
PLACES = (
    None,
    Characters(start=2, end=6),
    Seconds(start_s=1.0, end_s=2.5),
    Box(left=0.0, top=0.0, width=0.5, height=0.5, at_s=1.0),
    Box(left=0.0, top=0.0, width=0.5, height=0.5),
)


def stated(surface: Surface = Surface.OUTPUT, **changes: object) -> Stated:
    fields = {"puid": "decision_1", "content_date": TODAY, "applied_on": TODAY, "by_person": False, **changes}
    return Stated(surface=surface, **fields)


def ruling_on(category: str, score: float = 0.95, where: object = None, surface: Surface = Surface.OUTPUT):
    stage = Stage.PROMPT if surface is Surface.PROMPT else Stage.OUTPUT
    finding = Finding(category=category, score=score, why="seen", where=where)
    names = frozenset(POLICY.taxonomy.categories)
    reading = Reading(detector="text.word@1", categories=names, findings=(finding,))
    evidence = Evidence(subject_digest="0" * 64, stage=stage, readings=(reading,))
    return decide(POLICY, Facts(surface=surface), evidence)


GOOD = statement_of_reasons(POLICY, ruling_on("hate"), stated(), "en")


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from([*POLICY.taxonomy.categories, "no.such.category"]),
    st.floats(0, 1),
    st.sampled_from(PLACES),
    st.sampled_from([Surface.PROMPT, Surface.OUTPUT, Surface.PUBLISH]),
    st.booleans(),
    st.sampled_from(["en", "fr"]),
)
def test_every_restriction_can_be_stated(category, score, where, surface, by_person, language) -> None:
    """Whatever category, place, surface, decider and language: the validator finds no fault."""
    ruling = ruling_on(category, score, where, surface)
    about = stated(surface, by_person=by_person)
    if ruling.verdict is Verdict.ALLOW:
        with pytest.raises(ValueError, match="statement"):
            statement_of_reasons(POLICY, ruling, about, language)
    else:
        assert [] == faults(statement_of_reasons(POLICY, ruling, about, language))


def test_a_statement_names_ground_category_and_place() -> None:
    """A term is incompatible, a law illegal; keywords are the category's; where it was found is told."""
    told = statement_of_reasons(POLICY, ruling_on("hate", where=PLACES[2]), stated(), "en")
    assert ("DECISION_GROUND_INCOMPATIBLE_CONTENT", "STATEMENT_CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH") == (
        told["decision_ground"],
        told["category"],
    )
    assert ["KEYWORD_HATE_SPEECH", "KEYWORD_DISCRIMINATION"] == told["category_specification"]
    assert "1.0–2.5 s" in told["decision_facts"]
    law = statement_of_reasons(POLICY, ruling_on("extremism.praise", where=PLACES[2]), stated(), "fr")
    assert "DECISION_GROUND_ILLEGAL_CONTENT" == law["decision_ground"]
    assert "Règlement (UE) 2021/784" in law["illegal_content_legal_ground"]
    assert "2,5 s" not in law["decision_facts"] and "2.5 s" not in law["decision_facts"]  # vague by policy


def test_what_was_never_hosted_is_not_for_the_database() -> None:
    """A refused prompt is a text, disabled nothing, and says what was not done."""
    about = stated(Surface.PROMPT)
    told = statement_of_reasons(POLICY, ruling_on("hate", surface=Surface.PROMPT), about, "en")
    assert (False, ["CONTENT_TYPE_TEXT"], "The clip was not made.") == (
        about.is_hosted,
        told["content_type"],
        told["decision_visibility_other"],
    )
    assert stated(Surface.OUTPUT).is_hosted and stated(Surface.PUBLISH).is_hosted


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"puid": "decision 1"}, "puid"),
        ({"puid": "x" * 501}, "puid"),
        ({"puid": None}, "puid"),
        ({"decision_facts": ""}, "decision_facts"),
        ({"decision_facts": "x" * 5001}, "decision_facts"),
        ({"decision_ground": None}, "decision_ground"),
        ({"decision_ground": "DECISION_GROUND_ILLEGAL_CONTENT"}, "illegal_content_legal_ground"),
        ({"illegal_content_legal_ground": "a law"}, "illegal_content_legal_ground"),
        ({"incompatible_content_ground": "x" * 501}, "incompatible_content_ground"),
        ({"incompatible_content_explanation": None}, "incompatible_content_explanation"),
        ({"content_type": []}, "content_type"),
        ({"content_type": ["VIDEO"]}, "content_type"),
        ({"content_type": "CONTENT_TYPE_VIDEO"}, "content_type"),
        ({"content_type": ["CONTENT_TYPE_OTHER"]}, "content_type_other"),
        ({"content_type_other": "a hologram"}, "content_type_other"),
        ({"decision_visibility": []}, "decision_visibility"),
        ({"decision_visibility": ["DECISION_VISIBILITY_GONE"]}, "decision_visibility"),
        ({"decision_visibility": ["DECISION_VISIBILITY_OTHER"]}, "decision_visibility_other"),
        ({"decision_visibility_other": "hidden"}, "decision_visibility_other"),
        ({"decision_account": "DECISION_ACCOUNT_SCOLDED"}, "decision_account"),
        ({"category": "ILLEGAL_OR_HARMFUL_SPEECH"}, "category"),
        ({"category_specification": ["HATE_SPEECH"]}, "category_specification"),
        ({"content_date": "22/11/2026"}, "content_date"),
        ({"application_date": "2019-12-31"}, "application_date"),
        ({"source_type": "SOURCE_RUMOUR"}, "source_type"),
        ({"source_identity": "a neighbour"}, "source_identity"),
        ({"automated_detection": True}, "automated_detection"),
        ({"automated_decision": "FULLY"}, "automated_decision"),
    ],
    ids=str,
)
def test_the_validator_refuses_what_the_commission_would(changes: dict, field: str) -> None:
    """Each rule by its one defect: the fault names the field."""
    assert [] == faults(GOOD)
    told = [fault.partition(":")[0] for fault in faults({**GOOD, **changes})]
    assert field in told
    without = {name: value for name, value in GOOD.items() if name not in changes}
    if without != GOOD and field in GOOD:
        assert field in [fault.partition(":")[0] for fault in faults(without)] or "specification" in field
