"""
Train the heads that know a few things by rendered references: `safety/detectors/references.npz`.

    python -m eval.train.references DATA

A concept's references are drawn here (`symbols`, `weapons`) or are the store's drawings, on plain grounds and
pasted into photographs and frames of our own renderer.  Against them stand what they are mistaken for, drawn
here too, the store's other drawings, photographs and frames of our own.  Each head is a line through picture
vectors; one drawing of ours in five, and what the store has besides the concepts on plain grounds, is kept
back, made small and blocky, and what the heads say of it is printed: the share told of each concept, and of
each kind of look-alike by any head.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from eval.train.photographed import SPREAD, badly_sent, photographs, rastered, roughened
from eval.train.scenes import scenes
from eval.train.symbols import LOOK_ALIKES, SIGNS
from eval.train.weapons import TOOLS, WEAPONS
from safety.detectors.nets import Nets
from safety.detectors.picture_head import probe_picture
from safety.detectors.picture_vectors import PictureVectors
from safety.detectors.references import CONCEPTS, HEADS
from safety.models.places import models_folder
from safety.models.store import ModelStore

SEED = 20261122
PER_CONCEPT = 80
PER_LOOK_ALIKE = 60
OTHERS = 150
FRAMES = 150
CAUTION = 1.0
"""Taken off the biases: telling wrongly of harmless clips costs more than missing a small sign."""

TOOLS_OF_THE_STORE = (
    "1f52b", "1f52a", "1f374", "1f37d", "1f944", "2702", "1fa92", "1f528", "1f527", "1fa9b", "1fa9a",
    "1f526", "1f4f7", "1f3b8", "1f3ba", "1f52d", "1f58a", "1f9e8", "1f3b3", "1f388", "1f3ae", "1faa5",
    "1f3a4", "1f9ef",
)  # fmt: skip
NEIGHBOURS = (
    "1f1e8-1f1ed", "1f1ec-1f1e7", "1f1e9-1f1ea", "1f1eb-1f1f7", "1f1ef-1f1f5", "1f1f9-1f1f7",
    "1f6a9", "1f3f4", "2795", "2716", "271d", "2626", "1f549", "2638", "2721", "262f",
    "2622", "2623", "1f4f4", "1f6d1", "26d4", "1f6ad", "1f3af", "1f300", "2744", "1f480",
    "1f58d", "270f", "1f56f", "1f3b2", "1f3e7", "1f4bb", "1f39b", "26a1", "1f329", "2600", "1f31e", "2699",
    "1f3a1", "1f9ed", "1f33b", "1f4a5", "1f6de", "1f578",
)  # fmt: skip

Pixels = NDArray[np.uint8]
Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """A vector, what it shows (a concept or a kind of look-alike), and whether it is kept back."""

    vector: Vector
    shows: str
    is_kept_back: bool


class Painter:
    """Draws everything the heads learn, in one order, from one seed."""

    def __init__(self, store: ModelStore, scenery: list[Pixels], tower: PictureVectors) -> None:
        self._folder = store.path("drawings", "svg/")
        self._scenery = scenery
        self._tower = tower
        self._rng = np.random.default_rng(SEED)

    def lessons(self) -> Iterator[Lesson]:
        """Yield all of them."""
        for concept in CONCEPTS:
            yield from self._taught(concept, self._drawers(concept), PER_CONCEPT)
        for name, draw in {**LOOK_ALIKES, **TOOLS}.items():
            yield from self._taught(name, [draw], PER_LOOK_ALIKE)
        yield from self._taught(
            "tools of the store", self._stored(TOOLS_OF_THE_STORE), 2 * len(TOOLS_OF_THE_STORE)
        )
        yield from self._taught("neighbours", self._stored(NEIGHBOURS), 2 * len(NEIGHBOURS))
        shown = {code for concept in CONCEPTS.values() for code in concept.drawings}
        names = sorted(path.stem for path in self._folder.iterdir() if path.stem not in shown)
        chosen = [names[int(at)] for at in self._rng.choice(len(names), OTHERS, replace=False)]
        yield from self._taught("other drawings", self._stored(chosen), OTHERS)
        for at, scene in enumerate(self._scenery):
            sent = badly_sent(scene, self._rng) if at % 5 == 0 else roughened(scene, self._rng)
            yield Lesson(
                vector=self._tower.vector(sent), shows="photographs and frames", is_kept_back=at % 5 == 0
            )

    def _drawers(self, concept: str) -> list[Callable[[np.random.Generator], Pixels]]:
        drawn = [SIGNS[concept]] if concept in SIGNS else list(WEAPONS.get(concept, ()))
        return [*drawn, *self._stored(CONCEPTS[concept].drawings)]

    def _stored(self, codes: tuple[str, ...] | list[str]) -> list[Callable[[np.random.Generator], Pixels]]:
        def of(svg: bytes) -> Callable[[np.random.Generator], Pixels]:
            return lambda rng: rastered(svg, tuple(int(one) for one in rng.integers(0, 256, 3)))

        paths = [self._folder / f"{code}.svg" for code in codes]
        return [of(path.read_bytes()) for path in paths if path.is_file()]

    def _taught(
        self, shows: str, drawers: list[Callable[[np.random.Generator], Pixels]], count: int
    ) -> Iterator[Lesson]:
        """Yield renderings by each drawer in turn, half of them in a scene; the kept back ones badly sent."""
        for at in range(count):
            drawn = drawers[at % len(drawers)](self._rng)
            if (at // len(drawers)) % 2:
                drawn = self._in_a_scene(drawn)
            is_kept_back = (at // len(drawers)) % 5 == 0
            if is_kept_back:
                drawn = self._sent(drawn)
            yield Lesson(vector=self._tower.vector(drawn), shows=shows, is_kept_back=is_kept_back)

    def _in_a_scene(self, drawn: Pixels) -> Pixels:
        scene = self._scenery[int(self._rng.integers(len(self._scenery)))]
        canvas = np.array(cv2.resize(scene, (360, 360)), np.uint8)
        side = int(self._rng.integers(190, 330))
        left, top = (int(one) for one in self._rng.integers(0, 360 - side, 2))
        canvas[top : top + side, left : left + side] = cv2.resize(drawn, (side, side))
        return canvas

    def _sent(self, drawn: Pixels) -> Pixels:
        small = cv2.resize(drawn, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(self._rng.integers(20, 60))]
        return np.asarray(cv2.imdecode(cv2.imencode(".jpg", small, quality)[1], cv2.IMREAD_COLOR), np.uint8)


def fitted(lessons: list[Lesson], centre: Vector, concept: str) -> tuple[Vector, float]:
    """Return the weights and the bias of one concept's head."""
    from sklearn.linear_model import LogisticRegression

    learned = [one for one in lessons if not one.is_kept_back]
    given = (np.array([one.vector for one in learned]) - centre) * SPREAD
    fit = LogisticRegression(C=4.0, class_weight="balanced", max_iter=2000)
    fit.fit(given, np.array([one.shows == concept for one in learned]))
    return fit.coef_[0] * SPREAD, float(fit.intercept_[0]) - CAUTION


