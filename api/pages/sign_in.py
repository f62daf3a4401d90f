"""In and out of the studio, by an API key."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.auth import anyone, authenticate
from api.db.stores import sessions
from api.pages.colophon import colophon_of
from api.pages.rendering import render
from api.pages.session import (
    SESSION_COOKIE,
    VISIT_COOKIE,
    form_token,
    keep,
    new_visit,
    refuse_foreign_form,
    secret_in,
    session_of,
)
from api.parts import Parts, PartsOf
from api.problems import Problem

router = APIRouter(include_in_schema=False)

_LONGEST_KEY = 200


@router.post("/session")
async def sign_in(
    request: Request, parts: PartsOf, _: Annotated[None, Depends(anyone(limit="write"))]
) -> Response:
    """Begin a session with a key that may make clips; say what is wrong with any other."""
    visit = secret_in(request, VISIT_COOKIE)
    if visit is None:
        raise Problem("stale_form")
    await refuse_foreign_form(request, form_token(visit))
    key = (await request.form()).get("key")
    text = key.strip()[:_LONGEST_KEY] if isinstance(key, str) else ""
    try:
        secret = await _begin(parts, text)
    except Problem as problem:
        return await sign_in_page(request, parts, problem)
    response = RedirectResponse("/studio", 303)
    keep(response, parts, SESSION_COOKIE, secret)
    response.delete_cookie(VISIT_COOKIE)
    return response


@router.post("/session/end")
async def sign_out(request: Request, parts: PartsOf) -> Response:
    """End the session here and in the database."""
    async with parts.pool.connection() as connection:
        session = await session_of(connection, request)
    if session is not None:
        await refuse_foreign_form(request, session.token)
        async with parts.pool.connection() as connection:
            await sessions.end(connection, secret_in(request, SESSION_COOKIE) or "")
    response = RedirectResponse("/studio", 303)
    response.delete_cookie(SESSION_COOKIE)
    return response


async def sign_in_page(request: Request, parts: Parts, problem: Problem | None = None) -> HTMLResponse:
    """Return the page that asks for a key."""
    visit = secret_in(request, VISIT_COOKIE) or new_visit()
    response = render(
        request,
        "sign_in.html",
        status=problem.kind.status if problem else 200,
        colophon=await colophon_of(parts),
        token=form_token(visit),
        problem=problem,
    )
    keep(response, parts, VISIT_COOKIE, visit)
    return response


async def _begin(parts: Parts, key: str) -> str:
    async with parts.pool.connection() as connection:
        caller = await authenticate(connection, key)
        if not caller.may("videos:read"):
            raise Problem("missing_scope", members={"missing_scopes": ["videos:read"]})
        return await sessions.begin(connection, caller.key_id)
