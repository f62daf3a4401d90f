"""How much a file from outside may ask of us."""

from __future__ import annotations

from dataclasses import dataclass

from generator.media.faults import fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """
    Hard bounds on media; a file beyond one of them is refused before the cost is paid.

    The defaults take what a 4K telephone or editor exports of a 20 s clip, and no more.
    """

    largest_bytes: int = 512 * 1024 * 1024
    largest_area_px: int = 3840 * 2160
    shortest_side_px: int = 16
    widest_aspect: int = 10
    longest_s: float = 20.0
    slack_s: float = 0.5  # an encoder's last frame or sound packet may stick out
    most_frames: int = 20 * 120 + 60
    longest_work_s: float = 120.0


CLIP_LIMITS = Limits()
PICTURE_LIMITS = Limits(largest_bytes=32 * 1024 * 1024, largest_area_px=40_000_000, shortest_side_px=32)


def check_sides(width_px: int, height_px: int, limits: Limits) -> None:
    """Raise InvalidMedia unless a picture of this size is worth decoding."""
    size = {"width": width_px, "height": height_px}
    if min(width_px, height_px) < limits.shortest_side_px:
        raise fault("too_small", limit=limits.shortest_side_px, **size)
    if width_px * height_px > limits.largest_area_px:
        raise fault("too_large", limit=limits.largest_area_px, **size)
    if max(width_px, height_px) > limits.widest_aspect * min(width_px, height_px):
        raise fault("too_narrow", limit=limits.widest_aspect, **size)
