"""The folder of everything kept on this machine, closed to others."""

from __future__ import annotations

import os
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """
    FILIGRANE_HOME and what lies in it; every folder is 0700, every key file 0600.

    ``keys/`` holds keys and certificates, ``objects/`` clips by their SHA-256, ``postgres/`` the embedded
    database, ``spool/`` the unlinked files of uploads and stages in progress.
    """

    root: Path

    @property
    def keys(self) -> Path:
        return self.root / "keys"

    @property
    def objects(self) -> Path:
        return self.root / "objects"

    @property
    def postgres(self) -> Path:
        return self.root / "postgres"

    @property
    def spool(self) -> Path:
        return self.root / "spool"

    def work_folder(self) -> tempfile.TemporaryDirectory[str]:
        """Return a folder in the spool, to be used as ``with``, that vanishes with everything in it."""
        return tempfile.TemporaryDirectory(dir=self.spool)

    def keep_temporary_files(self) -> None:
        """Make the spool the temporary folder of this process and its children: libraries spool too."""
        tempfile.tempdir = os.environ["TMPDIR"] = str(self.spool)

    def write_key(self, name: str, text: str) -> Path:
        """
        Write a new file under ``keys/`` that only its owner reads; nobody ever sees half of it.

        Raises:
            FileExistsError: a key is never overwritten.
        """
        path = self.keys / name
        fresh = self.keys / f".{name}.{secrets.token_hex(8)}"
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "w") as file:
                file.write(text)
            path.hardlink_to(fresh)
        finally:
            fresh.unlink()
        return path


def open_home(root: Path) -> Home:
    """Return the home at `root`, its folders made and closed to others where they were not."""
    home = Home(root=root.absolute())
    for folder in (home.root, home.keys, home.objects, home.postgres, home.spool):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
    return home
