"""Recompute a published log from its entries, trusting nothing but the pinned key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from safety.audit import checkpoint as notes
from safety.audit.merkle import WIDTH, Tree, extend, is_consistent, leaf_hash
from safety.audit.tiles import unpack_entries
from safety.errors import LogInconsistent


class PublishedLog(Protocol):
    """What anyone can fetch of a log."""

    def checkpoint(self) -> str:
        """Return the newest signed checkpoint."""
        ...

    def tile(self, level: int, number: int, width: int) -> bytes:
        """Return the first `width` hashes of a tile."""
        ...

    def entries(self, number: int, width: int) -> bytes:
        """Return the bundle of the first `width` entries of tile `number` at level 0."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What an auditor remembers of an earlier visit."""

    size: int
    root: bytes


def audit(
    log: PublishedLog,
    key: notes.VerifierKey,
    *,
    seen: Seen | None = None,
    progress: Callable[[int, int], None] = lambda _done, _size: None,
) -> notes.Checkpoint:
    """
    Return the newest checkpoint, having recomputed its root from every entry.

    Every published tile is compared with the recomputed one, and an earlier visit's root with the
    tree as it stood then, so a rewrite, a gap or a fork is found whoever made it.

    Raises:
        LogInconsistent: a signature, tile, root or earlier root does not agree; it says which.
    """
    checkpoint = notes.open_note(log.checkpoint(), key)
    tiles = _recompute(log, checkpoint.size, progress)
    tree = Tree(checkpoint.size, lambda level, number: tiles[level, number])
    if tree.root() != checkpoint.root:
        raise LogInconsistent(f"the entries do not hash to the root signed at size {checkpoint.size}")
    if seen is not None:
        _compare_with_earlier(tree, checkpoint, seen)
    return checkpoint


def _recompute(
    log: PublishedLog, size: int, progress: Callable[[int, int], None]
) -> dict[tuple[int, int], bytes]:
    tiles: dict[tuple[int, int], bytes] = {}

    def read(level: int, number: int) -> bytes:
        return tiles[level, number]

    for start in range(0, size, WIDTH):
        width = min(WIDTH, size - start)
        leaves = [leaf_hash(entry) for entry in unpack_entries(log.entries(start // WIDTH, width))]
        if len(leaves) != width:
            raise LogInconsistent(f"entries {start} to {start + width} are not all there")
        tiles.update(extend(start, leaves, read))
        progress(start + width, size)
    for (level, number), hashes in tiles.items():
        width = len(hashes) // 32
        if log.tile(level, number, width) != hashes:
            raise LogInconsistent(f"the published tile {level}/{number} is not that of the entries")
    return tiles


def _compare_with_earlier(tree: Tree, checkpoint: notes.Checkpoint, seen: Seen) -> None:
    if seen.size > checkpoint.size:
        raise LogInconsistent(f"the log shrank from {seen.size} to {checkpoint.size} entries")
    proof = tree.consistency(seen.size)
    if not is_consistent(seen.size, seen.root, checkpoint.size, checkpoint.root, proof):
        raise LogInconsistent(f"the first {seen.size} entries are not those seen before")
