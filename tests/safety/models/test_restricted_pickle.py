"""A file of weights may hold numbers and their names; whatever else it holds ends the reading."""

import collections
import io
import os
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from safety.errors import UnsafeWeights
from safety.models.arrays import read_arrays, write_arrays
from safety.models.restricted_pickle import read_plain


def saved(path: Path, value: object, *, is_zip: bool = True) -> Path:
    torch.save(value, path, _use_new_zipfile_serialization=is_zip)
    return path


@pytest.mark.parametrize("is_zip", [True, False])
def test_state_dictionary_is_read_as_torch_reads_it(tmp_path: Path, is_zip: bool) -> None:
    """Both forms of file give the same names and numbers as torch: views, orders, types, scalars, buffers."""
    torch.manual_seed(1)
    net = torch.nn.Sequential(torch.nn.LSTM(4, 3, 2), torch.nn.BatchNorm1d(3), torch.nn.Linear(3, 2).half())
    base = torch.arange(24.0).reshape(4, 6)
    state = {
        **net.state_dict(),
        "view": base[1:3, ::2],
        "turned": base.T,
        "one": torch.tensor(7),
        "none": torch.empty(0, 3),
    }
    path = saved(tmp_path / "net.pt", collections.OrderedDict(state), is_zip=is_zip)
    read = read_arrays(path)
    assert state.keys() == read.keys()
    for name, tensor in state.items():
        np.testing.assert_array_equal(tensor.numpy(), read[name])
        assert tensor.numpy().dtype == read[name].dtype


def test_checkpoint_gives_the_models_part(tmp_path: Path) -> None:
    """Of a training checkpoint the optimiser is left behind."""
    net = torch.nn.Linear(2, 2)
    optimiser = torch.optim.Adam(net.parameters())
    net(torch.ones(1, 2)).sum().backward()
    optimiser.step()
    state = {"step": 3, "model_state": net.state_dict(), "optimizer_state": optimiser.state_dict()}
    for is_zip in (True, False):
        path = saved(tmp_path / "checkpoint.pt", state, is_zip=is_zip)
        assert {"weight", "bias"} == read_arrays(path).keys()


def test_written_arrays_load_without_pickle(tmp_path: Path) -> None:
    """What is kept of a state dictionary is plain arrays."""
    path = saved(tmp_path / "net.pt", {"w": torch.ones(2)})
    write_arrays(path, tmp_path / "net.npz")
    with np.load(tmp_path / "net.npz", allow_pickle=False) as arrays:
        np.testing.assert_array_equal(np.ones(2, np.float32), arrays["w"])


class Bomb:
    def __init__(self, *call: object) -> None:
        self.call = call

    def __reduce__(self) -> tuple:
        return (self.call[0], tuple(self.call[1:]))


HOSTILE = {
    "system": Bomb(os.system, "touch exploded"),
    "open": Bomb(open, "exploded", "w"),
    "eval": Bomb(eval, "open('exploded', 'w')"),
    "getattr": Bomb(getattr, str, "format"),
    "inner": {"w": [1, (2, Bomb(os.remove, "exploded"))]},
    "ordered": Bomb(collections.OrderedDict, [("a", 1)]),
    "array": np.ones(3),
    "set": {1, 2},
    "bytes": b"numbers",
    "class": Path,
}


