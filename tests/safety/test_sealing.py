"""What is sealed opens under its own name and key alone, whole or not at all."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from safety.errors import SealBroken
from safety.sealing import PIECE_BYTES, Sealer

KEY = bytes(range(32))
SEALED_PIECE = PIECE_BYTES + 16


async def parts(content: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


def opened(
    sealer: Sealer, content: bytes, wrapped: bytes, name: str = "sealed_1", size: int = 70_000
) -> bytes:
    async def whole() -> bytes:
        return b"".join([piece async for piece in sealer.opened(parts(content, size), wrapped, name)])

    return asyncio.run(whole())


def sealed(folder: Path, plain: bytes, name: str = "sealed_1"):
    source, target = folder / "plain", folder / "sealed"
    target.unlink(missing_ok=True)
    source.write_bytes(plain)
    return Sealer(KEY).seal(source, target, name), target.read_bytes()


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    length=st.sampled_from([0, 1, 1000, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 2 * PIECE_BYTES]),
    size=st.integers(min_value=4096, max_value=3 * PIECE_BYTES),
)
def test_what_was_sealed_comes_back(tmp_path: Path, length: int, size: int) -> None:
    """Any length, read in parts of any size, gives the bytes that were sealed; they are nowhere in the seal."""
    plain = hashlib.shake_128(b"abstract").digest(length)
    done, content = sealed(tmp_path, plain)
    assert plain == opened(Sealer(KEY), content, done.wrapped_key, size=size)
    assert (hashlib.sha256(plain).hexdigest(), length) == (done.sha256, done.byte_count)
    assert length < 16 or plain[:16] not in content


def test_every_seal_has_a_key_of_its_own(tmp_path: Path) -> None:
    """The same bytes sealed twice share neither key nor content."""
    (one, first), (two, second) = sealed(tmp_path, b"x" * 100), sealed(tmp_path, b"x" * 100)
    assert first != second and one.wrapped_key != two.wrapped_key
    with pytest.raises(SealBroken):
        opened(Sealer(KEY), first, two.wrapped_key)


def test_another_key_or_name_opens_nothing(tmp_path: Path) -> None:
    """Without the key in force, or under another's name, it stays closed."""
    done, content = sealed(tmp_path, b"x" * 100)
    with pytest.raises(SealBroken):
        opened(Sealer(bytes(32)), content, done.wrapped_key)
    with pytest.raises(SealBroken):
        opened(Sealer(KEY), content, done.wrapped_key, "sealed_2")


@pytest.mark.parametrize(
    "damage",
    [
        lambda c: b"",
        lambda c: c[:-1],
        lambda c: c[:SEALED_PIECE],
        lambda c: c[SEALED_PIECE:],
        lambda c: c[: 2 * SEALED_PIECE],
        lambda c: c[SEALED_PIECE : 2 * SEALED_PIECE] + c[:SEALED_PIECE] + c[2 * SEALED_PIECE :],
        lambda c: c + c[-100:],
        lambda c: c[:500] + bytes([c[500] ^ 1]) + c[501:],
        lambda c: c[:-1] + bytes([c[-1] ^ 1]),
    ],
    ids=["empty", "short", "first alone", "first gone", "last gone", "swapped", "longer", "bit", "last bit"],
)
def test_a_changed_seal_is_never_opened_whole(tmp_path: Path, damage) -> None:
    """Cut, reordered, lengthened or changed by one bit: it says so."""
    done, content = sealed(tmp_path, hashlib.shake_128(b"abstract").digest(2 * PIECE_BYTES + 1000))
    with pytest.raises(SealBroken):
        opened(Sealer(KEY), damage(content), done.wrapped_key)


def test_a_key_of_another_length_is_refused() -> None:
    """A short key is a mistake of the operator's, told at once."""
    with pytest.raises(ValueError, match="32 bytes"):
        Sealer(b"short")


def test_neither_key_is_shown(tmp_path: Path) -> None:
    """Not in a repr, which logs might print."""
    done, _ = sealed(tmp_path, b"x")
    assert KEY.hex() not in repr(Sealer(KEY)) and repr(KEY) not in repr(Sealer(KEY))
    assert repr(done.wrapped_key) not in repr(done)
