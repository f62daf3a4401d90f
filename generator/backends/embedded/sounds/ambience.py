"""
Beds: what a place sounds like when nothing happens, by its weather and time of day.

A bed is a sum of layers; each layer returns (count, 2) of RMS about 1, and the table below says how many
decibels each is turned down in each place.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from generator.backends.embedded.plan import Place, ScenePlan, Shot, TimeOfDay, Weather
from generator.backends.embedded.sounds.foley import bubble_of
from generator.backends.embedded.sounds.synth import (
    RATE_HZ,
    Random,
    Wave,
    add_at,
    band,
    count_of,
    decay,
    faded,
    glide,
    noise,
    room,
    slow,
    swell,
    times,
)

Layer = Callable[[Random, int], Wave]

_CROSSFADE_S = 0.25


def ambience(plan: ScenePlan, count: int) -> Wave:
    """Return the bed of the whole clip, (count, 2): each shot's own, crossed over at the cuts."""
    track = np.zeros((count, 2))
    for index, shot in enumerate(plan.shots):
        lead = _CROSSFADE_S / 2 if index else 0.0
        tail = _CROSSFADE_S / 2 if index + 1 < len(plan.shots) else 0.0
        start = max(0, count_of(shot.start_s - lead))
        length = min(count, count_of(shot.end_s + tail)) - start
        if length > 0:
            rng = np.random.default_rng((plan.seed, index, 23))
            made = faded(bed(shot, length, rng), 2 * lead or 0.15, 2 * tail or 0.3)
            track[start : start + length] += made
    return track


def bed(shot: Shot, count: int, rng: Random) -> Wave:
    """Return one shot's bed."""
    track = np.zeros((count, 2))
    for layer, level_db in _layers(shot.place, shot.weather, shot.time):
        track += 10 ** (level_db / 20) * layer(rng, count)
    return track


def _layers(place: Place, weather: Weather, time: TimeOfDay) -> list[tuple[Layer, float]]:
    outdoors = place not in {"room", "space", "underwater"}
    layers = list(_PLACES[place])
    if outdoors or place == "room":
        muffled_db = -9.0 if place == "room" else 0.0
        layers += [(layer, level_db + muffled_db) for layer, level_db in _WEATHERS[weather]]
    alive = weather in {"clear", "fog", "wind"}
    if alive and place in _BIRDS and time in {"dawn", "day", "sunset"}:
        layers.append((birds, _BIRDS[place] + (2.0 if time == "dawn" else 0.0)))
    if alive and place in {"forest", "meadow"} and time in {"night", "sunset"}:
        layers.append((crickets, -37.0 if time == "night" else -42.0))
    if alive and place == "forest" and time == "night":
        layers.append((owl, -27.0))
    if alive and place == "sea" and time in {"dawn", "day", "sunset"}:
        layers.append((gulls, -32.0))
    return layers


def breeze(rng: Random, count: int) -> Wave:
    """Light wind: dull noise that comes and goes."""
    return noise(rng, count, band(90, 650, 1), 2) * slow(rng, count, 1.6, 0.4, 1.3)[:, None]


def gale(rng: Random, count: int) -> Wave:
    """Strong wind, with a whistle that wanders between three pitches."""
    made = noise(rng, count, band(110, 950, 1), 2) * slow(rng, count, 0.9, 0.4, 1.6)[:, None]
    for centre in (420, 610, 880):
        whistle = noise(rng, count, band(centre * 0.94, centre * 1.06, 3), 2)
        made += 0.16 * whistle * np.maximum(0, slow(rng, count, 1.1, -0.8, 1.0))[:, None]
    return made


def foliage(rng: Random, count: int) -> Wave:
    """Leaves that move together in gusts."""
    gusts = slow(rng, count, 1.2, 0.1, 1.4)[:, None]
    return np.asarray(noise(rng, count, band(1600, 7500, 1), 2) * gusts**1.5)


def surf(rng: Random, count: int) -> Wave:
    """Waves: each swells, breaks from low to bright, and runs back hissing; one every few seconds."""
    deep, foam = noise(rng, count, band(60, 500, 1), 2), noise(rng, count, band(700, 6500, 1), 2)
    heave, crash = np.full(count, 0.25), np.full(count, 0.06)
    at_s = float(rng.uniform(-3.0, -1.0))
    while at_s < count / RATE_HZ:
        length = float(rng.uniform(4.5, 6.5))
        _add_curve(heave, swell(count_of(length), 0.4), at_s)
        _add_curve(crash, 0.7 * swell(count_of(length * 0.8), 0.25), at_s + length * 0.3)
        at_s += length * float(rng.uniform(0.6, 0.85))
    return np.asarray(deep * heave[:, None] + 0.6 * foam * crash[:, None])


