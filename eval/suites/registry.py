"""Every suite there is, by the word it is asked for."""

from __future__ import annotations

from eval.suites.attacks import Attacks
from eval.suites.images import Images
from eval.suites.marks import Marks
from eval.suites.pairs import Pairs
from eval.suites.prompts import Prompts
from eval.suites.redteam import RedTeam
from eval.suites.sounds import Sounds
from eval.suites.suite import Suite
from eval.suites.voices import Voices


def suites() -> dict[str, Suite]:
    """Return every suite, the quick ones first."""
    known: tuple[Suite, ...] = (
        Pairs(),
        Prompts(),
        Attacks(),
        Images(),
        Marks(),
        Sounds(),
        Voices(),
        RedTeam(),
    )
    return {suite.name: suite for suite in known}
