"""The invisible mark in the picture: what it costs, what it survives, what it never claims."""

from __future__ import annotations

from fractions import Fraction

import cv2
import numpy as np
import pytest

from safety.provenance.clip_file import luma_of, recoded
from safety.provenance.mark_reader import MarkReader, Search
from safety.provenance.payload import MarkKeys, Payload, compose
from safety.provenance.residual import residuals_of
from safety.provenance.tile import Tile
from safety.provenance.watermark import DEFAULT_PSNR_DB, MarkWriter, psnr_db

FPS = Fraction(24)
WIDTH, HEIGHT, FRAMES = 640, 360, 24


def _mark(frames: list[np.ndarray], payload: Payload, keys: MarkKeys, **settings) -> list[np.ndarray]:
    height, width = luma_of(frames[0]).shape
    writer, marked = MarkWriter(Tile(keys.pattern), payload, width_px=width, height_px=height, **settings), []
    for planes in frames:
        copy = planes.copy()
        luma_of(copy)[:] = writer.write(luma_of(planes))
        marked.append(copy)
    return marked


def _read(frames: list[np.ndarray], keys: MarkKeys, search: Search = Search.SCALES) -> set[Payload]:
    plane = residuals_of([luma_of(planes) for planes in frames], float(FPS)).whole()
    return {mark.payload for mark in MarkReader(keys).read(plane, search=search)}


def _warped(frames: list[np.ndarray], change) -> list[np.ndarray]:
    """Apply a change to the luma and pad it back to planes."""
    found = []
    for planes in frames:
        luma = np.ascontiguousarray(change(luma_of(planes)))
        luma = luma[: luma.shape[0] & ~1, : luma.shape[1] & ~1]
        found.append(np.concatenate([luma, np.full((luma.shape[0] // 2, luma.shape[1]), 128, np.uint8)]))
    return found


@pytest.fixture(scope="module")
def payload(keys: MarkKeys) -> Payload:
    return compose(77, b"fingerprint", keys)


@pytest.fixture(scope="module")
def source(textured) -> list[np.ndarray]:
    return [textured(index, WIDTH, HEIGHT) for index in range(FRAMES)]


@pytest.fixture(scope="module")
def published(source: list[np.ndarray], payload: Payload, keys: MarkKeys) -> list[np.ndarray]:
    """One second, marked at 44 dB and encoded as we publish."""
    return recoded(_mark(source, payload, keys, psnr_db=44.0), FPS, 19)


ATTACKS = {
    "none": lambda frames: frames,
    "H.264 CRF 28": lambda frames: recoded(frames, FPS, 28),
    "half size": lambda frames: _warped(
        frames, lambda luma: cv2.resize(luma, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    ),
    "crop to .8": lambda frames: _warped(frames, lambda luma: luma[37 : 37 + 288, 61 : 61 + 512]),
    "mirror": lambda frames: _warped(frames, lambda luma: luma[:, ::-1]),
    "a fifth of the frames dropped": lambda frames: recoded(
        [planes for index, planes in enumerate(frames) if index % 5], FPS, 28
    ),
    "brighter": lambda frames: _warped(frames, lambda luma: cv2.add(luma, 20)),
    "enlarged 1.5": lambda frames: _warped(frames, lambda luma: cv2.resize(luma, None, fx=1.5, fy=1.5)),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_mark_survives(
    attack: str, published: list[np.ndarray], payload: Payload, keys: MarkKeys
) -> None:
    """Every attack the documentation claims leaves all 64 bits."""
    assert {payload} == _read(ATTACKS[attack](published), keys)


def test_the_mark_survives_a_stretch_to_another_shape(
    published: list[np.ndarray], payload: Payload, keys: MarkKeys
) -> None:
    """A 16:9 picture squeezed to 4:3 is read at the second stage."""
    squeezed = _warped(published, lambda luma: cv2.resize(luma, (480, 360), interpolation=cv2.INTER_AREA))
    assert {payload} == _read(squeezed, keys, Search.STRETCHES)


@pytest.mark.parametrize(("width", "height"), [(640, 360), (360, 640), (1280, 720)])
def test_flat_drawn_scenes_bear_the_mark(
    drawn, width: int, height: int, payload: Payload, keys: MarkKeys
) -> None:
    """Smooth skies and flat hills, as the embedded engine draws, keep it through CRF 28."""
    frames = [drawn(index, width, height) for index in range(FRAMES)]
    marked = recoded(_mark(frames, payload, keys, psnr_db=44.0), FPS, 19)
    assert {payload} == _read(recoded(marked, FPS, 28), keys)


def test_the_default_strength_is_46_db(source: list[np.ndarray], payload: Payload, keys: MarkKeys) -> None:
    """The luma of a marked clip stands at least 46 dB (less rounding) above its change."""
    marked = _mark(source, payload, keys)
    found = psnr_db(np.stack([luma_of(p) for p in source]), np.stack([luma_of(p) for p in marked]))
    assert DEFAULT_PSNR_DB - 0.5 < found < DEFAULT_PSNR_DB + 1


@pytest.mark.parametrize("scene", ["textured", "drawn"])
def test_an_unmarked_clip_gives_nothing(scene: str, request: pytest.FixtureRequest, keys: MarkKeys) -> None:
    """Every stage is searched and no mark is claimed."""
    draw = request.getfixturevalue(scene)
    frames = [draw(index, WIDTH, HEIGHT, 5) for index in range(12)]
    assert set() == _read(frames, keys, Search.TURNS)


def test_another_operators_mark_says_nothing_to_us(published: list[np.ndarray]) -> None:
    """Without the pattern's key there is no mark."""
    assert set() == _read(published, MarkKeys.from_secret(b"another operator's secret"))


def test_a_second_mark_leaves_the_first_legible(
    published: list[np.ndarray], payload: Payload, keys: MarkKeys
) -> None:
    """Marks are kept, never stripped: a clip marked twice, beside each other, tells both."""
    second = compose(78, b"other", keys)
    both = _mark(published, second, keys, psnr_db=44.0, offset_px=128)
    assert {payload, second} == _read(recoded(both, FPS, 19), keys)


def test_agreement_tells_marked_seconds_from_unmarked(
    source: list[np.ndarray], published: list[np.ndarray], keys: MarkKeys
) -> None:
    """Once read, a mark is measured second by second: high where it is, near nothing where it is not."""
    spliced = residuals_of([luma_of(p) for p in (*published, *source)], float(FPS))
    reader = MarkReader(keys)
    (mark,) = reader.read(spliced.stretch(0, 1), search=Search.SCALES)
    assert reader.agreement(spliced.stretch(0, 1), mark) > 15
    assert abs(reader.agreement(spliced.stretch(1, 2), mark)) < 4.5


def test_golden_layout() -> None:
    """The places of the bits never change: a mark must be read in years."""
    tile = Tile(bytes(range(32)))
    assert GOLDEN_LAYOUT == (
        len(tile.rows),
        tile.pilots[:4].tolist(),
        tile.wave_of[:4].tolist(),
        tile.scramble[:8].tolist(),
    )


GOLDEN_LAYOUT = (842, [519, 739, 390, 103], [512, 724, 297, 56], [0, 0, 0, 0, 0, 1, 1, 1])
