"""Text that is written in an encoding, or was read in the wrong one: told by its look, in linear time."""

from __future__ import annotations

import re
from collections.abc import Iterator

PAIRS = re.compile(r"\b(?:[0-9a-fA-F]{2} ){7,}[0-9a-fA-F]{2}\b")
"""Eight bytes and more, each two figures of base sixteen."""

_LONG_WORDS = re.compile(
    r"""(?<![\w+/=])(?=[\w+/]*[a-z])(?=[\w+/]*[A-Z])(?=[\w+/]*\d)[A-Za-z0-9+/]{24,}={0,2}(?![\w+/=])
      | \b[0-9a-fA-F]{32,}\b
    """,
    re.VERBOSE,
)
_ESCAPES = re.compile(
    r"(?:%[0-9a-fA-F]{2}){3,}|(?:&#x?[0-9a-fA-F]{1,6};){3,}|(?:\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}){3,}"
)
_BITS = re.compile(r"\b(?:[01]{8} ?){3,}(?![01])")
_MOJIBAKE = re.compile("[ÃÂ][\u0080-\u00bf]|â€[\u0080-\u00bf™œ]")


def has_encoded(text: str) -> bool:
    """Tell whether something in `text` looks like base64, base 16, escapes or bits."""
    return any(pattern.search(text) for pattern in _due(text))


def is_misread(text: str) -> bool:
    """Tell whether `text` holds what UTF-8 becomes when it is read as an older encoding."""
    return not text.isascii() and _MOJIBAKE.search(text) is not None


def _due(text: str) -> Iterator[re.Pattern[str]]:
    """Yield the encodings worth a closer look: an escape, figures, a word too long, many words of two."""
    lengths = [len(word) for word in text.split()]
    if max(lengths, default=0) >= 24:
        yield _LONG_WORDS
    if "%" in text or "&#" in text or "\\" in text:
        yield _ESCAPES
    if "0" in text or "1" in text:
        yield _BITS
    # The first of eight pairs may follow a bracket, and the last stand before a full stop.
    if lengths.count(2) >= 6:
        yield PAIRS
