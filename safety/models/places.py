"""Where weights lie on this machine, as the environment says."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def cache_folder(environ: Mapping[str, str]) -> Path:
    """Where downloads are kept by SHA-256: FILIGRANE_CACHE, by default ``filigrane`` in the user's cache."""
    given = environ.get("FILIGRANE_CACHE")
    if given:
        return Path(given)
    return Path(environ.get("XDG_CACHE_HOME") or Path.home() / ".cache").expanduser() / "filigrane"


def models_folder(environ: Mapping[str, str]) -> Path:
    """Where weights ready to run lie: FILIGRANE_MODELS, by default ``models`` in the cache."""
    given = environ.get("FILIGRANE_MODELS")
    return Path(given) if given else cache_folder(environ) / "models"


def accepted_licences(environ: Mapping[str, str]) -> frozenset[str]:
    """Licences beyond the free ones that the operator accepted: FILIGRANE_ACCEPTED_LICENCES, by commas."""
    given = environ.get("FILIGRANE_ACCEPTED_LICENCES", "")
    return frozenset(word.strip() for word in given.split(",") if word.strip())