def told(lessons: list[Lesson], shares: NDArray[np.float64], names: list[str]) -> Iterator[str]:
    """Yield a line a kind of what was kept back: how many, and what share of them which heads tell."""
    for shows in dict.fromkeys(one.shows for one in lessons):
        rows = shares[[one.shows == shows and one.is_kept_back for one in lessons]]
        if shows in names:
            own = rows[:, names.index(shows)]
            yield f"{shows}: {np.mean(own >= 0.5):.0%} of {len(own)} told, lowest {np.sort(own)[:3].round(2)}"
        else:
            most = rows.max(axis=1)
            which = sorted({names[int(at)] for at in rows.argmax(axis=1)[most >= 0.5]})
            yield f"  not {shows}: {int((most >= 0.5).sum())} of {len(most)} told ({', '.join(which)})"


def train(data: Path) -> None:
    """Fit one head a concept, say what they make of what was kept back, and write them."""
    store = ModelStore(models_folder(os.environ))
    tower = PictureVectors(Nets(store))
    ours = [scene.rgb for scene in scenes(store.path("drawings", "svg/"), np.random.default_rng(SEED))]
    scenery = [one.rgb for one in photographs(data)] + ours[:: len(ours) // FRAMES]
    lessons = list(Painter(store, scenery, tower).lessons())
    write(lessons, tower.vector(probe_picture()))


def write(lessons: list[Lesson], probe: Vector) -> None:
    """Fit the heads to lessons and write them."""
    centre = np.mean([one.vector for one in lessons if one.shows not in CONCEPTS], axis=0)
    names = list(CONCEPTS)
    heads = [fitted(lessons, centre, name) for name in names]
    weights, biases = np.array([one for one, _ in heads]), np.array([bias for _, bias in heads])
    vectors = np.array([one.vector for one in lessons])
    shares = 1 / (1 + np.exp(-((vectors - centre) @ weights.T + biases)))
    print("\n".join(told(lessons, shares, names)))
    np.savez(
        HEADS,
        names=np.array(names),
        weights=weights.astype(np.float32),
        biases=biases.astype(np.float32),
        centre=centre.astype(np.float32),
        probe=probe,
    )


if __name__ == "__main__":
    train(Path(sys.argv[1]))
