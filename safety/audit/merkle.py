"""
The RFC 6962 Merkle tree over C2SP tiles of 256 hashes.

Source: RFC 6962 section 2.1 (hashes, inclusion and consistency proofs); c2sp.org/tlog-tiles
(tiles of height 8).  Only the tiles at the right edge change when the tree grows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256

WIDTH = 256
HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()

ReadTile = Callable[[int, int], bytes]
"""(level, number) to the concatenated hashes of that tile, as many as it has."""


def leaf_hash(leaf: bytes) -> bytes:
    """Return the hash of a leaf's bytes."""
    return sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return sha256(b"\x01" + left + right).digest()


def extend(size: int, leaf_hashes: Sequence[bytes], read: ReadTile) -> dict[tuple[int, int], bytes]:
    """
    Return the tiles that change when leaves are appended to a tree of `size`.

    `read` is asked for partial tiles of the right edge only.
    """
    changed: dict[tuple[int, int], bytes] = {}
    level, start, fresh = 0, size, list(leaf_hashes)
    while fresh:
        number, already = divmod(start, WIDTH)
        edge = read(level, number)[: already * HASH_BYTES] if already else b""
        grown = edge + b"".join(fresh)
        full_roots = []
        for offset in range(0, len(grown), WIDTH * HASH_BYTES):
            tile = grown[offset : offset + WIDTH * HASH_BYTES]
            changed[level, number + offset // (WIDTH * HASH_BYTES)] = tile
            if len(tile) == WIDTH * HASH_BYTES:
                full_roots.append(fold(hashes_of(tile)))
        level, start, fresh = level + 1, start // WIDTH, full_roots
    return changed


def hashes_of(tile: bytes) -> list[bytes]:
    """Return the hashes of a tile, in order."""
    return [tile[i : i + HASH_BYTES] for i in range(0, len(tile), HASH_BYTES)]


def fold(hashes: Sequence[bytes]) -> bytes:
    """Return the root of a tree whose leaves have these hashes (RFC 6962: the left part is a full one)."""
    if not hashes:
        return EMPTY_ROOT
    if len(hashes) == 1:
        return hashes[0]
    split = largest_power_below(len(hashes))
    return node_hash(fold(hashes[:split]), fold(hashes[split:]))


def largest_power_below(n: int) -> int:
    """Return the largest power of two smaller than `n` (2 or more)."""
    return 1 << (n - 1).bit_length() - 1


class Tree:
    """Roots and proofs of the first `size` leaves that `read` knows."""

    def __init__(self, size: int, read: ReadTile) -> None:
        self.size = size
        self._read = read
        self._tiles: dict[tuple[int, int], bytes] = {}

    def root(self) -> bytes:
        """Return the root of the whole tree."""
        return self._subtree(0, self.size)

    def inclusion(self, index: int) -> list[bytes]:
        """
        Return the audit path of leaf `index`.

        Raises:
            ValueError: there is no such leaf.
        """
        if not 0 <= index < self.size:
            raise ValueError(f"a tree of {self.size} has no leaf {index}")
        return self._path(index, 0, self.size)

    def consistency(self, old_size: int) -> list[bytes]:
        """
        Return the proof that the first `old_size` leaves are unchanged.

        Raises:
            ValueError: the old tree is larger than this one, or negative.
        """
        if not 0 <= old_size <= self.size:
            raise ValueError(f"no consistency from {old_size} to {self.size}")
        return self._changed(old_size, 0, self.size, is_whole=True) if old_size else []

    def _path(self, index: int, start: int, length: int) -> list[bytes]:
        if length == 1:
            return []
        split = largest_power_below(length)
        middle, end = start + split, start + length
        if index < split:
            return [*self._path(index, start, split), self._subtree(middle, end)]
        return [*self._path(index - split, middle, length - split), self._subtree(start, middle)]

    def _changed(self, old: int, start: int, length: int, *, is_whole: bool) -> list[bytes]:
        if old == length:
            return [] if is_whole else [self._subtree(start, start + length)]
        split = largest_power_below(length)
        middle, end = start + split, start + length
        if old <= split:
            return [*self._changed(old, start, split, is_whole=is_whole), self._subtree(middle, end)]
        rest = self._changed(old - split, middle, length - split, is_whole=False)
        return [*rest, self._subtree(start, middle)]

    def _subtree(self, start: int, end: int) -> bytes:
        if start == end:
            return EMPTY_ROOT
        level = 0
        while start % WIDTH == 0 and end % WIDTH == 0:
            level, start, end = level + 1, start // WIDTH, end // WIDTH
        if end == start + 1:
            return self._node(level, start)
        split = largest_power_below(end - start)
        # Sizes at this level scale back by the tile width; the split stays a power of two.
        scale = WIDTH**level
        middle = (start + split) * scale
        return node_hash(self._subtree(start * scale, middle), self._subtree(middle, end * scale))

    def _node(self, level: int, index: int) -> bytes:
        number, place = divmod(index, WIDTH)
        if (level, number) not in self._tiles:
            self._tiles[level, number] = self._read(level, number)
        return self._tiles[level, number][place * HASH_BYTES : (place + 1) * HASH_BYTES]


def is_included(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """
    Tell whether `path` proves that the leaf with hash `leaf` stands at `index` under `root`.

    Source: RFC 9162 section 2.1.3.2.
    """
    if not 0 <= index < size:
        return False
    node, last, running = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if node & 1 or node == last:
            running = node_hash(sibling, running)
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            running = node_hash(running, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and running == root


def is_consistent(old_size: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> bool:
    """
    Tell whether `proof` shows the tree of `old_size` to be a prefix of the tree of `size`.

    Source: RFC 9162 section 2.1.4.2.
    """
    if old_size == 0:
        return old_root == EMPTY_ROOT and not proof
    if old_size == size:
        return old_root == root and not proof
    if old_size > size or not proof:
        return False
    hashes = list(proof)
    if old_size & (old_size - 1) == 0:
        hashes.insert(0, old_root)
    node, last = old_size - 1, size - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    old, new = hashes[0], hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and old == old_root and new == root


def right_edge(size: int) -> Mapping[int, int]:
    """Return, for each level that has one, the number of the partial tile at the right edge."""
    edge: dict[int, int] = {}
    level = 0
    while size:
        number, part = divmod(size, WIDTH)
        if part:
            edge[level] = number
        level, size = level + 1, number
    return edge
