"""The face contract over an insightface model pack: ours, or one that the operator holds a licence for."""

from __future__ import annotations

import contextlib
import io
import threading
from pathlib import Path
from typing import Any

import numpy as np

from safety.detectors.face_engine import Face, Vector
from safety.detectors.frames import Pixels
from safety.errors import ModelUnavailable
from safety.models.store import ModelStore

_NET_PX = 640
_LEAST_SCORE = 0.7
_LEAST_SIDE_PX = 16


class PackedFaces:
    """Runs a folder of nets by `insightface.FaceAnalysis` (extra ``face``)."""

    def __init__(self, store: ModelStore, role: str = "faces-pack") -> None:
        self._store = store
        self._role = role
        self._app: Any = None
        self._lock = threading.Lock()

    @property
    def model_id(self) -> str:
        """The id that the manifest gives the pack."""
        return self._store.model(self._role).id

    def find(self, rgb: Pixels) -> tuple[Face, ...]:
        """As the contract says."""
        if min(rgb.shape[:2]) < _LEAST_SIDE_PX:
            return ()
        bgr = np.ascontiguousarray(rgb[:, :, ::-1])
        boxes, points = self._loaded().det_model.detect(bgr, max_num=0)
        rows = sorted(zip(boxes, points, strict=True), key=lambda row: -row[0][4])
        return tuple(_face(box, places) for box, places in rows)

    def vector(self, rgb: Pixels, face: Face) -> Vector:
        """As the contract says."""
        from insightface.app.common import Face as PackFace

        given = PackFace(kps=face.points)
        self._loaded().models["recognition"].get(np.ascontiguousarray(rgb[:, :, ::-1]), given)
        return np.asarray(given.normed_embedding, np.float32)

    def _loaded(self) -> Any:
        with self._lock:
            if self._app is None:
                self._app = _load(self._store.path(self._role))
            return self._app


def _load(folder: Path) -> Any:
    try:
        from insightface.app import FaceAnalysis
    except ImportError as error:
        raise ModelUnavailable("insightface is not installed; install the extra `face`") from error
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # It prints what it loads; our output belongs to our log.
    with contextlib.redirect_stdout(io.StringIO()):
        app = FaceAnalysis(name=str(folder), providers=["CPUExecutionProvider"], sess_options=options)
        app.prepare(ctx_id=-1, det_size=(_NET_PX, _NET_PX), det_thresh=_LEAST_SCORE)
    return app


def _face(box: Any, points: Any) -> Face:
    left, top, right, bottom, score = (float(value) for value in box)
    return Face(
        left=left,
        top=top,
        width=right - left,
        height=bottom - top,
        points=np.asarray(points, np.float32),
        score=min(1.0, score),
    )
