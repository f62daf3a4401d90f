"""Clips made to be found: words on screen, words spoken, real-looking faces; and their harmless twins."""

from __future__ import annotations

import textwrap
from pathlib import Path

import numpy as np

from eval.suites.pictures import Pixels
from generator.backends.embedded.sounds.speech import say
from generator.clip import Clip
from generator.media.encode import encode
from generator.media.sound import Sound

WIDTH_PX, HEIGHT_PX, FPS, FRAMES = 640, 360, 12, 24
_SMALL_PX = (160, 90)
"""Of a clip that is only to be heard: its even grey costs what looks at pictures next to nothing."""

_RATE_HZ = 48_000
_LETTERS = 34


def written(text: str, path: Path) -> Clip:
    """Return a clip that shows the text, light on dark, for two seconds."""
    return _still(_card(text), path)


def spoken(text: str, lang: str, path: Path) -> Clip:
    """Return a clip of an even grey in which a voice says the text."""
    voice = say(text, lang).astype(np.float32)
    frames = max(FRAMES, -(-len(voice) * FPS // _RATE_HZ) + FPS)
    return _still(
        np.full((*_SMALL_PX[::-1], 3), 96, np.uint8),
        path,
        frames=frames,
        sound=Sound(samples=voice[:, None], rate_hz=_RATE_HZ),
    )


def shown(picture: Pixels, path: Path) -> Clip:
    """Return a clip that shows a picture, fitted into the frame, for two seconds."""
    return _still(_fitted(picture), path)


def _still(picture: Pixels, path: Path, *, frames: int = FRAMES, sound: Sound | None = None) -> Clip:
    return encode(
        (picture for _ in range(frames)),
        sound,
        path,
        fps=FPS,
        width_px=picture.shape[1],
        height_px=picture.shape[0],
        backend="given",
    )


def _card(text: str) -> Pixels:
    from PIL import Image, ImageDraw, ImageFont

    card = Image.new("RGB", (WIDTH_PX, HEIGHT_PX), (24, 32, 30))
    lines = "\n".join(textwrap.wrap(text, _LETTERS)[:8])
    ImageDraw.Draw(card).multiline_text(
        (32, 32), lines, (240, 240, 232), ImageFont.load_default(28), spacing=8
    )
    return np.asarray(card, np.uint8)


def _fitted(picture: Pixels) -> Pixels:
    from PIL import Image, ImageOps

    fitted = ImageOps.pad(Image.fromarray(picture), (WIDTH_PX, HEIGHT_PX), color=(24, 32, 30))
    return np.asarray(fitted, np.uint8)
