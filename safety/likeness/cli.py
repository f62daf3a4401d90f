"""`filigrane bank`: faces that the operator lists."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from safety.detectors.face_engine import EmbeddedFaces
from safety.detectors.nets import Nets
from safety.errors import SafetyError
from safety.likeness.bank import bank_path, write_bank
from safety.likeness.listing import list_faces
from safety.models.places import models_folder
from safety.models.store import ModelStore

app = typer.Typer(help="Banks of people who may not be shown without their grant.", no_args_is_help=True)


@app.callback()
def banks() -> None:
    """Keep the commands named, however few they are."""


@app.command("faces")
def bank_faces(
    folder: Annotated[
        Path, typer.Argument(help="Pictures: NAME.jpg, or NAME/ with several.", file_okay=False)
    ],
) -> None:
    """Replace the bank of public figures by the faces in FOLDER; vectors are kept, pictures are not."""
    engine = EmbeddedFaces(Nets(ModelStore(models_folder(os.environ))))
    try:
        listing = list_faces(folder, engine)
    except (SafetyError, OSError) as error:
        Console(stderr=True).print(f"[red]{error}[/red]", soft_wrap=True)
        raise typer.Exit(1) from error
    path = bank_path(Path(os.environ.get("FILIGRANE_HOME") or "var"))
    write_bank(listing.faces, path)
    names = listing.faces.references
    Console().print(f"people: {len(set(names))}, pictures: {len(names)}, in {path}", soft_wrap=True)
    for picture, reason in listing.refused:
        Console(stderr=True).print(f"{picture}: {reason}", soft_wrap=True)
