"""
Train the head that tells photographed pictures from drawn ones: `safety/detectors/photographed.npz`.

    python -m eval.train.photographed DATA [DRAWINGS]

Photographs: those that scikit-image, scikit-learn and matplotlib ship (public domain, CC0, CC BY), and
frames of the public-domain NASA clip and of the CC BY clips in DATA/video.  Drawings: 160 of the drawing
store (CC BY), and the PNG files of DRAWINGS, where we put 156 avatars of the DiceBear styles under CC0 and
CC BY.  No face of the tests is among them: ORL, scikit-image's astronaut and insightface's t1 are kept
for measuring.

Each picture is cropped, and made grey, smaller, blurred, grainy or blocky at random, so that the head looks
at how a picture was made and not at how it was sent.  The seed is fixed: one machine gives one head.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import matplotlib as mpl
import numpy as np
import skia
from numpy.typing import NDArray

from safety.detectors.nets import Nets
from safety.detectors.photographed import HEAD, probe_picture
from safety.detectors.picture_vectors import PictureVectors
from safety.models.places import models_folder
from safety.models.store import ModelStore
from safety.sampling import sample_clip

SEED = 20261121
SPREAD = 5.0
"""Vectors are scaled by this before the fit, which sets how much the fit is held back (C = 1)."""

SHIFT = 0.9
"""Added to the bias: a missed real face costs more than a drawn one held for a look."""

Pixels = NDArray[np.uint8]


def photographs(data: Path) -> Iterator[Pixels]:
    """Everyday photographs, eight crops each, and frames of clips."""
    import skimage.data
    import sklearn.datasets

    names = ("coffee", "chelsea", "rocket", "camera", "brick", "grass", "gravel", "coins")
    stills = [getattr(skimage.data, name)() for name in names]
    stills += sklearn.datasets.load_sample_images().images
    hopper = Path(mpl.get_data_path(), "sample_data", "grace_hopper.jpg")
    stills.append(read(hopper))
    for still in stills:
        rgb = still if still.ndim == 3 else np.stack([still] * 3, axis=2)
        yield from [np.asarray(rgb, np.uint8)] * 8
    clips = [data / "video" / "nasa_13013.mp4", *sorted((data / "video" / "intel").glob("*.mp4"))]
    for clip in clips:
        yield from (picture.rgb for picture in sample_clip(clip).footage.pictures[:30])


def drawings(store: ModelStore, more: Path | None, rng: np.random.Generator) -> Iterator[Pixels]:
    """Drawings of the store on plain grounds, and those of a folder."""
    svgs = sorted(store.path("drawings", "svg/").iterdir())
    for at in rng.choice(len(svgs), 160, replace=False):
        yield rastered(svgs[int(at)].read_bytes(), tuple(int(one) for one in rng.integers(0, 256, 3)))
    for path in sorted(more.glob("*.png")) if more else ():
        yield read(path)


def read(path: Path) -> Pixels:
    """Read a picture as RGB."""
    bgr = cv2.imread(str(path))
    assert bgr is not None, path
    return np.asarray(bgr[:, :, ::-1], np.uint8)


def rastered(svg: bytes, ground: tuple[int, ...], side_px: int = 256) -> Pixels:
    """Draw an SVG on a ground of one colour."""
    drawing = skia.SVGDOM.MakeFromStream(skia.MemoryStream(svg, copyData=True))
    drawing.setContainerSize(skia.Size(side_px, side_px))
    surface = skia.Surface(side_px, side_px)
    surface.getCanvas().clear(skia.Color(*ground))
    drawing.render(surface.getCanvas())
    return np.asarray(surface.toarray(colorType=skia.kRGBA_8888_ColorType)[:, :, :3], np.uint8)


def roughened(rgb: Pixels, rng: np.random.Generator) -> Pixels:
    """Return a random crop, treated as senders treat pictures."""
    short = min(rgb.shape[:2])
    side = max(16, int(short * rng.uniform(0.35, 1)))
    top, left = (int(rng.integers(0, length - side + 1)) for length in rgb.shape[:2])
    cut: Any = rgb[top : top + side, left : left + side]
    if rng.random() < 0.25:
        cut = np.repeat(cv2.cvtColor(cut, cv2.COLOR_RGB2GRAY)[:, :, None], 3, 2)
    if rng.random() < 0.5:
        scale = rng.uniform(0.25, 1)
        cut = cv2.resize(cut, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    if rng.random() < 0.3:
        cut = cv2.GaussianBlur(cut, (0, 0), rng.uniform(0.5, 2))
    if rng.random() < 0.4:
        cut = np.clip(cut + rng.normal(0, rng.uniform(2, 9), (*cut.shape[:2], 1)), 0, 255).astype(np.uint8)
    if rng.random() < 0.6:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(25, 90))]
        cut = cv2.imdecode(cv2.imencode(".jpg", cut, quality)[1], cv2.IMREAD_COLOR)
    return np.ascontiguousarray(cut)


def train(data: Path, more: Path | None) -> None:
    """Fit the head and write it."""
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(SEED)
    store = ModelStore(models_folder(os.environ))
    tower = PictureVectors(Nets(store))
    real = [tower.vector(roughened(rgb, rng)) for rgb in photographs(data)]
    drawn = [tower.vector(roughened(rgb, rng)) for rgb in drawings(store, more, rng)]
    vectors, is_real = np.array(real + drawn), np.array([True] * len(real) + [False] * len(drawn))
    centre = vectors.mean(axis=0)
    fit = LogisticRegression(class_weight="balanced", max_iter=1000)
    fit.fit((vectors - centre) * SPREAD, is_real)
    np.savez(
        HEAD,
        weights=(fit.coef_[0] * SPREAD).astype(np.float32),
        centre=centre.astype(np.float32),
        bias=np.float32(fit.intercept_[0] + SHIFT),
        probe=tower.vector(probe_picture()),
    )
    right = fit.score((vectors - centre) * SPREAD, is_real)
    print(f"{len(real)} photographs, {len(drawn)} drawings, {right:.3f} right before the shift -> {HEAD}")


if __name__ == "__main__":
    given = [Path(one) for one in sys.argv[1:]]
    train(given[0], given[1] if len(given) > 1 else None)
