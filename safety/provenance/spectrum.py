"""The Fourier transform of a residual, read at any frequency: what makes trying a geometry cheap."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from safety.provenance.geometry import Geometry
from safety.provenance.residual import Residual
from safety.provenance.tile import TILE_PX

FINER = 4
"""Samples a bin: between them a straight line loses little."""

COARSE = 2
"""Enough where the whole mark is known and only its presence is asked."""

Waves = NDArray[np.complex64]


class Spectrum:
    """
    Answers how strongly the waves of a tile stand in a residual, for any geometry.

    One transform is made, finer than the residual needs; each geometry then only looks up a few hundred
    places of it, instead of drawing the picture anew.  Phases count from the middle of the picture.
    """

    def __init__(self, plane: Residual, *, finer: int = FINER) -> None:
        height, width = plane.shape
        rows, columns = (cv2.getOptimalDFTSize(finer * side) for side in (height, width))
        padded = np.zeros((columns, rows), np.float32)  # columns first: the last axis is the halved one
        padded[:width, :height] = plane.T
        centred = np.roll(padded, (-(width // 2), -(height // 2)), (0, 1))
        halved = np.fft.fftshift(np.fft.rfft2(centred), axes=0).astype(np.complex64)
        self._table = np.ascontiguousarray(halved).view(np.float32).reshape(*halved.shape, 2)
        self._rows, self._columns = rows, columns

    def waves(self, rows: NDArray[Any], columns: NDArray[Any], geometry: Geometry) -> Waves:
        """Return the amplitude of each wave (cycles a tile, down and across); 0 beyond what a pixel shows."""
        return np.asarray(self.waves_each(rows, columns, (geometry,))[0], np.complex64)

    def waves_each(self, rows: NDArray[Any], columns: NDArray[Any], geometries: Sequence[Geometry]) -> Waves:
        """Return the same for each of several geometries, (geometries, waves): one look-up for all."""
        told = np.array([[(g.down, -g.across if g.is_mirrored else g.across, g.turn)] for g in geometries])
        down, across = rows / (told[:, :, 0] * TILE_PX), columns / (told[:, :, 1] * TILE_PX)
        cosine, sine = np.cos(told[:, :, 2]), np.sin(told[:, :, 2])
        across, down = cosine * across - sine * down, sine * across + cosine * down
        flipped = down < 0  # the other half of the transform is this half's conjugate
        sign = np.where(flipped, -1.0, 1.0)
        at_row = (down * sign * self._rows).astype(np.float32)
        at_column = (across * sign * self._columns + self._columns // 2).astype(np.float32)
        found = np.asarray(cv2.remap(self._table, at_row, at_column, cv2.INTER_LINEAR), np.float32)
        waves = np.ascontiguousarray(found).view(np.complex64)[:, :, 0]
        return np.where(flipped, np.conj(waves), waves)
