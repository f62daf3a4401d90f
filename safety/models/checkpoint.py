"""A model of the transformers library out of a folder of this machine."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

from generator.backends.torch_library import torch_ready
from safety.errors import ModelUnavailable


@functools.cache
def checkpoint(folder: Path, kind: str) -> tuple[Any, Any]:
    """
    Return the tokenizer and the model of a folder, ready to answer.

    Weights are safetensors, never a pickle; a folder's own code is not run and nothing is fetched.

    Args:
        folder: as `save_pretrained` writes it.
        kind: the library's class that reads it: "AutoModelForCausalLM".

    Raises:
        ModelUnavailable: the extra `torch` is not installed, or the folder cannot be read so.
    """
    try:
        torch_ready()
        import transformers

        transformers.utils.logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        only = {"local_files_only": True, "trust_remote_code": False}
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder, **only)
        model = getattr(transformers, kind).from_pretrained(folder, use_safetensors=True, **only)
    except (ImportError, OSError, ValueError, KeyError) as error:
        raise ModelUnavailable(
            f"the model in {folder} cannot be loaded; it needs the extra `torch`, and safetensors"
        ) from error
    return tokenizer, model.eval()
