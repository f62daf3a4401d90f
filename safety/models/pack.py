"""
YuNet and SFace in the shape of an insightface model pack.

`FaceAnalysis` takes a folder of nets and tells their roles by shape: nine outputs (scores, boxes and
key points at three strides, two anchors a cell) are an SCRFD detector, an input of 112 by 112 an ArcFace
embedder.  YuNet has one anchor a cell, other units and other normalisation; the graph is rewritten around
its unchanged weights, so both ways of running the nets (this pack, and `safety.detectors.face_nets`)
see the same faces.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from safety.models.fold import folded_model, serialised

_STRIDES = (8, 16, 32)


def packed_detector(path: Path) -> bytes:
    """Return the YuNet net at `path` as an SCRFD detector with dynamic height and width, serialised."""
    model = folded_model(path)
    graph = model.graph
    _rename_input(graph, graph.input[0].name, "bgr255")
    _add_constants(graph)
    after, outputs = [], []
    for stride in _STRIDES:
        after += _score_nodes(stride) + _box_nodes(stride) + _twice(f"kps_{stride}", 10, f"kp_{stride}")
    for kind, width in (("score", 1), ("box", 4), ("kp", 10)):
        outputs += [(f"{kind}_{stride}", width) for stride in _STRIDES]
    nodes = [*_before_nodes(), *graph.node, *after]
    _replace(graph.node, nodes)
    _replace(
        graph.input, [helper.make_tensor_value_info("input.1", TensorProto.FLOAT, [1, 3, "height", "width"])]
    )
    infos = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, [f"n_{name}", width])
        for name, width in outputs
    ]
    _replace(graph.output, infos)
    return serialised(model)


def packed_embedder(path: Path) -> bytes:
    """
    Return the SFace net at `path` as an ArcFace embedder, serialised.

    The net normalises its input itself; insightface looks for nodes named ``Sub…`` and ``Mul…`` to know.
    """
    model = folded_model(path)
    for node in model.graph.node:
        if node.op_type in {"Sub", "Mul"}:
            node.name = f"{node.op_type}_{node.name}"
    return serialised(model)


def _rename_input(graph: Any, before: str, after: str) -> None:
    for node in graph.node:
        for at, name in enumerate(node.input):
            if name == before:
                node.input[at] = after


def _add_constants(graph: Any) -> None:
    constants: dict[str, Any] = {
        "scale": np.float32(128),
        "shift": np.float32(127.5),
        "bgr": np.array([2, 1, 0], np.int64),
        "half": np.float32(0.5),
        "zero": np.float32(0),
        "pairs": np.array([2, 2], np.int64),
    }
    for width in (1, 2, 4, 10):
        constants[f"cells_{width}"] = np.array([-1, 1, width], np.int64)
        constants[f"anchors_{width}"] = np.array([-1, width], np.int64)
    graph.initializer.extend(numpy_helper.from_array(np.asarray(v), name) for name, v in constants.items())


def _before_nodes() -> list[Any]:
    """Undo insightface's (x − 127.5) / 128 in RGB: YuNet wants 0 to 255 in BGR."""
    return [
        helper.make_node("Mul", ["input.1", "scale"], ["scaled"]),
        helper.make_node("Add", ["scaled", "shift"], ["rgb255"]),
        helper.make_node("Gather", ["rgb255", "bgr"], ["bgr255"], axis=1),
    ]


def _score_nodes(stride: int) -> list[Any]:
    product, score = f"product_{stride}", f"geometric_{stride}"
    return [
        helper.make_node("Mul", [f"cls_{stride}", f"obj_{stride}"], [product]),
        helper.make_node("Sqrt", [product], [score]),
        *_twice(score, 1, f"score_{stride}", is_second_zero=True),
    ]


def _box_nodes(stride: int) -> list[Any]:
    """From centre offset and log size to the distances left, top, right, bottom."""
    centre, log_size, size, half = (f"{word}_{stride}" for word in ("centre", "logsize", "size", "halfsize"))
    before, after, sides = (f"{word}_{stride}" for word in ("lefttop", "rightbottom", "sides"))
    return [
        helper.make_node("Split", [f"bbox_{stride}", "pairs"], [centre, log_size], axis=2),
        helper.make_node("Exp", [log_size], [size]),
        helper.make_node("Mul", [size, "half"], [half]),
        helper.make_node("Sub", [half, centre], [before]),
        helper.make_node("Add", [half, centre], [after]),
        helper.make_node("Concat", [before, after], [sides], axis=2),
        *_twice(sides, 4, f"box_{stride}"),
    ]


def _twice(name: str, width: int, out: str, *, is_second_zero: bool = False) -> list[Any]:
    """Give each cell a second anchor: a copy, or one whose score is zero so that it is never taken."""
    cells, second = f"{out}_cells", f"{out}_cells"
    nodes = [helper.make_node("Reshape", [name, f"cells_{width}"], [cells])]
    if is_second_zero:
        second = f"{out}_zero"
        nodes.append(helper.make_node("Mul", [cells, "zero"], [second]))
    nodes.append(helper.make_node("Concat", [cells, second], [f"{out}_both"], axis=1))
    nodes.append(helper.make_node("Reshape", [f"{out}_both", f"anchors_{width}"], [out]))
    return nodes


def _replace(field: Any, values: list[Any]) -> None:
    del field[:]
    field.extend(values)
