"""Colours as light: mixed, shaded and seen through the air."""

from __future__ import annotations

from generator.backends.embedded.skia_library import skia

Rgb = tuple[float, float, float]
"""Red, green and blue from 0 to 1."""

WHITE: Rgb = (1.0, 1.0, 1.0)
BLACK: Rgb = (0.0, 0.0, 0.0)

NAMED: dict[str, str] = {
    "red": "d8443c", "orange": "ee8e44", "yellow": "f2c545", "green": "4f9a5e", "blue": "3a7fb8",
    "purple": "8458a8", "pink": "ee93ad", "brown": "8a5a38", "black": "33323c", "white": "f6f2e9",
    "grey": "8f98a0", "gold": "e2b04a", "silver": "bcc6cf", "turquoise": "3fb0ac", "beige": "dcc8a4",
}  # fmt: skip
"""The colours a prompt may name, as the palette paints them."""


def rgb(code: str) -> Rgb:
    """Read a colour of six hexadecimal digits."""
    return int(code[0:2], 16) / 255, int(code[2:4], 16) / 255, int(code[4:6], 16) / 255


def mix(a: Rgb, b: Rgb, share: float) -> Rgb:
    """Return the colour `share` of the way from a to b."""
    return (a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share)


def times(a: Rgb, b: Rgb) -> Rgb:
    """Return what is seen of the colour a under the light b."""
    return min(1.0, a[0] * b[0]), min(1.0, a[1] * b[1]), min(1.0, a[2] * b[2])


def lighter(a: Rgb, share: float) -> Rgb:
    """Return the colour nearer to white, or nearer to black for a negative share."""
    return mix(a, WHITE if share > 0 else BLACK, abs(share))


def luminance(a: Rgb) -> float:
    """Return how bright a colour looks, from 0 to 1 (Rec. 709 weights)."""
    return 0.2126 * a[0] + 0.7152 * a[1] + 0.0722 * a[2]


def greyed(a: Rgb, share: float) -> Rgb:
    """Return the colour with part of its saturation gone."""
    level = luminance(a)
    return mix(a, (level, level, level), share)


def ink(colour: Rgb, alpha: float = 1.0) -> int:
    """Return the colour as the drawing library packs it."""
    red, green, blue = (max(0, min(255, round(255 * part))) for part in colour)
    packed: int = skia.Color(red, green, blue, max(0, min(255, round(255 * alpha))))
    return packed
