"""What rights holders have opted out by name, as it stands at one moment."""

from __future__ import annotations

from dataclasses import dataclass

from policies.finding import Finding
from safety.detector import Text
from safety.detectors.names import CATEGORY, finding_of
from safety.rights.filed import FiledNames

NAME = "text.opt_outs@2"


@dataclass(frozen=True, slots=True, kw_only=True)
class OptOutsDetector:
    """Finds the names that are opted out in `territory`; made anew for every decision."""

    filed: FiledNames
    territory: str
    name: str = NAME
    categories: frozenset[str] = frozenset(CATEGORY.values())

    def examine(self, content: Text, /) -> tuple[Finding, ...]:
        """Say which opted-out names stand where."""
        hits = self.filed.find(content.text, self.territory)
        return tuple(finding_of(hit, content.part) for hit in hits)
