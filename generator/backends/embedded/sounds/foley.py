"""
Effects: what a contact sounds like, from what touched what and how hard.

Each begins at its first sample, so that placing it at a contact's time is placing what is heard there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from generator.backends.embedded.plan import Contact, ContactKind, Material
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
    ringing,
    swell,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """How a material answers a blow: its thud, its rings (hertz, seconds, gain), its surface's hiss."""

    thud_hz: float
    thud: float
    rings: tuple[tuple[float, float, float], ...]
    hiss_hz: tuple[float, float]
    hiss_s: float
    hiss: float
    grains: int = 0  # crumbs, twigs, crystals that give way a little later


GROUNDS: dict[Material, Ground] = {
    "leaves": Ground(
        thud_hz=75, thud=0.35, rings=(), hiss_hz=(1100, 5200), hiss_s=0.045, hiss=0.45, grains=9
    ),
    "grass": Ground(thud_hz=80, thud=0.6, rings=(), hiss_hz=(900, 5000), hiss_s=0.05, hiss=0.35, grains=3),
    "water": Ground(thud_hz=110, thud=0.3, rings=(), hiss_hz=(500, 7000), hiss_s=0.16, hiss=0.6),
    "sand": Ground(thud_hz=70, thud=0.6, rings=(), hiss_hz=(700, 4200), hiss_s=0.06, hiss=0.4, grains=2),
    "snow": Ground(thud_hz=65, thud=0.4, rings=(), hiss_hz=(1200, 6500), hiss_s=0.05, hiss=0.4, grains=12),
    "stone": Ground(
        thud_hz=120,
        thud=0.5,
        rings=((640, 0.03, 0.3), (1730, 0.02, 0.25), (3100, 0.012, 0.18)),
        hiss_hz=(1500, 8000),
        hiss_s=0.015,
        hiss=0.4,
    ),
    "wood": Ground(
        thud_hz=105,
        thud=0.6,
        rings=((228, 0.07, 0.5), (492, 0.05, 0.4), (1010, 0.03, 0.25), (1720, 0.018, 0.12)),
        hiss_hz=(900, 5000),
        hiss_s=0.012,
        hiss=0.25,
    ),
    "metal": Ground(
        thud_hz=140,
        thud=0.3,
        rings=((523, 0.5, 0.3), (1187, 0.42, 0.28), (2093, 0.3, 0.2), (3370, 0.22, 0.14), (5240, 0.12, 0.08)),
        hiss_hz=(2500, 11000),
        hiss_s=0.012,
        hiss=0.3,
    ),
    "rubber": Ground(
        thud_hz=95,
        thud=0.9,
        rings=((190, 0.05, 0.3), (415, 0.03, 0.14)),
        hiss_hz=(500, 2600),
        hiss_s=0.012,
        hiss=0.25,
    ),
    "air": Ground(thud_hz=60, thud=0.1, rings=(), hiss_hz=(300, 3000), hiss_s=0.12, hiss=0.5),
    "cloth": Ground(thud_hz=85, thud=0.45, rings=(), hiss_hz=(400, 2800), hiss_s=0.05, hiss=0.35),
}


_LEVELS: dict[ContactKind, float] = {
    "bounce": 0.9,
    "step": 0.5,
    "splash": 0.65,
    "collision": 1.0,
    "whoosh": 0.5,
    "thunder": 1.0,
    "bell": 0.7,
    "clack": 0.6,
}
"""How loud each is at its hardest: what hisses is heard louder than its peak tells, what recurs tires."""


def effects(contacts: tuple[Contact, ...], count: int, seed: int) -> Wave:
    """Return the stereo track, (count, 2), of every contact at its time; each varies a little."""
    track = np.zeros((count, 2))
    for index, contact in enumerate(contacts):
        rng = np.random.default_rng((seed, index, 11))
        gain = _LEVELS[contact.kind] * (0.25 + 0.75 * float(np.clip(contact.strength, 0, 1)))
        add_at(track, effect(contact, rng), contact.at_s, gain, 0.8 * contact.pan)
    return track


def effect(contact: Contact, rng: Random) -> Wave:
    """Return what one contact sounds like, mono, its peak near 1."""
    made = _MAKERS[contact.kind](contact, rng)
    return np.asarray(faded(made, 0, 0.02) / max(1e-6, float(np.abs(made).max())))


def _impact(contact: Contact, rng: Random, *, seconds: float = 0.5, weight: float = 1.0) -> Wave:
    ground, count = GROUNDS[contact.material], count_of(seconds)
    pitch = float(rng.uniform(0.94, 1.06))
    bright = 0.6 + 0.8 * contact.strength
    made = ground.thud * weight * glide(count, 2.4 * ground.thud_hz * pitch, ground.thud_hz * pitch, 0.02)
    made *= decay(count, 0.05 + 0.05 * weight)
    made += ringing(count, [(hz * pitch, length, gain * bright) for hz, length, gain in ground.rings])
    low, high = ground.hiss_hz
    hiss = noise(rng, count, band(low, high * bright)) * decay(count, ground.hiss_s, 0.0005)
    return made + 0.5 * ground.hiss * bright * hiss + _grains(ground, count, rng)


def _grains(ground: Ground, count: int, rng: Random) -> Wave:
    """Return the small sounds of a surface that gives way: crumbs within a tenth of a second."""
    made = np.zeros(count)
    for _ in range(ground.grains):
        length = count_of(float(rng.uniform(0.004, 0.012)))
        start = int(rng.uniform(0.005, 0.11) * RATE_HZ)
        crumb = noise(rng, length, band(ground.hiss_hz[0], ground.hiss_hz[1])) * decay(length, 0.003, 0.0005)
        made[start : start + length] += float(rng.uniform(0.1, 0.3)) * crumb
    return made


def _bounce(contact: Contact, rng: Random) -> Wave:
    """A ball: the ground's answer, and the skin's own short note, higher for a harder blow."""
    made = _impact(contact, rng, seconds=0.45)
    skin_hz = 170 + 70 * contact.strength
    return made + 0.5 * glide(len(made), 1.5 * skin_hz, skin_hz, 0.03) * decay(len(made), 0.06)


def _step(contact: Contact, rng: Random) -> Wave:
    """Heel, then toes a moment later."""
    heel = _impact(contact, rng, seconds=0.32, weight=0.6)
    toes = _impact(contact, rng, seconds=0.2, weight=0.3)
    start = count_of(float(rng.uniform(0.055, 0.08)))
    heel[start : start + len(toes)] += 0.45 * toes[: len(heel) - start]
    return heel


def _splash(contact: Contact, rng: Random) -> Wave:
    """A slap on the surface, the spray that falls back, bubbles that rise in pitch as they shrink."""
    count = count_of(0.9)
    slap = noise(rng, count, band(250, 5200)) * decay(count, 0.045, 0.001)
    spray = noise(rng, count, band(1500, 8500)) * decay(count, 0.2, 0.03)
    made = slap + (0.2 + 0.3 * contact.strength) * spray
    for _ in range(14):
        bubble = bubble_of(rng)
        start = int(rng.uniform(0.03, 0.5) * RATE_HZ)
        made[start : start + len(bubble)] += 0.5 * bubble[: count - start]
    return made


def bubble_of(rng: Random) -> Wave:
    """Return one bubble: a short note that rises."""
    low = float(rng.uniform(350, 1300))
    count = count_of(float(rng.uniform(0.03, 0.08)))
    return glide(count, low, low * 1.7, 0.06) * swell(count, 0.15)


def _collision(contact: Contact, rng: Random) -> Wave:
    return _impact(contact, rng, seconds=0.9, weight=1.4)


def _whoosh(contact: Contact, rng: Random) -> Wave:
    """Air cut through: it starts at once, opens up and closes again."""
    count = count_of(0.5)
    dull = noise(rng, count, band(180, 900)) * swell(count, 0.12)
    bright = noise(rng, count, band(900, 4000)) * swell(count, 0.3)
    edge = noise(rng, count, band(400, 3500)) * decay(count, 0.05, 0.006)
    return dull + (0.2 + 0.4 * contact.strength) * bright + 0.8 * edge


def _thunder(contact: Contact, rng: Random) -> Wave:
    """A crack, then rolls that come late and from afar."""
    count = count_of(4.5)
    made = noise(rng, count, band(300, 5000)) * decay(count, 0.07, 0.002) * (0.4 + contact.strength)
    rumble = noise(rng, count, band(28, 170))
    for _ in range(6):
        start, length = float(rng.uniform(0, 1.8)), float(rng.uniform(0.5, 1.4))
        first = count_of(start)
        roll = decay(count - first, length, 0.05) * float(rng.uniform(0.4, 1.0))
        made[first:] += 0.8 * rumble[first:] * roll
    return made


def _bell(contact: Contact, rng: Random) -> Wave:
    """A cast bell: hum, prime, tierce, quint, nominal and two above, the low ones ringing longest."""
    prime = 523.25 * float(rng.uniform(0.98, 1.02))
    partials = (
        (0.5, 2.4, 0.5),
        (1, 1.9, 0.8),
        (1.2, 1.4, 0.5),
        (1.5, 1.0, 0.3),
        (2, 0.9, 0.6),
        (2.6, 0.5, 0.25),
    )
    made = ringing(count_of(3.0), [(prime * ratio, seconds, gain) for ratio, seconds, gain in partials])
    strike = noise(rng, len(made), band(2500, 9000)) * decay(len(made), 0.008, 0.0005)
    return made + 0.15 * (0.3 + contact.strength) * strike


def _clack(contact: Contact, rng: Random) -> Wave:
    """Two hard things that meet for an instant: hooves, rails, beaks."""
    pitch = float(rng.uniform(0.9, 1.1))
    made = ringing(
        count_of(0.16), [(980 * pitch, 0.014, 0.7), (2240 * pitch, 0.009, 0.5), (420 * pitch, 0.02, 0.4)]
    )
    return made + 0.3 * _impact(contact, rng, seconds=0.16, weight=0.4)


_MAKERS: dict[ContactKind, Callable[[Contact, Random], Wave]] = {
    "bounce": _bounce,
    "step": _step,
    "splash": _splash,
    "collision": _collision,
    "whoosh": _whoosh,
    "thunder": _thunder,
    "bell": _bell,
    "clack": _clack,
}
