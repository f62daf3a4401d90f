"""Pages out of templates: in the reader's language, under the strict policy for content."""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse

from api.language import LANGUAGES, language_of
from api.pages.colophon import NOTHING_READ, Colophon
from policies.ruling import Sentence

LANGUAGE_COOKIE = "language"
_YEAR_S = 365 * 24 * 3600
_HIGH = re.compile(r" (?=[;!?])")
_COLON = re.compile(r" (?=[:»])|(?<=«) ")


@functools.cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("api.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def choose_language(request: HTTPConnection) -> str:
    """Return the page's language and note it in the request: `?lang=`, the cookie, the browser's."""
    asked = (request.query_params.get("lang"), request.cookies.get(LANGUAGE_COOKIE))
    chosen = next((language for language in asked if language in LANGUAGES), None)
    if chosen is not None:
        request.scope["language"] = chosen
    return language_of(request)


def set_in_type(text: str, language: str) -> str:
    """Return the text with the spaces French sets before its high signs; English as it is."""
    return text if language != "fr" else _COLON.sub("\u00a0", _HIGH.sub("\u202f", text))


def render(
    request: HTTPConnection,
    template: str,
    *,
    colophon: Colophon = NOTHING_READ,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **context: Any,
) -> HTMLResponse:
    """Return a page; `context` is what its template shows."""
    language = choose_language(request)
    shown = {
        "lang": language,
        "t": lambda en, fr: set_in_type(fr if language == "fr" else en, language),
        "say": lambda sentence: _said(sentence, language),
        "colophon": colophon,
        "now": dt.datetime.now(dt.UTC),
        "path": request.url.path,
        **context,
    }
    text = _environment().get_template(template).render(**shown, **_macros(shown))
    answer = HTMLResponse(text, status, headers={**(headers or {}), **_spoken(language)})
    if request.query_params.get("lang") in LANGUAGES:
        answer.set_cookie(LANGUAGE_COOKIE, language, max_age=_YEAR_S, samesite="lax", httponly=True)
    return answer


def _macros(shown: Mapping[str, Any]) -> dict[str, Any]:
    """Return what every template draws with: `m`, the small things, and `p`, the sheet of paper."""
    names = {"m": "macros.html", "p": "paper.html"}
    return {name: _environment().get_template(file).make_module(dict(shown)) for name, file in names.items()}


def _spoken(language: str) -> dict[str, str]:
    return {
        "Content-Language": language,
        "Vary": "Accept-Language, Cookie, Accept",
        "Cache-Control": "private, no-store",
    }


def _said(sentence: Sentence, language: str) -> str:
    return set_in_type(sentence.in_language(language), language)
