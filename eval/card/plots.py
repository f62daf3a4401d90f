"""Drawings of figures as inline SVG; colours are classes, so that they follow the light of the page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from markupsafe import Markup

SIDE = 320
_PAD = 44
_INNER = SIDE - _PAD - 12
_DASHES = ("none", "7 4", "2 4", "9 3 2 3")


def interval(
    figure: Mapping[str, Any], top: float = 1.0, target: float | None = None, tone: str = "note"
) -> Markup:
    """Draw a figure as a point on its interval, from 0 to `top`; a `target` is a fine upright line."""
    low, value, high = (_percent(figure[name], top) for name in ("low", "value", "high"))
    mark = ""
    if target is not None:
        at = _percent(target, top)
        mark = f'<line class="p-target" x1="{at}" x2="{at}" y1="0" y2="16"/>'
    return Markup(
        f'<svg class="p-row is-{tone}" width="100%" height="16" aria-hidden="true">'
        f'<line class="p-axis" x1="0" x2="100%" y1="8" y2="8"/>{mark}'
        f'<line class="p-span" x1="{low}" x2="{high}" y1="8" y2="8"/>'
        f'<circle class="p-dot" cx="{value}" cy="8" r="4.5"/></svg>'
    )


def _percent(value: float, top: float) -> str:
    return f"{min(100.0, 100.0 * value / top):.2f}%"


def roc_plot(curves: Sequence[tuple[str, Sequence[Sequence[float]]]]) -> Markup:
    """Draw ROC curves, (name, points) each; they differ by stroke as well as by colour."""
    lines = "".join(_line(number, points) for number, (_name, points) in enumerate(curves))
    return _frame(
        f'<line class="p-even" {_between(0, 0, 1, 1)}/>{lines}',
        ("false alarms", "fausses alertes"),
        ("recall", "rappel"),
    )


def _line(number: int, points: Sequence[Sequence[float]]) -> str:
    look = f'class="p-curve p-curve-{number % 4}" stroke-dasharray="{_DASHES[number % 4]}"'
    return f'<polyline {look} points="{_points(points)}"/>'


def reliability_plot(bins: Iterable[Mapping[str, Any]]) -> Markup:
    """Draw what was said against what was found, each bin with its interval."""
    marks = "".join(_bin(one) for one in bins)
    return _frame(
        f'<line class="p-even" {_between(0, 0, 1, 1)}/>{marks}',
        ("score", "score"),
        ("harmful indeed", "vraiment nuisibles"),
    )


def _bin(one: Mapping[str, Any]) -> str:
    found = one["found"]
    x, y = _x(one["said"]), _y(found["value"])
    return (
        f'<line class="p-span" x1="{x:.1f}" x2="{x:.1f}" '
        f'y1="{_y(found["low"]):.1f}" y2="{_y(found["high"]):.1f}"/>'
        f'<circle class="p-dot" cx="{x:.1f}" cy="{y:.1f}" r="4.5"/>'
    )


def _frame(inside: str, across: tuple[str, str], up: tuple[str, str]) -> Markup:
    ticks = "".join(_tick(step / 4) for step in range(5))
    axes = _both(across, f'x="{_PAD + _INNER / 2:.0f}" y="{SIDE - 6}" text-anchor="middle"')
    axes += _both(up, f'transform="translate(13 {12 + _INNER / 2:.0f}) rotate(-90)" text-anchor="middle"')
    return Markup(
        f'<svg class="p-square" viewBox="0 0 {SIDE} {SIDE}" aria-hidden="true">{ticks}{inside}{axes}</svg>'
    )


def _tick(at: float) -> str:
    return (
        f'<line class="p-axis" {_between(0, at, 1, at)}/><line class="p-axis" {_between(at, 0, at, 1)}/>'
        f'<text class="p-number" x="{_PAD - 8}" y="{_y(at) + 4:.1f}" text-anchor="end">{at:.2g}</text>'
        f'<text class="p-number" x="{_x(at):.1f}" y="{_y(0) + 17:.1f}" text-anchor="middle">{at:.2g}</text>'
    )


def _both(words: tuple[str, str], place: str) -> str:
    return "".join(
        f'<text class="p-word" lang="{lang}" {place}>{word}</text>'
        for lang, word in zip(("en", "fr"), words, strict=True)
    )


def _points(points: Iterable[Sequence[float]]) -> str:
    return " ".join(f"{_x(x):.1f},{_y(y):.1f}" for x, y in points)


def _between(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'x1="{_x(x1):.1f}" y1="{_y(y1):.1f}" x2="{_x(x2):.1f}" y2="{_y(y2):.1f}"'


def _x(value: float) -> float:
    return _PAD + value * _INNER


def _y(value: float) -> float:
    return 12 + (1 - value) * _INNER
