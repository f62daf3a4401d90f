"""Who asks, and whether they may."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.db.pool import Connection
from api.db.stores import identities, keys, rate_limits
from api.oidc import Identity, Tokens, is_token, refused
from api.parts import Parts, PartsOf
from api.problems import Problem
from api.roles import ACCOUNT_HOLDERS, Role, scopes_of
from policies.facts import AgeBand, Tier
from policies.quota import Rate
from policies.ruling import Sentence
from safety.audit.entry import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """
    The account that asks, by which key, and what it may do.

    `sealing_key` is 32 bytes that follow from the key's secret and are kept nowhere: with it a response is
    sealed that only the same key may read again.
    """

    account_id: str
    key_id: str
    role: Role
    scopes: frozenset[str]
    tier: Tier
    age_band: AgeBand
    territory: str
    locale: str
    sealing_key: bytes = field(repr=False)

    def may(self, scope: str) -> bool:
        """Whether the caller has the scope."""
        return scope in self.scopes

    @property
    def counted_as(self) -> str:
        """Whose rates apply: the tier's, or those of the operator's people (`policies.quota.Caller`)."""
        if self.role is Role.ADMIN:
            return "admin"
        return self.tier.value if self.role in ACCOUNT_HOLDERS else "staff"

    @property
    def actor(self) -> Actor:
        """The caller as the log names it."""
        return Actor(type="account", id=self.account_id, role=self.role.value)


_ADDRESSES = secrets.token_bytes(32)

_bearer = HTTPBearer(
    auto_error=False,
    bearerFormat="fg_<id>.<secret>",
    description="An API key, or a token of the operator's provider.",
)
_Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


def require(*scopes: str, limit: str | None = None) -> Callable[..., Awaitable[Caller]]:
    """
    Return the dependency that lets callers with all of `scopes` through, as their `Caller`.

    `limit` names the surface whose rate limit the request counts towards: ``Depends(require("videos:write",
    limit="videos"))``.  Answers 401 without a live key, 403 naming the missing scopes, 429 with Retry-After.
    """

    async def allowed(request: Request, parts: PartsOf, credentials: _Credentials) -> Caller:
        text = credentials.credentials if credentials else None
        identity = await _identity(parts, text)  # may ask the provider: no connection is held meanwhile
        async with parts.pool.connection() as connection:
            caller = await (
                authenticate(connection, text)
                if identity is None
                else caller_by_identity(connection, identity)
            )
            await admit(connection, parts, caller, scopes, limit)
        request.scope["caller"] = caller
        return caller

    return allowed


async def admit(
    connection: Connection, parts: Parts, caller: Caller, scopes: Iterable[str], limit: str | None
) -> None:
    """
    Let a known caller through.

    Raises:
        Problem: 403 naming the missing scopes, 429 with Retry-After.
    """
    if missing := sorted(set(scopes) - caller.scopes):
        raise _missing(missing)
    if limit is not None:
        await _count(connection, parts.limits.get((limit, caller.counted_as)), caller, limit)


def anyone(*, limit: str) -> Callable[..., Awaitable[None]]:
    """
    Return the dependency that lets everybody through, counted by address towards a surface's rate limit.

    Addresses are counted under a keyed digest that is forgotten with the process: none is stored.
    """

    async def counted(request: Request, parts: PartsOf) -> None:
        address = request.client.host if request.client else ""
        subject = hmac.digest(_ADDRESSES, address.encode(), "sha256").hex()
        async with parts.pool.connection() as connection:
            allowed = parts.limits.get((limit, "anonymous"))
            await _refuse_beyond(connection, allowed, f"{limit}:{subject}")

    return counted


async def authenticate(connection: Connection, credentials: str | None) -> Caller:
    """
    Return whose key it is.

    Raises:
        Problem: 401 without a live key; 403 where the account is suspended.
    """
    parsed = keys.presented(credentials) if credentials else None
    if parsed is None:
        raise Problem("unauthenticated")
    key_id, secret = parsed
    holder = await keys.holder(connection, key_id)
    expected = holder.secret_sha256 if holder else bytes(32)
    if not hmac.compare_digest(keys.secret_digest(secret), expected) or holder is None:
        raise Problem("unauthenticated", headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})
    return await _admitted(connection, holder, secret)


async def _identity(parts: Parts, text: str | None) -> Identity | None:
    """Return who a token speaks for; None where the bearer is no token, or tokens are not taken here."""
    tokens: Tokens | None = parts.wired.get(Tokens)
    return await tokens.read(text) if tokens and text and is_token(text) else None


async def caller_by_identity(connection: Connection, identity: Identity) -> Caller:
    """
    Return the caller that a token speaks for.

    Raises:
        Problem: 401 where the operator revoked the subject's key; 403 where its account is suspended.
    """
    key_id = await identities.key_of(connection, identity.digest, identity.role)
    holder = await keys.holder(connection, key_id)
    if holder is None:
        raise refused()
    caller = await _admitted(connection, holder, identity.token)
    return replace(caller, scopes=scopes_of(identity.role, identity.scopes))


async def caller_by_key(connection: Connection, key_id: str, *, sealed_with: str) -> Caller:
    """
    Return who a session stands for; `sealed_with` is the secret that only its holder has.

    Raises:
        Problem: 401 where the key is no longer live; 403 where the account is suspended.
    """
    holder = await keys.holder(connection, key_id)
    if holder is None:
        raise Problem("unauthenticated")
    return await _admitted(connection, holder, sealed_with)


async def _admitted(connection: Connection, holder: keys.Holder, secret: str) -> Caller:
    if holder.is_suspended:
        raise Problem("account_suspended")
    if not holder.is_use_noted:
        await keys.touch(connection, holder.key_id)
    return _caller(holder, secret)


def _caller(holder: keys.Holder, secret: str) -> Caller:
    role = Role(holder.role)
    narrowed = frozenset(holder.scopes) if holder.scopes is not None else None
    return Caller(
        account_id=holder.account_id,
        key_id=holder.key_id,
        role=role,
        scopes=scopes_of(role, narrowed),
        tier=Tier(holder.tier),
        age_band=AgeBand(holder.age_band),
        territory=holder.territory,
        locale=holder.locale,
        sealing_key=hmac.digest(secret.encode(), b"filigrane sealed responses", "sha256"),
    )


def _missing(scopes: list[str]) -> Problem:
    named = ", ".join(scopes)
    return Problem(
        "missing_scope",
        Sentence(en=f"This asks for {named}.", fr=f"Ceci demande {named}."),
        headers={"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{" ".join(scopes)}"'},
        members={"missing_scopes": scopes},
    )


async def _count(connection: Connection, limit: Rate | None, caller: Caller, surface: str) -> None:
    await _refuse_beyond(connection, limit, f"{surface}:{caller.account_id}")


async def _refuse_beyond(connection: Connection, limit: Rate | None, subject: str) -> None:
    if limit is None:
        return
    wait_s = await rate_limits.take(connection, subject, limit)
    if wait_s is not None:
        raise Problem("rate_limited", headers={"Retry-After": str(wait_s)})
