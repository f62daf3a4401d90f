"""`filigrane keys`: made, listed and revoked by who runs the machine."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer
from psycopg import AsyncConnection
from rich.console import Console
from rich.table import Table

from api.acts import enter
from api.db.migrate import migrate
from api.db.paging import Paging
from api.db.pool import Connection, with_session_settings
from api.db.stores import accounts, keys
from api.errors import ApiError, NameTaken
from api.home import open_home
from api.roles import Role
from api.served import database
from api.settings import Settings
from policies.facts import AgeBand, Tier
from safety.audit.entry import SYSTEM, ActionClass

app = typer.Typer(help="The keys that open the service.", no_args_is_help=True)

Answer = TypeVar("Answer")
_EVERY = 100


@app.command()
def create(
    role: Annotated[Role, typer.Option(help="what the key is for")],
    name: Annotated[str, typer.Option(help="whose it is: the account, made if it is new")],
    tier: Annotated[Tier | None, typer.Option(help="of a new account")] = None,
    age_band: Annotated[AgeBand | None, typer.Option(help="of a new account")] = None,
    territory: Annotated[str | None, typer.Option(help="of a new account, as in ISO 3166: FR")] = None,
    locale: Annotated[str | None, typer.Option(help="of a new account: fr-FR")] = None,
    key_name: Annotated[str, typer.Option(help="to tell the account's keys apart")] = "",
) -> None:
    """Make a key and print it alone on standard output; it is shown this once."""
    given = {"tier": tier, "age_band": age_band, "territory": territory, "locale": locale}
    told = {field: value for field, value in given.items() if value is not None}
    new = accounts.NewAccount(display_name=name, **told)  # type: ignore[arg-type]  # checked by their options

    async def work(connection: Connection) -> str:
        account = await accounts.by_name(connection, name)
        if account is not None and told:
            raise NameTaken(
                f"{name} exists already: change its {', '.join(told)} by PATCH /v1/accounts/{account.id}"
            )
        if account is None:
            account = await accounts.create(connection, new)
            await enter(
                connection, SYSTEM, "account:create", ("account", account.id), action_class=ActionClass.ACCESS
            )
        wanted = keys.NewKey(account_id=account.id, role=role, name=key_name or _fresh_name(role))
        key, text = await keys.create(connection, wanted)
        await enter(connection, SYSTEM, "key:create", ("key", key.id), action_class=ActionClass.KEY)
        return text

    typer.echo(_on_database(work))


@app.command("list")
def list_keys() -> None:
    """Say which keys there are, whose, and since when."""

    async def work(connection: Connection) -> list[tuple[keys.Key, str]]:
        found: list[keys.Key] = []
        after: str | None = None
        while page := await keys.listed(connection, None, Paging(after=after, limit=_EVERY, order="asc")):
            found += page[:_EVERY]
            after = found[-1].id
        names = {key.account_id: await accounts.by_id(connection, key.account_id) for key in found}
        return [(key, account.display_name) for key in found if (account := names[key.account_id])]

    table = Table("key", "role", "account", "name", "made", "last used", "revoked")
    for key, name in _on_database(work):
        times = (key.created_at, key.last_used_at, key.revoked_at)
        table.add_row(
            key.id, key.role, name, key.name, *(f"{at:%Y-%m-%d %H:%M}" if at else "" for at in times)
        )
    Console().print(table)


@app.command()
def revoke(key_id: Annotated[str, typer.Argument(help="as `keys list` shows it: key_…")]) -> None:
    """Revoke a key for good; it stops working with the next request."""

    async def work(connection: Connection) -> bool:
        revoked = await keys.revoke(connection, key_id, None)
        if revoked is None:
            return False
        await enter(connection, SYSTEM, "key:revoke", ("key", key_id), action_class=ActionClass.KEY)
        return True

    if not _on_database(work):
        typer.echo(f"no live key {key_id}", err=True)
        raise typer.Exit(1)


def _fresh_name(role: Role) -> str:
    return f"{role.value} {dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M:%S.%f}"


def _on_database(work: Callable[[Connection], Awaitable[Answer]]) -> Answer:
    """Run `work` in one transaction as the application, on a database brought up to date."""
    settings = Settings()
    with database(settings, open_home(settings.home)) as found:

        async def run() -> Answer:
            await migrate(found.owner)
            address = with_session_settings(found.app)
            async with await AsyncConnection.connect(address) as connection, connection.transaction():
                return await work(connection)

        try:
            return asyncio.run(run())
        except ApiError as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(1) from error
