"""What `filigrane policy` says."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from policies.bundle import default_folder, load_policy
from policies.cli import app
from policies.explain import markdown

ROOT = Path(__file__).parents[2]
LIMIT = "{category: privacy, review: 0.6, block: 0.9}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(default_folder(), tmp_path / "bundle"))


def run(*words):
    return CliRunner().invoke(app, [str(word) for word in words], env={"FILIGRANE_POLICY": None})


def spoil(folder: Path, file: str, old: str, new: str) -> None:
    text = (folder / file).read_text()
    assert 1 == text.count(old)
    (folder / file).write_text(text.replace(old, new))


def test_check_names_the_digest() -> None:
    """A good bundle is named by its digest."""
    done = run("check")
    assert (0, True) == (done.exit_code, load_policy().digest in done.stdout)


def test_check_shows_the_faulty_line_with_a_caret(folder) -> None:
    """A fault is shown where it stands, the caret under its first letter."""
    spoil(folder, "limits.yaml", LIMIT, "{category: privasy, review: 0.6, block: 0.9}")
    done = run("check", folder)
    assert 1 == done.exit_code
    told, line, caret, count = done.stderr.splitlines()
    assert told.startswith(f"{folder}/limits.yaml:")
    assert told.endswith("unknown category `privasy`; did you mean `privacy`?")
    assert "privasy," == line[caret.index("^") :].split()[0]
    assert "1 fault; nothing was loaded" == count


def test_check_answers_in_json(folder) -> None:
    """Programs read file, line and column."""
    spoil(folder, "limits.yaml", LIMIT, "{category: privacy, review: 6, block: 0.9}")
    done = run("check", folder, "--json")
    (fault,) = json.loads(done.stdout)["faults"]
    assert (1, "limits.yaml", "6 is out of range: from 0 to 1") == (
        done.exit_code,
        fault["file"],
        fault["message"],
    )


def test_examples_run() -> None:
    """The bundle that ships answers every example as promised."""
    done = run("test", "--json")
    answer = json.loads(done.stdout)
    assert (0, True, []) == (done.exit_code, answer["ok"], answer["failed"])


def test_broken_promise_is_named(folder) -> None:
    """An example answered otherwise is told with what was expected and what came."""
    spoil(
        folder,
        "tests.yaml",
        "{name: an innocent prompt goes through, surface: prompt, expect: allow}",
        "{name: an innocent prompt goes through, surface: prompt, expect: block}",
    )
    done = run("test", folder)
    assert 1 == done.exit_code
    assert "an innocent prompt goes through\n    verdict: expected block, got allow" in done.stdout


def test_bundle_without_examples_says_so(folder) -> None:
    """No examples is no success."""
    (folder / "tests.yaml").unlink()
    done = run("test", folder)
    assert (1, True) == (done.exit_code, "tests.yaml:1:1: cannot be read" in done.stderr)


def test_example_about_unknown_things_is_refused(folder) -> None:
    """A mistyped rule in an example would make it promise nothing."""
    spoil(folder, "tests.yaml", "rule: hate.symbols}", "rule: hate.symbol}")
    done = run("test", folder)
    assert (1, True) == (
        done.exit_code,
        "unknown rule `hate.symbol`; did you mean `hate.symbols`?" in done.stderr,
    )


def test_diff_of_equals_is_nothing(folder) -> None:
    """A bundle typed otherwise differs in nothing."""
    spoil(folder, "limits.yaml", LIMIT, "{block: .9, review: .60, category: privacy}")
    assert [] == json.loads(run("diff", folder, "--json").stdout)["changes"]


def test_diff_names_squares_and_course(folder) -> None:
    """A changed limit is told once, with where it applies and which way it goes."""
    spoil(folder, "limits.yaml", LIMIT, "{category: privacy, review: 0.5, block: 0.9}")
    changes = json.loads(run("diff", default_folder(), folder, "--json").stdout)["changes"]
    assert [
        {
            "what": "limit privacy on feed, moderation, output, prompt, publish",
            "before": "review 0.6, block 0.9",
            "after": "review 0.5, block 0.9",
            "course": "stricter",
        }
    ] == changes


def test_diff_names_those_it_concerns(folder) -> None:
    """A change for some ages, in some places or against some bank says so."""
    old = "{category: extremism.symbols, territory: [AT, DE, FR], review: 0.4, block: 0.6}"
    spoil(folder, "limits.yaml", old, old.replace("0.6", "0.7").replace("[AT, DE, FR]", "DE"))
    spoil(
        folder,
        "limits.yaml",
        "{category: hate, age_band: teen, review: 0.4",
        "{category: hate, age_band: teen, review: 0.35",
    )
    changes = json.loads(run("diff", default_folder(), folder, "--json").stdout)["changes"]
    surfaces = "feed, moderation, output, prompt, publish"
    assert [
        ("limit extremism.symbols on " + surfaces + ", in AT", "softer"),
        ("limit extremism.symbols on " + surfaces + ", in DE", "softer"),
        ("limit extremism.symbols on " + surfaces + ", in FR", "softer"),
        ("limit hate on moderation, output, prompt for teen free", "stricter"),
    ] == [(change["what"], change["course"]) for change in changes]


def test_diff_names_rules_words_and_quotas(folder) -> None:
    """Whatever else changes is told too."""
    spoil(folder, "rules.yaml", "when: opt_out_count > 0", "when: opt_out_count > 1")
    spoil(folder, "reasons.yaml", "a threat against someone", "a threat")
    spoil(
        folder,
        "quotas.yaml",
        "verify: {anonymous: {per_minute: 6, burst: 3}",
        "verify: {anonymous: {per_minute: 7, burst: 3}",
    )
    told = [
        change["what"]
        for change in json.loads(run("diff", default_folder(), folder, "--json").stdout)["changes"]
    ]
    assert [
        "rule rights.opt_out_in_force",
        "quota verify for anonymous",
        "words harassment.threat, input",
        "words harassment.threat, output",
        "words harassment.threat, prompt",
    ] == told


def test_show_tells_limits_by_surface() -> None:
    """One looks up a category, with its parts."""
    limits = json.loads(run("show", "violence", "--json").stdout)["limits"]
    assert ["violence", "violence.graphic", "violence.incitement"] == list(limits)
    assert "review 0.4, block 0.7" == limits["violence.graphic"]["publish"]


def test_show_refuses_unknown_category() -> None:
    """A category that is none is no empty table."""
    assert 2 == run("show", "violins").exit_code


def test_document_is_current() -> None:
    """docs/policy.md is what `filigrane policy show --markdown` prints; run it again after a change."""
    assert markdown(load_policy()) == (ROOT / "docs" / "policy.md").read_text()


def test_document_holds_every_sentence() -> None:
    """Everybody can read beforehand whatever they may be told."""
    text = markdown(policy := load_policy())
    said = [*policy.reasons.why.values(), *policy.reasons.advice.values()]
    said += [sentence for rule in policy.rules for sentence in (rule.why, rule.advice)]
    assert [] == [sentence for sentence in said if sentence.en not in text or sentence.fr not in text]
