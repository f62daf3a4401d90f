"""Reads YAML so that every fault can be told by file, line and column."""

from __future__ import annotations

import contextlib
import difflib
import math
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

import yaml

from policies.errors import Diagnostic, PolicyError
from policies.ruling import Sentence

Json: TypeAlias = "bool | float | str | list[Json] | dict[str, Json] | None"

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml where it is: ten times faster
_DEEPEST = 12
_TRUTHS = {"true": True, "false": False}


class Place:
    """
    A value in a policy file, with where it stands.

    Words are taken as written: ``NO`` is Norway here, never *false*.  Each reading method raises
    `PolicyError` at the value's own line and column.
    """

    __slots__ = ("_lines", "_node", "file")

    def __init__(self, file: str, lines: Sequence[str], node: yaml.Node) -> None:
        self.file = file
        self._lines = lines
        self._node = node

    def _inner(self, node: yaml.Node) -> Place:
        return Place(self.file, self._lines, node)

    def __str__(self) -> str:
        return f"{self.file}:{self._node.start_mark.line + 1}"

    def wrong(self, message: str, *, line: int = 0, column: int = 0) -> PolicyError:
        """Return the error to raise; `line` and `column` move its place forward from the value's start."""
        mark = self._node.start_mark
        start = mark.column if line == 0 else 0
        return PolicyError(
            Diagnostic(file=self.file, line=mark.line + 1 + line, column=start + 1 + column, message=message)
        )

    def wrong_inside(self, message: str, line: int, column: int) -> PolicyError:
        """As `wrong`, at a line and column (from 1) of the text that this scalar holds."""
        style = getattr(self._node, "style", None)
        if style == "|":
            return self.wrong(message, line=line, column=self._indent() + column - 1)
        if style == ">" or self._node.start_mark.line != self._node.end_mark.line:
            return self.wrong(message)
        return self.wrong(message, column=column - 1 + (style in {"'", '"'}))

    def _indent(self) -> int:
        """Return the columns that a literal block is indented by (its first line decides)."""
        below = self._lines[self._node.start_mark.line + 1 :]
        first = next((line for line in below if line.strip()), "")
        return len(first) - len(first.lstrip())

    def entries(self) -> list[tuple[Place, Place]]:
        """Return a mapping's keys and values; a key given twice is refused."""
        if not isinstance(self._node, yaml.MappingNode):
            raise self.wrong("expected a mapping (`key: value` lines)")
        pairs = [(self._inner(key), self._inner(value)) for key, value in self._node.value]
        seen: dict[str, Place] = {}
        for key, _ in pairs:
            if key.text() in seen:
                raise key.wrong(f"`{key.text()}` is given twice; the first is at {seen[key.text()]}")
            seen[key.text()] = key
        return pairs

    def fields(self, required: str, optional: str = "") -> dict[str, Place]:
        """Return the values of a mapping with known keys (both arguments: names between spaces)."""
        known = [*required.split(), *optional.split()]
        entries = self.entries()
        for key, _ in entries:
            key.one_of(known, "key")
        found = {key.text(): value for key, value in entries}
        if missing := [name for name in required.split() if name not in found]:
            raise self.wrong(f"missing: {', '.join(missing)}")
        return found

    def items(self) -> list[Place]:
        """Return the items of a list; a single scalar counts as a list of one; an empty list is refused."""
        if isinstance(self._node, yaml.ScalarNode):
            return [self]
        if not isinstance(self._node, yaml.SequenceNode) or not self._node.value:
            raise self.wrong("expected a list with at least one item")
        return [self._inner(item) for item in self._node.value]

    def is_empty_list(self) -> bool:
        """Whether ``[]`` is written here: none, on purpose."""
        return isinstance(self._node, yaml.SequenceNode) and not self._node.value

    def text(self) -> str:
        """Return the words of a scalar, never empty."""
        if not isinstance(self._node, yaml.ScalarNode) or not self._node.value.strip():
            raise self.wrong("expected words here")
        return str(self._node.value).strip()

    def one_of(self, words: Iterable[str], noun: str) -> str:
        """Return a scalar that must be one of `words`; the error proposes the nearest."""
        known = sorted(words)
        word = self.text()
        if word in known:
            return word
        near = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
        hint = f"did you mean `{near[0]}`?" if near else f"known: {', '.join(known[:12])}"
        raise self.wrong(f"unknown {noun} `{word}`; {hint}")

    def number(self, low: float, high: float) -> float:
        """Return a number from `low` to `high`, both included."""
        try:
            value = float(self.text())
        except ValueError:
            raise self.wrong(f"expected a number, not `{self.text()}`") from None
        if math.isnan(value) or not low <= value <= high:
            raise self.wrong(f"{self.text()} is out of range: from {low:g} to {high:g}")
        return value

    def whole(self, low: int, high: int) -> int:
        """Return a whole number from `low` to `high`, both included."""
        value = self.number(low, high)
        if value != int(value):
            raise self.wrong(f"expected a whole number, not `{self.text()}`")
        return int(value)

    def truth(self) -> bool:
        """Return ``true`` or ``false``."""
        return _TRUTHS[self.one_of(_TRUTHS, "truth value")]

    def sentence(self) -> Sentence:
        """Return a sentence written in both of our languages."""
        fields = self.fields("en fr")
        return Sentence(en=_unfold(fields["en"].text()), fr=_unfold(fields["fr"].text()))

    def canonical(self) -> Json:
        """
        Return the content without its writing: comments, key order, quotes and line breaks are gone.

        Numbers are floats, so ``0.5`` and ``.50`` are the same.
        """
        if isinstance(self._node, yaml.MappingNode):
            return {key.text(): value.canonical() for key, value in self.entries()}
        if isinstance(self._node, yaml.SequenceNode):
            return [self._inner(item).canonical() for item in self._node.value]
        if self._node.tag.endswith((":float", ":int")):
            return self.number(-math.inf, math.inf)
        return _unfold(str(self._node.value))


