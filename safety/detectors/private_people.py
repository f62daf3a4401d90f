"""
Somebody whom the author knows, asked for by name in a picture that passes as real.

No list holds private people, and a name alone may be anybody's in a story.  Three things together say that
somebody living is meant: *my colleague* or *from my school*, a name, and a photograph, footage, a deepfake.
It is told, and never stops anything by itself; beside a sexual scene the policy stops both.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import yaml

from policies.finding import Characters, Finding
from safety.detector import Text

CATEGORY = "likeness.unconsented"

REAL = 0.45
"""A picture that passes as real: told, and not held."""

FAKED = 0.6
"""A deepfake, or what was never meant to be seen: people look."""

_WORDS = Path(__file__).with_suffix(".yaml")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Patterns:
    real: re.Pattern[str]
    fake: re.Pattern[str]
    named: re.Pattern[str]


@functools.cache
def _patterns() -> _Patterns:
    read = yaml.safe_load(_WORDS.read_text(encoding="utf-8"))
    whose, known = _any(read["whose"]), _any(read["known"].split())
    places = _any(read["places"].split())
    name = r"(?P<{0}>[^\W\d_a-zà-ÿ][\w'’-]+(?: [^\W\d_a-zà-ÿ][\w'’-]+){{0,2}})"
    return _Patterns(
        real=re.compile(rf"\b{_any(read['real'].split())}\b", re.IGNORECASE),
        fake=re.compile(rf"\b{_any(read['fake'].split())}\b", re.IGNORECASE),
        named=re.compile(
            rf"\b(?i:{whose})(?: \w+)?[ -](?i:{known}),? {name.format('after')}"
            rf"|{name.format('before')}(?:, (?i:{whose}) (?i:{known})\b"
            rf"| (?i:{_any(read['from'])}) (?i:{whose}) (?i:{places})\b)"
        ),
    )


def _any(words: Iterable[str]) -> str:
    return f"(?:{'|'.join(map(re.escape, words))})"


class PrivatePeople:
    """Finds private people who are asked for by name in a picture that passes as real."""

    name = "text.private-people@1"
    categories = frozenset({CATEGORY})

    def examine(self, content: Text, /) -> tuple[Finding, ...]:
        """Say whose name stands where; nothing of a text that asks for no real picture."""
        plain, patterns = content.plain, _patterns()
        is_faked = patterns.fake.search(plain.text) is not None
        if not is_faked and not patterns.real.search(plain.text):
            return ()
        return tuple(
            self._finding(content, found, FAKED if is_faked else REAL)
            for found in patterns.named.finditer(plain.text)
        )

    def _finding(self, content: Text, found: re.Match[str], score: float) -> Finding:
        start, end = content.plain.span(*found.span("after" if found["after"] else "before"))
        return Finding(
            category=CATEGORY,
            score=score,
            why="asks for a real picture of somebody private by name",
            where=Characters(start=start, end=end, part=content.part),
        )
