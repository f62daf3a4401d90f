"""The visible mark: a small wire f and the word AI, white on any ground, that moves from corner to corner."""

from __future__ import annotations

import enum
import functools
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from safety.provenance.clip_file import Planes, luma_of
from safety.provenance.residual import stride

STAY_S = 2.5
"""How long the label stays in one corner: cropping one away leaves the next."""

_FADE_S = 0.25
_HEIGHT = 0.08  # of the picture's short side
_LEAST_HEIGHT_PX = 16
_MARGIN = 0.03
_WIRE_OPACITY = 0.82
_HALO_OPACITY = 0.42
_WHITE = 235
_DRAWN_AT = 6  # supersampling of the strokes

Plane = NDArray[np.float32]
Point = tuple[float, float]


class Word(enum.StrEnum):
    """The word beside the wire f, in the language of the clip's audience."""

    ENGLISH = "AI"
    FRENCH = "IA"

    @classmethod
    def in_language(cls, language: str) -> Word:
        """The word in `language` (a BCP 47 tag); English where we do not speak it."""
        return cls.FRENCH if language.lower().startswith("fr") else cls.ENGLISH


class Corner(enum.IntEnum):
    """Where the label stands, in the order in which it goes round: opposite corners follow each other."""

    LOWER_RIGHT = 0
    UPPER_LEFT = 1
    LOWER_LEFT = 2
    UPPER_RIGHT = 3


# The f of the logo, as cubic curves in its own units: start, then control, control, end.
_F_STEM: tuple[Point, ...] = (
    (12, 79), (19, 84), (27, 80.5), (29, 69.5),
    (31.8, 53.7), (34.7, 37.8), (37.5, 22),
    (40, 9.5), (47.5, 3.5), (54.5, 7),
    (60.5, 10), (59.5, 19.5), (53, 20.5),
    (48.5, 21.1), (46.2, 17.3), (48, 14.5),
)  # fmt: skip
_F_BAR: tuple[Point, ...] = (
    (15, 39),
    (21.5, 32.5),
    (27.5, 42.5),
    (34.5, 39.5),
    (41, 36.7),
    (47, 33.5),
    (50.5, 37.5),
)
# Letters of the same wire: straight strokes, leaning as the f leans.
_LETTERS: dict[str, tuple[tuple[Point, ...], ...]] = {
    "A": (((0, 70), (25, 18), (36, 70)), ((8.5, 53), (32, 53))),
    "I": (((0, 70), (9, 18)),),
}
_LETTER_STEP = {"A": 50.0, "I": 23.0}
_BOX = (150.0, 104.0)  # the drawing's width and height in its own units, with room for the halo
_INSET = (4.0, 10.0)


@dataclass(frozen=True, slots=True)
class _Sprite:
    """How opaque the wire and its halo are at each pixel, 0 to 1."""

    wire: Plane
    halo: Plane


