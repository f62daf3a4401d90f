"""What the public check needs: the registry of clips, and who our marks and roots are."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from api.registry import DatabaseRegistry
from safety.provenance.child import Limits
from safety.provenance.examine import Examiner
from safety.provenance.verdict import Answer
from safety.provenance.verify import verify_file


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """Verifies files from anyone, each in a bounded child process."""

    registry: DatabaseRegistry
    examiner: Examiner
    limits: Limits = field(default_factory=Limits)

    def verify(self, path: Path) -> Answer:
        """Return the answer for a file; it runs for seconds, in a thread of the caller's."""
        return verify_file(path, self.registry, self.examiner, limits=self.limits)
