"""What it takes to decide again: the facts of a decision, and every policy that decided."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from psycopg.types.json import Jsonb

from api.db.pool import Connection
from policies.bundle import Policy
from policies.facts import Facts
from safety.decision import Decision, facts_as_json, facts_from_json

_BUNDLES_KEPT = dt.timedelta(days=3653)
"""As long as decisions are kept: ten years."""


async def keep(
    connection: Connection, policy: Policy, decision: Decision, facts: Facts, until: dt.datetime
) -> None:
    """Keep the facts of a decision until then, and its policy, once, for as long as decisions name it."""
    cursor = await connection.execute(
        "INSERT INTO decision_facts (decision_id, facts, expires_at) VALUES (%s, %s, %s)"
        " RETURNING EXISTS (SELECT FROM policy_bundles WHERE digest = %s)",
        (decision.id, Jsonb(facts_as_json(facts)), until, policy.digest),
    )
    row = await cursor.fetchone()
    if row is None or not row[0]:
        await connection.execute(
            "INSERT INTO policy_bundles (digest, files) VALUES (%s, %s) ON CONFLICT (digest) DO NOTHING",
            (policy.digest, Jsonb(dict(policy.texts))),
        )


async def facts_of(connection: Connection, decision_id: str) -> Facts | None:
    """Return what a decision was told, or None once its time is over; a person's is told nothing."""
    cursor = await connection.execute(
        "SELECT facts FROM decision_facts WHERE decision_id = %s", (decision_id,)
    )
    row = await cursor.fetchone()
    return None if row is None else facts_from_json(row[0])


async def bundle(connection: Connection, digest: str) -> Mapping[str, str] | None:
    """Return the files of a policy by name, or None where it is not kept."""
    cursor = await connection.execute("SELECT files FROM policy_bundles WHERE digest = %s", (digest,))
    row = await cursor.fetchone()
    return None if row is None else dict(row[0])


async def sweep(connection: Connection) -> None:
    """
    Forget the facts whose time is over, and the policies that no kept decision names, after ten years.

    A decision taken at this very moment under a policy that was not used for so long may lose it; the next
    one under it keeps it anew.
    """
    await connection.execute("DELETE FROM decision_facts WHERE expires_at < now()")
    await connection.execute(
        "DELETE FROM policy_bundles b WHERE first_used_at < now() - %s"
        " AND NOT EXISTS (SELECT FROM decisions WHERE policy_digest = b.digest)",
        (_BUNDLES_KEPT,),
    )
