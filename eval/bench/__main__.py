"""Measure and print tables, or with ``--json`` one object: ``python -m eval.bench [GROUP ...]``."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable, Iterable, Iterator

from rich.console import Console
from rich.table import Table

from eval.bench import clips, log, served, words
from eval.bench.row import Row

GROUPS: dict[str, Callable[[], Iterator[Row]]] = {
    "words": words.rows,
    "log": log.rows,
    "clips": clips.rows,
    "served": served.rows,
}
"""What can be measured, the quick ones first."""

_MET = {True: "[green]met[/]", False: "[red]missed[/]", None: "—"}


def main(arguments: list[str]) -> None:
    """Measure the groups that are named, all of them by default."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("group", nargs="*", choices=[[], *GROUPS], default=[], help="all by default")
    parser.add_argument("--json", action="store_true", help="one object on standard output, for programs")
    asked = parser.parse_args(arguments)
    groups = asked.group or list(GROUPS)
    if asked.json:
        found = {name: [row.as_json() for row in GROUPS[name]()] for name in groups}
        sys.stdout.write(
            json.dumps({"machine": machine(), "groups": found}, ensure_ascii=False, indent=1) + "\n"
        )
        return
    out = Console(width=150)
    out.print(" · ".join(f"{name} {value}" for name, value in machine().items()))
    for name in groups:
        out.print(table(name, GROUPS[name]()))


def machine() -> dict[str, object]:
    """Return what the figures depend on: they compare within one run, not between machines."""
    return {
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "machine": platform.machine(),
        "python": platform.python_version(),
    }


def table(name: str, rows: Iterable[Row]) -> Table:
    """Return the rows of one group as a table."""
    made = Table("what", "measured", "beside", "×", "target", "", title=name, title_justify="left")
    for row in rows:
        made.add_row(
            row.what,
            f"{_rounded(row.figure)} {row.unit}",
            f"{row.beside}: {_rounded(row.beside_figure)}",
            _rounded(row.ratio),
            "—" if row.target is None else row.target.told(row.unit),
            _MET[row.is_met],
        )
    return made


def _rounded(value: float) -> str:
    return f"{value:,.0f}" if value >= 1_000 else f"{value:.3g}"


if __name__ == "__main__":
    main(sys.argv[1:])
