"""The log: what it promises, tried by breaking it."""

from __future__ import annotations

import datetime as dt
import hashlib
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from safety.audit import auditor, canonical, checkpoint, entry, merkle, receipt, tiles
from safety.errors import LogInconsistent

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
ORIGIN = "log.example/filigrane"
PUBLIC = checkpoint.verifier_key(ORIGIN, KEY)


class Memory:
    """A log of leaves kept in memory, grown in batches as the sequencer grows it."""

    def __init__(self) -> None:
        self.leaves: list[bytes] = []
        self.hashes: dict[tuple[int, int], bytes] = {}

    def append(self, *leaves: bytes) -> None:
        fresh = [merkle.leaf_hash(leaf) for leaf in leaves]
        self.hashes |= merkle.extend(len(self.leaves), fresh, lambda level, n: self.hashes[level, n])
        self.leaves += leaves

    def tree(self, size: int | None = None) -> merkle.Tree:
        return merkle.Tree(len(self.leaves) if size is None else size, lambda level, n: self.hashes[level, n])

    def checkpoint(self) -> str:
        stated = checkpoint.Checkpoint(origin=ORIGIN, size=len(self.leaves), root=self.tree().root())
        return checkpoint.sign(stated, PUBLIC, KEY.sign)

    def tile(self, level: int, number: int, width: int) -> bytes:
        return self.hashes[level, number][: 32 * width]

    def entries(self, number: int, width: int) -> bytes:
        return tiles.pack_entries(self.leaves[number * 256 : number * 256 + width])


def log_of(count: int, batch: int = 100) -> Memory:
    log = Memory()
    for start in range(0, count, batch):
        log.append(*(b"leaf %d" % i for i in range(start, min(count, start + batch))))
    return log


def reference_root(leaves: list[bytes]) -> bytes:
    """RFC 6962's definition, spelled as it stands there."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + reference_root(leaves[:k]) + reference_root(leaves[k:])).digest()


@pytest.mark.parametrize("size", [0, 1, 2, 3, 255, 256, 257, 300, 511, 512, 513, 700])
def test_root_is_that_of_the_rfc(size: int) -> None:
    """Tiles of 256 give the root that RFC 6962 defines, at every kind of edge."""
    log = log_of(size, batch=37)
    assert reference_root(log.leaves) == log.tree().root()


def test_every_leaf_proves_inclusion_and_a_flipped_bit_is_caught() -> None:
    """Each entry of each size proves that it is there, and nothing else passes for it."""
    for size in [*range(1, 20), 255, 256, 257, 600]:
        log = log_of(size)
        root = log.tree().root()
        for index in range(size) if size < 20 else range(0, size, 41):
            path = log.tree().inclusion(index)
            leaf = merkle.leaf_hash(log.leaves[index])
            assert merkle.is_included(leaf, index, size, path, root)
            wrong = bytes([leaf[0] ^ 1]) + leaf[1:]
            assert not merkle.is_included(wrong, index, size, path, root)
            assert not merkle.is_included(leaf, index + 1, size, path, root)
            for i, node in enumerate(path):
                bent = [*path[:i], bytes([node[0] ^ 1]) + node[1:], *path[i + 1 :]]
                assert not merkle.is_included(leaf, index, size, bent, root)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 700), st.integers(0, 700))
def test_consistency_holds_between_all_sizes_and_no_other_root(a: int, b: int) -> None:
    """A grown log proves that its past is unchanged; another past does not pass."""
    old, size = sorted((a, b))
    log = log_of(size)
    old_root, root = log.tree(old).root(), log.tree().root()
    proof = log.tree().consistency(old)
    assert merkle.is_consistent(old, old_root, size, root, proof)
    forged = hashlib.sha256(b"another past").digest()
    assert not merkle.is_consistent(old, forged, size, root, proof)


class Published:
    """The log as another implementation's reader fetches it: by path."""

    def __init__(self, log: Memory) -> None:
        self.files = {"checkpoint": log.checkpoint().encode()}
        for (level, number), hashes in log.hashes.items():
            self.files[tiles.tile_path(level, number, len(hashes) // 32)] = hashes

    def get(self, *parts: str) -> bytes | None:
        return self.files.get("/".join(parts))


def test_an_independent_reader_agrees() -> None:
    """Another implementation (tlog-scales) reads our tiles, key and note, and finds our proofs valid."""
    from tlog_scales import reader, signing, tlog

    log = log_of(66_000, batch=5_000)
    theirs = reader.TilesReader(Published(log))
    stated = theirs.get_checkpoint()
    stated.verify(signing.Vkey.from_string(str(PUBLIC)))
    root = log.tree().root()
    assert (66_000, root) == (stated.size, theirs.calculate_root_hash())
    for index in (0, 255, 256, 65_535, 65_536, 65_999):
        proof = tlog.InclusionProof(index, 66_000, log.tree().inclusion(index))
        proof.check(merkle.leaf_hash(log.leaves[index]), root)
    for old in (1, 256, 257, 65_536, 65_999):
        tlog.ConsistencyProof(old, 66_000, log.tree().consistency(old)).check(log.tree(old).root(), root)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10**12))
