"""The error correction."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from safety.provenance import coding

messages = st.lists(st.integers(0, 1), min_size=32, max_size=64).map(lambda bits: np.array(bits, np.uint8))


@settings(deadline=None, max_examples=40)
@given(messages)
def test_a_clean_message_reads_back(bits: np.ndarray) -> None:
    """Coding and decoding change nothing."""
    coded = coding.encode(bits)
    assert coding.coded_length(len(bits)) == len(coded)
    assert bits.tolist() == coding.decode(1 - 2.0 * coded).tolist()


@settings(deadline=None, max_examples=40)
@given(messages, st.integers(0, 2**32 - 1))
def test_one_coded_bit_in_ten_may_be_wrong(bits: np.ndarray, seed: int) -> None:
    """Errors scattered over a tenth of the coded bits are mended."""
    soft = 1 - 2.0 * coding.encode(bits)
    wrong = np.random.default_rng(seed).permutation(len(soft))[: len(soft) // 10]
    soft[wrong] *= -1
    decoded = coding.decode(soft)
    assert decoded is None or bits.tolist() == decoded.tolist()


def test_a_tenth_wrong_is_nearly_always_mended() -> None:
    """At a tenth of errors the code gives up less than once in twenty."""
    rng, lost = np.random.default_rng(4), 0
    for _ in range(60):
        bits = rng.integers(0, 2, 64).astype(np.uint8)
        soft = 1 - 2.0 * coding.encode(bits)
        soft[rng.permutation(len(soft))[: len(soft) // 10]] *= -1
        decoded = coding.decode(soft)
        lost += decoded is None or decoded.tolist() != bits.tolist()
    assert lost < 3


def test_noise_does_not_pass_the_checksum() -> None:
    """Three hundred decodings of pure noise give no message (chance: 2e-5)."""
    rng = np.random.default_rng(5)
    found = [coding.decode(rng.normal(size=coding.coded_length(64))) for _ in range(300)]
    assert [None] * 300 == found


def test_the_checksum_is_the_published_one() -> None:
    """CRC-24 of “123456789”, as catalogued for OpenPGP."""
    bits = np.unpackbits(np.frombuffer(b"123456789", np.uint8))
    assert 0x21CF02 == coding.checksum(bits)
