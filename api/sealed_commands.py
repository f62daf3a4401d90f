"""`filigrane sealed`: for who has the child_safety key; asks the running service, which logs it."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated

import httpx2
import typer

from api.errors import ServiceUnreachable
from api.home import Home
from api.settings import Settings

app = typer.Typer(help="Media that child safety sealed: export only.", no_args_is_help=True)

_PATIENCE_S = 300.0
_OF_THE_HOME = "HOME/keys/child_safety.key"

Url = Annotated[str, typer.Option(help="the service to ask; FILIGRANE_PUBLIC_URL or the local one")]
KeyFile = Annotated[Path | None, typer.Option(help=f"the child_safety key; {_OF_THE_HOME} by default")]


@app.command()
def waiting(url: Url = "", key_file: KeyFile = None) -> None:
    """Say how many sealed files nobody has exported."""
    with _client(url, key_file) as client:
        answer = client.get("/v1/sealed/waiting")
        _refuse_error(answer)
    told = answer.json()
    typer.echo(
        f"{told['count']} sealed" + (f", the oldest since {told['oldest_at']}" if told["count"] else "")
    )


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="where the file is put")],
    reason: Annotated[str, typer.Option(help="why; it stands in the log")],
    sealed_id: Annotated[
        str | None, typer.Option("--id", help="one exported before; the oldest new one")
    ] = None,
    url: Url = "",
    key_file: KeyFile = None,
) -> None:
    """Write one sealed file into a folder, readable by you alone, its digest proven."""
    asked = {"reason": reason, "sealed_id": sealed_id}
    with _client(url, key_file) as client, client.stream("POST", "/v1/sealed/exports", json=asked) as answer:
        if answer.status_code != 200:
            answer.read()
        _refuse_error(answer)
        path = folder / f"{answer.headers['X-Sealed-Id']}.bin"
        path.touch(mode=0o600, exist_ok=False)
        digest = hashlib.sha256()
        with path.open("wb") as file:
            for piece in answer.iter_bytes():
                digest.update(piece)
                file.write(piece)
    if digest.hexdigest() != answer.headers["X-Sealed-Sha256"]:
        path.unlink()
        raise ServiceUnreachable("the export was cut short; nothing was kept")
    typer.echo(f"{path}: {answer.headers['X-Sealed-Media-Type']}, decision {answer.headers['X-Decision-Id']}")


def _client(url: str, key_file: Path | None) -> httpx2.Client:
    settings = Settings()
    path = key_file or Home(root=settings.home).keys / "child_safety.key"
    if not path.exists():
        raise ServiceUnreachable(f"no key in {path}; name it with --key-file")
    headers = {"Authorization": f"Bearer {path.read_text().strip()}"}
    return httpx2.Client(base_url=url or settings.address, headers=headers, timeout=_PATIENCE_S)


def _refuse_error(answer: httpx2.Response) -> None:
    if answer.status_code == 404:
        raise ServiceUnreachable("nothing waits, or there is no such seal")
    if answer.is_error:
        raise ServiceUnreachable(f"the service answers {answer.status_code}: {answer.text[:300]}")