def town(rng: Random, count: int) -> Wave:
    """A street not far away: a low hum, and vehicles that pass from one side to the other."""
    made = 0.7 * noise(rng, count, band(45, 260, 1), 2) * slow(rng, count, 2.0, 0.7, 1.2)[:, None]
    at_s = float(rng.uniform(-2.0, 0.5))
    while at_s < count / RATE_HZ:
        length = count_of(float(rng.uniform(3.0, 5.0)))
        passing = noise(rng, length, band(120, 1500, 1)) * swell(length, 0.5) ** 2
        side = float(rng.choice([-1.0, 1.0]))
        for share in (-0.6, 0.0, 0.6):  # three places on the way, each heard in its third
            third = passing * np.exp(-(((np.linspace(-1, 1, length) - share) / 0.45) ** 2))
            add_at(made, third, at_s, 0.6, side * share)
        at_s += float(rng.uniform(3.5, 6.0))
    return made


def indoors(rng: Random, count: int) -> Wave:
    """A quiet room: air, and a clock on the wall."""
    made = noise(rng, count, band(70, 420, 1), 2)
    tick = noise(rng, count_of(0.02), band(1800, 5200)) * decay(count_of(0.02), 0.003, 0.0005)
    for index in range(int(count / RATE_HZ) + 1):
        add_at(made, tick, index + 0.37, 1.1 if index % 2 else 0.8, 0.5)
    return made


def void(rng: Random, count: int) -> Wave:
    """What films hear in space: a low chord that beats slowly, and a shimmer far above."""
    t = times(count)[:, None]
    detune = np.array([0.0, 0.21])[None, :]
    made = np.zeros((count, 2))
    for hz, gain in ((54.0, 1.0), (81.0, 0.6), (108.4, 0.4), (162.3, 0.16)):
        made += gain * np.sin(2 * np.pi * (hz + detune) * t) * slow(rng, count, 2.5, 0.6, 1.0)[:, None]
    return made + 0.1 * noise(rng, count, band(2500, 6000, 1), 2) * slow(rng, count, 2.0, 0.0, 1.0)[:, None]


def depths(rng: Random, count: int) -> Wave:
    """Under the surface: a dull roar, and strings of bubbles."""
    made = noise(rng, count, band(40, 260, 1), 2) * slow(rng, count, 2.0, 0.7, 1.2)[:, None]
    at_s = float(rng.uniform(0.2, 1.0))
    while at_s < count / RATE_HZ:
        pan = float(rng.uniform(-0.8, 0.8))
        for index in range(int(rng.integers(3, 9))):
            add_at(made, bubble_of(rng), at_s + 0.07 * index + float(rng.uniform(0, 0.03)), 0.7, pan)
        at_s += float(rng.uniform(1.0, 2.4))
    return made


def rainfall(rng: Random, count: int) -> Wave:
    """Rain: a hiss of the far drops, and the patter of the near ones."""
    made = 0.8 * noise(rng, count, band(900, 8500, 1), 2) * slow(rng, count, 1.5, 0.85, 1.1)[:, None]
    drops = [
        glide(count_of(0.02), hz * 1.5, hz, 0.004) * decay(count_of(0.02), 0.004, 0.0005)
        for hz in rng.uniform(900, 4200, 12)
    ]
    for at_s in rng.uniform(0, count / RATE_HZ, int(45 * count / RATE_HZ)):
        add_at(
            made,
            drops[int(rng.integers(12))],
            float(at_s),
            float(rng.uniform(0.3, 1.3)),
            float(rng.uniform(-1, 1)),
        )
    return made


def hush(rng: Random, count: int) -> Wave:
    """Falling snow: a little soft air, and no echo of anything."""
    return noise(rng, count, band(140, 900, 1), 2) * slow(rng, count, 2.2, 0.6, 1.1)[:, None]


def birds(rng: Random, count: int) -> Wave:
    """Three or four birds, each with its own phrase, pitch and branch."""
    made = np.zeros((count, 2))
    for _ in range(int(rng.integers(3, 5))):
        phrase = _phrase(rng)
        pan, gain = float(rng.uniform(-0.9, 0.9)), float(rng.uniform(0.3, 1.0))
        at_s = float(rng.uniform(0.1, 1.8))
        while at_s < count / RATE_HZ:
            add_at(made, phrase, at_s, 3.0 * gain, pan)
            at_s += len(phrase) / RATE_HZ + float(rng.uniform(0.9, 3.2))
    return 0.7 * made + 0.5 * room(made, 1.4, 5000)


