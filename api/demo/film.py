"""Finished clips for the imports: drawn here, beside the service, as another engine's would be."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from api.demo.story import Clip
from api.settings import Settings
from generator.backends.embedded.engine import EmbeddedBackend
from generator.media.encode import SOUND_RATE_HZ, encode
from generator.media.view import decode, read_sound
from generator.request import Submission
from safety.models.drawings import drawings_folder
from safety.models.store import ModelStore

_FPS = 24
_WHITE, _INK = (250, 250, 250), (20, 20, 30)


class Film:
    """Draws what an import brings; a file that is there already is not drawn again."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        store = ModelStore(settings.models_folder)
        self._backend = EmbeddedBackend(drawings_folder(store), processes=0)
        self._folder = folder

    def __call__(self, clip: Clip) -> Path:
        target = self._folder / f"{clip.name}.mp4"
        if target.exists():
            return target
        place = self._folder / f"{clip.name}.making"
        place.mkdir(exist_ok=True)
        made = self._backend.generate(_request(clip), place, lambda _: None, lambda _: None).path
        if clip.written is not None:
            made = _with_words(made, clip, place / "written.mp4")
        made.replace(target)
        for left in place.iterdir():
            left.unlink()
        place.rmdir()
        return target


def _request(clip: Clip) -> Submission:
    return Submission(
        id=clip.name,
        creator_id="demo",
        prompt=clip.drawn or "",
        duration_s=clip.seconds,
        width_px=clip.width_px,
        height_px=clip.height_px,
        seed=11,
        submitted_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    )


def _with_words(path: Path, clip: Clip, target: Path) -> Path:
    """Write words on every frame of a clip, on a card in its middle."""
    card = _card(clip.written or "", clip.width_px, clip.height_px)
    encode(
        _laid_on(path, card),
        read_sound(path, rate_hz=SOUND_RATE_HZ),
        target,
        fps=_FPS,
        width_px=clip.width_px,
        height_px=clip.height_px,
        backend="demo",
    )
    return target


def _laid_on(path: Path, card: NDArray[np.uint8]) -> Iterator[NDArray[np.uint8]]:
    for frame in decode(path):
        pixels = frame.rgb.copy()
        height, width = pixels.shape[:2]
        top, left = (height - card.shape[0]) // 2, (width - card.shape[1]) // 2
        pixels[top : top + card.shape[0], left : left + card.shape[1]] = card
        yield pixels


def _card(words: str, width_px: int, height_px: int) -> NDArray[np.uint8]:
    """Return a white card with the words, four fifths of the width of the picture."""
    card = np.full((height_px // 4, width_px * 4 // 5, 3), _WHITE, np.uint8)
    (wide, high), _ = cv2.getTextSize(words, cv2.FONT_HERSHEY_SIMPLEX, 1.0, 2)
    scale = card.shape[1] * 0.9 / wide
    at = (int((card.shape[1] - wide * scale) / 2), int((card.shape[0] + high * scale) / 2))
    cv2.putText(card, words, at, cv2.FONT_HERSHEY_SIMPLEX, scale, _INK, 2, cv2.LINE_AA)
    return card
