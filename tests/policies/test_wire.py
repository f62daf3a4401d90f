"""What clients are told of a ruling, and what they are not."""

from __future__ import annotations

import json

import pytest
from openai.types.moderation import Moderation

from policies.bundle import load_policy
from policies.cases import everything_looked_for
from policies.decide import decide
from policies.facts import Facts, Surface
from policies.finding import Box, Characters, Finding, Reading, Seconds
from policies.taxonomy import MODERATION_CATEGORIES
from policies.wire import client_reasons, openai_moderation, place_of, reviewer_reasons

POLICY = load_policy()
APPEAL = "https://service.example/v1/appeals?decision=decision_1"
SPAN = Characters(start=4, end=9)


def ruling(*seen, surface=Surface.PROMPT, detector="text.test@1", unseen=(), **facts):
    evidence = everything_looked_for(POLICY, surface, [(detector, finding) for finding in seen], unseen)
    return decide(POLICY, Facts(surface=surface, **facts), evidence), evidence


def found(category, score, where=SPAN):
    return Finding(category=category, score=score, why="seen", where=where)


def test_reason_names_rule_place_and_change() -> None:
    """A creator reads which rule, where, why, what to change, under which policy, and how to appeal."""
    decided, _ = ruling(found("sexual.explicit", 0.9))
    assert [
        {
            "rule": "limit.sexual.explicit",
            "category": "sexual.explicit",
            "stage": "prompt",
            "where": {"chars": [4, 9], "part": "prompt"},
            "why": "Your prompt asks for a sexual act.",
            "advice": "A kiss or an embrace is fine; leave out the act itself.",
            "policy_version": POLICY.digest,
            "appeal_url": APPEAL,
        }
    ] == client_reasons(decided, language="en-GB", appeal_url=APPEAL)


def test_creators_read_no_score() -> None:
    """Neither score nor threshold nor detector reaches a creator: they would be an oracle."""
    decided, _ = ruling(found("sexual.explicit", 0.9123))
    told = json.dumps(client_reasons(decided, language="fr", appeal_url=APPEAL))
    assert not [word for word in ("score", "threshold", "detector", "0.91", "text.test") if word in told]


@pytest.mark.parametrize("category", [c.name for c in POLICY.taxonomy.categories.values() if c.is_vague])
def test_vague_reason_has_no_place(category) -> None:
    """Where a located answer would teach evasion, none is given to the creator."""
    decided, _ = ruling(found(category, 1.0))
    assert {None} == {reason["where"] for reason in client_reasons(decided, language="en", appeal_url=APPEAL)}


def test_vague_categories_are_the_adversarial_ones() -> None:
    """Child safety, extremism, and instructions for harm are vague; nothing else is."""
    vague = {category.name for category in POLICY.taxonomy.categories.values() if category.is_vague}
    extremism = {"extremism", "extremism.praise", "extremism.recruitment", "extremism.symbols"}
    instructions = {"illicit.instructions", "self_harm.instructions", "self_harm.promotion"}
    assert {"sexual_minors"} | extremism | instructions == vague


def test_reviewers_read_score_and_place() -> None:
    """A reviewer sees what a creator does not, even of a vague category."""
    decided, _ = ruling(found("extremism.praise", 0.75))
    (told,) = reviewer_reasons(POLICY, decided, language="en", appeal_url=APPEAL)
    expected = {
        "where": {"chars": [4, 9], "part": "prompt"},
        "score": 0.75,
        "threshold": 0.75,
        "detector": "text.test@1",
        "verdict": "block",
        "ground": "law.terrorism",
    }
    assert expected == {name: told[name] for name in expected}


def test_sealed_place_is_told_to_nobody() -> None:
    """A child safety finding has no place for reviewers either."""
    decided, _ = ruling(found("sexual_minors", 0.9))
    assert [None] == [
        told["where"] for told in reviewer_reasons(POLICY, decided, language="en", appeal_url="")
    ]