@pytest.mark.parametrize("protocol", [0, 2, 4])
@pytest.mark.parametrize("name", HOSTILE)
def test_pickle_that_asks_for_more_is_refused(
    name: str, protocol: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No call is made, no name imported, whatever the protocol and wherever it hides."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UnsafeWeights):
        read_plain(io.BytesIO(pickle.dumps(HOSTILE[name], protocol)))
    assert not (tmp_path / "exploded").exists()


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_pickle_inside_a_file_of_weights_is_refused(name: str, tmp_path: Path) -> None:
    """The zip form is no way around the reader."""
    path = tmp_path / "net.pt"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("net/data.pkl", pickle.dumps({"w": HOSTILE[name]}, 2))
    with pytest.raises(UnsafeWeights):
        read_arrays(path)


class Persistent(pickle.Pickler):
    """Writes tensors the way torch does, with whatever sizes the test wants."""

    def persistent_id(self, value: object) -> object:
        return value.told if isinstance(value, Told) else None


class Told:
    def __init__(self, *told: object) -> None:
        self.told = told


def tensor_file(path: Path, told: tuple, offset: object, shape: tuple, strides: tuple, data: bytes) -> Path:
    file = io.BytesIO()
    tensor = Bomb(
        torch._utils._rebuild_tensor_v2, Told(*told), offset, shape, strides, False, collections.OrderedDict()
    )
    Persistent(file, 2).dump({"w": tensor})
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("net/data.pkl", file.getvalue())
        archive.writestr("net/data/0", data)
    return path


FLOATS = ("storage", torch.FloatStorage, "0", "cpu", 4)


def test_hand_made_tensor_file_is_read(tmp_path: Path) -> None:
    """The files of the next test are refused for their one defect, not for how they are made."""
    path = tensor_file(tmp_path / "net.pt", FLOATS, 1, (3,), (1,), np.arange(4, dtype="<f4").tobytes())
    np.testing.assert_array_equal(np.array([1, 2, 3], np.float32), read_arrays(path)["w"])


@pytest.mark.parametrize(
    ("told", "offset", "shape", "strides", "data"),
    [
        pytest.param(FLOATS, 2, (3,), (1,), b"0" * 16, id="beyond-the-end"),
        pytest.param(FLOATS, 0, (2, 2), (4, 1), b"0" * 16, id="stride-beyond-the-end"),
        pytest.param(FLOATS, -1, (3,), (1,), b"0" * 16, id="before-the-start"),
        pytest.param(FLOATS, 0, (2,), (-1,), b"0" * 16, id="backwards"),
        pytest.param(FLOATS, 0, (1 << 30, 1 << 30), (0, 0), b"0" * 16, id="repeated-without-end"),
        pytest.param(FLOATS, 0, (2,), (1, 1), b"0" * 16, id="sides-without-strides"),
        pytest.param(FLOATS, 0, (2.0,), (1,), b"0" * 16, id="side-of-a-fraction"),
        pytest.param(FLOATS, 0, (4,), (1,), b"0" * 8, id="fewer-bytes-than-told"),
        pytest.param((*FLOATS[:4], 1 << 60), 0, (4,), (1,), b"0" * 16, id="count-beyond-reason"),
        pytest.param((*FLOATS[:2], "../../0", "cpu", 4), 0, (4,), (1,), b"0" * 16, id="key-outside"),
        pytest.param(("module", *FLOATS[1:]), 0, (4,), (1,), b"0" * 16, id="not-a-storage"),
        pytest.param(
            (FLOATS[0], torch.UntypedStorage, *FLOATS[2:]), 0, (4,), (1,), b"0" * 16, id="unknown-type"
        ),
    ],
)
def test_tensor_that_lies_about_its_numbers_is_refused(
    told: tuple, offset: object, shape: tuple, strides: tuple, data: bytes, tmp_path: Path
) -> None:
    """Sizes are checked against the bytes before any of them is looked at."""
    with pytest.raises(UnsafeWeights):
        read_arrays(tensor_file(tmp_path / "net.pt", told, offset, shape, strides, data))


def test_containers_within_themselves_end(tmp_path: Path) -> None:
    """A dictionary that holds itself is refused, not followed."""
    loop: dict = {}
    loop["loop"] = loop
    path = tmp_path / "net.pt"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("net/data.pkl", pickle.dumps(loop, 2))
    with pytest.raises(UnsafeWeights, match="nested"):
        read_arrays(path)


def is_plain(value: object) -> bool:
    if isinstance(value, dict):
        return all(is_plain(part) for pair in value.items() for part in pair)
    if isinstance(value, list | tuple):
        return all(map(is_plain, value))
    return isinstance(value, bool | int | float | str | bytes | None)


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_flipped_byte_is_read_or_refused(data: st.DataObject) -> None:
    """Whatever one byte becomes, the reader gives plain values or its one error."""
    whole = bytearray(pickle.dumps({"a": (1, 2.5, None, "text"), "b": [True, {"c": ()}]}, 2))
    whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        value = read_plain(io.BytesIO(bytes(whole)))
    except UnsafeWeights:
        return
    assert is_plain(value), value


@given(st.binary(max_size=300))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, whole: bytes) -> None:
    """A file of anything ends in the one error."""
    path = tmp_path_factory.getbasetemp() / "any.pt"
    path.write_bytes(whole)
    with pytest.raises(UnsafeWeights):
        read_arrays(path)
