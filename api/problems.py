"""
Every answer that refuses, as RFC 9457 problem+json, in the client's language.

``problems.toml`` is the one table of codes; `ERRORS` says which code an error class of the house has.  Under
the paths that OpenAI's SDK speaks to, the same body also carries its ``error`` object.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import psycopg
import psycopg_pool
from fastapi.responses import JSONResponse, Response
from starlette.requests import HTTPConnection

from api.errors import (
    AddressRefused,
    AnswerTooLarge,
    ApiError,
    DatabaseUnavailable,
    IdentityUnavailable,
    NameTaken,
    NoAnswer,
    Overloaded,
    StorageFull,
    StorageUnavailable,
)
from api.language import language_of
from api.room import is_full
from generator.errors import GenerationFailed, InvalidMedia
from policies.ruling import Sentence
from safety.errors import LogInconsistent, SafetyError, SigningFailed

MEDIA_TYPE = "application/problem+json"
OPENAI_PATHS = ("/v1/videos", "/v1/moderations", "/v1/content_provenance_checks", "/v1/models")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What a code means: its HTTP status, its title, and what to do about it."""

    status: int
    title: Sentence
    advice: Sentence


@functools.cache
def kinds() -> Mapping[str, Kind]:
    """Return every code with what it means, out of ``problems.toml``."""
    table = tomllib.loads(files("api").joinpath("problems.toml").read_text(encoding="utf-8"))
    return {
        code: Kind(status=row["status"], title=Sentence(**row["title"]), advice=Sentence(**row["advice"]))
        for code, row in table.items()
    }


ERRORS: Mapping[type[Exception], str] = {
    InvalidMedia: "invalid_media",
    GenerationFailed: "generator_failed",
    SigningFailed: "signing_failed",
    LogInconsistent: "log_inconsistent",
    SafetyError: "unavailable",
    NameTaken: "name_taken",
    AddressRefused: "address_refused",
    NoAnswer: "address_unanswered",
    AnswerTooLarge: "payload_too_large",
    Overloaded: "overloaded",
    StorageFull: "storage_full",
    StorageUnavailable: "unavailable",
    DatabaseUnavailable: "unavailable",
    IdentityUnavailable: "unavailable",
    psycopg.OperationalError: "unavailable",
    psycopg_pool.PoolTimeout: "unavailable",
    psycopg.DataError: "invalid",
}

_OF_STATUS = {
    400: "bad_request",
    401: "unauthenticated",
    403: "missing_scope",
    404: "not_found",
    405: "method_not_allowed",
    413: "payload_too_large",
    415: "unsupported_media_type",
    416: "range_not_satisfiable",
    422: "invalid",
}
_NOT_BY_REPEATING = frozenset({"conflict", "name_taken", "not_implemented"})
_RETRY_AFTER = {"overloaded": "5", "unavailable": "5", "storage_full": "60"}


class Problem(ApiError):  # noqa: N818  (RFC 9457's word)
    """
    An answer that refuses.

    Args:
        code: a row of ``problems.toml``.
        detail: what is wrong this time; without it the client reads the kind's advice.
        pointer: the JSON pointer of the value in the body that is wrong.
        parameter: the name of the query parameter or header that is wrong.
        headers: to answer with.
        members: further members of the body, such as ``reasons``.
    """

    def __init__(
        self,
        code: str,
        detail: Sentence | None = None,
        *,
        pointer: str | None = None,
        parameter: str | None = None,
        headers: Mapping[str, str] | None = None,
        members: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.kind = kinds()[code]
        self.detail = detail
        self.pointer = pointer
        self.parameter = parameter
        self.headers = headers or {}
        self.members = members or {}


def problem_of_status(status: int, headers: Mapping[str, str] | None = None) -> Problem:
    """Return the problem that stands for a bare HTTP status of the framework."""
    fallback = "bad_request" if status < 500 else "internal"
    return Problem(_OF_STATUS.get(status, fallback), headers=headers)


def problem_of_error(error: Exception, *, pointer: str | None = None) -> Problem:
    """
    Return the problem that clients see of an error; of an unknown one they learn nothing.

    `pointer` names the field that it came with.
    """
    known = next((ERRORS[kind] for kind in type(error).__mro__ if kind in ERRORS), "internal")
    code = "storage_full" if is_full(error) else known
    retry = _RETRY_AFTER.get(code)
    headers = {"Retry-After": retry} if retry else None
    return Problem(code, _fault_of(error), pointer=pointer, headers=headers)


def _fault_of(error: Exception) -> Sentence | None:
    """Return what is wrong with a file, where who read it says so in every language."""
    if not isinstance(error, InvalidMedia) or error.sentences["en"] == error.sentences["fr"]:
        return None
    return Sentence(en=error.sentences["en"], fr=error.sentences["fr"])


def too_large(largest_bytes: int, *, pointer: str | None = None) -> Problem:
    """Return the problem of a body or a file of more bytes than that."""
    most = f"{largest_bytes / 1e6:g}"
    said = Sentence(en=f"At most {most} MB are taken here.", fr=f"{most} Mo au plus sont acceptés ici.")
    return Problem("payload_too_large", said, pointer=pointer)


def problem_response(request: HTTPConnection, problem: Problem) -> Response:
    """Return the response that tells `problem` in the client's language: to a browser, as a page."""
    page = getattr(request.app.state, "problem_page", None)
    if page is not None and not request.url.path.startswith("/v1/") and _reads_pages(request):
        told: Response = page(request, problem)
        return told
    return problem_json(request, problem)


def problem_json(request: HTTPConnection, problem: Problem) -> JSONResponse:
    """Return the response that tells `problem` to a program."""
    language = language_of(request)
    headers = {**problem.headers, "Content-Language": language}
    if problem.code in _NOT_BY_REPEATING:
        headers["X-Should-Retry"] = "false"  # OpenAI's SDK repeats every 409, 429 and 5xx unless told not to
    if problem.kind.status == 401:
        headers.setdefault("WWW-Authenticate", "Bearer")
    body = problem_body(request, problem, language)
    return JSONResponse(body, problem.kind.status, headers=headers, media_type=MEDIA_TYPE)


def _reads_pages(request: HTTPConnection) -> bool:
    return "text/html" in request.headers.get("accept", "")


def problem_body(request: HTTPConnection, problem: Problem, language: str) -> dict[str, Any]:
    """Return the body: RFC 9457's members, ours, and OpenAI's where its SDK reads."""
    path = request.url.path
    detail = (problem.detail or problem.kind.advice).in_language(language)
    body: dict[str, Any] = {
        "type": f"{request.app.state.parts.settings.address}/problems/{problem.code}",
        "title": problem.kind.title.in_language(language),
        "status": problem.kind.status,
        "detail": detail,
        "instance": path,
        **({"pointer": problem.pointer} if problem.pointer is not None else {}),
        **({"parameter": problem.parameter} if problem.parameter is not None else {}),
        "request_id": request.scope.get("request_id"),
    }
    # A member of ours never stands for one of the specification's.
    body |= {name: value for name, value in problem.members.items() if name not in body}
    if path.startswith(OPENAI_PATHS):
        body["error"] = {
            "code": problem.code,
            "message": f"{body['title']}. {detail}",
            "param": (problem.pointer or "").rpartition("/")[2] or problem.parameter,
            "type": _openai_type(problem.kind.status),
        }
    return body


def _openai_type(status: int) -> str:
    named = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}
    return named.get(status, "invalid_request_error" if status < 500 else "server_error")
