"""What is measured is what serves."""

from pathlib import Path

from api.settings import Settings
from api.wiring import build_screen
from eval.system import looking_digest, shipped_system
from policies.facts import Facts, Surface
from safety.detector import FLOOR, Text
from safety.pipeline import rule, screen_request
from safety.screen import detector_versions

PROMPTS = (
    "a red boat on a calm sea",
    "un chat roux dort sur un toit au soleil",
    "a woman is beheaded with a machete, blood spurting from the neck",
    "Spider-Man swings between towers",
)


def test_the_measured_system_is_the_served_one(models, tmp_path: Path) -> None:
    """The same detectors in the same order, the same findings (but for faint ones), the same ruling."""
    system = shipped_system(models)
    served = build_screen(Settings(home=tmp_path, models=models.folder), system.policy)
    assert detector_versions(served) == system.versions
    for prompt in PROMPTS:
        looked = screen_request(served, "", [Text(text=prompt)], None)
        measured = system.examine((prompt,))
        told = tuple(finding for finding in measured.findings if finding in looked.evidence.findings)
        assert looked.evidence.findings == told
        assert all(finding.score < FLOOR for finding in measured.findings if finding not in told)
        ruling = rule(system.policy, Facts(surface=Surface.PROMPT), looked)
        assert ruling == system.judge(measured, Surface.PROMPT)


def test_the_digest_names_all_that_looks(tmp_path: Path) -> None:
    """Another line of code, another list, another weight or another policy is another system."""
    (tmp_path / "list.yaml").write_text("a")
    before = looking_digest(tmp_path, {"sentences": "1", "policy": "2"})
    assert before == looking_digest(tmp_path, {"policy": "2", "sentences": "1"})
    assert before != looking_digest(tmp_path, {"sentences": "1", "policy": "3"})
    (tmp_path / "list.yaml").write_text("b")
    assert before != looking_digest(tmp_path, {"sentences": "1", "policy": "2"})
