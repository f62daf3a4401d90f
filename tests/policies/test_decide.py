"""The decision is pure, total, and on the safe side."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from policies.bundle import default_folder, load_policy
from policies.decide import decide
from policies.facts import AgeBand, Facts, Surface, Tier
from policies.finding import Box, Characters, Evidence, Finding, Match, Reading, Seconds, Stage
from policies.ruling import Verdict

POLICY = load_policy()
NAMES = sorted(POLICY.taxonomy.categories)
BANKS = sorted(POLICY.roster.banks)


def found(category, score, bank=None, where=None):
    match = bank and Match(reference="r", bank=bank, method="exact", value="v", distance=0.0, threshold=0.5)
    return Finding(category=category, score=score, why="seen", match=match or None, where=where)


findings = st.builds(
    found,
    st.sampled_from([*NAMES, "no.such.category"]),
    st.floats(0, 1),
    st.one_of(st.none(), st.sampled_from([*BANKS, "no.such.bank"])),
    st.one_of(
        st.none(),
        st.just(Characters(start=0, end=3)),
        st.just(Seconds(start_s=1.0, end_s=2.0)),
        st.just(Box(left=0.0, top=0.0, width=0.5, height=0.5, at_s=1.0)),
    ),
)
readings = st.builds(
    Reading,
    detector=st.sampled_from(["text.a@1", "picture.b@2", "sound.c@1", "odd"]),
    categories=st.frozensets(st.sampled_from(NAMES)),
    findings=st.lists(findings, max_size=4).map(tuple),
    failure=st.one_of(st.none(), st.just("no memory")),
)
evidences = st.builds(
    Evidence,
    subject_digest=st.just("0" * 64),
    stage=st.sampled_from(Stage),
    readings=st.lists(readings, max_size=4).map(tuple),
)
facts = st.builds(
    Facts,
    surface=st.sampled_from(Surface),
    tier=st.sampled_from(Tier),
    age_band=st.sampled_from(AgeBand),
    territory=st.sampled_from(["ZZ", "FR", "DE", "NO", "not a country"]),
    granted_cameo_ids=st.frozensets(st.sampled_from(["cameo_1", "cameo_2"])),
    refused_cameo_ids=st.frozensets(st.sampled_from(["cameo_3", "cameo_4"])),
    opt_out_ids=st.frozensets(st.sampled_from(["optout_1", "optout_2"])),
    backend=st.sampled_from(["embedded", "other"]),
    labelled=st.frozensets(st.sampled_from([*NAMES, "no.such.category"]), max_size=3),
)
laws = settings(max_examples=150, deadline=None)


@laws
@given(facts, evidences)
def test_decision_is_total(circumstances, evidence) -> None:
    """Whatever was seen, there is an answer, and it is that of its strictest reason."""
    ruling = decide(POLICY, circumstances, evidence)
    assert max((reason.verdict for reason in ruling.reasons), default=Verdict.ALLOW) == ruling.verdict
    assert sorted(ruling.reasons, key=lambda reason: -reason.verdict) == list(ruling.reasons)


@laws
@given(facts, evidences)
def test_same_evidence_gives_same_ruling(circumstances, evidence) -> None:
    """A fresh copy of the policy, asked the same, answers the same."""
    assert decide(POLICY, circumstances, evidence) == decide(load_once_more(), circumstances, evidence)


def load_once_more(kept=[]):
    kept.append(kept[0] if kept else load_policy())
    return kept[0]


@laws
@given(facts, evidences, findings, st.integers(0, 3))
def test_more_findings_never_soften(circumstances, evidence, finding, index) -> None:
    """One more finding leaves the verdict as strict or makes it stricter."""
    assume(evidence.readings)
    index %= len(evidence.readings)
    reading = evidence.readings[index]
    more = replace(reading, findings=(*reading.findings, finding))
    stricter = replace(evidence, readings=(*evidence.readings[:index], more, *evidence.readings[index + 1 :]))
    assert decide(POLICY, circumstances, evidence).verdict <= decide(POLICY, circumstances, stricter).verdict


@laws
@given(facts, evidences, st.data())
def test_higher_scores_never_soften(circumstances, evidence, data) -> None:
    """A finding that grows surer leaves the verdict as strict or makes it stricter."""
    raised = tuple(
        replace(
            reading,
            findings=tuple(
                replace(finding, score=data.draw(st.floats(finding.score, 1.0)))
                for finding in reading.findings
            ),
        )
        for reading in evidence.readings
    )
    higher = replace(evidence, readings=raised)
    assert decide(POLICY, circumstances, evidence).verdict <= decide(POLICY, circumstances, higher).verdict


@laws
@given(facts, evidences, st.integers(0, 3))
def test_failing_detector_never_softens(circumstances, evidence, index) -> None:
    """A detector that could not look leaves the verdict as strict or makes it stricter."""
    assume(evidence.readings)
    index %= len(evidence.readings)
    failed = replace(evidence.readings[index], failure="the model is absent")
    blinder = replace(
        evidence, readings=(*evidence.readings[:index], failed, *evidence.readings[index + 1 :])
    )
    assert decide(POLICY, circumstances, evidence).verdict <= decide(POLICY, circumstances, blinder).verdict


@laws
@given(facts, evidences)
def test_a_later_look_never_takes_an_earlier_label_away(circumstances, evidence) -> None:
    """What was labelled stays named by a reason, and nothing else of the ruling is softened or lost for it."""
    alone = decide(POLICY, replace(circumstances, labelled=frozenset()), evidence)
    ruling = decide(POLICY, circumstances, evidence)
    assert circumstances.labelled <= {reason.category for reason in ruling.reasons}
    assert set(alone.reasons) <= set(ruling.reasons)
    assert max(alone.verdict, Verdict.LABEL if circumstances.labelled else Verdict.ALLOW) == ruling.verdict
    if ruling.verdict is Verdict.LABEL:
        assert alone.labels | circumstances.labelled == ruling.labels


@laws
@given(facts, evidences)
def test_refused_likeness_always_blocks_alike(circumstances, evidence) -> None:
    """Asking for a likeness without a grant is refused in one and the same words, whatever the cause."""
    one, other = (
        decide(POLICY, replace(circumstances, refused_cameo_ids=frozenset({cameo})), evidence)
        for cameo in ("cameo_paused", "cameo_that_never_was")
    )
    assert one == other
    assert Verdict.BLOCK == one.verdict
    assert "likeness_permission_denied" in {reason.error_code for reason in one.reasons}


@pytest.mark.parametrize("surface", Surface)
def test_nothing_found_is_allowed(surface, looked) -> None:
    """When all was looked for and nothing found, nothing stands in the way."""
    ruling = decide(POLICY, Facts(surface=surface), looked(surface))
    assert (Verdict.ALLOW, (), ()) == (ruling.verdict, ruling.reasons, ruling.unchecked)


@pytest.mark.parametrize("surface", Surface)
def test_missing_severe_reading_holds(surface, looked) -> None:
    """Each severe category that nobody looked for holds by itself, with a reason that names it."""
    severe = [
        d.category for d in POLICY.looks.duties[surface] if POLICY.taxonomy.categories[d.category].is_severe
    ]
    assert severe
    for category in severe:
        evidence = looked(surface)
        blind = tuple(replace(r, categories=r.categories - {category}) for r in evidence.readings)
        ruling = decide(POLICY, Facts(surface=surface), replace(evidence, readings=blind))
        assert (Verdict.REVIEW, (category,)) == (ruling.verdict, ruling.unchecked)
        assert [("law.unseen", category)] == [(reason.rule, reason.category) for reason in ruling.reasons]


def test_missing_other_reading_is_told(looked) -> None:
    """A category that is not severe and was not looked for is told as unchecked, and lets a draft through."""
    evidence = looked(Surface.OUTPUT)
    blind = tuple(replace(r, categories=r.categories - {"minors.depicted"}) for r in evidence.readings)
    ruling = decide(POLICY, Facts(surface=Surface.OUTPUT), replace(evidence, readings=blind))
    assert (Verdict.ALLOW, ("minors.depicted",)) == (ruling.verdict, ruling.unchecked)


def test_one_failed_look_is_not_made_up_by_another(looked) -> None:
    """A severe category stays unseen where one of two detectors failed."""
    evidence = looked(Surface.OUTPUT)
    failed = Reading(
        detector="picture.second@1", categories=frozenset({"sexual.nudity"}), failure="out of memory"
    )
    ruling = decide(
        POLICY, Facts(surface=Surface.OUTPUT), replace(evidence, readings=(*evidence.readings, failed))
    )
    assert (Verdict.REVIEW, ("sexual.nudity",)) == (ruling.verdict, ruling.unchecked)


def test_words_do_not_stand_for_a_look_at_the_picture(looked) -> None:
    """A transcript in which no nudity is named says nothing about the frames."""
    evidence = looked(Surface.OUTPUT)
    only_words = tuple(replace(r, detector="text.words@1") for r in evidence.readings)
    ruling = decide(POLICY, Facts(surface=Surface.OUTPUT), replace(evidence, readings=only_words))
    assert Verdict.REVIEW == ruling.verdict
    assert "sexual.nudity" in ruling.unchecked


@pytest.mark.parametrize(
    ("surface", "seen", "verdict", "code"),
    [
        (Surface.PROMPT, found("sexual.explicit", 0.95), Verdict.BLOCK, "prompt_blocked"),
        (Surface.PROMPT, found("sexual.explicit", 0.6), Verdict.REVIEW, "prompt_blocked"),
        (Surface.OUTPUT, found("harassment.threat", 0.95), Verdict.BLOCK, "output_blocked"),
        (
            Surface.PROMPT,
            found("likeness.public_figure", 0.9, "public_figures"),
            Verdict.BLOCK,
            "public_figure_blocked",
        ),
        (
            Surface.OUTPUT,
            found("likeness.public_figure", 0.46, "faces.public_figures"),
            Verdict.BLOCK,
            "likeness_permission_denied",
        ),
        (
            Surface.OUTPUT,
            found("likeness.public_figure", 0.40, "faces.public_figures"),
            Verdict.REVIEW,
            "likeness_permission_denied",
        ),
        (Surface.OUTPUT, found("likeness.public_figure", 0.30, "faces.public_figures"), Verdict.ALLOW, None),
        (Surface.OUTPUT, found("likeness.unconsented", 0.9), Verdict.REVIEW, "likeness_permission_denied"),
        (
            Surface.PROMPT,
            found("rights.character", 1.0, "optouts.self_declared"),
            Verdict.REVIEW,
            "rights_opt_out",
        ),
        (Surface.PROMPT, found("rights.character", 1.0, "optouts.verified"), Verdict.BLOCK, "rights_opt_out"),
        (
            Surface.PROMPT,
            found("rights.brand", 1.0, "optouts.self_declared"),
            Verdict.REVIEW,
            "rights_opt_out",
        ),
        (Surface.PROMPT, found("sexual_minors", 0.4), Verdict.BLOCK, "minor_protection"),
        (Surface.OUTPUT, found("minors.depicted", 1.0), Verdict.ALLOW, None),
    ],
)
def test_finding_meets_its_limit(surface, seen, verdict, code, looked) -> None:
    """A finding leads to the verdict of its line, and the refusal to its error code."""
    ruling = decide(POLICY, Facts(surface=surface), looked(surface, seen))
    assert verdict == ruling.verdict
    assert code == (ruling.reasons[0].error_code if ruling.reasons else None)


@pytest.mark.parametrize("category", [*POLICY.taxonomy.within("rights"), "likeness.public_figure"])
@pytest.mark.parametrize("surface", Surface)
@pytest.mark.parametrize("age_band", AgeBand)
def test_power_of_an_opt_out_follows_its_owners_proof(category, surface, age_band, looked) -> None:
    """Whatever the right, a verified owner's entry blocks, and a self-declared one only holds."""
    verdicts = [
        decide(
            POLICY, Facts(surface=surface, age_band=age_band), looked(surface, found(category, 1.0, bank))
        ).verdict
        for bank in ("optouts.self_declared", "optouts.verified")
    ]
    assert [Verdict.REVIEW, Verdict.BLOCK] == verdicts


