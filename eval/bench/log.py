"""What the log costs without its database: growing the tree, and checking a receipt."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from eval.bench.row import Row, at_least, at_most
from eval.bench.timing import median, once
from safety.audit.checkpoint import Checkpoint, sign, verifier_key
from safety.audit.entry import ActionClass, Actor, Event, commitment, leaf
from safety.audit.merkle import Tree, extend, leaf_hash
from safety.audit.receipt import Receipt, verify_receipt

LEAVES = 20_000
_BATCH = 1_000
_SALT = b"s" * 32

EVENT = Event(
    event_id="event_" + "0" * 32,
    at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    actor=Actor(type="system"),
    action="bench:leaf",
    action_class=ActionClass.DECISION,
    resource_type="bench",
    resource_id="0",
)
_LEAF = leaf(EVENT.action_class, EVENT.at.date(), commitment(_SALT, EVENT.body()))


@dataclass(slots=True)
class _Grown:
    """A tree of equal leaves, as its tiles."""

    tiles: dict[tuple[int, int], bytes] = field(default_factory=dict)

    def grow(self) -> None:
        for start in range(0, LEAVES, _BATCH):
            self.tiles.update(extend(start, [leaf_hash(_LEAF)] * _BATCH, self.tile))

    def tile(self, level: int, number: int) -> bytes:
        return self.tiles[level, number]


def rows() -> Iterator[Row]:
    """Yield the rows about the log."""
    grown = _Grown()
    yield Row(
        what=f"{LEAVES:,} entries into the tree's tiles (the database is another row)",
        figure=LEAVES / once(grown.grow),
        unit="entries/s",
        beside="chained hashes",
        beside_figure=LEAVES / once(_chain),
        target=at_least(5_000),
    )
    yield _receipt(grown)


def _chain() -> None:
    head = bytes(32)
    for _ in range(LEAVES):
        head = sha256(head + _LEAF).digest()


def _receipt(grown: _Grown) -> Row:
    key = Ed25519PrivateKey.generate()
    public = verifier_key("bench.example/log", key)
    tree = Tree(LEAVES, grown.tile)
    index = LEAVES // 2 + 345
    receipt = Receipt(
        body=EVENT.body(),
        salt=_SALT,
        action_class=EVENT.action_class,
        day="2026-01-01",
        index=index,
        path=tuple(tree.inclusion(index)),
        note=sign(Checkpoint(origin=public.origin, size=LEAVES, root=tree.root()), public, key.sign),
    )
    text, signature, verifier = receipt.text(), key.sign(b"x"), key.public_key()
    return Row(
        what="a receipt read and verified",
        figure=median(lambda: verify_receipt(Receipt.parse(text), public)) * 1e3,
        unit="ms",
        beside="its one signature verified",
        beside_figure=median(lambda: verifier.verify(signature, b"x")) * 1e3,
        target=at_most(1),
    )
