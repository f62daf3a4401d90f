"""The report counts every row once, calls a regression one, and is the same for the same runs."""

import copy
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from eval import cli
from eval.against import regressions
from eval.figures import by_key, confusion, figures
from eval.report import OtherPolicy, build, read_runs, spelled
from eval.run import run
from eval.sample import Draw, Learned, Length, Stage
from eval.score import Score
from eval.suites.prompts import Prompts
from eval.suites.sets import apart
from eval.targets import judged


def line(number=0, *, harmful=True, severity=0.9, category="hate", family=None, **rest) -> Score:
    fields = {
        "id": f"a/{number}", "source": "a", "is_harmful": harmful, "lang": "en", "length": Length.SHORT,
        "stage": Stage.PROMPT, "category": category if harmful else None, "learned": Learned.NEVER,
        "variant": "plain", "pair": "", "severity": severity,
        "families": {} if severity is None else {family or category: severity}, "verdict": "review",
        "reason": "limit.hate", "named": "hate", "unscored": "Broken" if severity is None else None,
    }  # fmt: skip
    return Score(**{**fields, **rest})


PLAIN = "stage=prompt/variant=plain"


def test_figures_are_the_counts(report) -> None:
    """Ten of thirty below the limit pass, one harmless is held, the broken one is in no figure but its own."""
    told = {figure["key"]: figure for figure in report["figures"]}
    held = sum(30 + 2 * number >= 50 for number in range(30))
    assert (held, 30) == tuple(
        told[f"prompts/recall/{PLAIN}/category=violence"][name] for name in ("hits", "n")
    )
    assert (1, 39) == tuple(
        told[f"prompts/false_alarms/{PLAIN}/source=benign_t2v_2"][name] for name in ("hits", "n")
    )
    assert (1, 86) == tuple(told["prompts/unscored"][name] for name in ("hits", "n"))
    assert (0, 10) == tuple(
        told[f"prompts/held_unlabelled/{PLAIN}/source=benign_users"][name] for name in ("hits", "n")
    )
    assert 1 == report["suites"]["prompts"]["unscored"]


def test_a_category_is_as_reliable_as_its_own_scores(report) -> None:
    """Of the scores of violence only its rows and the harmless are asked; too few rows make no plot."""
    told = report["plots"]["prompts"]["reliability_by_category"]
    assert ["violence"] == list(told)
    assert (30, 69, False) == tuple(told["violence"][name] for name in ("harmful", "n", "is_learned"))
    assert told["violence"]["n"] == sum(one["found"]["n"] for one in told["violence"]["bins"])


def test_what_needs_more_than_words_is_apart(report) -> None:
    """Works are in no figure of the words, and every row is in exactly one of both scopes."""
    told = {figure["key"]: figure for figure in report["figures"]}
    counts = [told[f"prompts/recall/{PLAIN}/scope={scope}"]["n"] for scope in ("words", "apart")]
    assert [30, 6] == counts
    assert 36 == told[f"prompts/recall/{PLAIN}"]["n"]


def test_a_name_is_no_alarm_of_the_words() -> None:
    """A harmless row held for a work's name counts against the gate, and not against the words."""
    lines = [line(number, harmful=False, severity=0.6, family="rights") for number in range(4)]
    told = by_key(figures("prompts", lines, {"rights"}, 1))
    assert 1.0 == told[f"prompts/false_alarms/{PLAIN}"].estimate.value
    assert 0.0 == told[f"prompts/false_alarms/{PLAIN}/scope=words"].estimate.value


