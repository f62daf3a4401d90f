"""Pictures to look at: photographs, frames of films, and scenes that the embedded engine draws."""

from __future__ import annotations

import datetime as dt
import importlib.util
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eval.sample import NoData
from generator.backends.embedded.engine import EmbeddedBackend
from generator.clip import Clip
from generator.request import Submission

Pixels = NDArray[np.uint8]
"""(height, width, 3), RGB."""

SCENES = (
    "A fox trots through a forest at dusk while snow falls",
    "Un voilier glisse sur une mer calme, des mouettes au-dessus du mât",
    "A woman walks along a street with a red umbrella",
    "Une baleine tourne lentement dans des rayons de lumière",
    "Two children fly a kite on a hill in the wind",
    "Un robot traverse le désert sous un soleil blanc",
)
WIDTH_PX, HEIGHT_PX, SECONDS = 320, 180, 1


def made(
    prompt: str, folder: Path, *, seconds: int = SECONDS, size: tuple[int, int] = (WIDTH_PX, HEIGHT_PX)
) -> Clip:
    """Return a clip of the embedded engine; equal prompts give equal files."""
    request = Submission(
        id="eval",
        creator_id="eval",
        prompt=prompt,
        duration_s=seconds,
        width_px=size[0],
        height_px=size[1],
        seed=1,
        submitted_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    )
    # Drawn in this process: a pool would cost more than so small a clip.
    engine = EmbeddedBackend(processes=0)
    try:
        return engine.generate(request, folder, lambda _share: None, lambda _preview: None)
    finally:
        engine.close()


def first_frame(path: Path) -> Pixels:
    """Return the first frame of a film, or a picture."""
    return next(frames(path, every_s=3600.0))


def frames(path: Path, every_s: float = 1.0) -> Iterator[Pixels]:
    """Yield the frames of a film, one every so many seconds."""
    import av

    with av.open(str(path)) as container:
        due = 0.0
        for frame in container.decode(video=0):
            at = float(frame.time or 0.0)
            if at >= due:
                due = at + every_s
                yield np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)


def opened(path: Path) -> Pixels:
    """Return a photograph."""
    from PIL import Image

    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB"), np.uint8)


def drawn(prompt: str) -> Pixels:
    """Return a frame of a scene that the embedded engine draws."""
    with tempfile.TemporaryDirectory() as folder:
        return first_frame(made(prompt, Path(folder)).path)


def faces(data: Path | None) -> Sequence[Path]:
    """
    Return the photographs of faces, in the order of their names.

    Raises:
        NoData: there is none.
    """
    return _found(data, "faces/orl", ("*.pgm", "*.png", "*.jpg"))


def films(data: Path | None) -> Sequence[Path]:
    """
    Return the films, in the order of their names.

    Raises:
        NoData: there is none.
    """
    return _found(data, "video", ("*.mp4", "*.webm", "*.mkv"))


def _found(data: Path | None, folder: str, patterns: Sequence[str]) -> Sequence[Path]:
    found = [] if data is None else [path for one in patterns for path in (data / folder).rglob(one)]
    if not found:
        raise NoData(f"not run: no data ({folder} is not under the data)")
    return sorted(found)


LIBRARY = (
    "astronaut", "brick", "camera", "chelsea", "coffee", "coins", "grass", "gravel", "hubble_deep_field",
    "moon", "page", "rocket", "text",
)  # fmt: skip
"""The photographs that lie in scikit-image's wheel."""


def has_library() -> bool:
    """Whether scikit-image is installed (extra ``face``)."""
    return importlib.util.find_spec("skimage") is not None


def shipped(name: str) -> Pixels:
    """Return a photograph of scikit-image; nothing is fetched."""
    from skimage import data

    picture = np.asarray(getattr(data, name)(), np.uint8)
    return picture[..., :3] if picture.ndim == 3 else np.repeat(picture[..., None], 3, 2)
