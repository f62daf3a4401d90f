"""What other services answer, read no further than any answer should go."""

from __future__ import annotations

from collections.abc import Iterable


class AnswerTooLong(Exception):  # noqa: N818  (it tells of the answer)
    """More was sent than any answer should hold; the rest was not read."""


def bounded(parts: Iterable[bytes], largest_bytes: int) -> bytes:
    """
    Return a body that comes in parts.

    Raises:
        AnswerTooLong: it has more bytes than that; no part behind them is asked for.
    """
    body = bytearray()
    for part in parts:
        body += part
        if len(body) > largest_bytes:
            raise AnswerTooLong(f"more than {largest_bytes} bytes")
    return bytes(body)
