"""Tries each condition on every value that matters: no rule is dead, doubled or undone by evidence."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from policies.condition import SCORES, Conditions, Value, Vocabulary, figures_reached
from policies.rule import Rule
from policies.source import Complaints

_MOST_CASES = 20_000
_NUMBER = re.compile(r"(?<![\w.])\d+\.\d+(?![\w.])")
_WHOLE = re.compile(r"(?<![\w.])\d+(?![\w.])")
_QUOTED = re.compile(r"\"((?:\\.|[^\"\\])*)\"|'((?:\\.|[^'\\])*)'")
_RISING = (*SCORES, "unchecked.", "refused_cameo_count", "opt_out_count")
_PROMPT_SURFACES = ("Surface.prompt", "Surface.moderation")

Case = tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class _Trial:
    """Rules side by side, with the values of each variable between which their answers can change."""

    words: Vocabulary
    rules: tuple[Rule, ...]
    axes: Mapping[str, tuple[Value, ...]]

    def answers(self) -> dict[Case, tuple[bool, ...]]:
        """Return the answer of each condition for every combination, impossible ones included."""
        place = self.rules[-1].when_place
        if math.prod(len(values) for values in self.axes.values()) > _MOST_CASES:
            raise place.wrong("asks about too many things at once to be checked; split it into rules")
        conditions = Conditions(self.words, [(rule.when, rule.when_place) for rule in self.rules])
        found = {}
        for case in itertools.product(*self.axes.values()):
            values = dict(zip(self.axes, case, strict=True))
            answers = conditions.answers(values)
            if answers is None:
                told = ", ".join(f"{name} = {value}" for name, value in values.items())
                raise place.wrong(f"cannot be worked out for {told}")
            found[case] = tuple(answers)
        return found

    def is_possible(self, case: Case) -> bool:
        """Whether no part outscores its family, no picture the whole, and stage and surface agree."""
        values = dict(zip(self.axes, case, strict=True))
        for name, value in values.items():
            for other in (name.rpartition(".")[0], name.replace("pictured.", "score.")):
                whole = values.get(other)
                if isinstance(value, float) and isinstance(whole, float) and value > whole:
                    return False
        if "stage" in values and "surface" in values:
            before = values["surface"] in [self.words.constants[name] for name in _PROMPT_SURFACES]
            return before == (values["stage"] == self.words.constants["Stage.prompt"])
        return True

    def higher(self, case: Case) -> Iterator[tuple[str, Case]]:
        """Yield the cases in which one thing that evidence can only raise stands higher."""
        for index, (name, values) in enumerate(self.axes.items()):
            if name.startswith(_RISING):
                for value in values[values.index(case[index]) + 1 :]:
                    yield name, (*case[:index], value, *case[index + 1 :])


def _trial(words: Vocabulary, *rules: Rule) -> _Trial:
    used = frozenset[str]().union(*(words.used(rule.when) for rule in rules))
    text = " ; ".join(rule.when for rule in rules)
    names = sorted(used - words.constants.keys())
    return _Trial(words, rules, {name: _values(words, name, text) for name in names})


def _values(words: Vocabulary, name: str, text: str) -> tuple[Value, ...]:
    """Return, in rising order, a value from each stretch between the figures that the text names."""
    if name.startswith(SCORES):
        return _scores(name, _QUOTED.sub('""', text))
    if name.startswith("unchecked."):
        return (False, True)
    if name.endswith("_count"):
        wholes = {int(number) for number in _WHOLE.findall(_QUOTED.sub('""', text))}
        return tuple(sorted({0, 1, *wholes, *(whole + 1 for whole in wholes)}))
    if name in {"territory", "backend"}:
        return tuple(sorted({"ZZ", *(first or second for first, second in _QUOTED.findall(text))}))
    prefix = name.title().replace("_", "") + "."
    return tuple(value for constant, value in words.constants.items() if constant.startswith(prefix))


def _scores(name: str, text: str) -> tuple[float, ...]:
    """Where a score is only asked to reach figures, those and 0 tell all; else also what lies between."""
    reached = figures_reached(name, text)
    if reached is not None:
        return tuple(figure for figure in reached if figure <= 1.0)
    figures = map(float, _NUMBER.findall(text))
    steps = sorted({0.0, 1.0, *(figure for figure in figures if figure <= 1.0)})
    return tuple(sorted({*steps, *((low + high) / 2 for low, high in itertools.pairwise(steps))}))


def refuse_useless(words: Vocabulary, rules: tuple[Rule, ...]) -> None:
    """
    Check what a compiler cannot see.

    Raises:
        PolicyError: a rule never fires, always fires, stops firing as evidence grows, or can change no
            answer because another of its category fires whenever it does and is at least as strict.
    """
    complaints = Complaints()
    for rule in rules:
        with complaints.gather():
            _refuse_dead(_trial(words, rule), rule)
    complaints.raise_any()
    for earlier, later in itertools.combinations(rules, 2):
        if earlier.category is later.category:
            with complaints.gather():
                _refuse_doubled(_trial(words, earlier, later), earlier, later)
    complaints.raise_any()


def _refuse_dead(trial: _Trial, rule: Rule) -> None:
    answers = trial.answers()
    possible = [holds for case, (holds,) in answers.items() if trial.is_possible(case)]
    if not any(possible):
        raise rule.when_place.wrong(f"rule `{rule.id}` never fires: no values make this true")
    if all(possible):
        raise rule.when_place.wrong(f"rule `{rule.id}` always fires: it asks about nothing")
    for case, (holds,) in answers.items():
        undoing = [name for name, higher in trial.higher(case) if holds and not answers[higher][0]]
        if undoing:
            raise rule.when_place.wrong(
                f"rule `{rule.id}` stops firing as {undoing[0]} rises: more evidence must never soften"
            )


def _refuse_doubled(trial: _Trial, earlier: Rule, later: Rule) -> None:
    answers = [pair for case, pair in trial.answers().items() if trial.is_possible(case)]
    if earlier.verdict >= later.verdict and all(first for first, second in answers if second):
        _say_doubled(later, earlier)
    if later.verdict >= earlier.verdict and all(second for first, second in answers if first):
        _say_doubled(earlier, later)


def _say_doubled(rule: Rule, other: Rule) -> None:
    raise rule.when_place.wrong(
        f"rule `{rule.id}` changes no answer: `{other.id}` ({other.place}) fires whenever it does, "
        f"with `{other.verdict.word}`"
    )
