"""A net that comes in a zip."""

import io
import zipfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from safety.models.zipped import unzipped_net


def net_with_weights_beside(folder: Path) -> tuple[bytes, bytes]:
    """A net that adds 1 to 4 to its input: its graph, and its weights in another file."""
    graph = helper.make_graph(
        [helper.make_node("Add", ["given", "more"], ["sum"])],
        "adding",
        [helper.make_tensor_value_info("given", TensorProto.FLOAT, [4])],
        [helper.make_tensor_value_info("sum", TensorProto.FLOAT, [4])],
        [numpy_helper.from_array(np.arange(1, 5, dtype=np.float32), "more")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    onnx.save(
        model, folder / "model.onnx", save_as_external_data=True, location="model.data", size_threshold=0
    )
    return (folder / "model.onnx").read_bytes(), (folder / "model.data").read_bytes()


def zipped(folder: Path, members: dict[str, bytes]) -> Path:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    path = folder / "net.zip"
    path.write_bytes(buffer.getvalue())
    return path


def test_graph_and_weights_become_one_file(tmp_path: Path) -> None:
    """What lay apart runs alone, and comes out the same each time."""
    graph, weights = net_with_weights_beside(tmp_path)
    path = zipped(tmp_path, {"job/model.onnx": graph, "job/model.data": weights})
    made = unzipped_net(path)
    session = onnxruntime.InferenceSession(made, providers=["CPUExecutionProvider"])
    assert [1.0, 2.0, 3.0, 4.0] == session.run(None, {"given": np.zeros(4, np.float32)})[0].tolist()
    assert made == unzipped_net(path)


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"model.data": b"x"},
        {"a.onnx": b"x"},
        {"a/model.onnx": b"x", "b/model.onnx": b"x"},
        {"a.onnx": b"", "b.onnx": b""},
    ],
    ids=["empty", "no net", "no graph", "one name twice", "two nets"],
)
def test_anything_else_is_refused(tmp_path: Path, members: dict[str, bytes]) -> None:
    """A zip holds one net, or it is not what we wanted."""
    with pytest.raises(ValueError):
        unzipped_net(zipped(tmp_path, members))


def test_no_member_leaves_its_folder(tmp_path: Path) -> None:
    """A name that climbs is its last part alone, and weights that lie elsewhere are not read."""
    graph, weights = net_with_weights_beside(tmp_path)
    assert unzipped_net(zipped(tmp_path, {"../../model.onnx": graph, "/model.data": weights}))
    assert not (tmp_path.parent / "model.onnx").exists()
    with pytest.raises(ValueError):
        unzipped_net(zipped(tmp_path, {"model.onnx": graph}))


def test_no_zip_is_refused(tmp_path: Path) -> None:
    """A file of another kind is told as such."""
    (tmp_path / "net.zip").write_bytes(b"no zip")
    with pytest.raises(ValueError, match=r"net\.zip"):
        unzipped_net(tmp_path / "net.zip")
