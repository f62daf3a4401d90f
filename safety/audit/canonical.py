"""One spelling for every event, so that its commitment can be recomputed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TypeAlias

Json: TypeAlias = "bool | int | str | list[Json] | dict[str, Json] | None"

_LARGEST_EXACT_INTEGER = 2**53 - 1


def canonical_json(value: Mapping[str, Json]) -> bytes:
    """
    Return the RFC 8785 spelling of a JSON object, as UTF-8.

    Fractions are refused rather than spelled: an event states them as strings, so that two
    languages' ideas of a double never decide whether a proof holds.

    Raises:
        ValueError: a float, an integer beyond 2**53 - 1, or a lone surrogate is in it.
    """
    _refuse_inexact(value)
    text = json.dumps(_sorted(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise ValueError("a canonical text holds no lone surrogate") from error


def _sorted(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: _sorted(value[key]) for key in sorted(value, key=_utf16)}
    if isinstance(value, list):
        return [_sorted(item) for item in value]
    return value


def _utf16(key: str) -> bytes:
    # RFC 8785 section 3.2.3 sorts keys by UTF-16 code units, which differs from code points.
    return key.encode("utf-16-be", "surrogatepass")


def _refuse_inexact(value: object) -> None:
    if isinstance(value, Mapping):
        for item in value.values():
            _refuse_inexact(item)
    elif isinstance(value, list):
        for item in value:
            _refuse_inexact(item)
    elif isinstance(value, float):
        raise ValueError(f"an event states fractions as strings, not {value!r}")  # noqa: TRY004  (a value, not a type, is refused)
    elif isinstance(value, int) and abs(value) > _LARGEST_EXACT_INTEGER:
        raise ValueError(f"an event's integers fit a double exactly; {value} does not")
