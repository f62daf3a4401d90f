"""What a rule may ask about, and the compiled questions of all rules at once."""

from __future__ import annotations

import bisect
import enum
import functools
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from cel_expr_python import cel

from policies.errors import PolicyError
from policies.facts import AgeBand, Facts, Surface, Tier
from policies.finding import Stage
from policies.source import Place
from policies.taxonomy import Taxonomy

Value = bool | int | float | str

_ENUMS = (Surface, Stage, Tier, AgeBand)
_FACTS: Mapping[str, Callable[[Facts, Stage], Value]] = {
    "surface": lambda facts, _: facts.surface,
    "stage": lambda _, stage: stage,
    "tier": lambda facts, _: facts.tier,
    "age_band": lambda facts, _: facts.age_band,
    "territory": lambda facts, _: facts.territory,
    "backend": lambda facts, _: facts.backend,
    "granted_cameo_count": lambda facts, _: len(facts.granted_cameo_ids),
    "refused_cameo_count": lambda facts, _: len(facts.refused_cameo_ids),
    "opt_out_count": lambda facts, _: len(facts.opt_out_ids),
}
SCORES = ("score.", "pictured.")
"""How variables begin that hold a score: the highest of all, and the highest of those seen in pictures."""

_QUOTED = re.compile(r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'")
_PATH = re.compile(r"(?<![\w.])[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")
_REACHES = re.compile(r"\s*>=\s*(\d+\.\d+)(?![\w.])(?!\s*[-+*/%])")
_ARITHMETIC = ("+", "-", "*", "/", "%")
_FAULT = re.compile(r"ERROR: <input>:(\d+):(\d+): (.*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """
    The names a condition may use.

    `constants` are the words of our enumerations (``Surface.prompt``).  They are whole numbers, no two
    alike, so that ``surface == "prmpt"`` is a type error and ``surface == Tier.free`` never holds.
    """

    types: Mapping[str, cel.Type]
    constants: Mapping[str, int]

    def used(self, condition: str) -> frozenset[str]:
        """Return the declared names that a condition mentions (the longest that fits each path)."""
        found = set()
        for path in _PATH.findall(_QUOTED.sub('""', condition)):
            parts = path.split(".")
            names = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
            found.add(next((name for name in names if name in self.types), ""))
        return frozenset(found - {""})


def vocabulary(taxonomy: Taxonomy) -> Vocabulary:
    """Return the names a condition may use under a taxonomy."""
    types: dict[str, cel.Type] = dict.fromkeys(_FACTS, cel.Type.INT)
    types |= dict.fromkeys(("territory", "backend"), cel.Type.STRING)
    constants: dict[str, int] = {}
    for ordinal, enumeration in enumerate(_ENUMS, start=1):
        for index, member in enumerate(enumeration):
            constants[f"{enumeration.__name__}.{member}"] = 100 * ordinal + index
    types |= dict.fromkeys(constants, cel.Type.INT)
    for name in taxonomy.categories:
        types[f"score.{name}"] = types[f"pictured.{name}"] = cel.Type.DOUBLE
        types[f"unchecked.{name}"] = cel.Type.BOOL
    return Vocabulary(types=MappingProxyType(types), constants=MappingProxyType(constants))


class Conditions:
    """
    The conditions of all rules, compiled as one list: a decision crosses into CEL once.

    A score that is only asked to reach figures (``>= 0.5``) answers as the highest of them it reaches;
    answers are kept under those, so most decisions find theirs without asking CEL again.

    Raises:
        PolicyError: a condition does not compile, or is no yes-or-no question.
    """

    def __init__(self, words: Vocabulary, conditions: Iterable[tuple[str, Place]]) -> None:
        self._env = cel.NewEnv(variables=words.types)
        texts = [self._checked(text, place) for text, place in conditions]
        self._all = self._env.compile("[" + ", ".join(f"({text})" for text in texts) + "]")
        self._count = len(texts)
        self._constants = words.constants
        used = frozenset[str]().union(*(words.used(text) for text in texts))
        whole = " ; ".join(texts)
        self._facts = tuple(sorted(used & _FACTS.keys()))
        self._scores = tuple(name for name in sorted(used) if name.startswith(SCORES))
        self._steps = tuple(figures_reached(name, whole) for name in self._scores)
        self._unchecked = tuple(
            name.removeprefix("unchecked.") for name in sorted(used) if name.startswith("unchecked.")
        )
        self._holding = functools.lru_cache(maxsize=65536)(self._ask)

    def _checked(self, text: str, place: Place) -> str:
        try:
            kind = self._env.compile(text).return_type()
        except RuntimeError as error:
            raise _fault(place, str(error)) from error
        if kind != cel.Type.BOOL:
            raise place.wrong("not a yes-or-no question; compare it with something")
        return text

    def answers(self, values: Mapping[str, Value]) -> list[bool] | None:
        """Return the answer of each condition; None where CEL could not work one of them out."""
        found = self._all.eval(data={**self._constants, **values})
        if found.type() == cel.Type.ERROR:
            return None
        answers = found.plain_value()
        return answers if isinstance(answers, list) and len(answers) == self._count else None

    def holding(
        self, facts: Facts, stage: Stage, scores: Mapping[str, float], unchecked: Collection[str]
    ) -> tuple[int, ...] | None:
        """
        Return the positions of the conditions that hold; None where CEL could not work one of them out.

        `scores` are by variable (``score.hate``, ``pictured.hate``); one that is absent is 0.
        """
        return self._holding(
            tuple([_FACTS[name](facts, stage) for name in self._facts]),
            tuple(
                [
                    _stepped(scores[name], steps) if name in scores else 0.0
                    for name, steps in zip(self._scores, self._steps, strict=True)
                ]
            ),
            tuple([category in unchecked for category in self._unchecked]),
        )

    def _ask(
        self, facts: tuple[Value, ...], scores: tuple[float, ...], unchecked: tuple[bool, ...]
    ) -> tuple[int, ...] | None:
        values: dict[str, Value] = {
            name: self._constants[f"{type(value).__name__}.{value}"]
            if isinstance(value, enum.StrEnum)
            else value
            for name, value in zip(self._facts, facts, strict=True)
        }
        values |= dict(zip(self._scores, scores, strict=True))
        values |= {
            f"unchecked.{name}": missing for name, missing in zip(self._unchecked, unchecked, strict=True)
        }
        answers = self.answers(values)
        return None if answers is None else tuple(index for index, holds in enumerate(answers) if holds)


def _stepped(score: float, steps: tuple[float, ...] | None) -> float:
    return score if steps is None else steps[bisect.bisect_right(steps, score) - 1]


def figures_reached(name: str, text: str) -> tuple[float, ...] | None:
    """Return 0 and the figures that a score is asked to reach; None where it is asked anything else."""
    figures = [0.0]
    for mention in re.finditer(rf"(?<![\w.]){re.escape(name)}(?![\w.])", text):
        asked = _REACHES.match(text, mention.end())
        if asked is None or text[: mention.start()].rstrip().endswith(_ARITHMETIC):
            return None
        figures.append(float(asked[1]))
    return tuple(sorted(set(figures)))


def _fault(place: Place, message: str) -> PolicyError:
    """Point at the place inside the condition that CEL complains of."""
    first = _FAULT.search(message)
    if first is None:
        return place.wrong(f"not a condition: {message.splitlines()[0]}")
    line, column, said = int(first[1]), int(first[2]), first[3].removesuffix(" (in container '')")
    if "mismatched input" in said or "Syntax error" in said:
        said = said.partition(" expecting ")[0]
    if "(double, int)" in said:
        said += "; scores have a decimal point: write 1.0, not 1"
    return place.wrong_inside(said, line, column)