def _phrase(rng: Random) -> Wave:
    """Return one bird's phrase: two to six short notes that bend, some of them trilled."""
    base_hz, notes = float(rng.uniform(2400, 4600)), int(rng.integers(2, 7))
    trill_hz = float(rng.choice([0.0, 0.0, 28.0]))
    made = []
    for _ in range(notes):
        length = count_of(float(rng.uniform(0.05, 0.13)))
        bend = float(rng.uniform(0.8, 1.3))
        hz = base_hz * float(rng.uniform(0.9, 1.15))
        curve = hz * np.linspace(1, bend, length) * (1 + 0.04 * np.sin(2 * np.pi * trill_hz * times(length)))
        made.append(np.sin(2 * np.pi * np.cumsum(curve) / RATE_HZ) * swell(length, 0.3))
        made.append(np.zeros(count_of(float(rng.uniform(0.02, 0.07)))))
    return np.concatenate(made)


def crickets(rng: Random, count: int) -> Wave:
    """Two crickets that do not quite agree."""
    made = np.zeros((count, 2))
    t = times(count)
    for hz, rate, pan in ((4150.0, 2.3, -0.6), (4620.0, 1.9, 0.7)):
        start = float(rng.uniform(0, 1))
        within = (t * rate + start) % 1.0
        pulses = np.maximum(0, np.sin(2 * np.pi * 3 * within / 0.45)) * (within < 0.45)
        add_at(made, np.sin(2 * np.pi * hz * t) * pulses**2, 0.0, 1.6, pan)
    return made


def owl(rng: Random, count: int) -> Wave:
    """An owl, twice at most, in the wood behind."""
    made = np.zeros((count, 2))
    notes = [(0.0, 0.28), (0.55, 0.16), (0.78, 0.5)]
    for at_s in (float(rng.uniform(0.4, 1.0)), float(rng.uniform(6.5, 8.0))):
        for offset, length in notes:
            note = glide(count_of(length), 385, 350, 0.2) * swell(count_of(length), 0.25)
            add_at(made, note, at_s + offset, 1.2, -0.5)
    return 0.4 * made + room(made, 2.2, 2500)


def gulls(rng: Random, count: int) -> Wave:
    """Gulls over the water: cries that fall, three or so together."""
    made = np.zeros((count, 2))
    at_s = float(rng.uniform(0.6, 1.6))
    while at_s < count / RATE_HZ:
        hz, pan = float(rng.uniform(1150, 1500)), float(rng.uniform(-0.9, 0.9))
        for index in range(int(rng.integers(2, 5))):
            length = count_of(0.22)
            curve = hz * (0.82 + 0.3 * np.sin(np.pi * np.linspace(0.1, 1, length)))
            phase = 2 * np.pi * np.cumsum(curve) / RATE_HZ
            cry = (np.sin(phase) + 0.45 * np.sin(2 * phase) + 0.25 * np.sin(3 * phase)) * swell(length, 0.25)
            add_at(made, cry, at_s + 0.3 * index, 1.1, pan)
        at_s += float(rng.uniform(3.0, 5.5))
    return 0.35 * made + 0.6 * room(made, 1.8, 4000)


def _add_curve(curve: Wave, part: Wave, at_s: float) -> None:
    start = count_of(at_s)
    first, last = max(0, start), min(len(curve), start + len(part))
    if last > first:
        curve[first:last] += part[first - start : last - start]


_PLACES: dict[Place, tuple[tuple[Layer, float], ...]] = {
    "forest": ((breeze, -38.0), (foliage, -42.0)),
    "sea": ((surf, -33.0), (breeze, -43.0)),
    "mountains": ((breeze, -33.0),),
    "city": ((town, -32.0),),
    "desert": ((breeze, -34.0),),
    "room": ((indoors, -45.0),),
    "meadow": ((breeze, -38.0), (foliage, -47.0)),
    "space": ((void, -33.0),),
    "underwater": ((depths, -30.0),),
    "snowfield": ((hush, -36.0),),
}
_WEATHERS: dict[Weather, tuple[tuple[Layer, float], ...]] = {
    "clear": (),
    "fog": (),
    "wind": ((gale, -31.0),),
    "rain": ((rainfall, -31.0),),
    "snow": ((hush, -40.0),),
    "storm": ((rainfall, -30.0), (gale, -31.0)),
}
_BIRDS: dict[Place, float] = {"forest": -36.0, "meadow": -36.0, "mountains": -46.0, "city": -46.0}
