"""How strong a clip's picture mark must be: as faint as still survives what platforms do."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from safety.provenance.clip_file import Planes, luma_of, recoded
from safety.provenance.geometry import Geometry
from safety.provenance.mark_reader import MarkReader
from safety.provenance.payload import MarkKeys, Payload
from safety.provenance.residual import Residual, residuals_of
from safety.provenance.tile import SMALLEST_PX, Tile, tile_scale
from safety.provenance.watermark import DEFAULT_PSNR_DB, STRONGEST_PSNR_DB, MarkWriter

_TRIED_CRF = 28
_ENOUGH = 0.86  # of coded bits right before correction; the code fails at about 0.75
_STEP_DB = 1.0
_STRONGEST_SMALL_DB = 40.0  # below 540 lines there are too few pixels for a fainter mark


def least_strength(sample: Sequence[Planes], fps: Fraction, payload: Payload, keys: MarkKeys) -> float:
    """
    Return the PSNR in decibels at which a sample of consecutive frames, re-encoded hard, keeps its mark.

    From `DEFAULT_PSNR_DB` down to `STRONGEST_PSNR_DB` in steps; the strongest is returned when none suffices:
    reading back the finished clip decides, and a whole clip says more than this sample.
    """
    height, width = luma_of(sample[0]).shape
    strongest = STRONGEST_PSNR_DB if min(height, width) >= SMALLEST_PX else _STRONGEST_SMALL_DB
    tile, reader, strength = Tile(keys.pattern), MarkReader(keys), DEFAULT_PSNR_DB
    while strength > strongest:
        writer = MarkWriter(tile, payload, width_px=width, height_px=height, psnr_db=strength)
        plane = _worn(sample, fps, writer)
        if reader.margin(plane, known_geometry(width, height, plane), payload) >= _ENOUGH:
            break
        strength -= _STEP_DB
    return strength


def known_geometry(width_px: int, height_px: int, plane: Residual) -> Geometry:
    """Return how the mark lies in the residual of a picture that was neither scaled nor cropped."""
    scale = tile_scale(width_px & ~1, height_px & ~1)
    across, down = plane.shape[1] / (width_px & ~1), plane.shape[0] / (height_px & ~1)
    return Geometry(across=scale * across, down=scale * down)


def _worn(sample: Sequence[Planes], fps: Fraction, writer: MarkWriter) -> Residual:
    marked = []
    for planes in sample:
        copy = planes.copy()
        luma_of(copy)[:] = writer.write(luma_of(planes))
        marked.append(copy)
    return residuals_of((luma_of(planes) for planes in recoded(marked, fps, _TRIED_CRF)), float(fps)).whole()
