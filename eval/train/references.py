"""
Train the heads that know a few things by rendered references: `safety/detectors/references.npz`.

    python -m eval.train.references DATA

A concept's references are drawn here: the hooked cross in the ways it is flown and sprayed, and the store's
cigarette and slot machine, turned, on plain grounds and pasted into photographs.  Against them stand the
store's other drawings, flags, crosses and wheels above all, and photographs.  Each head is a line through
picture vectors; one drawing in five is kept back, and what the heads say of those is printed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import skia
from numpy.typing import NDArray

from eval.train.photographed import SPREAD, photographs, rastered, roughened
from safety.detectors.nets import Nets
from safety.detectors.photographed import probe_picture
from safety.detectors.picture_vectors import PictureVectors
from safety.detectors.references import CONCEPTS, HEADS
from safety.models.places import models_folder
from safety.models.store import ModelStore

SEED = 20261121
PER_CONCEPT = 60
OTHERS = 150
NEIGHBOURS = (
    "1f1e8-1f1ed", "1f1ec-1f1e7", "1f1e9-1f1ea", "1f1eb-1f1f7", "1f1ef-1f1f5", "1f1f9-1f1f7",
    "1f6a9", "1f3f4", "2795", "2716", "271d", "2626", "1f549", "2638", "2721", "262f",
    "2622", "2623", "1f4f4", "1f6d1", "26d4", "1f6ad", "1f3af", "1f300", "2744", "1f480",
    "1f58d", "270f", "1f56f", "1f9e8", "1f3b2", "1f3e7", "1f4bb", "1f39b",
)  # fmt: skip

Pixels = NDArray[np.uint8]


def hooked_cross(rng: np.random.Generator, side_px: int = 256) -> Pixels:
    """Black on a white disc on a red field, or alone on any ground; upright or tilted; thick or thin."""
    surface = skia.Surface(side_px, side_px)
    canvas = surface.getCanvas()
    is_flag = rng.random() < 0.6
    ground = (200, 20, 30) if is_flag else tuple(int(one) for one in rng.integers(40, 256, 3))
    canvas.clear(skia.Color(*ground))
    canvas.translate(side_px / 2, side_px / 2)
    if is_flag:
        canvas.drawCircle(0, 0, side_px * 0.38, skia.Paint(Color=skia.ColorWHITE, AntiAlias=True))
    canvas.rotate(45 if rng.random() < 0.6 else float(rng.normal(0, 6)))
    canvas.scale(*[side_px * float(rng.uniform(0.035, 0.055))] * 2)
    shade = skia.ColorBLACK if is_flag or rng.random() < 0.7 else skia.ColorWHITE
    paint = skia.Paint(
        Color=shade, AntiAlias=True, Style=skia.Paint.kStroke_Style, StrokeWidth=float(rng.uniform(1.4, 2.4))
    )
    for _ in range(4):
        arm = skia.Path()
        arm.moveTo(0, 0)
        arm.lineTo(0, -4.5)
        arm.lineTo(4.5, -4.5)
        canvas.drawPath(arm, paint)
        canvas.rotate(90)
    return np.asarray(surface.toarray(colorType=skia.kRGBA_8888_ColorType)[:, :, :3], np.uint8)


def references(
    store: ModelStore, concept: str, scenes: list[Pixels], rng: np.random.Generator
) -> Iterator[Pixels]:
    """Renderings of one concept, half of them pasted into a photograph."""
    for at in range(PER_CONCEPT):
        if concept == "hooked cross":
            drawn = hooked_cross(rng)
        else:
            ground = tuple(int(one) for one in rng.integers(0, 256, 3))
            svg = store.path("drawings", "svg/") / f"{CONCEPTS[concept].drawing}.svg"
            drawn = rastered(svg.read_bytes(), ground)
        if at % 2:
            drawn = _pasted(drawn, scenes[int(rng.integers(len(scenes)))], rng)
        yield drawn


def _pasted(drawn: Pixels, scene: Pixels, rng: np.random.Generator) -> Pixels:
    import cv2

    canvas = np.array(cv2.resize(scene, (360, 360)), np.uint8)
    side = int(rng.integers(180, 330))
    left, top = (int(one) for one in rng.integers(0, 360 - side, 2))
    canvas[top : top + side, left : left + side] = cv2.resize(drawn, (side, side))
    return canvas


def others(store: ModelStore, rng: np.random.Generator) -> Iterator[Pixels]:
    """Drawings that show none of the concepts, their neighbours among them."""
    folder = store.path("drawings", "svg/")
    shown = {concept.drawing for concept in CONCEPTS.values()}
    names = sorted(path.stem for path in folder.iterdir() if path.stem not in shown)
    chosen = [names[int(at)] for at in rng.choice(len(names), OTHERS, replace=False)]
    for name in [*(one for one in NEIGHBOURS if one in names), *chosen]:
        yield rastered(
            (folder / f"{name}.svg").read_bytes(), tuple(int(one) for one in rng.integers(0, 256, 3))
        )


def train(data: Path) -> None:
    """Fit one head a concept and write them."""
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(SEED)
    store = ModelStore(models_folder(os.environ))
    tower = PictureVectors(Nets(store))
    scenes = [rgb for rgb, _ in photographs(data)]
    against = [tower.vector(rgb) for rgb in others(store, rng)] + [
        tower.vector(roughened(rgb, rng)) for rgb in scenes[::2]
    ]
    shown = {name: [tower.vector(rgb) for rgb in references(store, name, scenes, rng)] for name in CONCEPTS}
    centre = np.mean(against, axis=0)
    weights, biases = [], []
    for name, vectors in shown.items():
        rest = against + [vector for other, them in shown.items() if other != name for vector in them]
        given = (np.array(vectors + rest) - centre) * SPREAD
        is_shown = np.array([True] * len(vectors) + [False] * len(rest))
        kept_back = np.arange(len(given)) % 5 == 0
        fit = LogisticRegression(C=4.0, class_weight="balanced", max_iter=2000)
        fit.fit(given[~kept_back], is_shown[~kept_back])
        shares = fit.predict_proba(given[kept_back])[:, 1]
        hits, misses = shares[is_shown[kept_back]], shares[~is_shown[kept_back]]
        print(
            f"{name}: kept back, shown {np.sort(hits)[:4].round(2)}…, others {np.sort(misses)[-4:].round(2)}"
        )
        weights.append(fit.coef_[0] * SPREAD)
        biases.append(fit.intercept_[0])
    np.savez(
        HEADS,
        names=np.array(list(shown)),
        weights=np.array(weights, np.float32),
        biases=np.array(biases, np.float32),
        centre=centre.astype(np.float32),
        probe=tower.vector(probe_picture()),
    )


if __name__ == "__main__":
    train(Path(sys.argv[1]))
