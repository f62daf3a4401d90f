"""What laying repeated pictures promises."""

import cv2
import numpy as np
import pytest

from generator.backends.embedded.layer import Frame, layer
from generator.backends.embedded.pen import Canvas, Pixels, box, fill, lay_repeated, surface_on

SIZE_PX = (120, 80)
PERIOD_PX = 150


@pytest.fixture(scope="module")
def pixels() -> Pixels:
    """A picture of noise with an empty row above and below, and its beginning again behind its end."""
    noise = np.random.default_rng(5).integers(0, 256, (60, PERIOD_PX, 4), np.uint8)
    noise[..., 3] = 255
    again = cv2.copyMakeBorder(noise, 0, 0, 0, SIZE_PX[0] + 40, cv2.BORDER_WRAP)
    edged = cv2.copyMakeBorder(again, 1, 1, 0, 0, cv2.BORDER_CONSTANT, value=(0, 0, 0, 0))
    return np.asarray(edged, np.uint8)


def laid(pixels: Pixels, x: float, lean: float) -> Pixels:
    seen = np.zeros((SIZE_PX[1], SIZE_PX[0], 4), np.uint8)
    surface = surface_on(seen)
    canvas = surface.getCanvas()
    canvas.translate(x, 7.25)
    canvas.skew(lean, 0)
    canvas.scale(1.03, 1.03)
    lay_repeated(canvas, pixels, PERIOD_PX, SIZE_PX)
    surface.flushAndSubmit()
    return seen


@pytest.mark.parametrize("lean", [0.0, 0.2, -0.2])
@pytest.mark.parametrize("x", [0.0, 12.5, -60.25, -149.5, 1000.75])
def test_a_longer_picture_is_the_same_repeated(pixels: Pixels, x: float, lean: float) -> None:
    """Where a picture goes on beyond its period it is laid as without: repeated, to the last bit."""
    short = np.ascontiguousarray(pixels[:, :PERIOD_PX])
    assert np.array_equal(laid(short, x, lean), laid(pixels, x, lean))
    assert laid(pixels, x, lean)[20:60].any(axis=2).all()


def test_a_lean_beyond_what_was_kept_is_still_repeated(pixels: Pixels) -> None:
    """A picture leaned further than it goes on is repeated all the same."""
    short = np.ascontiguousarray(pixels[:, :PERIOD_PX])
    assert np.array_equal(laid(short, 0.0, 3.0), laid(pixels, 0.0, 3.0))


def test_a_layer_begins_anew_behind_its_period() -> None:
    """The pixels of a layer go on for more than a frame's width as they begin."""
    frame = Frame.of(*SIZE_PX)

    def draw(canvas: Canvas) -> None:
        canvas.drawRect(box(40, 10, 300, 200), fill((0.9, 0.2, 0.1)))

    made = layer(frame, draw, depth=1.0, top=0, bottom=240)
    period_px = round(made.period * frame.unit_px)
    again = made.pixels.shape[1] - period_px
    assert again > SIZE_PX[0]
    assert np.array_equal(made.pixels[:, :again], made.pixels[:, period_px:])
