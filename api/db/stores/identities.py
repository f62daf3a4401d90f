"""Subjects of an identity provider: each has an account, and a key nobody can present for each role."""

from __future__ import annotations

from api.acts import enter
from api.db.pool import Connection
from api.db.stores import accounts, keys
from api.roles import Role
from safety.audit.entry import SYSTEM, ActionClass

_SHOWN_DIGITS = 16


async def key_of(connection: Connection, digest: bytes, role: Role) -> str:
    """
    Return the id of the key that a subject's role goes by; account and key are made at the first request.

    `digest` is the SHA-256 of issuer and subject: their names are not stored.
    """
    found = await _find(connection, digest, role)
    if found is not None:
        return found
    async with connection.transaction():
        # Requests that come first together wait here for one another.
        await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (digest.hex(),))
        return await _find(connection, digest, role) or await _add(connection, digest, role)


async def _find(connection: Connection, digest: bytes, role: Role) -> str | None:
    row = await (
        await connection.execute(
            "SELECT key_id FROM identities WHERE subject_sha256 = %s AND role = %s", (digest, role)
        )
    ).fetchone()
    return None if row is None else str(row[0])


async def _add(connection: Connection, digest: bytes, role: Role) -> str:
    account_id = await _account(connection, digest)
    # The text to present is dropped: only tokens of the subject speak for this key.
    key, _ = await keys.create(
        connection, keys.NewKey(account_id=account_id, role=role, name=f"identity provider: {role.value}")
    )
    await enter(connection, SYSTEM, "key:create", ("key", key.id), action_class=ActionClass.KEY)
    await connection.execute(
        "INSERT INTO identities (subject_sha256, role, account_id, key_id) VALUES (%s, %s, %s, %s)",
        (digest, role, account_id, key.id),
    )
    return key.id


async def _account(connection: Connection, digest: bytes) -> str:
    row = await (
        await connection.execute(
            "SELECT account_id FROM identities WHERE subject_sha256 = %s LIMIT 1", (digest,)
        )
    ).fetchone()
    if row is not None:
        return str(row[0])
    new = accounts.NewAccount(display_name=f"subject {digest.hex()[:_SHOWN_DIGITS]}")
    account = await accounts.create(connection, new)
    await enter(
        connection, SYSTEM, "account:create", ("account", account.id), action_class=ActionClass.ACCESS
    )
    return account.id
