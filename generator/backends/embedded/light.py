"""The light of a shot: what the hour, the weather and the mood do to every colour in it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from generator.backends.embedded.colour import Rgb, greyed, lighter, mix, rgb, times
from generator.backends.embedded.plan import Mood, TimeOfDay, Weather


@dataclass(frozen=True, slots=True, kw_only=True)
class Light:
    """
    Where light comes from and what it does.

    `sky` runs from the zenith to the horizon; `ambient` multiplies every surface, `on_subject` the
    subjects (kinder, so that they read); `haze` is the colour of distance and `fog` how thick the
    air is, 0 to 1; `sun_at` is in shares of the frame.
    """

    sky: tuple[Rgb, ...]
    haze: Rgb
    ambient: Rgb
    on_subject: Rgb
    sun: Rgb
    sun_at: tuple[float, float]
    sun_radius: float
    glow: float
    fog: float
    is_night: bool
    wind: float = 0.35

    def at_depth(self, local: Rgb, depth: float) -> Rgb:
        """Return a surface's colour seen through the air: depth 0 is the horizon, 1 beside the subject."""
        veil = (1 - depth) * (0.55 + 0.45 * self.fog)
        return mix(times(local, self.ambient), self.haze, min(0.96, max(0.0, veil)))

    @property
    def horizon(self) -> Rgb:
        """The sky's colour where it meets the ground."""
        return self.sky[-1]


def _hues(*codes: str) -> tuple[Rgb, ...]:
    return tuple(rgb(code) for code in codes)


_HOURS: dict[TimeOfDay, Light] = {
    "dawn": Light(
        sky=_hues("31447a", "7a7fb0", "d9a3ac", "f8cda6", "fdebcd"), haze=rgb("f1cdbb"), ambient=(0.88, 0.78, 0.84),
        on_subject=(1.0, 0.93, 0.93), sun=rgb("ffe6c2"), sun_at=(0.26, 0.50), sun_radius=34, glow=0.8, fog=0.5,
        is_night=False,
    ),
    "day": Light(
        sky=_hues("3d8fc6", "76bcdc", "b4dfe4", "eff0dc"), haze=rgb("c9e2e3"), ambient=(1.0, 1.0, 0.98),
        on_subject=(1.0, 1.0, 1.0), sun=rgb("fff8de"), sun_at=(0.78, 0.20), sun_radius=40, glow=0.75, fog=0.25,
        is_night=False,
    ),
    "sunset": Light(
        sky=_hues("1b2c5c", "55538d", "c9788a", "f7b37d", "fcdfae"), haze=rgb("eda283"), ambient=(0.66, 0.53, 0.62),
        on_subject=(1.0, 0.84, 0.79), sun=rgb("ffdca6"), sun_at=(0.27, 0.55), sun_radius=38, glow=1.0, fog=0.4,
        is_night=False,
    ),
    "night": Light(
        sky=_hues("070b24", "0f1a44", "203268", "3d4f8c"), haze=rgb("33457e"), ambient=(0.30, 0.37, 0.60),
        on_subject=(0.66, 0.72, 0.95), sun=rgb("eef2ff"), sun_at=(0.74, 0.20), sun_radius=30, glow=0.55, fog=0.35,
        is_night=True,
    ),
}  # fmt: skip


def _veiled(
    light: Light, grey: str, share: float, *, dim: float, fog: float, wind: float, glow: float
) -> Light:
    """Return the light under a covered sky."""
    cover = times(rgb(grey), mix(light.ambient, (1.0, 1.0, 1.0), 0.25))
    sky = tuple(mix(hue, lighter(cover, 0.1 * step), share) for step, hue in enumerate(light.sky))
    dimmed = (dim, dim, dim * 1.03)
    return dataclasses.replace(
        light, sky=sky, haze=mix(light.haze, lighter(cover, 0.12), share), fog=max(light.fog, fog), wind=wind,
        ambient=times(greyed(light.ambient, share * 0.5), dimmed), glow=light.glow * glow,
        on_subject=times(greyed(light.on_subject, share * 0.4), mix(dimmed, (1.0, 1.0, 1.0), 0.6)),
    )  # fmt: skip


def _weathered(light: Light, weather: Weather) -> Light:
    if weather == "rain":
        return _veiled(light, "7f93a6", 0.62, dim=0.84, fog=0.7, wind=0.5, glow=0.35)
    if weather == "storm":
        return _veiled(light, "4b566c", 0.8, dim=0.66, fog=0.75, wind=1.0, glow=0.15)
    if weather == "snow":
        return _veiled(light, "c9d3de", 0.6, dim=0.95, fog=0.75, wind=0.25, glow=0.5)
    if weather == "fog":
        return _veiled(light, "ccd2d4", 0.72, dim=0.95, fog=1.0, wind=0.2, glow=0.7)
    return dataclasses.replace(light, wind=0.85) if weather == "wind" else light


_GREYING: dict[Mood, float] = {"sad": 0.45, "tense": 0.3, "mysterious": 0.15, "calm": 0.0, "tender": 0.0}


def light_of(time: TimeOfDay, weather: Weather, mood: Mood) -> Light:
    """Return the light of an hour, a weather and a mood."""
    light = _weathered(_HOURS[time], weather)
    share = _GREYING.get(mood, 0.0)
    if not share:
        return light
    sky = tuple(greyed(hue, share) for hue in light.sky)
    return dataclasses.replace(
        light, sky=sky, haze=greyed(light.haze, share), ambient=greyed(light.ambient, share)
    )
