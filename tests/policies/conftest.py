"""Evidence in few words."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from policies.bundle import Policy, load_policy
from policies.facts import Surface
from policies.finding import Evidence, Finding, Reading, Stage

Looked = Callable[..., Evidence]


@pytest.fixture(scope="session")
def policy() -> Policy:
    """The bundle that ships."""
    return load_policy()


@pytest.fixture(scope="session")
def looked(policy: Policy) -> Looked:
    """Evidence in which everything asked for on a surface was looked for, with the findings given."""

    def build(surface: Surface, *findings: Finding, detector: str = "text.test@1") -> Evidence:
        duties = policy.looks.duties[surface]
        texts = frozenset(duty.category for duty in duties if duty.medium is None)
        pictures = frozenset(duty.category for duty in duties if duty.medium == "picture")
        return Evidence(
            subject_digest="0" * 64,
            stage=Stage.PROMPT if surface in (Surface.PROMPT, Surface.MODERATION) else Stage.OUTPUT,
            readings=(
                Reading(detector="text.all@1", categories=texts),
                Reading(detector="picture.all@1", categories=pictures),
                Reading(
                    detector=detector, categories=frozenset(f.category for f in findings), findings=findings
                ),
            ),
        )

    return build