@pytest.mark.parametrize(
    ("where", "told"),
    [
        (None, None),
        (SPAN, {"chars": [4, 9], "part": "prompt"}),
        (Seconds(start_s=1.5, end_s=2.0), {"seconds": [1.5, 2.0]}),
        (Box(left=0.1, top=0.2, width=0.3, height=0.4), {"box": [0.1, 0.2, 0.3, 0.4]}),
        (Box(left=0, top=0, width=1, height=1, at_s=2.5), {"box": [0, 0, 1, 1], "seconds": [2.5, 2.5]}),
    ],
)
def test_place_is_told_by_its_kind(where, told) -> None:
    """Characters, seconds or a box, whichever the detector gave."""
    assert told == place_of(where)


def test_places_of_one_rule_stay_apart() -> None:
    """Two offending words are two reasons, so that both can be marked; the same one twice is told once."""
    other = Characters(start=20, end=25)
    decided, _ = ruling(found("hate", 0.9), found("hate", 0.9), found("hate", 0.85, other))
    spans = [reason["where"]["chars"] for reason in client_reasons(decided, language="en", appeal_url=APPEAL)]
    assert [[4, 9], [20, 25]] == spans


def test_moderation_answer_has_the_sdks_shape() -> None:
    """The official SDK reads the answer: 13 categories, scores, input types."""
    decided, evidence = ruling(found("violence.graphic", 0.85), surface=Surface.MODERATION)
    answer = openai_moderation(POLICY, evidence, decided)
    parsed = Moderation.model_validate(answer)
    assert (True, True, 0.85) == (
        parsed.flagged,
        parsed.categories.violence_graphic,
        parsed.category_scores.violence,
    )
    for part in ("categories", "category_scores", "category_applied_input_types"):
        assert list(MODERATION_CATEGORIES) == list(answer[part])


def test_score_below_limit_is_told_unflagged() -> None:
    """A score that leads to nothing is still a score."""
    decided, evidence = ruling(found("hate", 0.2), surface=Surface.MODERATION)
    answer = openai_moderation(POLICY, evidence, decided)
    assert (False, False, 0.2) == (
        answer["flagged"],
        answer["categories"]["hate"],
        answer["category_scores"]["hate"],
    )


def test_hate_with_threat_is_flagged_as_such() -> None:
    """Hate that calls for violence counts as threatening hate."""
    seen = (found("hate", 0.6), found("violence.incitement", 0.6))
    decided, evidence = ruling(*seen, surface=Surface.MODERATION)
    answer = openai_moderation(POLICY, evidence, decided)
    assert (True, 0.6) == (
        answer["categories"]["hate/threatening"],
        answer["category_scores"]["hate/threatening"],
    )


def test_unseen_severe_category_is_flagged() -> None:
    """What nobody could look for is flagged, not passed as clean."""
    decided, evidence = ruling(surface=Surface.MODERATION, unseen=["violence.graphic"])
    answer = openai_moderation(POLICY, evidence, decided)
    assert (True, True) == (answer["flagged"], answer["categories"]["violence/graphic"])
    assert [] == answer["category_applied_input_types"]["violence/graphic"]


def test_input_types_tell_picture_from_text() -> None:
    """Words read from a picture are of the picture, or text where the SDK knows no picture; the prompt's are text."""
    decided, evidence = ruling(surface=Surface.MODERATION)
    words = frozenset({"hate", "self_harm"})
    pictured = Reading(detector="screen.reader@1/text.heads@1", categories=words)
    aged = Reading(detector="picture.age@1", categories=frozenset({"sexual_minors"}))
    nude = Reading(detector="picture.nudity@1", categories=frozenset({"sexual.nudity"}))
    failed = Reading(detector="picture.gore@1", categories=frozenset({"violence.graphic"}), failure="broken")
    more = type(evidence)(
        subject_digest=evidence.subject_digest,
        stage=evidence.stage,
        readings=(*evidence.readings, pictured, aged, nude, failed),
    )
    answer = openai_moderation(POLICY, more, decided)
    types = answer["category_applied_input_types"]
    assert (["text"], ["text", "image"], ["text", "image"], ["text"], ["text"]) == tuple(
        types[name] for name in ("hate", "self-harm", "sexual", "violence/graphic", "sexual/minors")
    )
    Moderation.model_validate(answer)


def test_every_category_that_may_be_refused_counts_for_openai() -> None:
    """Only what is never refused by itself has no counterpart in OpenAI's list."""
    bare = [name for name, category in POLICY.taxonomy.categories.items() if not category.openai]
    assert ["political.persuasion", "minors.depicted", "hidden_writing"] == bare
