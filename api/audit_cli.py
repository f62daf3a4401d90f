"""`filigrane audit`: recompute the log, prove that acts and entries agree, check a receipt."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from pathlib import Path
from typing import Annotated

import httpx2
import psycopg
import typer
from rich.console import Console
from rich.progress import Progress

from api.db.stores import decisions
from api.db.stores.reconcile import reconcile
from api.replay import Result, replay
from api.served import owner_address
from api.settings import Settings
from policies.bundle import load_policy
from safety.audit import auditor, checkpoint
from safety.audit.receipt import Receipt, verify_receipt
from safety.audit.tiles import tile_path
from safety.errors import LogInconsistent

app = typer.Typer(help="Check the log that everything leaves its entry in.", no_args_is_help=True)

_out = Console()
_err = Console(stderr=True)
_TIMEOUT_S = 30.0

Key = Annotated[str, typer.Option("--key", help="the verifier key you pinned: origin+id+key")]


class HttpLog:
    """A published log, fetched as anyone fetches it."""

    def __init__(self, url: str) -> None:
        self._client = httpx2.Client(base_url=f"{url.rstrip('/')}/log/", timeout=_TIMEOUT_S)

    def checkpoint(self) -> str:
        """Return the newest signed checkpoint."""
        return self._get("checkpoint").decode()

    def tile(self, level: int, number: int, width: int) -> bytes:
        """Return the first `width` hashes of a tile."""
        return self._get(tile_path(level, number, width))

    def entries(self, number: int, width: int) -> bytes:
        """Return a bundle of entries."""
        return self._get(tile_path("entries", number, width))

    def _get(self, path: str) -> bytes:
        answer = self._client.get(path)
        if answer.status_code != 200:
            raise LogInconsistent(f"the log does not serve {path} (HTTP {answer.status_code})")
        return bytes(answer.content)


@app.command()
def verify(
    key: Key,
    url: Annotated[str, typer.Option(help="where the service is")] = "http://localhost:8080",
    remember: Annotated[
        Path | None,
        typer.Option(help="a file that keeps size and root between visits; a changed past is found"),
    ] = None,
    receipt: Annotated[Path | None, typer.Option(help="a .tlog-proof to check instead, offline")] = None,
) -> None:
    """Recompute every hash of a published log and compare it with what is signed."""
    try:
        pinned = checkpoint.VerifierKey.parse(key)
        if receipt is not None:
            event = verify_receipt(Receipt.parse(receipt.read_text()), pinned)
            _out.print_json(json.dumps(event))
            return
        with Progress(console=_err, transient=True) as bar:
            task = bar.add_task("recomputing", total=None)
            seen = auditor.audit(
                HttpLog(url),
                pinned,
                seen=_remembered(remember),
                progress=lambda done, size: bar.update(task, completed=done, total=size),
            )
    except (LogInconsistent, ValueError, OSError, httpx2.HTTPError) as error:
        _err.print(f"[bold red]not verified:[/] {error}")
        raise typer.Exit(1) from error
    if remember is not None:
        remember.write_text(json.dumps({"size": seen.size, "root": seen.root.hex()}))
    _out.print(f"verified: {seen.size} entries of {seen.origin}, root {seen.root.hex()}")


def _remembered(path: Path | None) -> auditor.Seen | None:
    if path is None or not path.exists():
        return None
    stored = json.loads(path.read_text())
    return auditor.Seen(size=int(stored["size"]), root=bytes.fromhex(stored["root"]))


@app.command(name="reconcile")
def reconcile_command() -> None:
    """Prove both ways that every act has its entry and every entry its act, and name the first gap."""

    async def run() -> int:
        async with await psycopg.AsyncConnection.connect(owner_address(), autocommit=True) as connection:
            found = await reconcile(connection)
        counted = f"{found.events} events, {found.entries} entries, {found.decisions} decisions"
        if found.gap is None:
            _out.print(f"reconciled: {counted}")
            return 0
        _err.print(f"[bold red]gap:[/] {found.gap.what}: {found.gap.id} ({counted})")
        return 1

    raise typer.Exit(asyncio.run(run()))


@app.command(name="replay")
def replay_command(
    decision_id: Annotated[str | None, typer.Argument(help="one decision; without it, the newest")] = None,
    last: Annotated[int, typer.Option(min=1, help="how many of the newest")] = 100,
) -> None:
    """Take decisions again, from what they were taken on, and name the first that comes out different."""

    async def run() -> int:
        policy = load_policy(Settings().policy)
        results: Counter[str] = Counter()
        async with await psycopg.AsyncConnection.connect(owner_address(), autocommit=True) as connection:
            for one in [decision_id] if decision_id else await decisions.newest(connection, last):
                decision = await decisions.find(connection, one)
                if decision is None:
                    _err.print(f"[bold red]no decision[/] {one}")
                    return 1
                found = await replay(connection, policy, decision)
                results[found.result.value] += 1
                if found.result is Result.DIFFERENT:
                    _err.print(f"[bold red]different:[/] {one} ({', '.join(found.why)})")
                    return 1
        _out.print("replayed: " + (", ".join(f"{count} {name}" for name, count in results.items()) or "none"))
        return 0

    raise typer.Exit(asyncio.run(run()))
