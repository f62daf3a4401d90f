"""The plug: anything that makes a clip from a request."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from generator.clip import Clip
from generator.request import Submission

Progress = Callable[[float], None]
"""Told the share done, from 0 to 1, never falling."""

Look = Callable[[NDArray[np.uint8]], None]
"""Shown a preview (height, width, 3) in RGB; raises `GenerationStopped` to end the work."""


class Backend(Protocol):
    """
    Makes a clip.

    Nothing a back-end returns is trusted: the caller probes and re-encodes it.

    Raises:
        GenerationFailed: no clip came; a retry may help.
        GenerationStopped: `look` ended the work; nothing of it is kept.
    """

    @property
    def name(self) -> str:
        """The model name that clients give and see."""
        ...

    @property
    def is_model(self) -> bool:
        """Whether a trained model made the picture (decides the digital source type told in the manifest)."""
        ...

    def generate(self, request: Submission, folder: Path, progress: Progress, look: Look) -> Clip:
        """Make the clip inside `folder`, an empty directory of the caller's."""
        ...
