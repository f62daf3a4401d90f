"""Where things may stand in a place: the geometry that movement and drawing share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from generator.backends.embedded.layer import Frame
from generator.backends.embedded.plan import Material, Place, Weather

Medium = Literal["ground", "water", "underwater", "space"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """
    A place's measures, in units from the frame's upper edge.

    Feet stand at `ground_y`, the sky meets the land at `horizon_y`, boats float at `water_y` (None:
    no water); flyers keep about `air_y`. `reach` is how far from the middle a subject may be and
    still be seen whole; `scale` how large an ordinary subject is; `ashore` whether a strip of beach lies
    before the water, for those who cannot swim; `rough` how high the water goes.
    """

    ground_y: float
    horizon_y: float
    air_y: float
    water_y: float | None
    medium: Medium
    material: Material
    reach: float
    scale: float
    ashore: bool = False
    rough: float = 1.0


_GROUNDS: dict[Place, tuple[float, float, Medium, Material]] = {
    "forest": (0.83, 0.62, "ground", "leaves"),
    "sea": (0.86, 0.58, "water", "water"),
    "mountains": (0.85, 0.60, "ground", "grass"),
    "city": (0.87, 0.66, "ground", "stone"),
    "desert": (0.85, 0.58, "ground", "sand"),
    "room": (0.86, 0.70, "ground", "wood"),
    "meadow": (0.85, 0.58, "ground", "grass"),
    "space": (0.84, 0.50, "space", "metal"),
    "underwater": (0.87, 0.50, "underwater", "sand"),
    "snowfield": (0.85, 0.60, "ground", "snow"),
}
_SQUATTER = 0.06


def stage_of(place: Place, frame: Frame, weather: Weather = "clear", *, ashore: bool = False) -> Stage:
    """Return the measures of a place in a frame; upright frames lift the ground to the lower third."""
    ground, horizon, medium, material = _GROUNDS[place]
    lift = _SQUATTER if frame.height > frame.width else 0.0
    ground_y, horizon_y = (ground - lift) * frame.height, (horizon - lift / 2) * frame.height
    if weather == "snow" and medium == "ground" and place != "room":
        material = "snow"
    beach = ashore and medium == "water"
    return Stage(
        ground_y=ground_y, horizon_y=horizon_y, ashore=beach, rough={"storm": 2.3, "wind": 1.6}.get(weather, 1.0), air_y=0.40 * frame.height, medium=medium, material="sand" if beach else material,
        water_y=0.77 * frame.height - lift * frame.height if medium == "water" else None,
        reach=frame.width * 0.36, scale=1.0 if frame.width >= frame.height else 0.92,
    )  # fmt: skip
