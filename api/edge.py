"""
The outermost layer: every request gets an id, a limit to its body, a line in the journal and a safe answer.

Nothing that goes wrong further in reaches the client as anything but a problem.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.ids import new_id
from api.journal import told
from api.problems import problem_of_error, problem_response, too_large
from api.settings import Settings

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' blob:; media-src 'self' blob:; object-src 'none'; "
    "base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)
Headers = tuple[tuple[bytes, bytes], ...]

_HEADERS: Headers = (
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
_STRICT_TRANSPORT: Headers = ((b"strict-transport-security", b"max-age=31536000"),)
_NOT_STORED: Headers = ((b"cache-control", b"no-store"),)
_UPLOADS = (b"multipart/form-data", b"application/octet-stream", b"video/", b"image/", b"audio/")

_log = structlog.get_logger(__name__)


class RequestMetrics:
    """Requests and their seconds, by method, route and status."""

    def __init__(self, registry: CollectorRegistry) -> None:
        labels = ("method", "route", "status")
        self._count = Counter("filigrane_http_requests", "Requests answered.", labels, registry=registry)
        self._seconds = Histogram(
            "filigrane_http_request_seconds",
            "Seconds to the last byte.",
            ("method", "route"),
            registry=registry,
        )
        self._of: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    def note(self, *, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request; `method` and `route` are of the few that exist, never what a client wrote."""
        found = self._of.get((method, route, status))
        if found is None:
            found = self._count.labels(method, route, str(status)), self._seconds.labels(method, route)
            self._of[method, route, status] = found
        found[0].inc()
        found[1].observe(seconds)


@dataclass(slots=True)
class _Answer:
    """What has been sent of the answer so far."""

    status: int = 0
    is_complete: bool = False


class Edge:
    """ASGI middleware; see the module."""

    def __init__(self, app: ASGIApp, *, settings: Settings, metrics: RequestMetrics) -> None:
        self._app = app
        self._settings = settings
        self._metrics = metrics
        self._headers = _HEADERS + _STRICT_TRANSPORT if settings.address.startswith("https://") else _HEADERS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        scope["request_id"] = new_id("req")
        answer = _Answer()
        bound = structlog.contextvars.bind_contextvars(request_id=scope["request_id"])
        try:
            await self._serve(scope, receive, self._dressed(scope, send, answer), answer)
        finally:
            self._note(scope, answer, time.perf_counter() - started)
            structlog.contextvars.reset_contextvars(**bound)

    async def _serve(self, scope: Scope, receive: Receive, send: Send, answer: _Answer) -> None:
        announced, limit = self._body(scope["headers"])
        if announced > limit:
            await problem_response(Request(scope), too_large(limit))(scope, receive, send)
            return
        try:
            await self._app(scope, _bounded(receive, limit), send)
        except Exception as error:  # noqa: BLE001  (the last place that can answer)
            problem = problem_of_error(error)
            _log.error("request failed", **told(error))
            if answer.status == 0:
                await problem_response(Request(scope), problem)(scope, receive, send)

    def _body(self, headers: Iterable[tuple[bytes, bytes]]) -> tuple[int, int]:
        """Return how many bytes the body is said to have, 0 where nothing says, and how many it may have."""
        announced, limit = 0, self._settings.largest_json_bytes
        for name, value in headers:
            if name == b"content-length":
                announced = int(value) if value.isdigit() else 0
            elif name == b"content-type" and value.lower().startswith(_UPLOADS):
                limit = self._settings.largest_upload_bytes
        return announced, limit

    def _dressed(self, scope: Scope, send: Send, answer: _Answer) -> Send:
        """Return `send` with our headers on every answer; those that it has already stay as they are."""
        stored = _NOT_STORED if scope["path"].startswith("/v1/") else ()
        ours = (*self._headers, *stored, (b"x-request-id", scope["request_id"].encode()))

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer.status = message["status"]
                given = {name for name, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    *(header for header in ours if header[0] not in given),
                ]
            elif not message.get("more_body"):
                answer.is_complete = True
            await send(message)

        return dressed

    def _note(self, scope: Scope, answer: _Answer, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "other")
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self._metrics.note(method=method, route=route, status=answer.status, seconds=seconds)
        _log.info(
            "request",
            method=method,
            route=route,
            status=answer.status,
            milliseconds=round(seconds * 1000, 1),
            is_complete=answer.is_complete,
        )


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def _bounded(receive: Receive, limit: int) -> Receive:
    """Return `receive` that stops a body, announced or not, beyond `limit` bytes."""
    taken = 0

    async def bounded() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > limit:
            raise HTTPException(413)  # the one exception that the framework's body readers let through
        return message

    return bounded
