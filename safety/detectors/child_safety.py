"""The rule of child safety over words: something sexual, and somebody young, in one text."""

from __future__ import annotations

from collections.abc import Iterable

from policies.finding import Finding

CATEGORY = "sexual_minors"
YOUNG = "minors.depicted"
FLOOR = 0.35
"""
A sexual score from which a text that names somebody young is stopped.

Well under the review threshold of 0.5, because here the doubt is the child's: what costs a detour
elsewhere may cost a child here.
"""


def child_safety(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """
    Return one finding where sexual and young findings meet, or none.

    It carries the strongest sexual score and no place: nobody is taught which words to avoid.
    """
    seen = tuple(findings)
    sexual = max((finding.score for finding in seen if _is_sexual(finding)), default=0.0)
    if sexual < FLOOR or not any(finding.category == YOUNG for finding in seen):
        return ()
    return (Finding(category=CATEGORY, score=sexual, why="a rule of child safety"),)


def _is_sexual(finding: Finding) -> bool:
    return finding.category.partition(".")[0] == "sexual"
