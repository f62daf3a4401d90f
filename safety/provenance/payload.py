"""What a mark says: 64 bits that name one clip and prove who wrote them."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

VERSION = 1
PAYLOAD_BITS = 64
ID_BITS = 32
_ROUNDS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """
    The content of one mark: version (4 bits), key number (4), mark id (32) and MAC (24).

    Raises:
        ValueError: a field does not fit its bits.
    """

    version: int = VERSION
    key_number: int
    mark_id: int
    mac: int

    def __post_init__(self) -> None:
        for name, value, bits in (
            ("version", self.version, 4),
            ("key_number", self.key_number, 4),
            ("mark_id", self.mark_id, ID_BITS),
            ("mac", self.mac, 24),
        ):
            if not 0 <= value < 1 << bits:
                raise ValueError(f"{name} must fit {bits} bits, not {value}")

    @property
    def value(self) -> int:
        """The 64 bits as one number, version first."""
        return (self.version << 60) | (self.key_number << 56) | (self.mark_id << 24) | self.mac

    @property
    def text(self) -> str:
        """The 64 bits as 16 hexadecimal digits: the value of the soft binding."""
        return f"{self.value:016x}"

    @property
    def bits(self) -> NDArray[np.uint8]:
        """The 64 bits, most significant first, one a cell."""
        return bits_of(self.value, PAYLOAD_BITS)

    @classmethod
    def from_value(cls, value: int) -> Payload:
        """Read the 64 bits back; the inverse of `value`."""
        return cls(
            version=value >> 60,
            key_number=(value >> 56) & 0xF,
            mark_id=(value >> 24) & 0xFFFFFFFF,
            mac=value & 0xFFFFFF,
        )

    @classmethod
    def from_bits(cls, bits: NDArray[np.uint8]) -> Payload:
        """Read 64 cells of 0 and 1; the inverse of `bits`."""
        return cls.from_value(number_of(bits))


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkKeys:
    """
    The secrets of one operator's marks, 32 bytes each.

    `pattern` decides where the bits lie in picture and sound, `permutation` hides the counter behind the
    ids; both stay as long as marks must be read. `macs` are signing keys by their number (0 to 15):
    `current` signs, the others still verify.

    Raises:
        ValueError: the current key is absent or a number does not fit.
    """

    pattern: bytes
    permutation: bytes
    macs: Mapping[int, bytes]
    current: int = 0

    def __post_init__(self) -> None:
        if self.current not in self.macs or not all(0 <= number < 16 for number in self.macs):
            raise ValueError("MAC keys are numbered 0 to 15 and the current one must be among them")

    def __repr__(self) -> str:
        """Say which keys there are, never what they are."""
        return f"MarkKeys(current={self.current}, numbers={sorted(self.macs)})"

    @classmethod
    def from_secret(cls, secret: bytes, *, numbers: tuple[int, ...] = (0,)) -> MarkKeys:
        """Derive every key from one secret of at least 16 bytes; the last of `numbers` is current."""
        if len(secret) < 16:
            raise ValueError("the secret behind the marks needs at least 16 bytes")
        return cls(
            pattern=derive(secret, "pattern"),
            permutation=derive(secret, "permutation"),
            macs={number: derive(secret, f"mac {number}") for number in numbers},
            current=numbers[-1],
        )


def derive(secret: bytes, purpose: str) -> bytes:
    """Return 32 bytes that only `secret` and `purpose` give."""
    return hmac.new(secret, b"filigrane mark 1 " + purpose.encode(), hashlib.sha256).digest()


def permute(counter: int, key: bytes) -> int:
    """
    Return the mark id of a counter: another 32-bit number, each met exactly once.

    A Feistel network of eight rounds over two halves of 16 bits: bijective by construction, so
    unique counters give unique ids, and neighbours tell nothing of each other.

    Raises:
        ValueError: the counter does not fit 32 bits.

    Source: Luby and Rackoff, How to construct pseudorandom permutations, SIAM J. Comput. 1988.
    """
    left, right = _halves(counter)
    for turn in range(_ROUNDS):
        left, right = right, left ^ _round(right, turn, key)
    return (left << 16) | right


def unpermute(mark_id: int, key: bytes) -> int:
    """Return the counter behind a mark id; the inverse of `permute`."""
    left, right = _halves(mark_id)
    for turn in reversed(range(_ROUNDS)):
        left, right = right ^ _round(left, turn, key), left
    return (left << 16) | right


def _halves(number: int) -> tuple[int, int]:
    if not 0 <= number < 1 << ID_BITS:
        raise ValueError(f"a mark id has 32 bits, not {number}")
    return number >> 16, number & 0xFFFF


def _round(half: int, turn: int, key: bytes) -> int:
    message = bytes([turn]) + half.to_bytes(2, "big")
    return int.from_bytes(hmac.new(key, message, hashlib.sha256).digest()[:2], "big")


def authenticate(mark_id: int, fingerprint: bytes, key: bytes) -> int:
    """Return the 24-bit MAC that binds a mark id to the registered fingerprint (HMAC-SHA-256, truncated)."""
    message = mark_id.to_bytes(4, "big") + hashlib.sha256(fingerprint).digest()
    return int.from_bytes(hmac.new(key, message, hashlib.sha256).digest()[:3], "big")


def compose(counter: int, fingerprint: bytes, keys: MarkKeys) -> Payload:
    """Return the payload of a new clip from its counter and its fingerprint."""
    mark_id = permute(counter, keys.permutation)
    mac = authenticate(mark_id, fingerprint, keys.macs[keys.current])
    return Payload(key_number=keys.current, mark_id=mark_id, mac=mac)


def is_authentic(payload: Payload, fingerprint: bytes, keys: MarkKeys) -> bool:
    """Whether the MAC of a mark that was read fits the fingerprint registered under its id."""
    key = keys.macs.get(payload.key_number)
    if key is None or payload.version != VERSION:
        return False
    expected = authenticate(payload.mark_id, fingerprint, key)
    return hmac.compare_digest(expected.to_bytes(3, "big"), payload.mac.to_bytes(3, "big"))


def bits_of(value: int, count: int) -> NDArray[np.uint8]:
    """Return `count` bits of a number, most significant first."""
    return np.array([(value >> (count - 1 - place)) & 1 for place in range(count)], np.uint8)


def number_of(bits: NDArray[np.uint8]) -> int:
    """Return the number that bits spell, most significant first."""
    value = 0
    for bit in bits:
        value = (value << 1) | int(bit)
    return value
