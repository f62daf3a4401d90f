"""Paints and shapes: the few strokes that everything drawn is made of."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from generator.backends.embedded.colour import Rgb, ink
from generator.backends.embedded.skia_library import skia

Canvas = Any
Paint = Any
Path = Any
Image = Any
Point = tuple[float, float]
Pixels = NDArray[np.uint8]


def fill(colour: Rgb, alpha: float = 1.0) -> Paint:
    """Return a plain paint."""
    return skia.Paint(AntiAlias=True, Color=ink(colour, alpha))


def stroke(colour: Rgb, width: float, alpha: float = 1.0) -> Paint:
    """Return a round-ended line."""
    return skia.Paint(
        AntiAlias=True, Color=ink(colour, alpha), Style=skia.Paint.kStroke_Style, StrokeWidth=width,
        StrokeCap=skia.Paint.kRound_Cap, StrokeJoin=skia.Paint.kRound_Join,
    )  # fmt: skip


def faded(start: Point, end: Point, *stops: tuple[Rgb, float]) -> Paint:
    """Return a paint running through (colour, alpha) stops along a line, dithered against banding."""
    return skia.Paint(
        AntiAlias=True, Dither=True,
        Shader=skia.GradientShader.MakeLinear([start, end], [ink(colour, alpha) for colour, alpha in stops]),
    )  # fmt: skip


def down(top: float, bottom: float, *colours: Rgb) -> Paint:
    """Return an opaque paint running from the first colour at `top` to the last at `bottom`."""
    return faded((0, top), (0, bottom), *((colour, 1.0) for colour in colours))


def across(left: float, right: float, *colours: Rgb) -> Paint:
    """Return an opaque paint running from left to right."""
    return faded((left, 0), (right, 0), *((colour, 1.0) for colour in colours))


def ball(centre: Point, radius: float, *colours: Rgb) -> Paint:
    """Return an opaque paint running from the centre outwards."""
    shader = skia.GradientShader.MakeRadial(centre, radius, [ink(colour) for colour in colours])
    return skia.Paint(AntiAlias=True, Dither=True, Shader=shader)


def halo(centre: Point, radius: float, colour: Rgb, strength: float) -> Paint:
    """Return light that falls off from a point: bright heart, long soft tail."""
    alphas = (strength, strength * 0.42, strength * 0.16, strength * 0.04, 0.0)
    shader = skia.GradientShader.MakeRadial(centre, radius, [ink(colour, alpha) for alpha in alphas])
    return skia.Paint(AntiAlias=True, Dither=True, Shader=shader)


def polygon(*points: Point) -> Path:
    """Return a closed shape with straight sides."""
    path = skia.Path()
    path.moveTo(*points[0])
    for point in points[1:]:
        path.lineTo(*point)
    path.close()
    return path


def curve(start: Point, *segments: Sequence[float], closed: bool = True) -> Path:
    """Return a path of lines (2 numbers), quadratic (4) and cubic (6) segments."""
    path = skia.Path()
    path.moveTo(*start)
    for segment in segments:
        {2: path.lineTo, 4: path.quadTo, 6: path.cubicTo}[len(segment)](*segment)
    if closed:
        path.close()
    return path


def smooth(points: Sequence[Point], *, closed: bool = True) -> Path:
    """Return a rounded path through the middles of the sides of a polygon."""
    path = skia.Path()
    corners = [*points, points[0], points[1]] if closed else list(points)
    first = corners[0] if not closed else _middle(corners[0], corners[1])
    path.moveTo(*first)
    for corner, after in pairwise(corners[1:]):
        path.quadTo(*corner, *_middle(corner, after))
    if closed:
        path.close()
    else:
        path.lineTo(*corners[-1])
    return path


def _middle(a: Point, b: Point) -> Point:
    return (a[0] + b[0]) / 2, (a[1] + b[1]) / 2


def oval(x: float, y: float, rx: float, ry: float) -> Any:
    """Return the box of an oval from its centre and radii."""
    return skia.Rect.MakeLTRB(x - rx, y - ry, x + rx, y + ry)


def box(x: float, y: float, width: float, height: float) -> Any:
    """Return a box from its corner and sides."""
    return skia.Rect.MakeXYWH(x, y, width, height)


def lines(pairs: Iterable[tuple[float, float, float, float]]) -> Path:
    """Return many separate line segments as one path, which is drawn much faster than each by itself."""
    path = skia.Path()
    for x0, y0, x1, y1 in pairs:
        path.moveTo(x0, y0)
        path.lineTo(x1, y1)
    return path


def surface_on(pixels: Pixels) -> Any:
    """
    Return a surface that draws into (h, w, 4) BGRA premultiplied pixels, the library's fast order.

    Keep it as long as its canvas is used.
    """
    height, width = pixels.shape[:2]
    info = skia.ImageInfo.Make(width, height, skia.kBGRA_8888_ColorType, skia.kPremul_AlphaType)
    return skia.Surface.MakeRasterDirect(info, pixels)


def painted(width_px: int, height_px: int, draw: Callable[[Canvas], None], blur_px: float = 0.0) -> Image:
    """Draw once and keep the picture; `blur_px` is the standard deviation of an out-of-focus blur."""
    return image_of(painted_pixels(width_px, height_px, draw, blur_px))


def painted_pixels(
    width_px: int, height_px: int, draw: Callable[[Canvas], None], blur_px: float = 0.0
) -> Pixels:
    """Draw once and keep the (h, w, 4) premultiplied BGRA pixels."""
    pixels = np.zeros((height_px, width_px, 4), np.uint8)
    surface = surface_on(pixels)
    draw(surface.getCanvas())
    surface.flushAndSubmit()
    return blurred(pixels, blur_px)


def recorded(draw: Callable[[Canvas], None], width: float, top: float, bottom: float) -> Any:
    """Return strokes noted once, to be drawn several times without asking for them again."""
    recorder = skia.PictureRecorder()
    draw(recorder.beginRecording(skia.Rect.MakeLTRB(-width, top - 400, 2 * width, bottom + 400)))
    return recorder.finishRecordingAsPicture()


def device_matrix(canvas: Canvas) -> NDArray[np.float64]:
    """Return the canvas's (2, 3) affine map from its space to pixels."""
    matrix = canvas.getTotalMatrix()
    return np.array(
        [[matrix.get(0), matrix.get(1), matrix.get(2)], [matrix.get(3), matrix.get(4), matrix.get(5)]]
    )


