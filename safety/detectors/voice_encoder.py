"""
Who speaks, as a vector: the GE2E speaker encoder over windows of 1.6 s.

Three recurrent layers read 160 frames of 40 mel bands; the last state, through one linear layer and cut at
zero, is a voice as 256 numbers.  The weights come as arrays; the graph for ONNX Runtime is made of them here.

Source: Wan et al., Generalized end-to-end loss for speaker verification, ICASSP 2018; the mel scale is that
of Slaney, Auditory Toolbox, 1998.
"""

from __future__ import annotations

import functools
import threading
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from safety.detectors.nets import session_options
from safety.models.store import ModelStore

ROLE = "voices"
RATE_HZ = 16_000
WINDOW = 160 * 160
"""Samples of one window: 1.6 s."""

Floats = NDArray[np.float32]
Vector = NDArray[np.float32]
"""A voice as a unit vector."""

_FRAME, _HOP, _BANDS, _FRAMES = 400, 160, 40, 160
_LAYERS, _SIZE = 3, 256
_LEVEL = 10 ** (-27 / 20)
"""RMS at which the encoder is given a voice: its bands are no logarithms, so it hears how loud one is."""

_STEADY, _TAKEN, _LEFT = 0.3, 2.0, 0.02
"""What a band never falls under in seven tenths of a window is no voice: twice that is taken, to 2 %."""

_BATCH = 16


class VoiceEncoder(Protocol):
    """Turns windows of speech into unit vectors; one person's lie close together."""

    @property
    def model_id(self) -> str:
        """What goes wherever a vector is kept."""
        ...

    def vectors(self, windows: Floats) -> Floats:
        """
        Return the vector of each window, (count, 256) of (count, 25,600) samples at 16 kHz.

        Raises:
            ModelUnavailable: the weights are absent.
        """
        ...


class EmbeddedVoices:
    """GE2E on ONNX Runtime, on one thread; loaded when first asked."""

    def __init__(self, store: ModelStore) -> None:
        self._store = store
        self._session: Any = None
        self._lock = threading.Lock()

    @property
    def model_id(self) -> str:
        """The id that the manifest gives the weights, and how a window is made ready for them."""
        return f"{self._store.model(ROLE).id}.quiet"

    def vectors(self, windows: Floats) -> Floats:
        """As the contract says."""
        session = self._loaded()
        told = [
            session.run(None, {"mels": mel_frames(windows[first : first + _BATCH])})[0]
            for first in range(0, len(windows), _BATCH)
        ]
        vectors = np.concatenate(told) if told else np.zeros((0, _SIZE), np.float32)
        return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9))

    def _loaded(self) -> Any:
        with self._lock:
            if self._session is None:
                import onnxruntime

                with np.load(self._store.path(ROLE, "weights.npz"), allow_pickle=False) as weights:
                    graph = serialised({name: weights[name] for name in weights.files})
                self._session = onnxruntime.InferenceSession(
                    graph, session_options(), providers=["CPUExecutionProvider"]
                )
            return self._session


