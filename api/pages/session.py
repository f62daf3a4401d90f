"""Who is signed in on the pages, and that a form was sent from one of them."""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from fastapi import Request
from starlette.responses import Response

from api.auth import Caller, admit, caller_by_key
from api.db.pool import Connection
from api.db.stores import sessions
from api.parts import Parts, PartsOf
from api.problems import Problem

SESSION_COOKIE = "session"
VISIT_COOKIE = "visit"
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A signed-in browser: whose key it stands for, and the token its forms carry."""

    caller: Caller
    token: str = field(repr=False)


def form_token(secret: str) -> str:
    """Return the token for forms of the browser that holds `secret`: nobody else can compute it."""
    return hmac.digest(secret.encode(), b"filigrane form token", "sha256").hex()


def secret_in(request: Request, cookie: str) -> str | None:
    """Return a cookie of ours if it has the form of one."""
    value = request.cookies.get(cookie, "")
    return value if _SECRET.fullmatch(value) else None


def new_visit() -> str:
    """Return what ties the sign-in form to a browser, before there is a session."""
    return secrets.token_urlsafe(32)


def keep(response: Response, parts: Parts, cookie: str, secret: str) -> None:
    """Set a cookie that scripts cannot read and other sites cannot send."""
    is_https = parts.settings.address.startswith("https://")
    response.set_cookie(
        cookie, secret, max_age=sessions.LASTS_S, path="/", secure=is_https, httponly=True, samesite="strict"
    )


async def session_of(connection: Connection, request: Request) -> Session | None:
    """Return a browser's session, or None: no cookie, expired, signed out, or its key revoked."""
    secret = secret_in(request, SESSION_COOKIE)
    key_id = await sessions.key_of(connection, secret) if secret else None
    if secret is None or key_id is None:
        return None
    try:
        caller = await caller_by_key(connection, key_id, sealed_with=secret)
    except Problem:
        return None
    return Session(caller=caller, token=form_token(secret))


async def refuse_foreign_form(request: Request, token: str) -> None:
    """
    Refuse a form that was not sent from a page we gave this browser.

    Raises:
        Problem: 403 where its token is missing or of another session.
    """
    given = (await request.form(max_files=2, max_fields=100)).get("csrf")
    if not isinstance(given, str) or not hmac.compare_digest(given.encode(), token.encode()):
        raise Problem("stale_form")


def signed_in(*scopes: str, limit: str) -> Callable[..., Awaitable[Session]]:
    """
    Return the dependency for pages of people who are signed in; forms must carry their session's token.

    The rights and rates are those of the key, as for the same request to the API.
    """

    async def allowed(request: Request, parts: PartsOf) -> Session:
        async with parts.pool.connection() as connection:
            session = await session_of(connection, request)
            if session is None:
                raise Problem("unauthenticated")
        if request.method == "POST":
            await refuse_foreign_form(request, session.token)
        async with parts.pool.connection() as connection:
            await admit(connection, parts, session.caller, scopes, limit)
        request.scope["caller"] = session.caller
        return session

    return allowed
