"""The light of a shot: what the hour, the weather and the mood do to every colour in it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass

from generator.backends.embedded.colour import Rgb, greyed, lighter, mix, rgb, times
from generator.backends.embedded.plan import Mood, Place, TimeOfDay, Weather


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

    def near(self, local: Rgb) -> Rgb:
        """Return a surface's colour with no air before it."""
        return times(local, self.ambient)

    def at_depth(self, local: Rgb, depth: float) -> Rgb:
        """Return a surface's colour seen through the air: depth 0 is the horizon, 1 beside the subject."""
        veil = (1 - depth) * (0.55 + 0.45 * self.fog)
        return mix(self.near(local), self.haze, min(0.96, max(0.0, veil)))

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
    sky = tuple(mix(hue, lighter(cover, 0.15 * step - 0.14), share) for step, hue in enumerate(light.sky))
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
        return _veiled(light, "56627a", 0.76, dim=0.74, fog=0.75, wind=1.0, glow=0.15)
    if weather == "snow":
        return _veiled(light, "c9d3de", 0.6, dim=0.95, fog=0.75, wind=0.25, glow=0.5)
    if weather == "fog":
        return _veiled(light, "ccd2d4", 0.72, dim=0.95, fog=1.0, wind=0.2, glow=0.7)
    return dataclasses.replace(light, wind=0.85) if weather == "wind" else light


_GREYING: dict[Mood, float] = {"sad": 0.45, "tense": 0.3, "mysterious": 0.15, "calm": 0.0, "tender": 0.0}


def light_in(place: Place, time: TimeOfDay, weather: Weather, mood: Mood) -> Light:
    """Return the light of a place at an hour, under a weather, in a mood."""
    sheltered = place in ("room", "space", "underwater")
    return _PLACES.get(place, _unchanged)(light_of(time, "clear" if sheltered else weather, mood))


def _unchanged(light: Light) -> Light:
    return light


def _under_leaves(light: Light) -> Light:
    """Return the light as it comes through leaves: paler, greener, thick with moisture."""
    green = times(rgb("cfe0cf"), mix(light.ambient, (1.0, 1.0, 1.0), 0.35))
    share = 0.30 if light.is_night else 0.36 if light.sun_at[1] > 0.3 else 0.72
    sky = tuple(mix(hue, lighter(green, 0.12 * k - 0.1), share) for k, hue in enumerate(light.sky))
    return dataclasses.replace(light, sky=sky, haze=mix(light.haze, green, 0.45), fog=max(0.55, light.fog))


def _in_water(light: Light) -> Light:
    """Return the light under the surface: blue with depth, warm only where the sun is low."""
    deep = _hues("8fdcd4", "3fa0b4", "1c6490", "0d3566", "081f48")
    dusk = {True: 0.0, False: 0.16}[light.is_night or light.sun_at[1] < 0.3]
    level = 0.46 if light.is_night else 1.0
    sky = tuple(
        mix(times(hue, (level, level, level * 1.05)), light.horizon, dusk * (1 - k / 5))
        for k, hue in enumerate(deep)
    )
    return dataclasses.replace(
        light, sky=sky, haze=mix(sky[1], sky[2], 0.6), ambient=times((0.55, 0.8, 0.95), (level + 0.1,) * 3), fog=0.9,
        on_subject=(0.66, 0.80, 0.96) if light.is_night else (0.84, 0.97, 1.0), sun=(0.92, 1.0, 0.96), sun_at=(0.4, 0.0),
        glow=0.45 if light.is_night else 0.9, wind=0.4, is_night=False,
    )  # fmt: skip


def _in_space(light: Light) -> Light:
    """Return the hard clear light above the air."""
    return dataclasses.replace(
        light, sky=_hues("05061a", "0d0f34", "231a52", "3d2568"), haze=rgb("2b2a63"), ambient=(0.66, 0.66, 0.80), fog=0.25,
        on_subject=(0.98, 0.96, 1.0), sun=rgb("fff3d8"), sun_at=(0.16, 0.24), sun_radius=16, glow=0.7, is_night=True, wind=0.1,
    )  # fmt: skip


def _under_a_roof(light: Light) -> Light:
    """Return the light of a room: the window's by day, the lamp's by night."""
    warm = (0.80, 0.66, 0.56) if light.is_night else mix(light.ambient, (1.0, 0.94, 0.86), 0.6)
    return dataclasses.replace(
        light, ambient=warm, on_subject=(0.98, 0.86, 0.76) if light.is_night else (1.0, 0.95, 0.90), sun_at=(0.24, 0.34),
        sun=rgb("ffd9a0") if light.is_night else lighter(light.sun, 0.1), glow=0.8, fog=0.1, wind=0.12, haze=rgb("6b5a58"),
    )  # fmt: skip


_PLACES: dict[Place, Callable[[Light], Light]] = {
    "forest": _under_leaves, "underwater": _in_water, "space": _in_space, "room": _under_a_roof,
}  # fmt: skip


def light_of(time: TimeOfDay, weather: Weather, mood: Mood) -> Light:
    """Return the light of the open air at an hour, under a weather, in a mood."""
    light = _weathered(_HOURS[time], weather)
    share = _GREYING.get(mood, 0.0)
    if not share:
        return light
    sky = tuple(greyed(hue, share) for hue in light.sky)
    return dataclasses.replace(
        light, sky=sky, haze=greyed(light.haze, share), ambient=greyed(light.ambient, share)
    )
