"""Still pictures from outside: probed, and read upright."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from generator.errors import InvalidMedia
from generator.media.faults import fault
from generator.media.limits import PICTURE_LIMITS, Limits, check_sides

_FORMATS = ("JPEG", "PNG", "WEBP")  # a closed list: no SVG, no PDF, no PostScript is even tried
_MAGIC = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF")
_KINDS = {"JPEG": "jpeg", "MPO": "jpeg", "PNG": "png", "WEBP": "webp"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureFacts:
    """What a picture is; the sides are those after its EXIF orientation is applied."""

    kind: str
    digest: str
    size_bytes: int
    width_px: int
    height_px: int


def probe_picture(path: Path, limits: Limits = PICTURE_LIMITS) -> PictureFacts:
    """Return what a JPEG, PNG or WebP is, after decoding all of it; InvalidMedia for anything else."""
    with _opened(path, limits) as image:
        kind = _KINDS[str(image.format)]
        upright = ImageOps.exif_transpose(image)
        width, height = upright.size
    data = path.read_bytes()
    return PictureFacts(
        kind=kind,
        digest=hashlib.sha256(data).hexdigest(),
        size_bytes=len(data),
        width_px=width,
        height_px=height,
    )


def read_picture(path: Path, limits: Limits = PICTURE_LIMITS) -> NDArray[np.uint8]:
    """Return a picture as (height, width, 3) RGB, upright, transparency laid over white."""
    with _opened(path, limits) as image:
        upright = ImageOps.exif_transpose(image).convert("RGBA")
    white = Image.new("RGBA", upright.size, "white")
    return np.asarray(Image.alpha_composite(white, upright).convert("RGB"), np.uint8)


@contextmanager
def _opened(path: Path, limits: Limits) -> Iterator[Image.Image]:
    """Open and decode a picture; its size is known and judged before a pixel of it is decoded."""
    size_bytes = path.stat().st_size
    if size_bytes == 0:
        raise fault("empty")
    if size_bytes > limits.largest_bytes:
        raise fault("too_heavy", limit=limits.largest_bytes // 1_000_000)
    with path.open("rb") as file:
        if not file.read(16).startswith(_MAGIC):
            raise fault("wrong_type")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own bound comes next
            image = Image.open(path, formats=_FORMATS)
        with image:
            check_sides(image.width, image.height, limits)
            image.load()
            yield image
    except InvalidMedia:
        raise
    except Image.DecompressionBombError as error:
        raise fault("bomb", limit=limits.largest_area_px) from error
    except UnidentifiedImageError as error:
        raise fault("wrong_type") from error
    except (OSError, SyntaxError, ValueError) as error:
        raise fault("truncated") from error