def test_tile_numbers_round_trip(number: int) -> None:
    """A tile's address is read back as its number, and only its shortest spelling."""
    path = tiles.number_path(number)
    assert number == tiles.tile_number(path)
    with pytest.raises(ValueError, match="shortest|number"):
        tiles.tile_number("x000/" + path)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.binary(max_size=300), max_size=20))
def test_bundles_round_trip(entries: list[bytes]) -> None:
    """What is packed is what is unpacked; a bundle cut short is refused."""
    bundle = tiles.pack_entries(entries)
    assert entries == list(tiles.unpack_entries(bundle))
    if bundle:
        with pytest.raises(LogInconsistent):
            list(tiles.unpack_entries(bundle[:-1] if entries[-1] else bundle + b"\x00"))


def test_auditor_accepts_a_true_log_and_remembers() -> None:
    """An honest log passes, from nothing and from an earlier visit."""
    log = log_of(300)
    first = auditor.audit(log, PUBLIC)
    log.append(*(b"more %d" % i for i in range(400)))
    seen = auditor.Seen(size=first.size, root=first.root)
    assert 700 == auditor.audit(log, PUBLIC, seen=seen).size


def test_auditor_finds_every_rewrite() -> None:
    """A changed entry, a changed tile, a shrunk log and another history are each named."""
    seen_log = log_of(300)
    seen = auditor.Seen(size=300, root=seen_log.tree().root())
    changed = log_of(300)
    changed.leaves[17] = b"rewritten"
    with pytest.raises(LogInconsistent, match="tile|root"):
        auditor.audit(changed, PUBLIC)
    bent = log_of(300)
    bent.hashes[0, 1] = bytes(32) + bent.hashes[0, 1][32:]
    with pytest.raises(LogInconsistent):
        auditor.audit(bent, PUBLIC)
    with pytest.raises(LogInconsistent, match="shrank"):
        auditor.audit(log_of(200), PUBLIC, seen=seen)
    other = Memory()
    other.append(*(b"other %d" % i for i in range(400)))
    with pytest.raises(LogInconsistent, match="not those seen before"):
        auditor.audit(other, PUBLIC, seen=seen)
    stranger = checkpoint.verifier_key(ORIGIN, Ed25519PrivateKey.generate())
    with pytest.raises(LogInconsistent, match="signature"):
        auditor.audit(log_of(3), stranger)


def test_verifier_key_round_trips_and_refuses_a_wrong_id() -> None:
    """A pinned key is read as printed; an id that is not the key's is refused."""
    assert PUBLIC == checkpoint.VerifierKey.parse(str(PUBLIC))
    origin, key_id, encoded = str(PUBLIC).split("+", 2)
    with pytest.raises(ValueError, match="id"):
        checkpoint.VerifierKey.parse(f"{origin}+{'0' * 8 if key_id != '0' * 8 else '1' * 8}+{encoded}")


