"""The drawing library, or a clear answer why it is not there."""

from __future__ import annotations

from typing import Any

from generator.errors import GenerationFailed


class _Missing:
    """Stands for a library that could not be loaded; says so when it is first used."""

    def __init__(self, cause: ImportError) -> None:
        self._cause = cause

    def __getattr__(self, name: str) -> Any:
        raise GenerationFailed(
            f"The drawing library cannot be loaded ({self._cause}). "
            "Install libEGL and libGL (Debian: apt-get install libegl1 libgl1) and try again. / "
            "La bibliothèque de dessin ne se charge pas : installez libEGL et libGL."
        ) from self._cause


try:
    import skia as _skia
except ImportError as error:
    _skia = _Missing(error)

skia: Any = _skia
