"""Evidence in few words."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from policies.bundle import Policy, load_policy
from policies.cases import everything_looked_for
from policies.facts import Surface
from policies.finding import Evidence, Finding


@pytest.fixture(scope="session")
def policy() -> Policy:
    """The bundle that ships."""
    return load_policy()


@pytest.fixture(scope="session")
def looked(policy: Policy) -> Callable[..., Evidence]:
    """Evidence in which everything asked for on a surface was looked for, with the findings given."""

    def build(surface: Surface, *findings: Finding, detector: str = "text.test@1") -> Evidence:
        return everything_looked_for(policy, surface, [(detector, finding) for finding in findings])

    return build
