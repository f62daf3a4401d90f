"""What machines ask of the service itself."""

from __future__ import annotations

import datetime as dt

import psycopg
import psycopg_pool
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from api.db.migrate import pending_migrations
from api.language import language_of
from api.parts import Parts, PartsOf
from api.problems import Problem, kinds

router = APIRouter(tags=["service"])


@router.get("/livez")
async def live() -> dict[str, str]:
    """Whether the process answers."""
    return {"status": "ok"}


@router.get("/readyz")
async def ready(parts: PartsOf) -> dict[str, object]:
    """Whether the service can do its work: the database, and every part that a decision needs."""
    found = {"database": await _database(parts)}
    for name, check in parts.checks.items():
        found[name] = await check()
    told = {name: trouble or "ok" for name, trouble in found.items()}
    if any(found.values()):
        raise Problem("unavailable", headers={"Retry-After": "5"}, members={"checks": told})
    return {"status": "ok", "checks": told}


async def _database(parts: Parts) -> str | None:
    try:
        async with parts.pool.connection(timeout=2) as connection:
            pending = await pending_migrations(connection)
    except (psycopg.Error, psycopg_pool.PoolTimeout):
        return "does not answer"
    return f"waits for {len(pending)} migrations" if pending else None


@router.get("/metrics", response_class=PlainTextResponse)
async def metrics(request: Request) -> Response:
    """Counters for Prometheus; no label tells who or what."""
    return Response(generate_latest(request.app.state.registry), media_type=CONTENT_TYPE_LATEST)


@router.get("/.well-known/security.txt", response_class=PlainTextResponse)
async def security_txt(parts: PartsOf) -> str:
    """Whom to tell of a weakness (RFC 9116)."""
    settings = parts.settings
    expires = dt.datetime.now(dt.UTC).replace(hour=0, minute=0, second=0, microsecond=0) + dt.timedelta(
        days=180
    )
    return (
        f"Contact: {settings.contact}\n"
        f"Expires: {expires.isoformat().replace('+00:00', 'Z')}\n"
        "Preferred-Languages: fr, en\n"
        f"Canonical: {settings.address}/.well-known/security.txt\n"
    )


@router.get("/problems/{code}")
async def problem(code: str, request: Request) -> JSONResponse:
    """What a problem's type means, and what to do about it."""
    kind = kinds().get(code)
    if kind is None:
        raise Problem("not_found")
    language = language_of(request)
    body = {
        "code": code,
        "status": kind.status,
        "title": kind.title.in_language(language),
        "advice": kind.advice.in_language(language),
    }
    return JSONResponse(body, headers={"Content-Language": language})
