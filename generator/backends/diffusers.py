"""
Any text-to-video pipeline of the diffusers library, by its folder or its name on the hub.

torch and diffusers are loaded with the first clip, not before; weights come from this machine unless the
operator allowed downloading; pickled weights and a repository's own code are never read.
"""

from __future__ import annotations

import inspect
import math
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from generator.backend import Look, Progress
from generator.backends.torch_library import torch_ready
from generator.clip import Clip
from generator.errors import GenerationFailed
from generator.media.encode import encode
from generator.media.fit import filled, sides_within
from generator.request import Submission

_NATIVE_FPS = {"CogVideoX": 8, "HunyuanVideo": 24, "LTX": 24, "Mochi": 30, "Wan": 16}
"""Frames a second the family was trained on, by the beginning of the pipeline's class name."""

_DEFAULT_FPS = 16
_MADE_SHARE = 0.9  # of the progress; the rest is encoding
_CLEAR_SHARE = 0.4  # of the steps; before that a preview shows noise


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """
    How much a clip may cost.

    `steps` of denoising (None: the pipeline's own); `largest_area_px` drawn by the model, the rest is
    enlarged; `most_frames` it is good for; `previews` looked at on the way; `fps` None for the family's own.
    """

    steps: int | None = None
    largest_area_px: int = 832 * 480
    most_frames: int = 161
    previews: int = 4
    fps: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What the pipeline is asked for: sides and frame count it accepts, and its frames a second."""

    width_px: int
    height_px: int
    frame_count: int
    fps: int


class DiffusersBackend:
    """
    Runs a pipeline in this process, one clip at a time.

    Args:
        source: a folder written by `save_pretrained`, or a name on the hub.
        name: the model name that clients see; the source's last part unless told.
        may_download: whether weights not on this machine may be fetched.
        sampling: how much a clip may cost.
    """

    def __init__(
        self,
        source: str,
        *,
        name: str | None = None,
        may_download: bool = False,
        sampling: Sampling | None = None,
    ) -> None:
        self._source = source
        self._name = name or source.rstrip("/").rsplit("/", 1)[-1]
        self._may_download = may_download
        self._sampling = sampling or Sampling()
        self._pipeline: Any = None
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """The model name that clients give and see."""
        return self._name

    @property
    def is_model(self) -> bool:
        """True: a trained model makes the picture."""
        return True

    def generate(self, request: Submission, folder: Path, progress: Progress, look: Look) -> Clip:
        """Make the clip, silent, as `clip.mp4` in `folder`; previews are looked at between steps."""
        target = folder / "clip.mp4"
        progress(0.0)
        with self._lock:
            pipeline = self._loaded()
            shape = shape_for(request, self._sampling, pipeline)
            pictures = self._sampled(pipeline, request, shape, progress, look)
        for second in range(0, len(pictures), shape.fps):
            look(pictures[second])
        clip = encode(
            _steady(pictures, shape.fps, request),
            None,
            target,
            fps=request.fps,
            width_px=request.width_px,
            height_px=request.height_px,
            backend=self._name,
            seed=request.seed,
        )
        progress(1.0)
        return clip

    def _loaded(self) -> Any:
        """Return the pipeline, loaded with the first clip."""
        if self._pipeline is None:
            self._pipeline = _load(self._source, may_download=self._may_download)
        return self._pipeline

    def _sampled(
        self, pipeline: Any, request: Submission, shape: Shape, progress: Progress, look: Look
    ) -> NDArray[np.uint8]:
        """Return (frames, height, width, 3) in RGB; what `look` raises ends the sampling."""
        torch = torch_ready()
        steps = self._sampling.steps or _own_steps(pipeline)
        arguments = {
            "prompt": request.prompt,
            "width": shape.width_px,
            "height": shape.height_px,
            "num_frames": shape.frame_count,
            "num_inference_steps": steps,
            "frame_rate": shape.fps,
            "generator": torch.Generator("cpu").manual_seed(request.seed % 2**63),
            "output_type": "np",
            "callback_on_step_end": _step_watcher(steps, self._sampling.previews, progress, look),
            "callback_on_step_end_tensor_inputs": ["latents"],
        }
        accepted = inspect.signature(pipeline.__call__).parameters
        try:
            made = pipeline(**{key: value for key, value in arguments.items() if key in accepted})
        except (torch.OutOfMemoryError, MemoryError) as error:
            raise GenerationFailed("not enough memory for this size and length; ask for less") from error
        except (RuntimeError, ValueError, IndexError) as error:
            raise GenerationFailed(f"{self._name} could not make this clip: {_line(error)}") from error
        return _pictures(made.frames, self._name)


def shape_for(request: Submission, sampling: Sampling, pipeline: Any) -> Shape:
    """
    Return what to ask a pipeline for, so that a request can be cut out of it.

    Sides are multiples of what its autoencoder and patches need, as near the request's shape as the area
    allows; frames are one more than a multiple of its temporal factor.

    Raises:
        GenerationFailed: the request is longer than the model is good for.
    """
    fps = sampling.fps or _family_fps(type(pipeline).__name__)
    spatial = int(getattr(pipeline, "vae_scale_factor_spatial", 8))
    temporal = int(getattr(pipeline, "vae_scale_factor_temporal", 4))
    patch = _patch_size(pipeline)
    width, height = sides_within(request.width_px, request.height_px, 10_000, sampling.largest_area_px)
    frames = temporal * math.ceil((request.duration_s * fps - 1) / temporal) + 1
    if frames > sampling.most_frames:
        longest = (sampling.most_frames - 1) // fps
        raise GenerationFailed(
            f"this model makes at most {longest} s; ask for less", code="too_long", is_refusal=True
        )
    step = spatial * patch
    return Shape(
        width_px=max(step, round(width / step) * step),
        height_px=max(step, round(height / step) * step),
        frame_count=frames,
        fps=fps,
    )


def _load(source: str, *, may_download: bool) -> Any:
    """Load a pipeline onto the best device there is; GenerationFailed says what is missing."""
    try:
        torch = torch_ready()
        from diffusers import DiffusionPipeline
        from diffusers.utils import logging
    except ImportError as error:
        raise GenerationFailed(
            "this engine needs the extra `torch`: pip install 'filigrane[torch]'"
        ) from error
    logging.disable_progress_bar()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    dtype = torch.bfloat16 if device == "cuda" else torch.float32
    try:
        pipeline = DiffusionPipeline.from_pretrained(  # type: ignore[no-untyped-call]
            source, local_files_only=not may_download, use_safetensors=True, dtype=dtype
        )
    except (OSError, ValueError, ImportError, AttributeError) as error:
        raise GenerationFailed(f"the pipeline {source} cannot be loaded: {_line(error)}") from error
    accepted = inspect.signature(pipeline.__call__).parameters
    if not {"prompt", "num_frames"} <= set(accepted):
        raise GenerationFailed(f"{type(pipeline).__name__} makes no video from text")
    pipeline.set_progress_bar_config(disable=True)
    return pipeline.to(device)


def _family_fps(class_name: str) -> int:
    return next((fps for start, fps in _NATIVE_FPS.items() if class_name.startswith(start)), _DEFAULT_FPS)


def _patch_size(pipeline: Any) -> int:
    """Return the spatial patch of the transformer: a number, or the last of (time, height, width)."""
    config = getattr(getattr(pipeline, "transformer", None), "config", None)
    patch = getattr(config, "patch_size", 1) or 1
    return int(patch[-1] if isinstance(patch, tuple | list) else patch)


def _own_steps(pipeline: Any) -> int:
    return int(inspect.signature(pipeline.__call__).parameters["num_inference_steps"].default)


def _step_watcher(
    steps: int, previews: int, progress: Progress, look: Look
) -> Callable[[Any, int, Any, dict[str, Any]], dict[str, Any]]:
    """Return the callback that tells progress and shows previews once they are more than noise."""
    first = math.ceil(_CLEAR_SHARE * steps)
    shown = {first + round(k * (steps - 1 - first) / max(1, previews - 1)) for k in range(previews)}

    def watch(pipeline: Any, step: int, _time: Any, tensors: dict[str, Any]) -> dict[str, Any]:
        progress(_MADE_SHARE * (step + 1) / steps)
        if step in shown:
            preview = _preview(pipeline, tensors["latents"])
            if preview is not None:
                look(preview)
        return tensors

    return watch


def _preview(pipeline: Any, latents: Any) -> NDArray[np.uint8] | None:
    """
    Return the first picture of half-made latents; None for a pipeline whose latents are packed.

    Only one latent frame is decoded: a hundredth of the cost of the clip.
    """
    torch = torch_ready()
    config = pipeline.vae.config
    channels = getattr(config, "z_dim", None) or getattr(config, "latent_channels", None)
    if latents.ndim != 5 or channels not in latents.shape[1:3]:
        return None
    first = latents if latents.shape[1] == channels else latents.transpose(1, 2)
    first = first[:1, :, :1].to(pipeline.vae.dtype)
    if getattr(config, "latents_mean", None) is not None:
        mean, spread = (
            torch.tensor(values).view(1, -1, 1, 1, 1).to(first)
            for values in (config.latents_mean, config.latents_std)
        )
        first = first * spread + mean
    else:
        first = first / getattr(config, "scaling_factor", 1.0)
    with torch.no_grad():
        decoded = pipeline.vae.decode(first, return_dict=False)[0]
    picture = decoded[0, :, 0].float().clamp(-1, 1).permute(1, 2, 0).cpu().numpy()
    return np.asarray(np.round((np.nan_to_num(picture) + 1) * 127.5), np.uint8)


def _pictures(frames: Any, name: str) -> NDArray[np.uint8]:
    """Return a pipeline's floats as pictures; a model that diverged gives not-a-numbers, not a clip."""
    made = np.asarray(frames[0], np.float32) if len(frames) else np.zeros(0, np.float32)
    if made.ndim != 4 or made.shape[-1] != 3 or not len(made):
        raise GenerationFailed(f"{name} returned no pictures")
    if not np.isfinite(made).all():
        raise GenerationFailed(f"{name} diverged; try again with another seed", code="diverged")
    return np.asarray(np.round(np.clip(made, 0, 1) * 255), np.uint8)


def _steady(pictures: NDArray[np.uint8], fps: int, request: Submission) -> Iterator[NDArray[np.uint8]]:
    """Yield the request's frames at its own rate and size: at each tick the picture shown by then."""
    for tick in range(request.duration_s * request.fps):
        index = min(len(pictures) - 1, int(Fraction(tick * fps, request.fps)))
        yield filled(pictures[index], request.width_px, request.height_px)


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
