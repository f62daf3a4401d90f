"""Four-legged animals told apart by a handful of measures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from generator.backends.embedded.colour import Rgb, rgb

Ears = Literal["point", "round", "flop", "long"]
Tail = Literal["bush", "thin", "wag", "puff", "hair"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Species:
    """
    An animal's measures, in units.

    `leg`, `body` and `girth` are lengths seen from the side; `neck` how far the head is carried up
    and forward; `snout` how far it reaches; `bulk` scales the sitting figure; `mask` is the pale
    face of foxes and the like.
    """

    fur: Rgb
    belly: Rgb
    sock: Rgb
    ears: Ears
    tail: Tail
    leg: float = 66
    body: float = 150
    girth: float = 60
    neck: tuple[float, float] = (34, 36)
    head: float = 36
    snout: float = 44
    bulk: float = 1.0
    mask: bool = False
    mane: bool = False
    pace: float = 230
    strides_hz: float = 2.0


_DARK = rgb("3a2420")

SPECIES: dict[str, Species] = {
    "fox": Species(
        fur=rgb("ee8a40"), belly=rgb("fbf2e4"), sock=_DARK, ears="point", tail="bush", mask=True, snout=50
    ),
    "wolf": Species(
        fur=rgb("8b939c"), belly=rgb("e4e4e0"), sock=rgb("5c636c"), ears="point", tail="bush", mask=True,
        leg=80, body=166, girth=66, bulk=1.12, snout=52,
    ),
    "cat": Species(
        fur=rgb("8a8f9c"), belly=rgb("f1ece2"), sock=rgb("f1ece2"), ears="point", tail="thin", leg=50, body=128,
        girth=50, neck=(26, 30), head=33, snout=18, bulk=0.88,
    ),
    "dog": Species(
        fur=rgb("c98d54"), belly=rgb("f3e4cc"), sock=rgb("f3e4cc"), ears="flop", tail="wag", leg=66, body=146,
        girth=62, head=38, snout=46,
    ),
    "rabbit": Species(
        fur=rgb("b9a48e"), belly=rgb("f6efe4"), sock=rgb("a08a74"), ears="long", tail="puff", leg=34, body=96,
        girth=58, neck=(16, 26), head=30, snout=20, bulk=0.74, strides_hz=1.7,
    ),
    "bear": Species(
        fur=rgb("7a5238"), belly=rgb("a9805c"), sock=rgb("5a3a28"), ears="round", tail="puff", leg=70, body=190,
        girth=106, neck=(40, 16), head=50, snout=42, bulk=1.3, pace=170, strides_hz=1.5,
    ),
    "horse": Species(
        fur=rgb("9a6238"), belly=rgb("b98254"), sock=rgb("3c2a22"), ears="point", tail="hair", leg=132, body=204,
        girth=84, neck=(66, 84), head=36, snout=66, bulk=1.3, mane=True, pace=300, strides_hz=1.9,
    ),
    "deer": Species(
        fur=rgb("b07a4a"), belly=rgb("efdcc0"), sock=rgb("7a5234"), ears="long", tail="puff", leg=112, body=148,
        girth=60, neck=(44, 72), head=30, snout=40, bulk=1.1, pace=280,
    ),
}  # fmt: skip
