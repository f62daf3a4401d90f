"""From a folder of files, named after people, to a bank of whom they show or let hear."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

import numpy as np

from safety.likeness.bank import Listed, Vector

Listed_t = TypeVar("Listed_t", bound=Listed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing(Generic[Listed_t]):
    """A bank made of a folder, and the files that could not be used, each with its reason."""

    bank: Listed_t
    refused: tuple[tuple[Path, str], ...]


def listing_of(
    folder: Path,
    kinds: Collection[str],
    encode: Callable[[Path], Vector | str],
    *,
    kind: type[Listed_t],
    bank: str,
    model_id: str,
) -> Listing[Listed_t]:
    """
    Make a bank of one `kind`, called `bank`, of the files of some `kinds` (``.jpg``) in a folder.

    `encode` returns a file's unit vector under the model called `model_id`, or why there is none.  A folder
    of which nothing could be used is an empty bank.

    Raises:
        NotADirectoryError: the folder is not there.
    """
    names: list[str] = []
    vectors: list[Vector] = []
    refused: list[tuple[Path, str]] = []
    for name, path in _named_files(folder, kinds):
        answer = encode(path)
        if isinstance(answer, str):
            refused.append((path, answer))
        else:
            names.append(name)
            vectors.append(answer)
    stacked = np.stack(vectors) if vectors else np.zeros((0, 0), np.float32)
    listed = kind(bank=bank, model_id=model_id, references=tuple(names), vectors=stacked)
    return Listing(bank=listed, refused=tuple(refused))


def _named_files(folder: Path, kinds: Collection[str]) -> Iterator[tuple[str, Path]]:
    """Yield the files, each with its own name or, where it lies deeper, that of its folder."""
    if not folder.is_dir():
        raise NotADirectoryError(f"the folder {folder} is not there")
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix.lower() in kinds:
            yield (path.stem if path.parent == folder else path.relative_to(folder).parts[0]), path
