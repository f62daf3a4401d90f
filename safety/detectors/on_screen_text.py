"""
Words written in the picture, read where they may have changed.

Reading costs some 200 ms a frame, so a frame is read at every scene change, when writing may have come in
(parts of the picture that were calm are full of edges now), and every 2.5 s in any case.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from policies.finding import Box
from safety.detector import Footage, Picture, Words
from safety.detectors.frames import Pixels, resized
from safety.errors import ModelUnavailable

_LEAST_CONFIDENCE = 0.5
_LEAST_CONFIDENCE_ALONE = 0.95
"""For a single character, which foliage and window frames readily look like."""

_LONGEST_GAP_S = 2.5
_SHORTEST_GAP_S = 1.4
_NEW_CELLS = 3
"""Cells of a 32 by 18 grid; a word of a few letters covers as many."""


class OnScreenText:
    """Reads Latin (accents too), digits and Chinese, by PP-OCR; its models lie in its own package."""

    name = "on_screen.pp-ocr-v6@1"

    def __init__(self) -> None:
        self._engine: Any = None
        self._lock = threading.Lock()

    def read(self, footage: Footage, /) -> tuple[Words, ...]:
        """
        Return the lines in order of time; one that stands on is told once.

        Raises:
            ModelUnavailable: the reading package is not installed.
        """
        told: list[Words] = []
        before: frozenset[str] = frozenset()
        for picture in _worth_reading(footage):
            lines = self.lines(picture)
            told += [line for line in lines if _same(line.text) not in before]
            before = frozenset(_same(line.text) for line in lines)
        return tuple(told)

    def lines(self, picture: Picture) -> list[Words]:
        """
        Return the lines of one frame.

        Raises:
            ModelUnavailable: the reading package is not installed.
        """
        if min(picture.rgb.shape[:2]) < 8:
            return []
        # One reader for all threads: it keeps what it works on between its calls.
        with self._lock:
            if self._engine is None:
                self._engine = _load()
            answer = self._engine(np.ascontiguousarray(picture.rgb[:, :, ::-1]))
        if answer.boxes is None:
            return []
        found = zip(answer.boxes, answer.txts, answer.scores, strict=True)
        return [
            Words(text=text, where=_box(np.asarray(corners), picture), confidence=float(score))
            for corners, text, score in found
            if score >= (_LEAST_CONFIDENCE if len(_same(text)) > 1 else _LEAST_CONFIDENCE_ALONE)
        ]


def _load() -> Any:
    try:
        from rapidocr import RapidOCR
    except ImportError as error:
        raise ModelUnavailable(
            "rapidocr is not installed; run `pip install --no-deps -r requirements/no-deps.txt`"
        ) from error
    settings = {
        "Global.log_level": "critical",
        "Global.use_cls": False,  # lines that stand upright: turning each costs more than it finds
        # At 736 pixels letters of 12 pixels in a 720p frame are still read, at a third of the cost.
        "Det.limit_type": "max",
        "Det.limit_side_len": 736,
        "EngineConfig.onnxruntime.intra_op_num_threads": 1,
        "EngineConfig.onnxruntime.inter_op_num_threads": 1,
    }
    return RapidOCR(params=settings)


def _worth_reading(footage: Footage) -> Iterator[Picture]:
    last_s, dense = float("-inf"), None
    for picture in footage.pictures:
        since_s = float("inf") if picture.at_s is None else picture.at_s - last_s
        now = _dense_cells(picture.rgb)
        is_new = dense is not None and since_s >= _SHORTEST_GAP_S and (now & ~dense).sum() >= _NEW_CELLS
        if picture.is_scene_change or is_new or since_s >= _LONGEST_GAP_S:
            last_s, dense = picture.at_s or 0.0, now
            yield picture


def _dense_cells(rgb: Pixels) -> NDArray[np.bool_]:
    """Which cells of a grid are full of edges, as writing is."""
    grey = cv2.cvtColor(resized(rgb, 512, 288), cv2.COLOR_RGB2GRAY)
    steep = cv2.morphologyEx(grey, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) > 60
    dense: NDArray[np.bool_] = steep.reshape(18, 16, 32, 16).mean(axis=(1, 3)) > 0.25
    return dense


def _box(corners: NDArray[np.float32], picture: Picture) -> Box:
    height, width = picture.rgb.shape[:2]
    shares = np.clip(corners / np.array([width, height]), 0.0, 1.0)
    (left, top), (right, bottom) = shares.min(axis=0), shares.max(axis=0)
    return Box(
        left=float(left),
        top=float(top),
        width=float(right - left),
        height=float(bottom - top),
        at_s=picture.at_s,
    )


def _same(text: str) -> str:
    return "".join(text.casefold().split())
