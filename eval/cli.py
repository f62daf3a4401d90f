"""The commands of ``filigrane eval``: measure the screening that serves, and say how far to trust it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import track

from eval.against import differences, regressions
from eval.card.page import card
from eval.latency import LATENCY, measure, read_timings, write_timings
from eval.looking import SideBySide
from eval.report import NothingMeasured, OtherPolicy, build, read_runs, spelled
from eval.run import Outcome
from eval.run import run as run_suites
from eval.sample import MOST, Draw, Sample
from eval.suites.registry import suites
from eval.suites.sets import apart
from eval.system import shipped_system
from policies.bundle import load_policy
from policies.errors import PolicyError
from safety.models.places import cache_folder

app = typer.Typer(
    name="eval",
    help="Measure the screening that serves, and report it.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # they print local variables, and with them prompts
)

JOBS = min(2, os.cpu_count() or 1)
NOT_RUN, WORSE = 3, 4
"""Exit codes: something asked for was not run, which is no pass; a figure is worse than before."""

Data = Annotated[
    Path | None, typer.Option(envvar="FILIGRANE_EVAL_DATA", help="The folder of the evaluation data.")
]
Out = Annotated[Path, typer.Option(help="Where results and the report are written.")]
Policy = Annotated[
    Path | None,
    typer.Option(
        envvar="FILIGRANE_POLICY",
        exists=True,
        file_okay=False,
        help="A policy's folder; without one, the one that ships.",
    ),
]


@app.command()
def run(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="SUITE…", help="Which; all of them by default.")
    ] = None,
    data: Data = None,
    out: Out = Path("var/eval"),
    seed: Annotated[int, typer.Option(help="Draws rows and resamples.")] = Draw().seed,
    most: Annotated[int, typer.Option(min=1, help="Rows drawn of a set.")] = MOST,
    policy: Policy = None,
    *,
    full: Annotated[bool, typer.Option("--full", help="Take every row.")] = False,
    jobs: Annotated[
        int, typer.Option(min=1, help="Processes that look side by side; each takes some 1.5 GB.")
    ] = JOBS,
) -> None:
    """
    Run suites and write what they answered; what was looked at before is not looked at again.

    Exits with 3 where a suite was not run: that is never a pass.
    """
    known = suites()
    asked = [_known(name, [*known, LATENCY]) for name in names or [*known, LATENCY]]
    chosen = [known[name] for name in asked if name != LATENCY]
    system = shipped_system(policy=policy)
    with SideBySide(jobs, partial(shipped_system, policy=policy)) as lookers:
        outcomes = run_suites(
            chosen,
            system,
            data=_existing(data),
            out=out,
            cache=cache_folder(os.environ) / "eval",
            dice=Draw(seed=seed, most=None if full else most),
            follow=_follower(Console(stderr=True)),
            look=lookers if jobs > 1 else None,
        )
        were_run = [_told(outcome) for outcome in outcomes]
    if LATENCY in asked:
        write_timings(out, measure(system))
        typer.echo(f"{LATENCY}: measured")
    raise typer.Exit(0 if all(were_run) else NOT_RUN)


def _told(outcome: Outcome) -> bool:
    """Say how a suite ended, and return whether it was run."""
    typer.echo(f"{outcome.suite}: {outcome.why or f'{outcome.lines:,} lines, {outcome.unscored} unscored'}")
    return outcome.was_run


def _known(name: str, known: Iterable[str]) -> str:
    if name not in known:
        raise typer.BadParameter(f"no suite is called {name!r}; there are {', '.join(known)}")
    return name


def _existing(path: Path | None) -> Path | None:
    """A folder that is not there is no data; the suite says so."""
    return path if path is not None and path.is_dir() else None


def _follower(console: Console) -> Any:
    def follow(suite: str, samples: Sequence[Sample]) -> Iterable[Sample]:
        return track(samples, description=f"{suite:10}", console=console, disable=not console.is_terminal)

    return follow


@app.command()
def report(
    out: Out = Path("var/eval"),
    against: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="An earlier report.json to compare with.")
    ] = None,
    left_out: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="What `python -m eval.train measure` wrote."),
    ] = None,
    policy: Policy = None,
    language: Annotated[str, typer.Option(help="The language the card opens in: en or fr.")] = "en",
) -> None:
    """
    Write report.json and card.html beside the results.

    Exits with 4 where a figure fell out of the interval it had in the report `--against`.
    """
    try:
        runs = read_runs(out, suites())
        told = build(runs, load_policy(policy), apart(), left_out)
    except (NothingMeasured, OtherPolicy, PolicyError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(NOT_RUN) from error
    compared = None if against is None else _compared(against, told)
    (out / "report.json").write_text(spelled(told), encoding="utf-8")
    (out / "card.html").write_text(card(told, compared, language, read_timings(out)), encoding="utf-8")
    typer.echo(f"{out / 'card.html'}: {len(told['figures']):,} figures")
    for line in compared["regressions"] if compared else ():
        typer.echo(f"worse: {line}")
    raise typer.Exit(WORSE if compared and compared["regressions"] else 0)


def _compared(path: Path, told: dict[str, Any]) -> dict[str, Any]:
    earlier = json.loads(path.read_text(encoding="utf-8"))
    return {
        "name": path.name,
        "regressions": [one.says for one in regressions(earlier, told)],
        "differences": differences(earlier, told),
    }


if __name__ == "__main__":
    app()
