"""A small system that looks for a word, so that the harness is measured and not the weights."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from eval.report import build, read_runs
from eval.run import run
from eval.sample import Draw
from eval.suites.prompts import Prompts
from eval.suites.sets import apart
from eval.system import System
from policies.bundle import Policy, load_policy
from policies.finding import Characters, Finding
from safety.detector import Text
from safety.screen import Screen


class Words:
    """Finds harm by its name (``HATE70`` is hate of .70), and fails at ``BROKEN``; counts what it was asked."""

    name = "text.words@1"
    found = ("hate", "rights.character", "sexual.explicit", "violence.graphic")

    def __init__(self, categories: frozenset[str]) -> None:
        self.categories = categories
        self.asked = 0

    def examine(self, content: Text, /) -> tuple[Finding, ...]:
        self.asked += 1
        if "BROKEN" in content.text:
            raise RuntimeError("broken")
        found = []
        for category in self.found:
            mark = category.partition(".")[0].upper()
            at = content.text.find(mark)
            if at >= 0:
                score = int(content.text[at + len(mark) :][:2] or 90) / 100
                place = Characters(start=at, end=at + len(mark), part=content.part)
                found.append(Finding(category=category, score=score, why="its name", where=place))
        return tuple(found)


@pytest.fixture(scope="session")
def policy() -> Policy:
    return load_policy()


@pytest.fixture
def words(policy: Policy) -> Words:
    return Words(frozenset(policy.taxonomy.categories))


@pytest.fixture
def small_system(policy: Policy, words: Words) -> System:
    return System(
        screen=Screen(text=(words,)), policy=policy, digest="d" * 64, models={"sentences": "1" * 64}
    )


@pytest.fixture
def few_data(tmp_path: Path) -> Path:
    """Three small sets of the shape of the evaluation data: prompts to refuse, harmless ones, and real users'."""
    rows = {
        "t2v_unsafe": [
            ("gore", 1, f"a scene number {number} VIOLENCE{30 + 2 * number}") for number in range(30)
        ]
        + [("copyright", 1, f"a hero number {number} RIGHTS90") for number in range(6)],
        "benign_t2v_2": [("", 0, f"a calm lake number {number}") for number in range(38)]
        + [("", 0, "a friendly VIOLENCE55"), ("", 0, "something BROKEN")],
        "benign_users": [("", None, f"a castle number {number}") for number in range(10)],
    }
    (tmp_path / "data" / "prompts").mkdir(parents=True)
    for name, told in rows.items():
        with gzip.open(tmp_path / "data" / "prompts" / f"{name}.jsonl.gz", "wt", encoding="utf-8") as file:
            for number, (category, label, text) in enumerate(told):
                row = {"source": name, "text": text, "label": label, "category": category, "lang": "en"}
                file.write(json.dumps({**row, "id": f"{number}"}) + "\n")
    return tmp_path / "data"


@pytest.fixture(autouse=True)
def nothing_learned(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the weights learned from is told by the whole training data, which few tests have."""
    from eval.suites import prompts, sets

    monkeypatch.setattr(
        prompts, "lessons_in", lambda _data: sets.Lessons(texts=frozenset(), sets=frozenset({"benign_t2v"}))
    )


@pytest.fixture
def report(small_system: System, few_data: Path, tmp_path: Path) -> dict[str, Any]:
    """The report of a small run over prompts; what it rests on lies in ``out``."""
    list(
        run(
            [Prompts()],
            small_system,
            data=few_data,
            out=tmp_path / "out",
            cache=tmp_path / "kept",
            dice=Draw(),
        )
    )
    return build(read_runs(tmp_path / "out", ["prompts"]), small_system.policy, apart())
