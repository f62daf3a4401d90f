"""On the very first start: one account and key for every role, each in a file that its owner alone reads."""

from __future__ import annotations

from pathlib import Path

from psycopg import AsyncConnection

from api.acts import enter
from api.db.pool import Connection, with_session_settings
from api.db.stores import accounts, keys
from api.home import Home
from api.roles import Role
from safety.audit.entry import SYSTEM, ActionClass

_NAME = "first start"
_LOCK = 0x66697273  # "firs": two machines starting on one database make one set


async def write_first_keys(app_address: str, home: Home) -> dict[Role, Path]:
    """
    Make a key for every role if that was never done; return the files written, by role.

    The rows are committed after the files are written: a crash between leaves files of keys that do not
    work, which the next start replaces.
    """
    address = with_session_settings(app_address)
    async with await AsyncConnection.connect(address) as connection, connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        if await (
            await connection.execute("SELECT true FROM api_keys WHERE name = %s LIMIT 1", [_NAME])
        ).fetchone():
            return {}
        return {role: await _write(connection, home, role) for role in Role}


async def _write(connection: Connection, home: Home, role: Role) -> Path:
    account = await accounts.create(
        connection, accounts.NewAccount(display_name=role.value.replace("_", " "))
    )
    new = keys.NewKey(account_id=account.id, role=role, name=_NAME)
    key, text = await keys.create(connection, new)
    await enter(
        connection, SYSTEM, "account:create", ("account", account.id), action_class=ActionClass.ACCESS
    )
    await enter(connection, SYSTEM, "key:create", ("key", key.id), action_class=ActionClass.KEY)
    (home.keys / f"{role.value}.key").unlink(missing_ok=True)
    return home.write_key(f"{role.value}.key", text + "\n")


async def _account(connection: Connection, name: str) -> accounts.Account:
    found = await accounts.by_name(connection, name)
    if found is None:
        found = await accounts.create(connection, accounts.NewAccount(display_name=name))
        await enter(
            connection, SYSTEM, "account:create", ("account", found.id), action_class=ActionClass.ACCESS
        )
    return found