def mel_frames(windows: Floats) -> Floats:
    """
    Return the power in each of 40 bands of windows at one level, (frames, count, 40), less what is steady.

    The bands are no logarithms, so a hum or a bed of music weighs as much as the voice over it.
    """
    level = np.sqrt((windows**2).mean(axis=1, keepdims=True))
    even = windows * (_LEVEL / np.maximum(level, 1e-6))
    padded = np.pad(even, ((0, 0), (_FRAME // 2, _FRAME // 2)))
    frames = np.lib.stride_tricks.sliding_window_view(padded, _FRAME, axis=1)[:, ::_HOP][:, :_FRAMES]
    power = np.abs(np.fft.rfft(frames * np.hanning(_FRAME + 1)[:-1], axis=2)) ** 2
    return _quiet((power @ _mel_bands()).transpose(1, 0, 2))


def _quiet(bands: NDArray[np.float64]) -> Floats:
    """
    Take from each band of a window what is steady in it, and give the rest the power that all had.

    Source: Boll, Suppression of acoustic noise in speech using spectral subtraction, IEEE ASSP 1979.
    """
    steady = np.quantile(bands, _STEADY, axis=0, keepdims=True)
    voice = np.maximum(bands - _TAKEN * steady, _LEFT * bands)
    lost = bands.sum(axis=(0, 2), keepdims=True) / np.maximum(voice.sum(axis=(0, 2), keepdims=True), 1e-12)
    return np.ascontiguousarray(voice * lost, np.float32)


@functools.cache
def _mel_bands() -> NDArray[np.float64]:
    """The triangles that sum a spectrum (201 bins) into bands; each has the same area."""
    top = RATE_HZ / 2
    edges = _hertz(np.linspace(0.0, _mel(top), _BANDS + 2))
    bins = np.linspace(0.0, top, _FRAME // 2 + 1)[:, None]
    rising = (bins - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - bins) / (edges[2:] - edges[1:-1])
    return np.maximum(0, np.minimum(rising, falling)) * (2 / (edges[2:] - edges[:-2]))


_BREAK_HZ, _STEP_HZ = 1000.0, 200 / 3
_LOG_STEP = np.log(6.4) / 27


def _mel(hertz: float) -> float:
    """Even steps up to 1 kHz, even ratios beyond; for what lies beyond."""
    return float(_BREAK_HZ / _STEP_HZ + np.log(hertz / _BREAK_HZ) / _LOG_STEP)


def _hertz(mels: NDArray[np.float64]) -> NDArray[np.float64]:
    knee = _BREAK_HZ / _STEP_HZ
    return np.where(mels < knee, mels * _STEP_HZ, _BREAK_HZ * np.exp(_LOG_STEP * (mels - knee)))


def serialised(weights: dict[str, NDArray[Any]]) -> bytes:
    """Return the graph from `mels` (frames, count, 40) to `voice` (count, 256), unnormalised, as ONNX."""
    from onnx import TensorProto, helper, numpy_helper

    constants, nodes, last = [], [], "mels"

    def constant(name: str, array: NDArray[Any]) -> str:
        constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    constant("ways", np.array([1], np.int64))
    for layer in range(_LAYERS):
        inputs = [
            last,
            constant(f"w{layer}", _gates(weights[f"lstm.weight_ih_l{layer}"])[None]),
            constant(f"r{layer}", _gates(weights[f"lstm.weight_hh_l{layer}"])[None]),
            constant(f"b{layer}", np.concatenate(
                [_gates(weights[f"lstm.bias_{way}_l{layer}"]) for way in ("ih", "hh")]
            )[None]),
        ]  # fmt: skip
        outputs = [f"all{layer}", f"end{layer}"]
        nodes.append(helper.make_node("LSTM", inputs, outputs, hidden_size=_SIZE))
        last = f"next{layer}"
        nodes.append(helper.make_node("Squeeze", [outputs[0], "ways"], [last]))
    constant("first", np.array([0], np.int64))
    nodes.append(helper.make_node("Squeeze", [f"end{_LAYERS - 1}", "first"], ["end"]))
    head = ["end", constant("w", weights["linear.weight"]), constant("b", weights["linear.bias"])]
    nodes.append(helper.make_node("Gemm", head, ["line"], transB=1))
    nodes.append(helper.make_node("Relu", ["line"], ["voice"]))
    ends = [
        helper.make_tensor_value_info("mels", TensorProto.FLOAT, ["frames", "count", _BANDS]),
        helper.make_tensor_value_info("voice", TensorProto.FLOAT, ["count", _SIZE]),
    ]
    made = helper.make_graph(nodes, "voices", ends[:1], ends[1:], constants)
    opset = [helper.make_opsetid("", 17)]
    return bytes(helper.make_model(made, opset_imports=opset, ir_version=10).SerializeToString())


def _gates(array: NDArray[Any]) -> NDArray[Any]:
    """From the order of torch (in, forget, cell, out) to that of ONNX (in, out, forget, cell)."""
    parts = np.split(array, 4)
    return np.concatenate([parts[0], parts[3], parts[1], parts[2]])
