"""
Faces that an operator lists: public figures whose likeness is refused unless they granted it.

Nothing ships.  An operator gives reference pictures; their vectors, and no picture, are kept in one file that
only the service may read.  A track of a clip is matched by the mean of its nearest three vectors: one frame
alone decides nothing where there are more.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from policies.finding import Match

Vector = NDArray[np.float32]

MATCH = 0.45
"""Cosine from which two pictures show one person (SFace; 1 of 449 strangers and 0 of 61 pairs misjudged)."""

REVIEW = 0.36
"""Cosine from which a person looks."""

_NEAREST = 3


class FaceBank(Protocol):
    """Faces that somebody listed."""

    def match(self, vectors: Sequence[Vector], model_id: str) -> Match | None:
        """
        Return the listed face nearest to a track's unit vectors, from the review threshold on.

        Raises:
            ValueError: the vectors were made by another model than the bank's.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Listed:
    """
    A bank in memory.

    `references` name whose each row of `vectors` (n, d; unit length) is; one person may have several.
    """

    bank: str
    model_id: str
    references: tuple[str, ...]
    vectors: NDArray[np.float32]

    @classmethod
    def read(cls, path: Path) -> Self:
        """
        Read a bank.

        Raises:
            ValueError: the file is not a bank, or others than its owner may read it.
            OSError: it cannot be read.
        """
        if path.stat().st_mode & 0o077:
            raise ValueError(f"{path} may be read by others; run `chmod 600 {path}`")
        try:
            with np.load(path, allow_pickle=False) as kept:
                listed = cls(
                    bank=str(kept["bank"]),
                    model_id=str(kept["model_id"]),
                    references=tuple(str(name) for name in kept["references"]),
                    vectors=kept["vectors"],
                )
        except KeyError as error:
            raise ValueError(f"{path} is not a bank: {error} is missing") from error
        if listed.vectors.ndim != 2 or len(listed.vectors) != len(listed.references):
            raise ValueError(f"{path} is not a bank: rows and names differ in number")
        return listed


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ListedFaces(Listed):
    """A bank of faces; each row of `vectors` is one picture."""

    def match(self, vectors: Sequence[Vector], model_id: str) -> Match | None:
        """As the contract says; of a person's several pictures the nearest counts."""
        if model_id != self.model_id:
            raise ValueError(f"vectors of {model_id} are not compared with a bank of {self.model_id}")
        if not len(self.references) or not vectors:
            return None
        cosines = np.sort(np.stack(vectors) @ self.vectors.T, axis=0)[-_NEAREST:].mean(axis=0)
        best = int(cosines.argmax())
        if cosines[best] < REVIEW:
            return None
        return Match(
            reference=self.references[best],
            bank=self.bank,
            method="face",
            value=self.model_id,
            distance=round(1.0 - float(cosines[best]), 4),
            threshold=round(1.0 - MATCH, 4),
        )


def bank_path(home: Path) -> Path:
    """Where the bank of public figures lies in a home."""
    return home / "banks" / "public_figures.faces"


def write_bank(listed: Listed, path: Path) -> None:
    """Keep a bank at `path`, readable by its owner alone, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # A temporary file is made 0600; the name changes hands only when all is written.
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".bank-", delete=False) as file:
        np.savez(
            file,
            bank=np.array(listed.bank),
            model_id=np.array(listed.model_id),
            references=np.array(listed.references, dtype=np.str_),
            vectors=listed.vectors.astype(np.float32),
        )
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).replace(path)


def read_bank(path: Path) -> ListedFaces:
    """Read a bank of faces; what may be wrong with it, `Listed.read` says."""
    return ListedFaces.read(path)
