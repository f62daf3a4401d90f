"""Text under revision that never forgets where each of its code points came from."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable
from dataclasses import dataclass

_COUNT = array("i", range(2048))
"""Slicing what is counted already is ten times faster than counting; prompts are short."""

Edit = tuple[int, int, str]
"""Replace the half-open span (start, end) of the current text by a string."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """
    A text and, for each of its code points, the span of the original it stands for.

    `starts` and `ends` never fall; both are None while the two texts run in step.
    """

    text: str
    starts: array[int] | None = None
    ends: array[int] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """
        Return the span of the original that `text[start:end]` stands for, both half-open.

        Raises:
            ValueError: the span does not lie within the text.
        """
        if not 0 <= start <= end <= len(self.text):
            raise ValueError(f"({start}, {end}) is no span of a text of {len(self.text)} code points")
        if self.starts is None or self.ends is None:
            return start, end
        if start == end:
            at = self.starts[start] if start < len(self.text) else (self.ends[-1] if self.ends else 0)
            return at, at
        return self.starts[start], self.ends[end - 1]

    def rewritten(self, edits: Iterable[Edit]) -> Draft:
        """
        Return the text with `edits` done; they come in order and do not overlap.

        A replacement of equal length keeps each code point's own origin; any other stands, whole,
        for all it replaces.
        """
        real = [(start, end, new) for start, end, new in edits if self.text[start:end] != new]
        if not real:
            return self
        pieces: list[str] = []
        starts, ends = self._origins()
        new_starts, new_ends = array("i"), array("i")
        done = 0
        for start, end, new in real:
            pieces += (self.text[done:start], new)
            keep = end if len(new) == end - start else start
            new_starts += starts[done:keep]
            new_ends += ends[done:keep]
            if keep != end:
                new_starts += array("i", [starts[start]]) * len(new)
                new_ends += array("i", [ends[end - 1]]) * len(new)
            done = end
        pieces.append(self.text[done:])
        return Draft(text="".join(pieces), starts=new_starts + starts[done:], ends=new_ends + ends[done:])

    def recoloured(self, change: Callable[[str], str]) -> Draft:
        """Return the text after a change that maps code points one to one."""
        text = change(self.text)
        assert len(text) == len(self.text), "one code point became none or several"
        return Draft(text=text, starts=self.starts, ends=self.ends)

    def after(self, earlier: Draft) -> Draft:
        """Return the same text with the origins that the text of `earlier`, from which it was made, had."""
        starts, ends = self._origins()
        spans = [earlier.span(start, end) for start, end in zip(starts, ends, strict=True)]
        return Draft(
            text=self.text, starts=array("i", [s for s, _ in spans]), ends=array("i", [e for _, e in spans])
        )

    def _origins(self) -> tuple[array[int], array[int]]:
        if self.starts is not None and self.ends is not None:
            return self.starts, self.ends
        size = len(self.text)
        if size < len(_COUNT):
            return _COUNT[:size], _COUNT[1 : size + 1]
        return array("i", range(size)), array("i", range(1, size + 1))