def _unfold(text: str) -> str:
    return " ".join(text.split())


def read_yaml(path: Path) -> Place:
    """
    Read one policy file.

    Raises:
        PolicyError: it cannot be read, is empty, is not YAML, or nests deeper than a policy needs.
    """
    try:
        text = path.read_text(encoding="utf-8")
        node = yaml.compose(text, Loader=_LOADER)
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyError(
            Diagnostic(file=path.name, line=1, column=1, message=f"cannot be read: {error}")
        ) from error
    except yaml.YAMLError as error:
        raise _not_yaml(path, error) from error
    if node is None:
        raise PolicyError(Diagnostic(file=path.name, line=1, column=1, message="the file is empty"))
    place = Place(path.name, text.splitlines(), node)
    _refuse_depth(place, node, 0)
    return place


def _not_yaml(path: Path, error: yaml.YAMLError) -> PolicyError:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    said = getattr(error, "problem", None) or str(error).splitlines()[0]
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    return PolicyError(Diagnostic(file=path.name, line=line, column=column, message=f"not YAML: {said}"))


def _refuse_depth(place: Place, node: yaml.Node, depth: int) -> None:
    """An alias may hold itself; a depth bound ends that, and no honest policy comes near it."""
    if depth > _DEEPEST:
        raise place.wrong(f"nested more than {_DEEPEST} deep")
    children = node.value if isinstance(node.value, list) else []
    for child in children:
        for part in child if isinstance(child, tuple) else (child,):
            _refuse_depth(place, part, depth + 1)


class Complaints:
    """Gathers faults, so that one look at a policy names them all."""

    def __init__(self) -> None:
        self._found: list[Diagnostic] = []

    @contextlib.contextmanager
    def gather(self) -> Iterator[None]:
        """Keep the faults of the block and go on."""
        try:
            yield
        except PolicyError as error:
            self._found.extend(error.diagnostics)

    def raise_any(self) -> None:
        """
        Do nothing where nothing was wrong.

        Raises:
            PolicyError: with every fault gathered, in the order of files and lines.
        """
        if self._found:
            ordered = dict.fromkeys(sorted(self._found, key=lambda d: (d.file, d.line, d.column, d.message)))
            raise PolicyError(*ordered)
