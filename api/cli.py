"""
`filigrane`: the one program.  Other packages add commands by the entry points ``filigrane.commands``.

What a command needs is imported when it is asked for: `serve` must answer within seconds.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table

from api.errors import ApiError
from api.serve import Part, migrate_now
from api.serve import serve as serve_part
from api.settings import Settings

commands = typer.Typer(
    help="Filigrane: the open trust, consent and provenance layer for AI video.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # they print local variables, and with them prompts and keys
    add_completion=False,
)
_GROUP = "filigrane.commands"
_COLOURS = {"good": "green", "optional": "yellow", "missing": "red"}


@commands.command()
def serve(
    role: Annotated[Part, typer.Option(help="which part; all of them by default")] = Part.ALL,
    port: Annotated[int | None, typer.Option(help="instead of FILIGRANE_PORT; 0 takes a free one")] = None,
) -> None:
    """Start everything, or one part, and serve until told to stop."""
    if port is not None:
        os.environ["FILIGRANE_PORT"] = str(port)
    serve_part(Settings(), role, typer.echo)


@commands.command()
def migrate() -> None:
    """Bring the database up to date and say what was applied."""
    for name in migrate_now(Settings()):
        typer.echo(name)


@commands.command()
def verify(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)],
    url: Annotated[str, typer.Option(help="the service to ask; FILIGRANE_PUBLIC_URL or the local one")] = "",
    *,
    as_json: Annotated[bool, typer.Option("--json", help="the whole answer, for programs")] = False,
) -> None:
    """Say whether a file is a clip of this service, and what that rests on."""
    from api.check import ask

    told = ask(url or Settings().address, file)
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False, indent=1))
        return
    typer.echo(f"{told['verdict']}: {told['says']['en']}")
    for line in told["lines"]:
        typer.echo(f"  {line['subject']:12} {line['text']['en']}")


@commands.command()
def demo(
    *,
    quick: Annotated[bool, typer.Option("--quick", help="a dozen small clips instead of sixty")] = False,
    add: Annotated[bool, typer.Option("--add", help="into a home that holds clips already")] = False,
    stay: Annotated[
        bool | None, typer.Option("--stay/--leave", help="serve afterwards, until Ctrl-C; so on a terminal")
    ] = None,
    port: Annotated[int | None, typer.Option(help="instead of FILIGRANE_PORT; 0 takes a free one")] = None,
) -> None:
    """Fill a fresh home with every kind of outcome, by asking the real service; it goes on after a Ctrl-C."""
    from api.demo.fill import Wish, fill

    settings = Settings()
    out = Console(soft_wrap=True)
    wish = Wish(is_quick=quick, is_added=add, port=settings.port if port is None else port)

    def serve_on(address: str) -> None:
        out.print(f"\nServed at {address} until Ctrl-C")
        signal.pause()

    stays = sys.stdout.isatty() if stay is None else stay
    try:
        fill(settings, wish, out, serve_on if stays else None)
    except KeyboardInterrupt:
        out.print("stopped; the same command goes on where it was")
        raise typer.Exit(130) from None


@commands.command()
def doctor(
    *, licences: Annotated[bool, typer.Option("--licences", help="which wheel has which licence")] = False
) -> None:
    """Say what is missing on this machine, how to get it, and which settings are in force."""
    from api import doctor as machine

    out = Console(soft_wrap=True)
    if licences:
        out.print(_licences())
        return
    settings = Settings()
    worst = machine.State.GOOD
    for found in machine.examine(settings):
        out.print(
            f"[{_COLOURS[found.state]}]{found.state:8}[/] {found.what:20} {found.told}", highlight=False
        )
        if found.advice:
            out.print(f"{'':30}→ {found.advice}", highlight=False)
        worst = found.state if found.state is machine.State.MISSING else worst
    out.print()
    for name, value in settings.shown().items():
        out.print(f"{name}={value}", highlight=False, markup=False)
    raise typer.Exit(worst is machine.State.MISSING)


def app() -> None:
    """Run the program; a wrong setting or a part that is down is told in one line, not by a traceback."""
    _add_further_commands(sys.argv[1:])
    try:
        commands()
    except ValidationError as error:
        for wrong in error.errors(include_input=False, include_url=False):
            typer.echo(f"FILIGRANE_{'_'.join(map(str, wrong['loc'])).upper()}: {wrong['msg']}", err=True)
        sys.exit(2)
    except ApiError as error:
        typer.echo(str(error) or error.__doc__, err=True)
        sys.exit(1)


def _add_further_commands(arguments: list[str]) -> None:
    """Add the one command that is asked for, or all of them for the help; each loads its own package."""
    keys = EntryPoint(name="keys", group=_GROUP, value="api.key_commands:app")
    sealed = EntryPoint(name="sealed", group=_GROUP, value="api.sealed_commands:app")
    offered = {point.name: point for point in (keys, sealed, *entry_points(group=_GROUP))}
    asked = next((word for word in arguments if not word.startswith("-")), None)
    own = {
        command.name or command.callback.__name__
        for command in commands.registered_commands
        if command.callback
    }
    if asked in own:
        return
    for name, point in offered.items():
        if asked in (None, name):
            _add(name, point)


def _add(name: str, point: EntryPoint) -> None:
    try:
        commands.add_typer(point.load(), name=name)
    except ImportError as error:
        typer.echo(f"`filigrane {name}` cannot be loaded: {error}", err=True)


def _licences() -> Table:
    from api import doctor as machine

    table = Table("wheel or weights", "version", "licence", "note")
    for part in (*machine.licences(), *machine.licences_of_weights()):
        table.add_row(part.name, part.version, part.licence or "not reviewed", part.note)
    return table


if __name__ == "__main__":
    app()
