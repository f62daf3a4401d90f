"""`filigrane models`: which weights are known, which are here, and bringing the others."""

from __future__ import annotations

import os
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar
from rich.table import Table

from safety.errors import SafetyError
from safety.models.fetch import Progress, fetch, wanted_models
from safety.models.manifest import Manifest, Model
from safety.models.places import accepted_licences, cache_folder, models_folder
from safety.models.store import ModelStore

app = typer.Typer(help="The weights: list what is known and here, fetch what is not.", no_args_is_help=True)


@app.command("list")
def list_models() -> None:
    """Say of every model whether it is here, and under which licence."""
    store = _store()
    table = Table("role", "model", "licence", "here", "by", title=str(store.folder), title_justify="left")
    for model in store.manifest.models.values():
        table.add_row(model.role, model.id, model.licence, _state(store, model), model.credit)
    Console().print(table)


@app.command("fetch")
def fetch_models(
    roles: Annotated[
        list[str] | None, typer.Argument(help="Roles; all that need no acceptance by default.")
    ] = None,
) -> None:
    """Download, check and put in place what is missing; what is there is left alone."""
    store, accepted = _store(), accepted_licences(os.environ)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeElapsedColumn())
    try:
        models = wanted_models(store, roles or (), accepted)
        with Bar(*columns) as bar:
            task = bar.add_task("weights", total=None)
            brought = fetch(
                store, models, cache=cache_folder(os.environ), told=lambda told: _show(bar, task, told)
            )
    except SafetyError as error:
        Console(stderr=True).print(f"[red]{error}[/red]", soft_wrap=True)
        raise typer.Exit(1) from error
    Console().print(f"{len(brought)} brought, {len(models) - len(brought)} there before, in {store.folder}")


def _store() -> ModelStore:
    return ModelStore(models_folder(os.environ), _manifest())


def _manifest() -> Manifest:
    return Manifest.read()


def _state(store: ModelStore, model: Model) -> str:
    if store.has(model.role):
        return "yes"
    if not model.is_free and model.licence not in accepted_licences(os.environ):
        return "licence not accepted"
    return "no (optional)" if model.is_optional else "no"


def _show(bar: Bar, task: TaskID, told: Progress) -> None:
    bar.update(task, description=told.busy_with, completed=told.done_bytes, total=told.total_bytes)