def event(reason: str = "sexual.explicit", event_id: str = "event_1") -> entry.Event:
    return entry.Event(
        event_id=event_id,
        at=dt.datetime(2026, 11, 21, 12, 0, tzinfo=dt.UTC),
        actor=entry.Actor(type="account", id="acct_1", role="creator"),
        action="video:submit",
        action_class=entry.ActionClass.DECISION,
        resource_type="video",
        resource_id="video_1",
        reason=reason,
    )


def receipt_of(position: int, size: int) -> receipt.Receipt:
    log, salt, act = Memory(), b"s" * 32, event()
    own = entry.leaf(act.action_class, act.at.date(), entry.commitment(salt, act.body()))
    log.append(*(own if i == position else b"stranger %d" % i for i in range(size)))
    return receipt.Receipt(
        body=act.body(),
        salt=salt,
        action_class=act.action_class,
        day="2026-11-21",
        index=position,
        path=tuple(log.tree().inclusion(position)),
        note=log.checkpoint(),
    )


@pytest.mark.parametrize(("position", "size"), [(0, 1), (0, 2), (5, 9), (256, 300), (299, 300)])
def test_receipt_verifies_offline_and_round_trips(position: int, size: int) -> None:
    """A receipt needs nothing but itself and the pinned key."""
    made = receipt_of(position, size)
    read = receipt.Receipt.parse(made.text())
    assert made == read
    assert event().as_json() == receipt.verify_receipt(read, PUBLIC)


def test_receipt_with_anything_changed_is_refused() -> None:
    """Another event, salt, class, day or index under the same proof does not verify."""
    import dataclasses

    made = receipt_of(5, 9)
    for change in (
        {"body": event(reason="nothing").body()},
        {"salt": b"t" * 32},
        {"action_class": entry.ActionClass.ACCESS},
        {"day": "2026-11-22"},
        {"index": 4},
        {"path": made.path[1:]},
    ):
        with pytest.raises(LogInconsistent):
            receipt.verify_receipt(dataclasses.replace(made, **change), PUBLIC)
    with pytest.raises(LogInconsistent):
        receipt.Receipt.parse("c2sp.org/tlog-proof@v1\nindex 1\n\n")


def test_leaf_tells_no_person() -> None:
    """The public leaf holds a class, a day and a commitment, and no id of anyone."""
    act = event()
    public = json.loads(entry.leaf(act.action_class, act.at.date(), entry.commitment(b"s" * 32, act.body())))
    assert {"v", "class", "day", "commitment"} == set(public)
    assert "acct_1" not in json.dumps(public)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(st.characters(codec="utf-8")),
    lambda children: (
        st.lists(children, max_size=4)
        | st.dictionaries(st.text(st.characters(codec="utf-8")), children, max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.text(st.characters(codec="utf-8")), json_values, max_size=5))
def test_canonical_json_round_trips_and_ignores_order(value: dict[str, object]) -> None:
    """The same object has one spelling, whatever the order of its keys."""
    spelled = canonical.canonical_json(value)
    assert value == json.loads(spelled)
    assert spelled == canonical.canonical_json(dict(reversed(list(value.items()))))


def test_canonical_json_is_that_of_the_rfc() -> None:
    """Keys sort by UTF-16 code units and control characters have their short escapes (RFC 8785 §3.2)."""
    value = {
        "\u20ac": "Euro Sign",
        "\r": "Carriage Return",
        "\ufb33": "Hebrew",
        "1": "One",
        "\U0001f600": "Smiley",
        "\u0080": "Control",
        "\u00f6": "o",
    }
    assert list(value) and ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"] == list(
        json.loads(canonical.canonical_json(value))
    )


@pytest.mark.parametrize("value", [{"a": 1.5}, {"a": [2**53]}, {"a": "\ud800"}, {"a": float("nan")}])
def test_canonical_json_refuses_the_inexact(value: dict[str, object]) -> None:
    """What two languages may spell differently is refused."""
    with pytest.raises(ValueError):
        canonical.canonical_json(value)
