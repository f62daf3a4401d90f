"""The application: routes over parts."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Sequence
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from prometheus_client import CollectorRegistry
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.staticfiles import StaticFiles

from api.edge import Edge, RequestMetrics
from api.language import language_of
from api.pages import appeal, home, sign_in, studio
from api.pages import verify as verify_page
from api.pages.problem import problem_page
from api.parts import Parts
from api.problems import ERRORS, MEDIA_TYPE, Problem, problem_of_error, problem_of_status, problem_response
from api.routes import (
    accounts,
    appeals,
    audit,
    characters,
    decisions,
    events,
    imports,
    keys,
    log,
    models,
    moderations,
    optouts,
    publishing,
    review,
    sealed,
    service,
    verify,
    videos,
    webhooks,
)
from api.traces import telemetry
from api.validation import problem_of_validation

ROUTERS: tuple[APIRouter, ...] = (
    service.router,
    accounts.router,
    keys.router,
    models.router,
    imports.router,
    characters.router,
    events.router,
    videos.router,
    publishing.router,
    webhooks.router,
    decisions.router,
    review.router,
    appeals.router,
    sealed.router,
    optouts.router,
    moderations.router,
    verify.router,
    audit.router,
    log.router,
    home.router,
    verify_page.router,
    sign_in.router,
    studio.router,
    appeal.router,
)
"""All that is served; a new surface adds its router here."""

_PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "instance", "request_id"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "pointer": {"type": "string"},
        "parameter": {"type": "string"},
        "request_id": {"type": "string"},
    },
}
_DOCUMENTED = (400, 401, 403, 404, 405, 409, 413, 415, 422, 429, 500, 503)


def create_app(parts: Parts, routers: Sequence[APIRouter] = ROUTERS) -> FastAPI:
    """Return the application over `parts`; it opens them when it starts and closes them when it stops."""
    registry = CollectorRegistry()
    app = FastAPI(
        title="Filigrane",
        version="1",
        summary="The open trust, consent and provenance layer for AI video.",
        redirect_slashes=False,  # a redirect would name the host that the client claims
        docs_url=None,  # the pages of the framework load scripts from elsewhere
        redoc_url=None,
        lifespan=_lifespan,
        responses={status: _documented(status) for status in _DOCUMENTED},
        telemetry=telemetry(),
    )
    app.state.parts = parts
    app.state.registry = registry
    app.state.problem_page = problem_page
    for router in routers:
        app.include_router(router)
    app.mount("/static", StaticFiles(packages=[("api.pages", "static")]))
    _answer_errors(app, routers)
    app.add_middleware(Edge, settings=parts.settings, metrics=RequestMetrics(registry))
    return app


@contextlib.asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    parts: Parts = app.state.parts
    async with contextlib.AsyncExitStack() as open_things:
        await open_things.enter_async_context(parts.pool)
        for resource in parts.resources:
            await open_things.enter_async_context(resource)
        yield


def _documented(status: int) -> dict[str, Any]:
    title = problem_of_status(status).kind.title.en if status < 500 else "Something went wrong on our side"
    return {"description": title, "content": {MEDIA_TYPE: {"schema": _PROBLEM_SCHEMA}}}


def _methods(routers: Sequence[APIRouter], request: Request) -> str:
    """Return every method of an address: a route knows its own alone, and an address may have several."""
    asked = [route for router in routers for route in router.routes if isinstance(route, Route)]
    found = [route.methods or () for route in asked if route.matches(request.scope)[0] is not Match.NONE]
    return ", ".join(sorted(set[str]().union(*found)))


def _answer_errors(app: FastAPI, routers: Sequence[APIRouter]) -> None:
    @app.exception_handler(Problem)
    async def _refused(request: Request, problem: Problem) -> Response:
        return problem_response(request, problem)

    @app.exception_handler(HTTPException)
    async def _bare(request: Request, error: HTTPException) -> Response:
        headers = dict(error.headers or {})
        if "Allow" in headers:
            headers["Allow"] = _methods(routers, request) or headers["Allow"]
        return problem_response(request, problem_of_status(error.status_code, headers))

    @app.exception_handler(RequestValidationError)
    async def _not_valid(request: Request, error: RequestValidationError) -> Response:
        return problem_response(request, problem_of_validation(error.errors(), language_of(request)))

    async def known(request: Request, error: Exception) -> Response:
        return problem_response(request, problem_of_error(error))

    for kind, code in ERRORS.items():
        if Problem(code).kind.status < 500:  # those of our side go to the edge, which logs them
            app.add_exception_handler(kind, known)
