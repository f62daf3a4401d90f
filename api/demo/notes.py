"""What the demo has done so far, on disk after each act, so that it goes on where it was stopped."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


class Notes:
    """Answers by the name of the act that brought them."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._told: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}

    @property
    def is_empty(self) -> bool:
        return not self._told

    def __contains__(self, act: str) -> bool:
        return act in self._told

    def __getitem__(self, act: str) -> Any:
        return self._told[act]

    def get(self, act: str) -> Any:
        """Return the answer to an act, or None where it is not done."""
        return self._told.get(act)

    def note(self, act: str, answer: Any) -> None:
        """Keep an answer (plain data); what was written before stays whole whatever happens here."""
        self._told[act] = answer
        fresh = self._path.with_suffix(".new")
        fresh.write_text(json.dumps(self._told, ensure_ascii=False, indent=1))
        fresh.replace(self._path)