class Label:
    """Draws the visible mark over the frames of one clip."""

    def __init__(self, width_px: int, height_px: int, word: Word = Word.ENGLISH) -> None:
        self._size = (width_px, height_px)
        self._sprite = _sprite(label_height_px(width_px, height_px), word)

    def draw(self, planes: Planes, at_s: float) -> Planes:
        """Return the frame shown at `at_s` with the label on it; the frame given stays as it was."""
        drawn = planes.copy()
        for corner, presence in _places(at_s):
            self._lay(drawn, corner, presence)
        return drawn

    def _lay(self, planes: Planes, corner: Corner, presence: float) -> None:
        height, width = self._sprite.wire.shape
        left, top = corner_of(corner, self._size, (width, height))
        luma = luma_of(planes)[top : top + height, left : left + width]
        ground = luma * (1 - _HALO_OPACITY * presence * self._sprite.halo)
        wire = _WIRE_OPACITY * presence * self._sprite.wire
        luma[:] = np.rint(ground * (1 - wire) + _WHITE * wire).astype(np.uint8)
        self._grey(planes, left, top, wire)

    def _grey(self, planes: Planes, left: int, top: int, wire: Plane) -> None:
        """Take the colour out under the wire, so that it is white."""
        width_px, height_px = self._size
        small = cv2.resize(wire, (wire.shape[1] // 2, wire.shape[0] // 2), interpolation=cv2.INTER_AREA)
        for index in range(2):
            chroma = planes[height_px:].reshape(2, height_px // 2, width_px // 2)[index]
            part = chroma[top // 2 : top // 2 + small.shape[0], left // 2 : left // 2 + small.shape[1]]
            part[:] = np.rint(part * (1 - small) + 128 * small).astype(np.uint8)


def label_height_px(width_px: int, height_px: int) -> int:
    """Return the label's height in a picture of this size; even, and never too small to be read."""
    return max(_LEAST_HEIGHT_PX, round(_HEIGHT * min(width_px, height_px))) & ~1


def corner_of(corner: Corner, picture_px: tuple[int, int], label_px: tuple[int, int]) -> tuple[int, int]:
    """Return the left and top pixel of the label in one corner; even, as chroma is half as fine."""
    margin = round(_MARGIN * min(picture_px))
    is_right = corner in {Corner.LOWER_RIGHT, Corner.UPPER_RIGHT}
    is_low = corner in {Corner.LOWER_RIGHT, Corner.LOWER_LEFT}
    left = picture_px[0] - margin - label_px[0] if is_right else margin
    top = picture_px[1] - margin - label_px[1] if is_low else margin
    return max(0, left) & ~1, max(0, top) & ~1


def corner_at(at_s: float) -> Corner:
    """Return the corner in which the label stands at a time of a clip."""
    return Corner(int(at_s / STAY_S) % len(Corner))


def _places(at_s: float) -> list[tuple[Corner, float]]:
    """The corners in use at a time with their presence: one, or two while one fades into the other."""
    here, into = corner_at(at_s), at_s % STAY_S
    share = min(1.0, into / _FADE_S)
    if at_s < STAY_S or share == 1.0:
        return [(here, 1.0)]
    before = Corner((here - 1) % len(Corner))
    return [(here, share), (before, 1.0 - share)]


@functools.lru_cache(maxsize=32)
def _sprite(height_px: int, word: Word) -> _Sprite:
    """Draw the label at a height, six times too large, and shrink it: smooth at any size."""
    scale = height_px / _BOX[1]
    width_px = (round(_BOX[0] * scale) + 1) & ~1
    canvas = np.zeros((height_px * _DRAWN_AT, width_px * _DRAWN_AT), np.uint8)
    thickness = max(1, round(6.4 * scale * _DRAWN_AT))
    for stroke in _strokes(word):
        points = np.rint(np.array(stroke) * scale * _DRAWN_AT).astype(np.int32)
        cv2.polylines(canvas, [points.reshape(-1, 1, 2)], False, 255, thickness, cv2.LINE_AA)
    small = cv2.resize(canvas, (width_px, height_px), interpolation=cv2.INTER_AREA)
    wire = np.asarray(small, np.float32) / np.float32(255)
    halo = cv2.GaussianBlur(wire, (0, 0), max(1.0, 5.5 * scale))
    return _Sprite(wire, np.clip(halo * 2.2, 0, 1).astype(np.float32))


def _strokes(word: Word) -> list[list[Point]]:
    strokes = [_flattened(_F_STEM), _flattened(_F_BAR)]
    left = 70.0
    for letter in word.value:
        strokes += [[(x + left, y) for x, y in line] for line in _LETTERS[letter]]
        left += _LETTER_STEP[letter]
    return [[(x + _INSET[0], y + _INSET[1]) for x, y in line] for line in strokes]


def _flattened(curve: tuple[Point, ...]) -> list[Point]:
    """Walk along joined cubic curves in short steps."""
    points = np.array(curve)
    path = [points[0]]
    for at in range(0, len(points) - 1, 3):
        begin, first, second, end = points[at : at + 4]
        for share in np.linspace(0, 1, 17)[1:]:
            rest = 1 - share
            path.append(
                rest**3 * begin + 3 * rest**2 * share * first + 3 * rest * share**2 * second + share**3 * end
            )
    return [(float(x), float(y)) for x, y in path]


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelSeen:
    """In how many of the looked-at stretches the visible mark was found, and whether where we put it."""

    seen_count: int
    looked_count: int
    is_where_ours_stands: bool

    @property
    def is_present(self) -> bool:
        """Whether it stands in at least a third of the clip: one chance likeness is no label."""
        return self.seen_count * 3 >= max(1, self.looked_count)


class LabelSum:
    """Takes the luma of a clip's frames in order and looks for the label in each stay's mean picture."""

    def __init__(self, fps: float) -> None:
        self._fps = fps
        self._stride = 2 * stride(fps)
        self._sums: dict[int, Plane] = {}
        self._counts: dict[int, int] = {}

    def add(self, luma: NDArray[np.uint8], index: int) -> None:
        """Take frame `index`; those in which the label fades are passed over."""
        at_s = index / self._fps
        if index % self._stride or (at_s >= STAY_S and at_s % STAY_S < _FADE_S):
            return
        stay = int(at_s / STAY_S)
        small = _at_label_scale(luma)
        self._sums[stay] = self._sums[stay] + small if stay in self._sums else small
        self._counts[stay] = self._counts.get(stay, 0) + 1

    def finish(self) -> LabelSeen:
        """Return what was seen."""
        seen = ours = 0
        for stay, summed in self._sums.items():
            corner = find_label((summed / self._counts[stay]).astype(np.float32))
            seen += corner is not None
            ours += corner is corner_at(stay * STAY_S)
        return LabelSeen(seen_count=seen, looked_count=len(self._sums), is_where_ours_stands=ours * 2 > seen)


_LOOK_PX = 360
_LEAST_LIKENESS = 0.45  # measured: at most 0.27 without a label, 0.48 to 1 with one (docs/design/mark.md)
_FAINTEST = 1.5  # grey levels: a likeness found in less than this is one of nothing


def _at_label_scale(luma: NDArray[np.uint8]) -> Plane:
    ratio = _LOOK_PX / min(luma.shape)
    size = (round(luma.shape[1] * ratio), round(luma.shape[0] * ratio))
    return np.asarray(
        cv2.resize(luma, size, interpolation=cv2.INTER_AREA if ratio < 1 else cv2.INTER_LINEAR), np.float32
    )


def find_label(luma: Plane) -> Corner | None:
    """Return the corner in which a picture (short side 360) bears the label, or None."""
    best, where = _LEAST_LIKENESS, None
    height, width = luma.shape
    for corner in Corner:
        is_right = corner in {Corner.LOWER_RIGHT, Corner.UPPER_RIGHT}
        is_low = corner in {Corner.LOWER_RIGHT, Corner.LOWER_LEFT}
        rows = slice(height - height // 3, height) if is_low else slice(0, height // 3)
        columns = slice(width - width // 3, width) if is_right else slice(0, width // 3)
        for word in Word:
            likeness = _likeness(luma[rows, columns], _sprite(label_height_px(width, height), word).wire)
            if likeness > best:
                best, where = likeness, corner
    return where


def _likeness(region: Plane, wire: Plane) -> float:
    """How well the wire fits somewhere in a region, 1 at best; only its fine lines are compared."""
    lines, sought = (part - cv2.GaussianBlur(part, (0, 0), 4) for part in (region, np.pad(wire, 4)))
    if lines.shape[0] < sought.shape[0] or lines.shape[1] < sought.shape[1]:
        return 0.0
    sought -= sought.mean()
    height, width = sought.shape
    match = cv2.matchTemplate(lines, sought, cv2.TM_CCORR)
    energy = cv2.matchTemplate(lines * lines, np.ones_like(sought), cv2.TM_CCORR)
    floor = _FAINTEST**2 * height * width
    return float((match / np.sqrt(np.maximum(energy, 0) + floor)).max() / np.sqrt(np.sum(sought * sought)))
