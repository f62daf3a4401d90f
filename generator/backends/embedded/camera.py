"""Where the camera is, and how it moves."""

from __future__ import annotations

import math
from dataclasses import dataclass

from generator.backends.embedded.plan import CameraMove


@dataclass(frozen=True, slots=True, kw_only=True)
class Camera:
    """The camera's place in units of the stage (0, 0 at rest) and its magnification, never below 1."""

    x: float = 0.0
    y: float = 0.0
    zoom: float = 1.0


def ease(share: float) -> float:
    """Return a share of a movement that starts and ends at rest (a cubic, clamped)."""
    share = min(1.0, max(0.0, share))
    return share * share * (3 - 2 * share)


def glide(share: float) -> float:
    """Return a movement that never stands still: half even pace, half eased."""
    return 0.5 * share + 0.5 * ease(share)


_TRAVEL = 300.0
_LIFT = 34.0
_SWAY = 7.0


def _moved(move: CameraMove, share: float, length_s: float) -> tuple[float, float, float]:
    """Return x, y and zoom of a move; longer shots travel further, so that pace stays alike."""
    reach = _TRAVEL * min(3.0, 0.4 + length_s / 5)
    closer = 0.10 + 0.012 * min(10.0, length_s)
    pace = glide(share)
    places = {
        "push_in": (0.0, 0.0, 1.01 + 1.25 * closer * pace),
        "pull_out": (0.0, 0.0, 1.01 + 1.25 * closer * (1 - pace)),
        "pan_right": (reach * (pace - 0.5), 0.0, 1.03),
        "pan_left": (reach * (0.5 - pace), 0.0, 1.03),
        "rise": (16 * (pace - 0.5), _LIFT * (1 - 2 * pace), 1.07),
        "descend": (16 * (pace - 0.5), _LIFT * (2 * pace - 1), 1.07),
        "still": (0.0, 0.0, 1.02),
        "follow": (0.0, 0.0, 1.03 + 0.04 * pace),
    }
    return places.get(move, (46 * (pace - 0.5), 0.0, 1.02 + 0.05 * pace))


def camera_at(
    move: CameraMove, at_s: float, length_s: float, *, seed: int, followed_x: float = 0.0
) -> Camera:
    """
    Return the camera `at_s` into a shot of `length_s`.

    A hand holds it: it breathes a few units even when still.  `followed_x` is where the subject
    that it goes along with stands.
    """
    x, y, zoom = _moved(move, at_s / max(0.1, length_s), length_s)
    hold = _SWAY * (0.35 if move == "still" else 1.0)
    turn = seed % 7
    x += hold * math.sin(0.71 * at_s + turn) + 0.4 * hold * math.sin(1.63 * at_s + 2 * turn)
    y += 0.5 * hold * math.sin(0.93 * at_s + 3 * turn)
    return Camera(x=x + followed_x, y=y, zoom=zoom)
