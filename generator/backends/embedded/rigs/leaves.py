"""A leaf, on the ground or in the air."""

from __future__ import annotations

from generator.backends.embedded.pen import Path, curve


def leaf(size: float) -> Path:
    """Return a pointed leaf about the origin, `size` from the middle to the tip."""
    return curve((-size, 0), (-size * 0.2, -size * 0.75, size, 0), (-size * 0.2, size * 0.75, -size, 0))
