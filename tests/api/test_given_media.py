"""A clip whose output is bad is stopped or held at its second and box: the walk of docs/given-media.md, as written."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BLOCKS = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
PROGRAM = f"{sys.executable} -m api.cli"


@pytest.fixture(scope="module")
def blocks() -> dict[str, list[str]]:
    """The page's blocks: Python in order, and the operator's commands."""
    found = BLOCKS.findall((ROOT / "docs" / "given-media.md").read_text(encoding="utf-8"))
    return {kind: [text for language, text in found if language == kind] for kind in ("python", "")}


@pytest.fixture
def environment(tmp_path: Path, models) -> dict[str, str]:
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PYTHONWARNINGS": "ignore",
        "FILIGRANE_HOME": str(tmp_path / "home"),
        "FILIGRANE_MODELS": str(models.folder),
    }


def ran(folder: Path, environment: dict[str, str], *command: str) -> list[str]:
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=1800, check=False
    )
    assert 0 == done.returncode, done.stdout + done.stderr
    return done.stdout.splitlines()


def shell(command: str) -> tuple[str, ...]:
    return "bash", "-euc", re.sub(r"\bfiligrane (?=bank|serve|verify)", f"{PROGRAM} ", command)


def test_bad_output_is_stopped_where_it_is(
    blocks: dict[str, list[str]], environment: dict[str, str], tmp_path: Path
) -> None:
    """A known face, a slur and a threat are stopped, a stranger's face waits and is released under the same id."""
    make, serve = blocks["python"][0], blocks["python"][1:]
    bank, start = blocks[""][0].splitlines()
    ran(tmp_path, environment, sys.executable, "-c", make)
    ran(tmp_path, environment, *shell(bank))
    assert start.startswith("FILIGRANE_GENERATOR=given:stage.mp4 ")
    serving = {**environment, "FILIGRANE_GENERATOR": "given:stage.mp4"}
    with (tmp_path / "journal").open("wb") as journal:
        process = subprocess.Popen(
            [sys.executable, "-m", "api.cli", "serve", "--port", "0"],
            cwd=tmp_path, env=serving, stdout=subprocess.PIPE, stderr=journal, text=True,
        )  # fmt: skip
        try:
            line = next((line for line in process.stdout if "answers at" in line), None)
            assert line is not None, (tmp_path / "journal").read_text()
            walking = {**environment, "FILIGRANE_URL": line.split()[-1]}
            script = "\n".join(["import pathlib", 'clips = pathlib.Path("clips")', *serve])
            said = ran(tmp_path, walking, sys.executable, "-c", script)
            told = ran(tmp_path, walking, *shell(f"{blocks[''][1].strip()} --url {line.split()[-1]}"))
        finally:
            process.terminate()
            process.wait(60)
    check(said)
    assert any(one.startswith("confirmed") for one in told), told


def check(said: list[str]) -> None:
    """Each clip is told twice, in English and French, with its code and its place; then the release."""
    expected = [
        ("known", "likeness_permission_denied", "box", "a public figure", "une personnalité publique"),
        ("stranger", "held_for_review", "box", "a real-looking face", "un visage réaliste"),
        ("slur", "output_blocked", "box", "contempt for people", "du mépris"),
        ("threat", "output_blocked", "seconds", "a threat against someone", "une menace contre quelqu’un"),
    ]
    for number, (name, code, place, english, french) in enumerate(expected):
        for line, words in zip(said[2 * number : 2 * number + 2], (english, french), strict=True):
            assert line.startswith(f"{name} {code} "), line
            assert f"'{place}': [" in line and "'seconds': [" in line and words in line, line
    assert ["completed True"] == said[8:]
