"""`filigrane bank`: faces and voices that the operator lists."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from safety.detectors.face_engine import EmbeddedFaces
from safety.detectors.nets import Nets
from safety.detectors.voice_encoder import EmbeddedVoices
from safety.errors import SafetyError
from safety.likeness.bank import bank_path, write_bank
from safety.likeness.face_listing import list_faces
from safety.likeness.listing import Listed_t, Listing
from safety.likeness.voice_bank import voice_bank_path
from safety.likeness.voice_listing import list_voices
from safety.models.places import models_folder
from safety.models.store import ModelStore

app = typer.Typer(
    help="Banks of people who may not be shown or heard without their grant.", no_args_is_help=True
)


@app.command("faces")
def bank_faces(
    folder: Annotated[
        Path, typer.Argument(help="Pictures: NAME.jpg, or NAME/ with several.", file_okay=False)
    ],
) -> None:
    """Replace the bank of public figures by the faces in FOLDER; vectors are kept, pictures are not."""
    engine = EmbeddedFaces(Nets(_store()))
    _keep(_listed(lambda: list_faces(folder, engine)), bank_path(_home()), "pictures")


@app.command("voices")
def bank_voices(
    folder: Annotated[
        Path, typer.Argument(help="Recordings: NAME.wav, or NAME/ with several.", file_okay=False)
    ],
) -> None:
    """Replace the bank of public figures by the voices in FOLDER; vectors are kept, recordings are not."""
    encoder = EmbeddedVoices(_store())
    _keep(_listed(lambda: list_voices(folder, encoder)), voice_bank_path(_home()), "recordings")


def _store() -> ModelStore:
    return ModelStore(models_folder(os.environ))


def _home() -> Path:
    return Path(os.environ.get("FILIGRANE_HOME") or "var")


def _listed(make: Callable[[], Listing[Listed_t]]) -> Listing[Listed_t]:
    try:
        return make()
    except (SafetyError, OSError) as error:
        Console(stderr=True).print(f"[red]{error}[/red]", soft_wrap=True)
        raise typer.Exit(1) from error


def _keep(listing: Listing[Listed_t], path: Path, things: str) -> None:
    write_bank(listing.bank, path)
    names = listing.bank.references
    Console().print(f"people: {len(set(names))}, {things}: {len(names)}, in {path}", soft_wrap=True)
    for file, reason in listing.refused:
        Console(stderr=True).print(f"{file}: {reason}", soft_wrap=True)
