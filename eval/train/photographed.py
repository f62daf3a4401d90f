"""
Train the head that tells photographed pictures from drawn ones, `safety/detectors/photographed.npz`, and by
the way the one that knows pictures without people (`nobody`).

    PYTHONPATH=.:AVATARS python -m eval.train.photographed DATA

Photographs: those that scikit-image, scikit-learn and matplotlib ship (public domain, CC0, CC BY), and frames
of the public-domain NASA clip, of the CC BY clips and of the BSD one in DATA/video.  Drawings: 160 of the
drawing store (CC BY), 156 of `avatars`, and frames of our own renderer (`scenes`), of which what the face net
takes for a face is cut out as it is when clips are looked at.  No face of the tests is among them: ORL,
scikit-image's astronaut and insightface's t1 are kept for measuring.

Each picture is cropped, and made dark, tinted, grey, smaller, blurred, grainy or blocky at random, so that
the head looks at how a picture was made and not at how it was lit or sent.  The seed is fixed: one machine
gives one head.  Before it is written, every rig and every place is left out in turn and judged by the others.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import matplotlib as mpl
import numpy as np
import skia
from numpy.typing import NDArray

from eval.train.avatars import EACH, STYLES, avatars
from eval.train.nobody import write_nobody
from eval.train.scenes import Scene, scenes
from safety.detectors.face_engine import EmbeddedFaces
from safety.detectors.face_tracks import LEAST_SIZE_PX
from safety.detectors.nets import Nets
from safety.detectors.photographed import AROUND, HEAD, around
from safety.detectors.picture_head import probe_picture
from safety.detectors.picture_vectors import PictureVectors
from safety.models.places import models_folder
from safety.models.store import ModelStore
from safety.sampling import sample_clip

SEED = 20261122
SPREAD = 5.0
"""Vectors are scaled by this before the fit, which with `HELD_BACK` sets how much it is held back."""

HELD_BACK = 0.3
"""The fit's C: larger ones take blocky small photographs for drawings, smaller ones tell less apart."""

SHIFT = 0.9
"""Added to the bias: a missed real face costs more than a drawn one held for a look."""

_CROPS_OF_A_STILL = 16
_CROPS_OF_A_FRAME = 2
_FRAMES_OF_A_CLIP = 40
_DRAWINGS = 160

Pixels = NDArray[np.uint8]
Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Photograph:
    """A photograph or a frame of a clip: whose, and how many crops of it are learned."""

    name: str
    rgb: Pixels
    crops: int


def photographs(data: Path) -> Iterator[Photograph]:
    """Everyday photographs and frames of clips."""
    import skimage
    import skimage.data
    import sklearn.datasets

    names = (
        "coffee", "chelsea", "rocket", "camera", "brick", "grass", "gravel", "coins", "moon",
        "hubble_deep_field", "retina",
    )  # fmt: skip
    stills = {name: getattr(skimage.data, name)() for name in names}
    stills["motorcycle"] = read(Path(skimage.__file__).parent / "data" / "motorcycle_left.png")
    stills["china"], stills["flower"] = sklearn.datasets.load_sample_images().images
    stills["grace_hopper"] = read(Path(mpl.get_data_path(), "sample_data", "grace_hopper.jpg"))
    for name, still in stills.items():
        rgb = still if still.ndim == 3 else np.stack([still] * 3, axis=2)
        yield Photograph(name=name, rgb=np.asarray(rgb[:, :, :3], np.uint8), crops=_CROPS_OF_A_STILL)
    folder = data / "video"
    clips = [folder / "nasa_13013.mp4", *sorted((folder / "intel").glob("*.m*"))]
    for clip in [*clips, folder / "doorknob" / "doorknob-hd-no-bar.mp4"]:
        for picture in sample_clip(clip).footage.pictures[:_FRAMES_OF_A_CLIP]:
            yield Photograph(name=clip.name, rgb=picture.rgb, crops=_CROPS_OF_A_FRAME)


def drawings(store: ModelStore, rng: np.random.Generator) -> Iterator[Pixels]:
    """Avatars, and drawings of the store, on plain grounds."""
    for svg in avatars():
        yield rastered(svg, _ground(rng))
    svgs = sorted(store.path("drawings", "svg/").iterdir())
    for at in rng.choice(len(svgs), _DRAWINGS, replace=False):
        yield rastered(svgs[int(at)].read_bytes(), _ground(rng))


def _ground(rng: np.random.Generator) -> tuple[int, ...]:
    return tuple(int(one) for one in rng.integers(0, 256, 3))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Filmed:
    """A cut of a frame of our own renderer; `face_px` is the size of the face found, 0 where none was."""

    vector: Vector
    kind: str
    place: str
    face_px: float


def filmed(frames: Iterable[Scene], nets: Nets, rng: np.random.Generator) -> Iterator[Filmed]:
    """Cuts of our own frames, as sent: what is taken for a face with its surroundings, and one at random."""
    engine, tower = EmbeddedFaces(nets), PictureVectors(nets)
    for scene in frames:
        sent = jpeg(scene.rgb, int(rng.integers(60, 95)))
        faces = engine.find(sent)[:2]
        cuts = [(around(sent, face, AROUND * float(rng.uniform(0.85, 1.2))), face.size_px) for face in faces]
        for cut, face_px in [*cuts, (roughened(scene.rgb, rng), 0.0)]:
            yield Filmed(vector=tower.vector(cut), kind=scene.kind, place=scene.place, face_px=face_px)


