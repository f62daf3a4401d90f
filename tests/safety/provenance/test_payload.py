"""The 64 bits of a mark."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safety.provenance.payload import (
    MarkKeys,
    Payload,
    authenticate,
    compose,
    is_authentic,
    permute,
    unpermute,
)

SECRET = bytes(range(32))
KEYS = MarkKeys.from_secret(SECRET, numbers=(0, 3))
payloads = st.builds(
    Payload,
    version=st.integers(0, 15),
    key_number=st.integers(0, 15),
    mark_id=st.integers(0, 2**32 - 1),
    mac=st.integers(0, 2**24 - 1),
)


@settings(deadline=None)
@given(payloads)
def test_a_payload_reads_back(payload: Payload) -> None:
    """Bits, number and payload tell the same."""
    assert (payload, payload) == (Payload.from_bits(payload.bits), Payload.from_value(payload.value))


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1), st.binary(min_size=1, max_size=32))
def test_the_permutation_is_a_bijection(counter: int, key: bytes) -> None:
    """Each id leads back to the one counter that gave it."""
    assert counter == unpermute(permute(counter, key), key)


def test_ids_of_neighbours_do_not_meet() -> None:
    """Unique counters give unique ids that tell nothing of their order."""
    ids = [permute(counter, KEYS.permutation) for counter in range(2000)]
    assert 2000 == len(set(ids))
    rises = sum(later > earlier for earlier, later in zip(ids, ids[1:], strict=False))
    assert 900 < rises < 1100


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 2**32 - 1), st.binary(max_size=64), st.binary(max_size=64))
def test_a_mac_holds_for_its_fingerprint_alone(counter: int, ours: bytes, other: bytes) -> None:
    """The mark verifies with the fingerprint it was made for and no other."""
    payload = compose(counter, ours, KEYS)
    assert is_authentic(payload, ours, KEYS)
    assert (ours == other) == is_authentic(payload, other, KEYS)


def test_an_older_key_still_verifies_and_an_unknown_one_never() -> None:
    """Rotation keeps old marks readable; a key number nobody has refutes."""
    old = compose(9, b"print", MarkKeys.from_secret(SECRET, numbers=(0,)))
    assert (0, True) == (old.key_number, is_authentic(old, b"print", KEYS))
    forged = Payload(key_number=5, mark_id=old.mark_id, mac=old.mac)
    assert not is_authentic(forged, b"print", KEYS)


def test_golden_payloads() -> None:
    """What was marked once is read forever: these values never change."""
    made = [
        compose(counter, f"fingerprint {counter}".encode(), KEYS).text for counter in (0, 1, 2, 2**32 - 1)
    ]
    assert GOLDEN == made


def test_a_mac_depends_on_key_and_id() -> None:
    """Another key or another id gives another MAC."""
    assert 3 == len({authenticate(1, b"x", b"k"), authenticate(2, b"x", b"k"), authenticate(1, b"x", b"l")})


@pytest.mark.parametrize("field", [{"mark_id": 2**32}, {"key_number": 16}, {"mac": -1}, {"version": 16}])
def test_a_field_too_large_is_refused(field: dict[str, int]) -> None:
    """Nothing is cut to fit."""
    with pytest.raises(ValueError, match="must fit"):
        Payload(**{"key_number": 0, "mark_id": 0, "mac": 0, **field})


def test_keys_never_show_in_their_repr() -> None:
    """A log line about keys holds none."""
    assert "MarkKeys(current=3, numbers=[0, 3])" == repr(KEYS)


def test_a_weak_secret_is_refused() -> None:
    """Sixteen bytes at least."""
    with pytest.raises(ValueError, match="16 bytes"):
        MarkKeys.from_secret(b"short")


GOLDEN = ["13eae2880cb81a3f", "13851a8157974356", "133f8c432af4a149", "130a3b5bc6fed006"]
