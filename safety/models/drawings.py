"""Where the renderer's borrowed drawings lie."""

from __future__ import annotations

from pathlib import Path

from safety.models.store import ModelStore


def drawings_folder(store: ModelStore) -> Path | None:
    """Return the folder of drawings, one SVG a code point; None where they are not installed."""
    return store.path("drawings", "svg/") if store.has("drawings") else None
