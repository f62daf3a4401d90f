"""What a browser is shown where a program would read problem+json."""

from __future__ import annotations

from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse

from api.pages.rendering import choose_language, render
from api.problems import Problem


def problem_page(request: HTTPConnection, problem: Problem) -> HTMLResponse:
    """Return the page that says what went wrong and what to do; it reads nothing, for nothing may answer."""
    choose_language(request)
    return render(
        request,
        "problem.html",
        status=problem.kind.status,
        headers=problem.headers,
        problem=problem,
        wait_s=problem.headers.get("Retry-After"),
        request_id=request.scope.get("request_id"),
        here="studio" if request.url.path.startswith("/studio") else "verify",
    )
