"""What reading a packed transformer promises."""

import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from safety.errors import ModelUnavailable
from safety.models.store import ModelStore
from safety.transformer.encoder import FILE, ROLE, Transformer
from safety.transformer.graph import in_bytes, layer_matrix
from safety.transformer.packed import PackedWeights, unpacked


@pytest.fixture(scope="module")
def weights(models: ModelStore) -> PackedWeights:
    return PackedWeights.read(models.path(ROLE, FILE))


@given(arrays(np.uint8, (2, 3, 16)), st.integers(1, 200))
@settings(deadline=None, max_examples=50)
def test_halves_come_out_in_order(halves: np.ndarray, step: int) -> None:
    """The low halves are the first sixteen weights of a block, the high ones the others; eight is zero."""
    scale = np.float16(step / 64)
    blocks = np.concatenate([np.full((2, 3, 1), scale).view(np.uint8), halves], axis=-1)
    expected = [
        (half - 8) * float(scale)
        for row in halves
        for block in row
        for half in [*(byte & 15 for byte in block.tolist()), *(byte >> 4 for byte in block.tolist())]
    ]
    np.testing.assert_allclose(unpacked(blocks).ravel(), expected)


def test_the_network_has_the_shape_it_names(weights: PackedWeights) -> None:
    """Every matrix of every layer is as large as the header says, and finite."""
    size, inner = weights.shape.size, weights.shape.inner
    expected = {"qkv": (3 * size, size), "ao": (size, size), "fi": (inner, size), "fo": (size, inner)}
    for number in (0, weights.shape.layers - 1):
        found = {of: layer_matrix(weights, number, of) for of in expected}
        assert expected == {of: matrix.shape for of, matrix in found.items()}
        assert all(np.isfinite(matrix).all() for matrix in found.values())
    assert weights.shape.pieces >= sum(1 for _piece in weights.pieces()) > 200_000


@given(arrays(np.float32, (4, 9), elements=st.floats(-8, 8, width=32)))
@settings(deadline=None, max_examples=100)
def test_bytes_stay_within_half_a_step(matrix: np.ndarray) -> None:
    """A matrix in bytes differs from itself by half a step of its row at most."""
    scales, whole = in_bytes(matrix)
    assert (np.abs(whole * scales[:, None] - matrix) <= scales[:, None] * 0.5001).all()


@pytest.mark.parametrize(
    "damage",
    [
        lambda whole: b"",
        lambda whole: b"PK\x03\x04" + whole[4:],
        lambda whole: whole[:60],
        lambda whole: whole[:40] + struct.pack("<i", 16) + whole[44:],
    ],
    ids=["empty", "another form", "cut short", "other blocks"],
)
def test_a_damaged_file_is_said(models: ModelStore, tmp_path: Path, damage) -> None:
    """A file that is not what it should be raises, whatever is wrong with it."""
    path = tmp_path / "damaged.bin"
    path.write_bytes(damage(models.path(ROLE, FILE).read_bytes()[:4096]))
    with pytest.raises(ValueError):
        PackedWeights.read(path)


def test_absent_weights_are_said(tmp_path: Path) -> None:
    """Without its weights the transformer is unavailable and says how to get them."""
    with pytest.raises(ModelUnavailable, match="models fetch"):
        Transformer(ModelStore(tmp_path)).load()
