"""Which of our languages a client reads."""

from __future__ import annotations

from starlette.requests import HTTPConnection

LANGUAGES = ("en", "fr")


def language_of(request: HTTPConnection) -> str:
    """
    Return ``en`` or ``fr``: the one chosen on a page, else the one that Accept-Language prefers.

    English where it says neither.
    """
    chosen = request.scope.get("language")
    return chosen if chosen in LANGUAGES else preferred(request.headers.get("accept-language", ""))


def preferred(accept_language: str) -> str:
    """
    Return the language of ours that an Accept-Language header prefers.

    Source: RFC 9110, section 12.5.4; equal weights keep the header's order, zero refuses.
    """
    best, best_weight = "en", 0.0
    for item in accept_language.split(",")[:20]:
        tag, _, parameter = item.strip().partition(";")
        language = tag.strip().lower().split("-", 1)[0]
        weight = _weight(parameter)
        if language in LANGUAGES and weight > best_weight:
            best, best_weight = language, weight
    return best


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
