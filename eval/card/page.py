"""Writes the card: one file that needs nothing beside it, in both languages and both lights."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from eval.card.plots import interval, reliability_plot, roc_plot

_HERE = Path(__file__).parent
_STYLE = _HERE.parents[1] / "api" / "pages" / "static"
"""The product's one style sheet, typeface and icons: read as files, nothing of it is imported."""

ICONS = ("mark", "i-check", "i-alert", "i-x", "i-help", "i-info", "i-theme", "i-eye", "i-clock")


class Figures:
    """Finds figures by what they are of."""

    def __init__(self, told: Iterable[Mapping[str, Any]]) -> None:
        self._by: dict[tuple[str, str, frozenset[str]], list[Mapping[str, Any]]] = {}
        for figure in told:
            key = (figure["suite"], figure["metric"], frozenset(figure["where"]))
            self._by.setdefault(key, []).append(figure)

    def of(self, suite: str, metric: str, **where: str) -> list[Mapping[str, Any]]:
        """Return the figures whose slice has exactly these names; ``"*"`` is any value."""
        found = self._by.get((suite, metric, frozenset(where)), [])
        return [
            figure
            for figure in found
            if all(told in ("*", figure["where"][name]) for name, told in where.items())
        ]

    def one(self, suite: str, metric: str, **where: str) -> Mapping[str, Any] | None:
        """Return the figure of this slice; None where it was withheld or not measured."""
        return next(iter(self.of(suite, metric, **where)), None)


def card(
    report: Mapping[str, Any],
    compared: Mapping[str, Any] | None = None,
    language: str = "en",
    timings: Sequence[Mapping[str, Any]] = (),
) -> str:
    """
    Return the page of a report; `language` (``en`` or ``fr``) is the one it opens in.

    `compared` is what an earlier report says of it: ``{name, regressions, differences}``; `timings` are told
    apart, for no other run repeats them.
    """
    environment = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        t=_both, pct=_percent, num=_number, ranged=_range, interval=interval, roc_plot=roc_plot,
        reliability_plot=reliability_plot, worst=_worst, top_of=_top,
    )  # fmt: skip
    environment.filters["flipped"] = _flipped
    page = environment.get_template("card.html").render(
        report=report,
        figures=Figures(report["figures"]),
        compared=compared,
        timings=timings,
        language=language,
        style=_style(),
        icons=_icons(),
    )
    return re.sub(r"\n\s*\n+", "\n", page)


def _both(en: object, fr: object) -> Markup:
    """Say a thing in both languages; the page shows one."""
    return Markup(f'<span lang="en">{escape(en)}</span><span lang="fr">{escape(fr)}</span>')


def _percent(value: float, digits: int = 1) -> Markup:
    told = f"{100 * value:.{digits}f}"
    return _both(f"{told}%", f"{told.replace('.', ',')}\u202f%")


def _number(value: float, digits: int = 2) -> Markup:
    told = f"{value:,.{digits}f}" if digits else f"{value:,.0f}"
    return _both(told, told.replace(",", "\u202f").replace(".", ","))


def _range(figure: Mapping[str, Any], digits: int = 1, *, share: bool = True) -> Markup:
    low, high = figure["low"], figure["high"]
    en = f"{100 * low:.{digits}f}–{100 * high:.{digits}f}" if share else f"{low:.3f}–{high:.3f}"
    return _both(en, en.replace(".", ","))


def _flipped(figure: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """Return the share of all the others."""
    if figure is None:
        return None
    ends = {"value": 1 - figure["value"], "low": 1 - figure["high"], "high": 1 - figure["low"]}
    return {**figure, **ends}


def _worst(told: Sequence[Mapping[str, Any]], fewest: int = 100) -> Mapping[str, Any] | None:
    """Return the highest of the figures of at least so many rows; where all are of fewer, of any."""
    sure = [figure for figure in told if figure["n"] >= fewest] or told
    return max(sure, key=lambda figure: figure["value"], default=None)


def _top(told: Sequence[Mapping[str, Any]], least: float = 0.1) -> float:
    """Return a round end for an axis on which all of these have room."""
    high = max((figure["high"] for figure in told), default=least)
    return next(edge for edge in (0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0) if edge >= min(max(high, least), 1.0))


def _style() -> Markup:
    sheet = (_STYLE / "css" / "filigrane.css").read_text(encoding="utf-8")
    fonts = re.sub(r'url\("\.\./fonts/([a-z-]+\.woff2)"\)', _font, sheet)
    return Markup(fonts + (_HERE / "card.css").read_text(encoding="utf-8"))


def _font(found: re.Match[str]) -> str:
    content = (_STYLE / "fonts" / found.group(1)).read_bytes()
    return f'url("data:font/woff2;base64,{base64.b64encode(content).decode()}")'


def _icons() -> Markup:
    sprite = (_STYLE / "icons.svg").read_text(encoding="utf-8")
    symbols = re.findall(r'<symbol id="([a-z-]+)".*?</symbol>', sprite, re.DOTALL)
    kept = [
        found.group()
        for found in re.finditer(r'<symbol id="([a-z-]+)".*?</symbol>', sprite, re.DOTALL)
        if found.group(1) in ICONS
    ]
    assert set(ICONS) <= set(symbols), "an icon of the card is not in the sprite"
    return Markup("".join(kept))
