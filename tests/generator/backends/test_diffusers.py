"""Pipelines of the diffusers library, on a tiny one with random weights built here."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from generator.backends.diffusers import DiffusersBackend, Sampling, shape_for
from generator.errors import GenerationStopped

ROOT = Path(__file__).parents[3]
QUICK = Sampling(steps=4, fps=8)


def pipeline(
    name: str = "WanPipeline", spatial: int = 8, temporal: int = 4, patch: object = (1, 2, 2)
) -> object:
    """Stands for a loaded pipeline where only its factors matter."""
    kind = type(name, (), {})
    made = kind()
    made.vae_scale_factor_spatial, made.vae_scale_factor_temporal = spatial, temporal
    made.transformer = SimpleNamespace(config=SimpleNamespace(patch_size=patch))
    return made


@pytest.mark.parametrize(
    ("name", "size", "duration_s", "expected"),
    [
        ("WanPipeline", (1280, 720), 4, (848, 480, 65, 16)),
        ("WanPipeline", (720, 1280), 5, (480, 848, 81, 16)),
        ("LTXPipeline", (1280, 720), 4, (848, 480, 97, 24)),
        ("CogVideoXPipeline", (64, 64), 1, (64, 64, 9, 8)),
        ("UnheardOfPipeline", (2, 2), 1, (16, 16, 17, 16)),
    ],
)
def test_shapes_are_ones_the_pipeline_accepts(submission, name, size, duration_s, expected) -> None:
    """Sides are multiples of sixteen within the area, frames one more than a multiple of four, enough of them."""
    request = submission(width_px=size[0], height_px=size[1], duration_s=duration_s)
    shape = shape_for(request, Sampling(), pipeline(name))
    assert expected == (shape.width_px, shape.height_px, shape.frame_count, shape.fps)


def test_too_long_a_request_is_refused(submission, failure, tiny_pipeline) -> None:
    """A clip longer than the model is good for is refused before a step is taken."""
    error = failure(
        DiffusersBackend(tiny_pipeline, sampling=Sampling(most_frames=17)), submission(duration_s=4)
    )
    assert ("too_long", True) == (error.code, error.is_refusal)


def test_previews_come_before_the_end(submission, folder, tiny_pipeline) -> None:
    """A look between the steps stops the sampling: the last step is never reached."""
    told: list[float] = []

    def look(frame: np.ndarray) -> None:
        raise GenerationStopped("enough")

    backend = DiffusersBackend(tiny_pipeline, sampling=QUICK)
    with pytest.raises(GenerationStopped):
        backend.generate(submission(), folder(), told.append, look)
    assert max(told) < 0.9


def test_same_seed_same_clip(submission, folder, tiny_pipeline) -> None:
    """The seed is the sampling's."""
    backend = DiffusersBackend(tiny_pipeline, sampling=QUICK)

    def digest(seed: int) -> str:
        return backend.generate(submission(seed=seed), folder(), lambda s: None, lambda f: None).digest

    assert digest(3) == digest(3) != digest(4)


@pytest.mark.parametrize("source", ["nobody/no-such-pipeline", "/nowhere", ""])
def test_missing_pipeline_is_a_failure(submission, failure, source: str) -> None:
    """What is not on this machine is not fetched; the failure says what could not be loaded."""
    assert "cannot be loaded" in str(failure(DiffusersBackend(source, name="x"), submission()))


def test_pickled_weights_are_not_read(submission, failure, tiny_pipeline, tmp_path) -> None:
    """A folder whose weights are only there as a pickle is refused."""
    import shutil

    import torch
    from safetensors.torch import load_file

    copy = tmp_path / "pickled"
    shutil.copytree(tiny_pipeline, copy)
    weights = next((copy / "transformer").glob("*.safetensors"))
    torch.save(load_file(weights), copy / "transformer" / "diffusion_pytorch_model.bin")
    weights.unlink()
    assert "cannot be loaded" in str(failure(DiffusersBackend(str(copy)), submission()))


def test_diverged_model_is_a_failure(submission, failure, tiny_pipeline) -> None:
    """Weights that give not-a-numbers give no clip."""
    backend = DiffusersBackend(tiny_pipeline, sampling=QUICK)
    backend._loaded().transformer.proj_out.weight.data.fill_(float("nan"))
    error = failure(backend, submission())
    assert "diverged" == error.code


def test_torch_is_loaded_with_the_first_clip_only() -> None:
    """Importing and naming the engine costs nothing: torch is not touched."""
    code = (
        "import sys\nfrom generator.backends.diffusers import DiffusersBackend\n"
        "DiffusersBackend('some/model').name\n"
        "sys.exit(bool({'torch', 'diffusers'} & set(sys.modules)))\n"
    )
    assert 0 == subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode
