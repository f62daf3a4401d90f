"""
Drawn people of other hands, for training: DiceBear's avatars of styles under CC0 and CC BY.

What makes them (MIT) is asked for here alone and is no part of the environment:
`pip install --target FOLDER dicebear-core==10.7.0 dicebear-styles==10.6.0`, and FOLDER on the PYTHONPATH.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator
from importlib.resources import files

STYLES = (
    "adventurer", "big-ears", "big-smile", "croodles", "lorelei", "micah", "miniavs", "notionists",
    "open-peeps", "personas", "toon-head", "pixel-art",
)  # fmt: skip
EACH = 13


def avatars() -> Iterator[bytes]:
    """Yield thirteen people of each style as SVG: the same ones always."""
    dicebear = importlib.import_module("dicebear")
    for name in STYLES:
        style = dicebear.Style(
            json.loads(files("dicebear_styles").joinpath(f"{name}.json").read_text("utf-8"))
        )
        for number in range(EACH):
            svg: str = dicebear.Avatar(style, {"seed": f"{name} {number}", "size": 256}).to_string()
            # Skia's reader knows references to parts of a drawing by their older spelling alone.
            linked = svg.replace("<svg ", '<svg xmlns:xlink="http://www.w3.org/1999/xlink" ', 1)
            yield linked.replace(' href="#', ' xlink:href="#').encode()
