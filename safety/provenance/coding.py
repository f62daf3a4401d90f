"""The error correction of both marks: a convolutional code read softly, and a checksum."""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

from safety.provenance.payload import bits_of, number_of

Bits = NDArray[np.uint8]
Soft = NDArray[np.float64]

MEMORY = 8
RATE = 3
CHECK_BITS = 24
_POLYNOMIALS = (0o557, 0o663, 0o711)
_STATES = 1 << MEMORY
_CRC24 = 0x864CFB


def coded_length(bit_count: int) -> int:
    """Return how many coded bits a message of `bit_count` bits becomes, checksum and tail included."""
    return (bit_count + CHECK_BITS + MEMORY) * RATE


def checksum(bits: Bits) -> int:
    """Return the CRC-24 of a message (polynomial 0x864CFB, RFC 4880 section 6.1)."""
    crc = 0xB704CE
    for bit in bits:
        top = (crc >> 23) ^ int(bit)
        crc = (crc << 1) & 0xFFFFFF
        if top:
            crc ^= _CRC24
    return crc


def encode(bits: Bits) -> Bits:
    """
    Return the coded bits of a message.

    Checksum, then a convolutional code of constraint length 9 and rate 1/3, brought back to zero.

    Source: Proakis, Digital Communications, table 8.2-2 (557, 663, 711; free distance 18).
    """
    message = np.concatenate([bits, bits_of(checksum(bits), CHECK_BITS), np.zeros(MEMORY, np.uint8)])
    outputs, state, coded = _outputs(), 0, []
    for bit in message:
        register = (int(bit) << MEMORY) | state
        coded.append(outputs[register])
        state = register >> 1
    return np.concatenate(coded)


def decode(soft: Soft) -> Bits | None:
    """
    Return the message most likely behind soft coded bits, or None where its checksum fails.

    Args:
        soft: one number a coded bit; positive leans to 0, negative to 1, the size says how surely.

    Source: Viterbi, IEEE Trans. Inform. Theory 13 (1967).
    """
    choices, path_count = _trellis(soft), soft.size // RATE
    state, bits = 0, np.zeros(path_count, np.uint8)
    for step in range(path_count - 1, -1, -1):
        bits[step] = state >> (MEMORY - 1)
        state = ((state << 1) | int(choices[step, state])) & (_STATES - 1)
    message = bits[:-MEMORY]
    content, check = message[:-CHECK_BITS], message[-CHECK_BITS:]
    return content if checksum(content) == number_of(check) else None


def _trellis(soft: Soft) -> NDArray[np.bool_]:
    """For every step and state, whether the better way in came from the odd predecessor."""
    signs = 1.0 - 2.0 * _outputs().astype(np.float64)
    gains = soft.reshape(-1, RATE) @ signs.T
    even = np.arange(_STATES) << 1
    odd, scores = even | 1, np.full(_STATES, -np.inf)
    scores[0] = 0.0
    choices = np.zeros((len(gains), _STATES), np.bool_)
    for step, gain in enumerate(gains):
        from_even = scores[even & (_STATES - 1)] + gain[even]
        from_odd = scores[odd & (_STATES - 1)] + gain[odd]
        choices[step] = from_odd > from_even
        scores = np.maximum(from_even, from_odd)
    return choices


@functools.cache
def _outputs() -> NDArray[np.uint8]:
    """The three coded bits of every register (new bit, then the eight before it)."""
    registers = np.arange(2 * _STATES)
    columns = [
        [int(register & polynomial).bit_count() & 1 for register in registers] for polynomial in _POLYNOMIALS
    ]
    return np.array(columns, np.uint8).T.copy()
