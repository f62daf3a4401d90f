"""
The transformer as a graph for ONNX Runtime, its matrices in bytes.

A weight matrix has one scale a column, an activation one scale a row (a single scale for all would let
the few loud features of this model drown the others): the features stay within a cosine of .996 of those
in full precision, for a third of the time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from safety.transformer.packed import Floats, PackedWeights

MATRICES = ("qkv", "ao", "fi", "fo")
"""The four matrices of a layer: questions, keys and values; their answer; in and out of the inner layer."""

_MIDDLE = np.uint8(128)
"""The byte that stands for nothing: activations lie around it."""

_DOMAIN = "com.microsoft"  # ONNX Runtime's own operators: attention, and the exact form of gelu


def serialised(weights: PackedWeights) -> bytes:
    """Return the graph from embeddings `x` (tokens, size) to features `y` (tokens, size) as ONNX."""
    from onnx import TensorProto, helper, numpy_helper

    graph = _Graph()
    graph.constant("thirds", np.array([weights.shape.size] * 3, np.int64))
    graph.constant("flat", np.array([-1, weights.shape.size], np.int64))
    graph.constant("list", np.array([-1], np.int64))
    graph.constant("step", np.float32(1 / 127))
    graph.constant("middle", _MIDDLE)
    graph.constant("first", np.array([0], np.int64))
    graph.constant("second", np.array([1], np.int64))
    rows = graph.node("Slice", [graph.node("Shape", ["x"], "sizes"), "first", "second"], "row_count")
    graph.node("ConstantOfShape", [rows], "middles", value=numpy_helper.from_array(np.array([_MIDDLE])))
    last = "x"
    for number in range(weights.shape.layers):
        last = _layer(graph, weights, number, last)
    graph.node("Identity", [last], "y")
    shape: list[str | int | None] = ["tokens", weights.shape.size]
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name in ("x", "y")]
    made = helper.make_graph(graph.nodes, "transformer", ends[:1], ends[1:], graph.constants)
    domains = [helper.make_opsetid("", 17), helper.make_opsetid(_DOMAIN, 1)]
    return bytes(helper.make_model(made, opset_imports=domains, ir_version=10).SerializeToString())


class _Graph:
    """Nodes and constants as they are added."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def constant(self, name: str, array: Any) -> str:
        from onnx import numpy_helper

        self.constants.append(
            numpy_helper.from_array(np.ascontiguousarray(array).reshape(np.shape(array)), name)
        )
        return name

    def node(self, kind: str, inputs: Sequence[str], out: str, domain: str = "", **attributes: Any) -> str:
        from onnx import helper

        self.nodes.append(helper.make_node(kind, list(inputs), [out], domain=domain, **attributes))
        return out


def _layer(graph: _Graph, weights: PackedWeights, number: int, given: str) -> str:
    name = f"l{number}"

    def product(of: str, source: str) -> str:
        matrix = layer_matrix(weights, number, of)
        bias = np.concatenate([weights.vector(f"{name}.{part}.b") for part in _parts(of)])
        return _product(graph, source, matrix, bias, f"{name}_{of}")

    def normed(source: str, added: str, of: str) -> str:
        total = graph.node("Add", [source, added], f"{name}_{of}_sum")
        gain, shift = (
            graph.constant(f"{name}_{of}_{end}", weights.vector(f"{name}.{of}.{end}")) for end in ("w", "b")
        )
        return graph.node(
            "LayerNormalization", [total, gain, shift], f"{name}_{of}", axis=-1, epsilon=weights.shape.epsilon
        )

    seen = normed(
        given, product("ao", _attention(graph, product("qkv", given), weights.shape.heads, name)), "aln"
    )
    inner = graph.node("Gelu", [product("fi", seen)], f"{name}_gelu", _DOMAIN)
    return normed(seen, product("fo", inner), "oln")


def _attention(graph: _Graph, source: str, heads: int, name: str) -> str:
    from onnx import helper

    asked = [f"{name}_{part}" for part in "qkv"]
    batch = graph.node("Unsqueeze", [source, "first"], f"{name}_batch")
    graph.nodes.append(helper.make_node("Split", [batch, "thirds"], asked, axis=2))
    told = graph.node("MultiHeadAttention", asked, f"{name}_told", _DOMAIN, num_heads=heads)
    return graph.node("Reshape", [told, "flat"], f"{name}_flat")


def _product(graph: _Graph, source: str, matrix: Floats, bias: Floats, name: str) -> str:
    """The product of `source` with a matrix (outputs, inputs) in bytes, and its bias."""
    from onnx import TensorProto

    scales, whole = in_bytes(matrix)
    size = graph.node("ReduceMax", [graph.node("Abs", [source], f"{name}_abs")], f"{name}_max", axes=[-1])
    step = graph.node("Mul", [size, "step"], f"{name}_step")
    steps = graph.node("Reshape", [step, "list"], f"{name}_steps")
    rows = graph.node("QuantizeLinear", [source, steps, "middles"], f"{name}_rows", axis=0)
    counted = graph.node(
        "MatMulInteger", [rows, graph.constant(f"{name}_w", whole.T), "middle"], f"{name}_counted"
    )
    # Scaled in two steps: with both scales in one product the runtime would take the row's for a single one.
    told = graph.node("Cast", [counted], f"{name}_cast", to=TensorProto.FLOAT)
    told = graph.node("Mul", [told, step], f"{name}_by_row")
    told = graph.node("Mul", [told, graph.constant(f"{name}_s", scales)], f"{name}_by_column")
    return graph.node("Add", [told, graph.constant(f"{name}_b", bias)], name)


def in_bytes(matrix: Floats) -> tuple[Floats, NDArray[np.int8]]:
    """Return one scale an output and the matrix in steps of it, -127 to 127."""
    scales = np.maximum(np.abs(matrix).max(1), np.float32(1e-8)) / np.float32(127)
    return scales, np.round(matrix / scales[:, None]).astype(np.int8)


def layer_matrix(weights: PackedWeights, number: int, of: str) -> Floats:
    """Return one of a layer's `MATRICES` as floats, (outputs, inputs)."""
    width = weights.shape.inner if of == "fo" else weights.shape.size
    return np.concatenate([weights.matrix(f"l{number}.{part}.w", width) for part in _parts(of)])


def _parts(of: str) -> tuple[str, ...]:
    return tuple(of) if of == "qkv" else (of,)
