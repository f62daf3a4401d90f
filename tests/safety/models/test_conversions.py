"""What is made out of the members of a wheel runs, and says what the original says."""

import numpy as np
import onnx
import onnxruntime

from safety.models.store import ModelStore


def session(path: object) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.log_severity_level = 1, 3
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def test_folded_nets_hold_no_block_of_integers(models: ModelStore) -> None:
    """Folding leaves no dequantisation behind, so that any runtime runs them."""
    for name in ("detect.onnx", "embed.onnx"):
        net = onnx.load(models.path("faces", name))
        assert not {"DequantizeLinear", "Dropout"} & {node.op_type for node in net.graph.node}


def test_pack_and_folded_nets_say_the_same(models: ModelStore) -> None:
    """The pack's embedder gives the folded net's vector; its detector the folded net's scores."""
    rng = np.random.default_rng(1)
    chip = rng.integers(0, 256, (1, 3, 112, 112)).astype(np.float32)
    vectors = []
    for path in (models.path("faces", "embed.onnx"), models.path("faces-pack", "rec_sface.onnx")):
        net = session(path)
        vectors.append(net.run(None, {net.get_inputs()[0].name: chip})[0])
    np.testing.assert_allclose(vectors[0], vectors[1], atol=1e-5)

    picture = rng.integers(0, 256, (1, 3, 640, 640)).astype(np.float32)
    ours, theirs = (
        session(models.path("faces", "detect.onnx")),
        session(models.path("faces-pack", "det_yunet.onnx")),
    )
    told = dict(
        zip([one.name for one in ours.get_outputs()], ours.run(None, {"input": picture}), strict=True)
    )
    rgb = (picture[:, ::-1] - 127.5) / 128
    (scores,) = theirs.run(["score_8"], {"input.1": rgb})
    expected = np.sqrt(told["cls_8"] * told["obj_8"]).reshape(-1)
    np.testing.assert_allclose(expected, scores.reshape(-1, 2)[:, 0], atol=1e-4)
    assert 0.0 == scores.reshape(-1, 2)[:, 1].max()


def test_speaker_weights_are_those_of_the_net(models: ModelStore) -> None:
    """Three recurrent layers of 256 and one linear layer, as published, without the optimiser."""
    with np.load(models.path("voices", "weights.npz"), allow_pickle=False) as weights:
        shapes = {name: weights[name].shape for name in weights.files}
    layers = {
        f"lstm.{kind}_{way}_l{layer}"
        for kind in ("weight", "bias")
        for way in ("ih", "hh")
        for layer in range(3)
    }
    assert layers | {"linear.weight", "linear.bias", "similarity_weight", "similarity_bias"} == shapes.keys()
    assert ((1024, 40), (256, 256)) == (shapes["lstm.weight_ih_l0"], shapes["linear.weight"])


def test_drawings_are_whole(models: ModelStore) -> None:
    """The drawing store holds every emoji by its code points."""
    names = {path.name for path in models.path("drawings", "svg/").iterdir()}
    assert 4009 == len(names)
    assert {"1f98a.svg", "1f433.svg"} < names
