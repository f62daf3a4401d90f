"""
Block-quantised nets, folded to float32.

OpenCV Zoo's `int8bq` files keep each weight as int8 blocks behind `DequantizeLinear` with a block size,
which ONNX Runtime does not run.  Every such node has constant inputs, so its output is a constant too:
it is computed once here, and the net then runs everywhere.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

Arrays = dict[str, NDArray[Any]]


def folded(path: Path) -> bytes:
    """Return the net at `path` with every constant dequantisation done, as a serialised model."""
    return serialised(folded_model(path))


def serialised(model: Any) -> bytes:
    """Return a checked model's bytes, equal for equal models."""
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString(deterministic=True))


def folded_model(path: Path) -> Any:
    """As `folded`, as a model that may be worked on."""
    model = onnx.load(path)
    graph = model.graph
    known: Arrays = {one.name: numpy_helper.to_array(one) for one in graph.initializer}
    kept = [_without_dropout(node) for node in graph.node if not _fold(node, known)]
    used = {name for node in kept for name in node.input}
    inputs = [one for one in graph.input if one.name in used and one.name not in known]
    constants = [
        numpy_helper.from_array(np.ascontiguousarray(value), name)
        for name, value in known.items()
        if name in used
    ]
    for field, values in ((graph.node, kept), (graph.initializer, constants), (graph.input, inputs)):
        del field[:]
        field.extend(values)
    del graph.value_info[:]
    return model


def _fold(node: Any, known: Arrays) -> bool:
    """Compute a node whose inputs are all known into `known`; say whether it was."""
    attributes = {one.name: helper.get_attribute_value(one) for one in node.attribute}
    if node.op_type == "Constant" and "value" in attributes:
        known[node.output[0]] = numpy_helper.to_array(attributes["value"])
        return True
    if not all(name in known for name in node.input if name):
        return False
    if node.op_type == "DequantizeLinear":
        known[node.output[0]] = _dequantised([known[name] for name in node.input], attributes)
        return True
    if node.op_type == "Reshape":
        known[node.output[0]] = _reshaped(known[node.input[0]], known[node.input[1]])
        return True
    return False


def _dequantised(inputs: list[NDArray[Any]], attributes: dict[str, Any]) -> NDArray[np.float32]:
    values, scale = inputs[0].astype(np.float32), inputs[1].astype(np.float32)
    zero = inputs[2].astype(np.float32) if len(inputs) > 2 else np.zeros_like(scale)
    axis, block = attributes.get("axis", 1), attributes.get("block_size", 0)
    scale, zero = (_spread(one, values.shape, axis, block) for one in (scale, zero))
    return ((values - zero) * scale).astype(np.float32)


def _spread(steps: NDArray[np.float32], shape: tuple[int, ...], axis: int, block: int) -> NDArray[np.float32]:
    """Bring scales or zero points (one a tensor, one a channel, or one a block) to the weights' shape."""
    if steps.size == 1:
        return steps.reshape(())
    if steps.ndim == len(shape) and block:
        return np.repeat(steps, block, axis)[tuple(slice(0, side) for side in shape)]
    along = [1] * len(shape)
    along[axis] = -1
    return steps.reshape(along)


def _reshaped(values: NDArray[Any], wanted: NDArray[Any]) -> NDArray[Any]:
    # A zero means: keep this side (ONNX, Reshape, allowzero=0).
    sides = [values.shape[at] if side == 0 else int(side) for at, side in enumerate(wanted)]
    return values.reshape(sides)


def _without_dropout(node: Any) -> Any:
    if node.op_type != "Dropout":
        return node
    return helper.make_node("Identity", [node.input[0]], [node.output[0]])