def test_setting_for_faces_nobody_granted_is_one_line(looked, tmp_path) -> None:
    """An operator who wants every ungranted real face stopped, or only labelled, changes one word."""
    for word, verdict in (("block", Verdict.BLOCK), ("review", Verdict.REVIEW), ("label", Verdict.LABEL)):
        folder = shutil.copytree(default_folder(), tmp_path / word)
        line = "{category: likeness.unconsented, review: 0.5}"
        text = (folder / "limits.yaml").read_text()
        assert 1 == text.count(line)
        (folder / "limits.yaml").write_text(text.replace(line, line.replace("review", word)))
        seen = found("likeness.unconsented", 0.8)
        ruling = decide(load_policy(folder), Facts(surface=Surface.OUTPUT), looked(Surface.OUTPUT, seen))
        assert verdict == ruling.verdict


def test_fault_in_reference_picture_is_the_inputs(looked) -> None:
    """What is found in a box before generation was in the picture given, not in the prompt."""
    seen = found("violence.graphic", 0.9, where=Box(left=0.1, top=0.1, width=0.2, height=0.2))
    ruling = decide(POLICY, Facts(surface=Surface.PROMPT), looked(Surface.PROMPT, seen))
    assert "input_blocked" == ruling.reasons[0].error_code
    assert "L’image fournie contient" in ruling.reasons[0].why.fr


