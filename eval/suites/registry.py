"""Every suite there is, by the word it is asked for."""

from __future__ import annotations

from eval.suites.prompts import Prompts
from eval.suites.suite import Suite


def suites() -> dict[str, Suite]:
    """Return every suite, the quick ones first."""
    known: tuple[Suite, ...] = (Prompts(),)
    return {suite.name: suite for suite in known}