def jpeg(rgb: Pixels, quality: int) -> Pixels:
    """Return a picture after a round trip."""
    _, sent = cv2.imencode(".jpg", rgb[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    bgr: Any = cv2.imdecode(sent, cv2.IMREAD_COLOR)
    return np.ascontiguousarray(bgr[:, :, ::-1])


def lit(rgb: Pixels, rng: np.random.Generator) -> Pixels:
    """Return a picture in another light at random: darker, or tinted."""
    if rng.random() >= 0.5:
        return rgb
    light = rng.uniform(0.3, 1.1, 3) if rng.random() < 0.4 else np.full(3, rng.uniform(0.25, 1.1))
    return np.clip(rgb * light, 0, 255).astype(np.uint8)


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


def badly_sent(rgb: Pixels, rng: np.random.Generator) -> Pixels:
    """Return a random crop, as small and as blocky as a face in the distance of a much shared clip."""
    short = min(rgb.shape[:2])
    side = max(16, int(short * rng.uniform(0.35, 1)))
    top, left = (int(rng.integers(0, length - side + 1)) for length in rgb.shape[:2])
    cut = rgb[top : top + side, left : left + side]
    small = int(rng.integers(48, 128))
    shrunk: Any = cv2.resize(lit(cut, rng), (small, small), interpolation=cv2.INTER_AREA)
    return jpeg(np.asarray(shrunk, np.uint8), int(rng.integers(8, 45)))


def pasted(rgb: Pixels, scene: Pixels, rng: np.random.Generator) -> Pixels:
    """Return a part of a photograph in the midst of a drawing, as a face is cut out of a collage."""
    short = min(rgb.shape[:2])
    side = max(16, int(short * rng.uniform(0.35, 1)))
    top, left = (int(rng.integers(0, length - side + 1)) for length in rgb.shape[:2])
    whole = int(rng.integers(80, 224))
    inner = int(whole * rng.uniform(0.55, 0.95))
    ground = min(scene.shape[:2])
    collage: Any = cv2.resize(scene[:ground, :ground], (whole, whole), interpolation=cv2.INTER_AREA)
    part = cv2.resize(rgb[top : top + side, left : left + side], (inner, inner), interpolation=cv2.INTER_AREA)
    x, y = (int(rng.integers(0, whole - inner + 1)) for _ in range(2))
    collage[y : y + inner, x : x + inner] = part
    return jpeg(np.asarray(collage, np.uint8), int(rng.integers(40, 90)))


def fitted(real: Vector, drawn: Vector) -> tuple[Vector, Vector, float]:
    """Return weights, centre and bias of the line between photographs and drawings, by rows."""
    from sklearn.linear_model import LogisticRegression

    vectors = np.concatenate([real, drawn])
    centre = vectors.mean(axis=0)
    fit = LogisticRegression(C=HELD_BACK, class_weight="balanced", max_iter=1000)
    fit.fit((vectors - centre) * SPREAD, np.arange(len(vectors)) < len(real))
    return (fit.coef_[0] * SPREAD).astype(np.float32), centre, float(fit.intercept_[0]) + SHIFT


def left_out(real: Vector, drawn: Vector, ours: list[Filmed], by: str) -> str:
    """Return what is said of the faces found on each rig (or in each place) when it was not learned from."""
    shares: list[float] = []
    for name in sorted({getattr(one, by) for one in ours if one.face_px >= LEAST_SIZE_PX}):
        rest = [one.vector for one in ours if getattr(one, by) != name]
        weights, centre, bias = fitted(real, np.concatenate([drawn, rest]))
        faces = [one for one in ours if getattr(one, by) == name and one.face_px >= LEAST_SIZE_PX]
        shares += [float(1 / (1 + np.exp(-((one.vector - centre) @ weights + bias)))) for one in faces]
    held = sum(one >= 0.5 for one in shares)
    return f"{by} left out: {len(shares)} faces, {held} held, highest {np.sort(shares)[-5:].round(2)}"


def train(data: Path) -> None:
    """Fit the head, say what it makes of what is left out, and write it."""
    store = ModelStore(models_folder(os.environ))
    nets = Nets(store)
    tower, shown = PictureVectors(nets), list(photographs(data))
    frames = list(scenes(store.path("drawings", "svg/"), np.random.default_rng(SEED)))
    rng, other, third = (np.random.default_rng(SEED + at) for at in range(3))
    named = [
        (one.name, tower.vector(roughened(lit(one.rgb, rng), rng))) for one in shown for _ in range(one.crops)
    ]
    real = [vector for _, vector in named]
    drawn = [tower.vector(roughened(lit(rgb, rng), rng)) for rgb in drawings(store, rng)]
    avatar_vectors = drawn[: len(STYLES) * EACH]
    real += [tower.vector(badly_sent(one.rgb, other)) for one in shown for _ in range(one.crops // 2)]
    drawn += [tower.vector(badly_sent(rgb, other)) for rgb in drawings(store, other)]
    real += [tower.vector(collage) for collage in _collages(shown, frames, third)]
    ours = list(filmed(frames, nets, np.random.default_rng(SEED)))
    for by in ("kind", "place"):
        print(left_out(np.array(real), np.array(drawn), ours, by))
    weights, centre, bias = fitted(np.array(real), np.array(drawn + [one.vector for one in ours]))
    probe = tower.vector(probe_picture())
    np.savez(HEAD, weights=weights, centre=centre, bias=np.float32(bias), probe=probe)
    write_nobody(named, avatar_vectors, [(one.kind, one.face_px > 0, one.vector) for one in ours], probe)
    print(f"{len(real)} photographs, {len(drawn)} drawings, {len(ours)} cuts of our own frames -> {HEAD}")


def _collages(shown: list[Photograph], frames: list[Scene], rng: np.random.Generator) -> Iterator[Pixels]:
    for one in shown:
        for _ in range(max(1, one.crops // 8)):
            yield pasted(one.rgb, frames[int(rng.integers(len(frames)))].rgb, rng)


if __name__ == "__main__":
    train(Path(sys.argv[1]))