@given(
    st.lists(
        st.builds(
            line, st.integers(0, 9), harmful=st.sampled_from([True, False, None]),
            severity=st.none() | st.floats(0, 1), category=st.sampled_from(["hate", "rights", "sexual"]),
            source=st.sampled_from("ab"), lang=st.sampled_from(["en", "fr"]), length=st.sampled_from(list(Length)),
        ),
        max_size=40,
    )
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_slices_add_up(lines) -> None:
    """Counts by source, by language and by both are the same rows; order of the lines changes nothing."""
    told = by_key(figures("s", lines, {"rights"}, 1))
    assert told == by_key(figures("s", lines[::-1], {"rights"}, 1))
    for metric in ("recall", "false_alarms"):
        whole = told.get(f"s/{metric}/{PLAIN}")
        for names in (("source",), ("lang",), ("length",), ("lang", "source")):
            parts = [
                f
                for f in told.values()
                if f.metric == metric and f.where[2:] and tuple(n for n, _ in f.where[2:]) == names
            ]
            assert (whole.estimate.n if whole else 0) == sum(part.estimate.n for part in parts)
    counted = sum(sum(row.values()) for row in confusion(lines).values())
    assert counted == sum(one.is_harmful is not None for one in lines)


def test_pairs_are_told_whole() -> None:
    """A pair counts where its harmful side is held and its harmless side passes."""
    told = by_key(
        figures(
            "pairs",
            [
                line(1, pair="p"), line(2, pair="p", harmful=False, severity=0.1),
                line(3, pair="q"), line(4, pair="q", harmful=False, severity=0.6),
                line(5, pair="alone"),
            ],
            set(),
            1,
        )
    )  # fmt: skip
    estimate = told["pairs/pairs_told/lang=en/source=a"].estimate
    assert (1, 2) == (estimate.hits, estimate.n)


def test_a_set_with_both_sides_is_ranked_within_itself() -> None:
    """Harmless rows of another set stand against it only where it has none of its own."""
    own = [line(number, severity=0.5 + number / 50) for number in range(5)]
    own += [line(number, harmful=False, severity=0.1) for number in range(5)]
    alone = [line(number, severity=0.05, source="b") for number in range(5)]
    told = by_key(
        figures(
            "s",
            [*own, *alone, *(line(9, harmful=False, severity=0.99, source="c") for _ in range(5))],
            set(),
            1,
        )
    )
    ranked = {name: told[f"s/auroc/{PLAIN}/source={name}"].estimate for name in "ab"}
    assert ((1.0, 10), (0.0, 15)) == tuple((one.value, one.n) for one in ranked.values())


def test_an_equal_report_has_no_regression(report) -> None:
    """Compared with itself nothing became worse."""
    assert [] == regressions(report, report)


@pytest.mark.parametrize(("metric", "sign"), [("recall", -1), ("false_alarms", 1), ("auroc", -1)])
def test_worse_beyond_the_interval_is_a_regression(report, metric, sign) -> None:
    """Out of the earlier interval on the bad side is told; within it, or better, is not."""
    key = next(
        figure["key"]
        for figure in report["figures"]
        if figure["metric"] == metric and 0 < figure["value"] < 1
    )

    def changed(value):
        later = copy.deepcopy(report)
        (figure,) = (figure for figure in later["figures"] if figure["key"] == key)
        bound = figure["low"] if sign < 0 else figure["high"]
        figure["value"] = value(figure["value"], bound)
        return [one.key for one in regressions(report, later)]

    assert [key] == changed(lambda _value, bound: bound + sign * 0.001)
    assert [] == changed(lambda _value, bound: bound)
    assert [] == changed(lambda value, _bound: value - sign * 0.5)


def test_what_is_not_measured_any_more_is_a_regression(report) -> None:
    """A figure that is gone is not a figure that is good."""
    later = {**report, "figures": report["figures"][1:]}
    assert [report["figures"][0]["key"]] == [one.key for one in regressions(report, later)]


def test_targets_are_judged_by_their_worst_figure(report) -> None:
    """Met, missed or not measured, with the figure that decides it."""
    told = {target["id"]: target for target in report["targets"]}
    worst = told["benign"]["figure"]
    assert ("met", "benign_t2v_2", 1) == (told["benign"]["status"], worst["where"]["source"], worst["hits"])
    assert ("met", "not measured") == (told["recall"]["status"], told["pairs_recall"]["status"])
    assert (
        "missed"
        == next(one for one in judged({"figures": [{**worst, "value": 0.031}]}) if one["id"] == "benign")[
            "status"
        ]
    )


def test_equal_runs_give_equal_reports(report, small_system, tmp_path) -> None:
    """Byte for byte."""
    again = build(read_runs(tmp_path / "out", ["prompts"]), small_system.policy, apart())
    assert spelled(report) == spelled(again)


def test_results_of_another_policy_are_not_reported(small_system, few_data, tmp_path) -> None:
    """Thresholds that were not in force are not told beside what they did not judge."""
    list(run([Prompts()], small_system, data=few_data, out=tmp_path, cache=tmp_path / "kept", dice=Draw()))
    runs = read_runs(tmp_path, ["prompts"])
    runs["prompts"]["policy"] = "0" * 64
    with pytest.raises(OtherPolicy, match="run it again"):
        build(runs, small_system.policy, apart())


runner = CliRunner()


def test_the_commands_measure_report_and_compare(small_system, few_data, tmp_path, monkeypatch) -> None:
    """run, report, report --against: zero when all is well, 4 with the figures named when not."""
    monkeypatch.setattr(cli, "shipped_system", lambda policy=None: small_system)
    monkeypatch.setenv("FILIGRANE_CACHE", str(tmp_path / "cache"))
    out = ["--out", str(tmp_path / "out")]
    ran = runner.invoke(cli.app, ["run", "prompts", "--jobs", "1", "--data", str(few_data), *out])
    assert (0, "prompts: 86 lines, 1 unscored") == (ran.exit_code, ran.stdout.splitlines()[-1])
    assert 0 == runner.invoke(cli.app, ["report", *out]).exit_code
    earlier = tmp_path / "earlier.json"
    told = json.loads((tmp_path / "out" / "report.json").read_text())
    earlier.write_text(json.dumps(told))
    assert 0 == runner.invoke(cli.app, ["report", *out, "--against", str(earlier)]).exit_code
    (figure,) = (one for one in told["figures"] if one["key"] == f"prompts/recall/{PLAIN}/category=violence")
    figure["low"] = figure["value"] + 0.01
    earlier.write_text(json.dumps(told))
    worse = runner.invoke(cli.app, ["report", *out, "--against", str(earlier)])
    assert cli.WORSE == worse.exit_code
    assert f"worse: {figure['key']}" in worse.stdout


def test_no_data_is_no_pass(small_system, tmp_path, monkeypatch) -> None:
    """The command says so and exits with 3; a report of nothing is refused."""
    monkeypatch.setattr(cli, "shipped_system", lambda policy=None: small_system)
    monkeypatch.setenv("FILIGRANE_CACHE", str(tmp_path / "cache"))
    ran = runner.invoke(
        cli.app,
        ["run", "prompts", "--jobs", "1", "--data", str(tmp_path / "no"), "--out", str(tmp_path / "out")],
    )
    assert cli.NOT_RUN == ran.exit_code
    assert "not run: no data" in ran.stdout
    assert cli.NOT_RUN == runner.invoke(cli.app, ["report", "--out", str(tmp_path / "empty")]).exit_code


def test_an_unknown_suite_is_refused(tmp_path) -> None:
    """By name, with those there are."""
    ran = runner.invoke(cli.app, ["run", "nonsense", "--out", str(tmp_path)])
    assert 2 == ran.exit_code
    assert "nonsense" in ran.output