def test_child_safety_never_waits(looked) -> None:
    """A sexual finding that would be held for an adult is stopped beside a minor."""
    seen = (found("sexual.explicit", 0.4), found("minors.depicted", 0.7))
    ruling = decide(
        POLICY, Facts(surface=Surface.OUTPUT), looked(Surface.OUTPUT, *seen, detector="picture.all@1")
    )
    assert (Verdict.BLOCK, "sexual_minors", True) == (
        ruling.verdict,
        ruling.reasons[0].category,
        ruling.reasons[0].is_vague,
    )


@pytest.mark.parametrize("name", [n for n in NAMES if n == "sexual_minors"])
@pytest.mark.parametrize("surface", Surface)
@pytest.mark.parametrize("age_band", AgeBand)
def test_child_safety_has_no_review(name, surface, age_band) -> None:
    """No score of this category is ever held: it stops or it is nothing."""
    limit = POLICY.limits.thresholds(name, surface, Tier.PRO, age_band, "ZZ", "text.x@1", None)
    assert (None, None) == (limit.label, limit.review)


def test_every_reason_is_kept(looked) -> None:
    """Stricter reasons stand first; softer ones stay beside them."""
    seen = (found("sexual.explicit", 0.95), found("hate", 0.6), found("political.persuasion", 0.7))
    ruling = decide(POLICY, Facts(surface=Surface.PROMPT), looked(Surface.PROMPT, *seen))
    assert ["limit.sexual.explicit", "limit.hate", "limit.political.persuasion"] == [
        r.rule for r in ruling.reasons
    ]


