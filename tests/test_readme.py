"""The README is true: its blocks run in order against a service of their own, its links lead somewhere."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = [
    ROOT / "README.md",
    ROOT / "ARCHITECTURE.md",
    ROOT / "CONTRIBUTING.md",
    *(ROOT / "docs").rglob("*.md"),
]
BLOCKS = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINKS = re.compile(r"\]\(([^)#\s]+)[^)]*\)")


@pytest.fixture
def served(tmp_path: Path, models) -> Iterator[tuple[str, Path]]:
    """The address and the home of a fresh service."""
    home = tmp_path / "home"
    environment = {**os.environ, "FILIGRANE_HOME": str(home), "PYTHONPATH": str(ROOT)}
    with (tmp_path / "journal").open("wb") as journal:
        process = subprocess.Popen(
            [sys.executable, "-m", "api.cli", "serve", "--port", "0"],
            cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=journal, text=True,
        )  # fmt: skip
        line = next((line for line in process.stdout if "answers at" in line), None)
        assert line is not None, (tmp_path / "journal").read_text()
        yield line.split()[-1], home
        process.terminate()
        process.wait(30)


def test_the_readme_is_walked_as_written(served: tuple[str, Path], tmp_path: Path) -> None:
    """Create, be refused, preflight, import, review, appeal, keep a receipt; then recompute the log."""
    url, home = served
    blocks = BLOCKS.findall((ROOT / "README.md").read_text())
    script = "\n".join(block for language, block in blocks if language == "python")
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PYTHONWARNINGS": "ignore",
        "FILIGRANE_HOME": str(home),
        "FILIGRANE_URL": url,
        "SECONDS_OF_CLIP": "1",
        "SIZE_OF_CLIP": "320x240",
    }

    def run(*command: str) -> str:
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=1800, check=False
        )
        assert 0 == done.returncode, done.stdout + done.stderr
        return done.stdout

    said = run(sys.executable, "-c", script).splitlines()
    assert said[0].startswith("completed ")
    assert said[1].startswith("prompt_blocked ")
    assert ["completed", "block 0", "completed", "failed held_for_review", "completed"] == said[2:7]
    assert said[7].endswith(" | It is a history lesson.")
    assert "decided upheld" == said[8]
    shell = "\n".join(block for language, block in blocks if not language and "filigrane" in block)
    assert shell.count("filigrane ") == 3
    # The reader's service listens on the default port, ours on a free one.
    shell = shell.replace("verify fox.mp4", f"verify fox.mp4 --url {url}").replace(
        "verify --key", f"verify --url {url} --key"
    )
    program = f"{sys.executable} -m api.cli"
    told = run("bash", "-euc", re.sub(r"^filigrane", program, shell, flags=re.MULTILINE))
    assert "confirmed:" in told
    assert "verified:" in told
    assert '"action": "decision:record"' in told


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    """Every relative link of a document names a file that is there."""
    links = [link for link in LINKS.findall(page.read_text()) if "://" not in link]
    missing = [link for link in links if not (page.parent / link).exists()]
    assert [] == missing
