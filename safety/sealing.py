"""
Media that nobody may look at again, kept as evidence: each file sealed with a key of its own.

A seal is AES-256-GCM over pieces of a mebibyte, so that files of any size pass through little memory.  Every
piece is bound to its place, to whether it is the last, and to the name of what is sealed: none can be left
out, moved, repeated or put into another file.  The file's key is wrapped by a key-encrypting key that lies
elsewhere; without it the sealed bytes are noise, and forgetting the wrapped key is the erasure.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from safety.errors import SealBroken

KEY_BYTES = 32
PIECE_BYTES = 1 << 20
_NONCE_BYTES = 12
_TAG_BYTES = 16
_SEALED_PIECE_BYTES = PIECE_BYTES + _TAG_BYTES


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """What must be remembered of a sealed file; `sha256` is of the plain bytes, hex."""

    wrapped_key: bytes = field(repr=False)
    sha256: str
    byte_count: int


@dataclass(frozen=True, slots=True)
class Sealer:
    """Seals and opens under one key-encrypting key of 32 bytes."""

    key: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.key) != KEY_BYTES:
            raise ValueError(f"a key-encrypting key has {KEY_BYTES} bytes, not {len(self.key)}")

    def seal(self, plain: Path, target: Path, name: str) -> Sealed:
        """
        Write `plain` sealed to `target`, a new file, under the name it will be asked for by.

        Raises:
            OSError: the file cannot be read or written; nothing usable is left at `target`.
        """
        key = AESGCM.generate_key(8 * KEY_BYTES)
        digest, size = hashlib.sha256(), 0
        with target.open("xb") as file:
            for number, piece, is_last in _pieces_of(plain):
                digest.update(piece)
                size += len(piece)
                file.write(AESGCM(key).encrypt(_nonce(number), piece, _place(name, number, is_last=is_last)))
        return Sealed(wrapped_key=self._wrapped(key, name), sha256=digest.hexdigest(), byte_count=size)

    async def opened(
        self, sealed: AsyncIterator[bytes], wrapped_key: bytes, name: str
    ) -> AsyncIterator[bytes]:
        """
        Yield the plain bytes of what was sealed under `name`; each piece is proven before it is yielded.

        Raises:
            SealBroken: another key or name, or other bytes than were written; a missing end too.
        """
        key = self._unwrapped(wrapped_key, name)
        held, number = bytearray(), 0
        async for part in sealed:
            held += part
            while len(held) > _SEALED_PIECE_BYTES:
                yield _opened_piece(key, bytes(held[:_SEALED_PIECE_BYTES]), name, number, is_last=False)
                del held[:_SEALED_PIECE_BYTES]
                number += 1
        yield _opened_piece(key, bytes(held), name, number, is_last=True)

    def _wrapped(self, key: bytes, name: str) -> bytes:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + AESGCM(self.key).encrypt(nonce, key, name.encode())

    def _unwrapped(self, wrapped: bytes, name: str) -> bytes:
        try:
            return AESGCM(self.key).decrypt(wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], name.encode())
        except (InvalidTag, ValueError) as error:
            raise SealBroken("the key of this seal cannot be unwrapped by the key in force") from error


def _pieces_of(path: Path) -> Iterator[tuple[int, bytes, bool]]:
    """Yield (number, piece, whether it is the last); an empty file is one empty piece."""
    with path.open("rb") as file:
        number, piece = 0, file.read(PIECE_BYTES)
        while following := file.read(PIECE_BYTES):
            yield number, piece, False
            number, piece = number + 1, following
        yield number, piece, True


def _opened_piece(key: bytes, piece: bytes, name: str, number: int, *, is_last: bool) -> bytes:
    try:
        return AESGCM(key).decrypt(_nonce(number), piece, _place(name, number, is_last=is_last))
    except (InvalidTag, ValueError) as error:
        raise SealBroken("what is kept under this seal is not what was sealed") from error


def _nonce(number: int) -> bytes:
    """Return a piece's nonce: its number, for each key seals one file only."""
    return number.to_bytes(_NONCE_BYTES, "big")


def _place(name: str, number: int, *, is_last: bool) -> bytes:
    return f"{name}\0{number}\0{'last' if is_last else 'more'}".encode()