def test_first_reason_is_the_gravest(looked) -> None:
    """Of equal verdicts, child safety names the answer, then what is severe, then what is surest."""
    seen = (found("hate", 0.99), found("sexual.explicit", 0.85), found("sexual_minors", 0.5))
    ruling = decide(POLICY, Facts(surface=Surface.PROMPT), looked(Surface.PROMPT, *seen))
    assert ["sexual_minors", "sexual.explicit", "hate"] == [reason.category for reason in ruling.reasons]
    assert "minor_protection" == ruling.reasons[0].error_code


def test_failed_look_for_unknown_category_holds(looked) -> None:
    """What the policy has no word for may be grave: a detector that could not look for it holds."""
    evidence = looked(Surface.PROMPT)
    failed = Reading(detector="text.new@1", categories=frozenset({"time_travel"}), failure="out of memory")
    ruling = decide(
        POLICY, Facts(surface=Surface.PROMPT), replace(evidence, readings=(*evidence.readings, failed))
    )
    assert (Verdict.REVIEW, ("time_travel",)) == (ruling.verdict, ruling.unchecked)


def test_many_places_of_one_rule_are_told_up_to_a_few(looked) -> None:
    """A hundred frames with one fault are told by the eight surest, and block all the same."""
    seen = [
        found("hate", 0.8 + frame / 1000, where=Seconds(start_s=float(frame), end_s=frame + 1.0))
        for frame in range(100)
    ]
    ruling = decide(POLICY, Facts(surface=Surface.OUTPUT), looked(Surface.OUTPUT, *seen))
    assert [99.0, 98.0, 97.0, 96.0, 95.0, 94.0, 93.0, 92.0] == [
        reason.where.start_s for reason in ruling.reasons
    ]


def test_rule_points_at_the_strongest_finding_it_asked_about(looked) -> None:
    """A rule over several findings names the place of the surest of them."""
    spoken = found("political.deception", 0.4, where=Seconds(start_s=2.0, end_s=3.0))
    face = found(
        "likeness.public_figure", 0.42, "faces.public_figures", Box(left=0, top=0, width=1, height=1)
    )
    ruling = decide(POLICY, Facts(surface=Surface.OUTPUT), looked(Surface.OUTPUT, spoken, face))
    rule = next(reason for reason in ruling.reasons if reason.rule == "deception.public_figure")
    assert (face.where, 0.42) == (rule.where, rule.score)


def test_unknown_category_holds(looked) -> None:
    """A finding the policy has no word for is looked at by a person, even at score 0."""
    ruling = decide(POLICY, Facts(surface=Surface.PROMPT), looked(Surface.PROMPT, found("time_travel", 0.0)))
    assert (Verdict.REVIEW, "law.category") == (ruling.verdict, ruling.reasons[0].rule)


def test_condition_that_fails_holds(looked, monkeypatch) -> None:
    """Where CEL gives an error instead of answers, a person looks; nothing is raised."""
    monkeypatch.setattr(POLICY.conditions, "holding", lambda *_: None)
    ruling = decide(POLICY, Facts(surface=Surface.PROMPT), looked(Surface.PROMPT))
    assert (Verdict.REVIEW, "law.condition") == (ruling.verdict, ruling.reasons[0].rule)
