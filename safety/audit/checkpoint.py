"""
Signed statements of the log's size and root.

Source: c2sp.org/signed-note, c2sp.org/tlog-checkpoint; Ed25519 signature type 0x01.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from safety.errors import LogInconsistent

_ED25519 = b"\x01"
_KEY_ID_BYTES = 4

Sign = Callable[[bytes], bytes]
"""Signs a note's text; a key held elsewhere (KMS, HSM) is behind the same call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifierKey:
    """The public half that readers pin: the log's origin and its Ed25519 key (32 bytes)."""

    origin: str
    public_key: bytes

    @property
    def key_id(self) -> bytes:
        """The four bytes by which a signature line names its key."""
        return sha256(self.origin.encode() + b"\n" + _ED25519 + self.public_key).digest()[:_KEY_ID_BYTES]

    def __str__(self) -> str:
        encoded = base64.b64encode(_ED25519 + self.public_key).decode()
        return f"{self.origin}+{self.key_id.hex()}+{encoded}"

    @classmethod
    def parse(cls, text: str) -> VerifierKey:
        """
        Read ``origin+id+key``.

        Raises:
            ValueError: it is not a verifier key, or its id is not that of its key.
        """
        try:
            origin, key_id, encoded = text.strip().split("+", 2)
            raw = base64.b64decode(encoded, validate=True)
        except (ValueError, binascii.Error) as error:
            raise ValueError("a verifier key reads origin+id+key") from error
        key = cls(origin=origin, public_key=raw[1:])
        if raw[:1] != _ED25519 or len(key.public_key) != 32 or key.key_id.hex() != key_id:
            raise ValueError("the verifier key's id is not that of its key")
        return key


def verifier_key(origin: str, private_key: Ed25519PrivateKey) -> VerifierKey:
    """Return the public half of a log's key."""
    return VerifierKey(origin=origin, public_key=private_key.public_key().public_bytes_raw())


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The log's size and root, as its origin states them."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """Return the note's text, the bytes that are signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def sign(checkpoint: Checkpoint, key: VerifierKey, signer: Sign) -> str:
    """Return the signed note."""
    signature = base64.b64encode(key.key_id + signer(checkpoint.text().encode())).decode()
    return f"{checkpoint.text()}\n— {key.origin} {signature}\n"


def open_note(note: str, key: VerifierKey) -> Checkpoint:
    """
    Return the checkpoint that `key` signed.

    Raises:
        LogInconsistent: no valid signature of that key is on it, or it is not a checkpoint of that origin.
    """
    text, separator, signatures = note.partition("\n\n")
    text += "\n"
    if not separator or not _is_signed(text, signatures, key):
        raise LogInconsistent(f"the checkpoint bears no valid signature of {key.origin}")
    try:
        origin, size, root, *_ = text.split("\n")
        checkpoint = Checkpoint(origin=origin, size=int(size), root=base64.b64decode(root, validate=True))
    except (ValueError, binascii.Error) as error:
        raise LogInconsistent("the signed note is not a checkpoint") from error
    if checkpoint.origin != key.origin or checkpoint.size < 0 or len(checkpoint.root) != 32:
        raise LogInconsistent(f"the checkpoint is not one of {key.origin}")
    return checkpoint


def _is_signed(text: str, signatures: str, key: VerifierKey) -> bool:
    for line in signatures.splitlines():
        dash, _, rest = line.partition(" ")
        name, _, encoded = rest.partition(" ")
        if dash != "—" or name != key.origin:
            continue
        try:
            raw = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            continue
        if raw[:_KEY_ID_BYTES] == key.key_id and _verifies(key.public_key, raw[_KEY_ID_BYTES:], text):
            return True
    return False


def _verifies(public_key: bytes, signature: bytes, text: str) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, text.encode())
    except InvalidSignature:
        return False
    return True
