"""
Contact sheets: eight frames of a clip on one picture, to judge the drawing by eye.

`python -m generator.backends.embedded.contact_sheet FOLDER [DRAWINGS]` draws those of the README.
"""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from generator.backends.embedded.grammar import read_prompt
from generator.backends.embedded.motion import simulate
from generator.backends.embedded.plan import ScenePlan
from generator.backends.embedded.render import render_range

PROMPTS: dict[str, str] = {
    "fox": "a red fox runs through the forest at dawn, then it sits and looks at us",
    "phare": "un phare au bord de la mer au coucher du soleil, lumière douce",
    "whale": "a whale and three fish swim under the sea",
    "montgolfieres": "trois montgolfières s'élèvent au-dessus des dunes au coucher du soleil",
    "tram": "a tram passes in the rainy city at night",
    "robot": "Un robot dit « Bonjour, je suis content de vous voir » dans un atelier, le soir",
    "ball": "a dog chases a red ball in a sunny meadow",
    "cheval": "un cheval blanc galope dans la montagne, le matin",
    "snow": "a person walks in a snowy field at night, snow, then an owl flies",
    "bateau": "un bateau en papier vogue sur la mer pendant l'orage, la nuit",
    "rocket": "a rocket flies past a planet in outer space, zoom in",
    "lanternes": "cinq lanternes flottent dans la forêt, la nuit, un cerf passe",
}
_COLUMNS, _ROWS = 4, 2
_GAP_PX = 6


def contact_sheet(plan: ScenePlan, drawings: Path | None = None) -> NDArray[np.uint8]:
    """Return eight frames, evenly spread over the clip, as one RGB picture."""
    cells = _COLUMNS * _ROWS
    numbers = [round((cell + 0.5) * plan.frame_count / cells) for cell in range(cells)]
    shots = [next(render_range(plan, number, number + 1, (), drawings)) for number in numbers]
    height, width = plan.height_px + _GAP_PX, plan.width_px + _GAP_PX
    sheet = np.full((_ROWS * height + _GAP_PX, _COLUMNS * width + _GAP_PX, 3), 250, np.uint8)
    for cell, shot in enumerate(shots):
        top, left = _GAP_PX + (cell // _COLUMNS) * height, _GAP_PX + (cell % _COLUMNS) * width
        sheet[top : top + plan.height_px, left : left + plan.width_px] = shot
    return sheet


def write_sheets(folder: Path, drawings: Path | None = None) -> list[Path]:
    """Write a WebP sheet for each of the README's prompts; return where they are."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, prompt in PROMPTS.items():
        plan = simulate(
            read_prompt(prompt, duration_s=6, width_px=640, height_px=360, seed=3, drawings=drawings)
        )
        sheet = contact_sheet(plan, drawings)
        small = cv2.resize(sheet, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        path = folder / f"{name}.webp"
        cv2.imwrite(str(path), cv2.cvtColor(small, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_WEBP_QUALITY, 84])
        written.append(path)
    return written


if __name__ == "__main__":
    write_sheets(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None)