def stamp(canvas: Canvas, pixels: Pixels, x_px: int, y_px: int, alpha: float = 1.0) -> None:
    """Lay pixels on the canvas at whole pixels of the device: the library's quickest way by far."""
    canvas.save()
    canvas.resetMatrix()
    paint = None if alpha >= 1 else skia.Paint(Alphaf=max(0.0, alpha))
    canvas.drawImage(_borrowed(pixels), x_px, y_px, skia.SamplingOptions(), paint)
    canvas.restore()


def lay_repeated(
    canvas: Canvas, pixels: Pixels, period_px: int, size_px: tuple[int, int], alpha: float = 1.0
) -> None:
    """
    Draw pixels through the canvas's affine map (no turning), repeated sideways without end.

    The library's own smooth scaling falls to a slow path as soon as it is slanted; this does the
    same by a vectorised warp of the rows in sight.  What reaches past the pixels' end is warped point by
    point: pixels that go on beyond `period_px`, where they begin anew, are warped several times as fast.
    """
    width, height = size_px
    forward = device_matrix(canvas)
    first = max(0, int(np.floor(forward[1, 2])))
    last = min(height, int(np.ceil(forward[1, 1] * pixels.shape[0] + forward[1, 2])))
    if last <= first:
        return
    forward[1, 2] -= first
    back = cv2.invertAffineTransform(forward)
    lean = back[0, 1] * (last - first)
    start = back[0, 2] % period_px
    start += period_px if start + min(0.0, lean) < 0 else 0
    back[0, 2] = start
    leftmost, rightmost = start + min(0.0, lean), start + max(0.0, lean) + back[0, 0] * width
    is_within = leftmost >= 0 and rightmost + 1 < pixels.shape[1]
    seen = cv2.warpAffine(
        pixels if is_within else pixels[:, :period_px],
        back,
        (width, last - first),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_WRAP,
    )
    stamp(canvas, np.asarray(seen, np.uint8), 0, first, alpha)


def glow(canvas: Canvas, centre: Point, radius: float, colour: Rgb, strength: float) -> None:
    """Lay a halo of light on the canvas; its picture is kept, so that it costs little each frame."""
    forward = device_matrix(canvas)
    size = max(1, round(radius * float(np.hypot(forward[0, 0], forward[1, 0]))))
    x, y = forward @ np.array([centre[0], centre[1], 1.0])
    stamp(
        canvas, _halo_pixels(size, colour), round(float(x)) - size, round(float(y)) - size, min(1.0, strength)
    )


@lru_cache(maxsize=64)
def _halo_pixels(size: int, colour: Rgb) -> Pixels:
    centre = (float(size), float(size))
    return painted_pixels(
        2 * size, 2 * size, lambda canvas: canvas.drawCircle(*centre, size, halo(centre, size, colour, 1.0))
    )


def image_of(pixels: Pixels) -> Image:
    """Return a picture that owns a copy of (h, w, 4) premultiplied BGRA pixels."""
    return skia.Image.MakeRasterCopy(
        skia.Pixmap(_info(pixels), np.ascontiguousarray(pixels), pixels.shape[1] * 4)
    )


def _borrowed(pixels: Pixels) -> Image:
    """Return a picture of contiguous pixels that must outlive it: drawing on pixels is done at once."""
    return skia.Image.MakeRasterData(_info(pixels), skia.Data.MakeWithoutCopy(pixels), pixels.shape[1] * 4)


def _info(pixels: Pixels) -> Any:
    return skia.ImageInfo.Make(
        pixels.shape[1], pixels.shape[0], skia.kBGRA_8888_ColorType, skia.kPremul_AlphaType
    )


def blurred(pixels: Pixels, sigma: float) -> Pixels:
    """Return pixels out of focus, wrapping left to right so that a repeated layer shows no seam."""
    if sigma < 0.3:
        return pixels
    margin = math.ceil(3 * sigma)
    wide = cv2.copyMakeBorder(pixels, 0, 0, margin, margin, cv2.BORDER_WRAP)
    soft = cv2.GaussianBlur(wide, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE)
    return np.ascontiguousarray(soft[:, margin : margin + pixels.shape[1]]).astype(np.uint8)
