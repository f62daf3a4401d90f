"""Flat pictures at a distance: drawn once, then only moved, which gives the depth."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from generator.backends.embedded.camera import Camera
from generator.backends.embedded.light import Light
from generator.backends.embedded.pen import Canvas, Pixels, box, lay_repeated, painted_pixels, recorded

OVERSCAN = 56.0
"""Units that layers reach beyond the frame above and below, for the camera to move in."""

_LEANING = 40.0
"""Units by which the wind may lean a layer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """
    The frame's measure: units make the short side 720, whatever the pixels.

    `unit_px` is the size of a unit.
    """

    width: float
    height: float
    unit_px: float

    @classmethod
    def of(cls, width_px: int, height_px: int) -> Frame:
        """Return the measure of a frame of these pixels."""
        unit = min(width_px, height_px) / 720
        return cls(width=width_px / unit, height=height_px / unit, unit_px=unit)

    @property
    def period(self) -> float:
        """After how many units a layer repeats: wide enough that a repeat is never seen beside itself."""
        return float(max(1500, round(self.width * 1.5)))


@dataclass(slots=True, kw_only=True)
class View:
    """One frame being drawn: the canvas in units, when it is, and from where it is seen."""

    canvas: Canvas
    frame: Frame
    light: Light
    camera: Camera
    at_s: float
    seed: int

    @property
    def size_px(self) -> tuple[int, int]:
        """The frame's width and height in pixels."""
        return round(self.frame.width * self.frame.unit_px), round(self.frame.height * self.frame.unit_px)

    def enter(self, depth: float) -> None:
        """Save the canvas and move it to the space of things at a depth (0 far, 1 beside the subject)."""
        zoom = 1 + (self.camera.zoom - 1) * (0.3 + 0.7 * depth)
        middle_x, middle_y = self.frame.width / 2, self.frame.height * 0.6
        self.canvas.save()
        self.canvas.translate(middle_x, middle_y)
        self.canvas.scale(zoom, zoom)
        self.canvas.translate(
            -middle_x - self.camera.x * depth, -middle_y - self.camera.y * (0.25 + 0.75 * depth)
        )

    def leave(self) -> None:
        """Return to the frame's own space."""
        self.canvas.restore()

    def seen(self, depth: float, margin: float = 120.0) -> tuple[float, float]:
        """Return the left and right ends of what is on screen at a depth, with a margin."""
        middle = self.frame.width / 2 + self.camera.x * depth
        reach = self.frame.width / 2 + margin
        return middle - reach, middle + reach


Painter = Callable[[View], None]
"""Draws something that changes, in the frame's own space."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """
    A picture repeated sideways at a depth.

    `pixels` go on beyond the period for about a frame's width, as they begin.  `top` is where its upper edge
    lies in units; `drift` moves it by itself, in units a second; `sway` leans it with the wind about its foot,
    in units at its top.
    """

    pixels: Pixels
    depth: float
    top: float
    period: float
    drift: float = 0.0
    sway: float = 0.0

    def paint(self, view: View, alpha: float = 1.0) -> None:
        """Draw what is seen of the layer."""
        view.enter(self.depth)
        self._paint_seen(view, alpha)
        view.leave()

    def _paint_seen(self, view: View, alpha: float) -> None:
        canvas, unit = view.canvas, view.frame.unit_px
        foot = self.top + self.pixels.shape[0] / unit
        if self.sway:
            lean = self.sway * view.light.wind * gust(view.at_s, self.depth * 3) / (foot - self.top)
            canvas.translate(0, foot)
            canvas.skew(-lean, 0)
            canvas.translate(0, -foot)
        canvas.translate(self.drift * view.at_s, self.top)
        canvas.scale(1 / unit, 1 / unit)
        lay_repeated(canvas, self.pixels, round(self.period * unit), view.size_px, alpha)


def gust(at_s: float, phase: float) -> float:
    """Return the wind's push at a moment, from about -0.4 to 1.6: long swells with shorter ones upon them."""
    return 0.6 + 0.6 * math.sin(0.9 * at_s + phase) + 0.4 * math.sin(2.3 * at_s + 1.7 * phase)


def layer(
    frame: Frame,
    draw: Callable[[Canvas], None],
    *,
    depth: float,
    top: float,
    bottom: float,
    blur: float = 0.0,
    drift: float = 0.0,
    sway: float = 0.0,
    period: float | None = None,
    alpha: float = 1.0,
) -> Layer:
    """
    Draw a layer once.

    `draw` works in the units of the stage and need not think of the repeat: what passes one end
    comes in at the other.
    """
    unit = frame.unit_px
    width_px = round((period or frame.period) * unit)
    actual = width_px / unit
    wrapped = _wrapped(draw, unit, actual, top, bottom)
    pixels = painted_pixels(width_px, max(2, round((bottom - top) * unit)), wrapped, blur * unit)
    faint = pixels if alpha >= 1 else cv2.convertScaleAbs(pixels, alpha=alpha)
    again = round((frame.width + _LEANING) * unit)
    longer = cv2.copyMakeBorder(faint, 0, 0, 0, again, cv2.BORDER_WRAP)
    # An empty row above and below: repeating sideways also wraps upwards, by half a row at the edges.
    edged = cv2.copyMakeBorder(longer, 1, 1, 0, 0, cv2.BORDER_CONSTANT, value=(0, 0, 0, 0))
    drawn = np.asarray(edged, np.uint8)
    return Layer(pixels=drawn, depth=depth, top=top - 1 / unit, period=actual, drift=drift, sway=sway)


def _wrapped(
    draw: Callable[[Canvas], None], unit: float, period: float, top: float, bottom: float
) -> Callable[[Canvas], None]:
    """Return what draws a period in pixels, and again what passed either end of it."""
    strokes = recorded(draw, period, top, bottom)

    def draw_wrapped(canvas: Canvas) -> None:
        canvas.scale(unit, unit)
        canvas.translate(0, -top)
        for turn in (0.0, -period, period):
            canvas.save()
            canvas.translate(turn, 0)
            canvas.clipRect(box(-turn, top, period, bottom - top))
            canvas.drawPicture(strokes)
            canvas.restore()

    return draw_wrapped
