"""What is wrong with a request, in words: pydantic's error types in our two languages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from api.problems import Problem
from policies.ruling import Sentence

_SHOWN = 20  # of the errors of one request

_WORDS: Mapping[str, Sentence] = {
    "missing": Sentence(en="this is required", fr="ceci est requis"),
    "extra_forbidden": Sentence(en="this is not known here", fr="ceci n’est pas connu ici"),
    "json_invalid": Sentence(en="the body is not JSON", fr="le corps n’est pas du JSON"),
    "string_type": Sentence(en="this must be text", fr="ceci doit être du texte"),
    "string_unicode": Sentence(en="this must be valid Unicode", fr="ceci doit être de l’Unicode valide"),
    "string_too_short": Sentence(
        en="at least {min_length} characters", fr="au moins {min_length} caractères"
    ),
    "string_too_long": Sentence(en="at most {max_length} characters", fr="au plus {max_length} caractères"),
    "string_pattern_mismatch": Sentence(
        en="this does not have the form that /openapi.json asks for",
        fr="ceci n’a pas la forme que demande /openapi.json",
    ),
    "literal_error": Sentence(en="one of {expected}", fr="l’un de {expected}"),
    "enum": Sentence(en="one of {expected}", fr="l’un de {expected}"),
    "int_type": Sentence(en="this must be a whole number", fr="ceci doit être un nombre entier"),
    "int_parsing": Sentence(en="this must be a whole number", fr="ceci doit être un nombre entier"),
    "bool_type": Sentence(en="this must be true or false", fr="ceci doit être true ou false"),
    "greater_than_equal": Sentence(en="at least {ge}", fr="au moins {ge}"),
    "greater_than": Sentence(en="more than {gt}", fr="plus que {gt}"),
    "less_than_equal": Sentence(en="at most {le}", fr="au plus {le}"),
    "less_than": Sentence(en="less than {lt}", fr="moins que {lt}"),
    "too_long": Sentence(en="at most {max_length} items", fr="au plus {max_length} éléments"),
    "too_short": Sentence(en="at least {min_length} items", fr="au moins {min_length} éléments"),
    "model_attributes_type": Sentence(en="this must be an object", fr="ceci doit être un objet"),
    "dict_type": Sentence(en="this must be an object", fr="ceci doit être un objet"),
    "list_type": Sentence(en="this must be a list", fr="ceci doit être une liste"),
}
_OTHERWISE = Sentence(en="this value is not valid", fr="cette valeur n’est pas valide")


def problem_of_validation(errors: Sequence[Mapping[str, Any]], language: str) -> Problem:
    """
    Return what is wrong, place by place, never quoting what was sent.

    A place in the body is a JSON pointer; one elsewhere is the parameter's name.
    """
    told = [_told(error, language) for error in errors[:_SHOWN]]
    first = told[0] if told else {}
    detail = f"{first.get('pointer') or first.get('parameter') or '/'} : {first.get('detail', '')}"
    return Problem(
        "invalid",
        Sentence(en=detail.replace(" : ", ": "), fr=detail),
        pointer=first.get("pointer"),
        parameter=first.get("parameter"),
        members={"errors": told},
    )


def _told(error: Mapping[str, Any], language: str) -> dict[str, str]:
    words = _WORDS.get(error["type"], _OTHERWISE).in_language(language)
    where, *path = error["loc"] or ("body",)
    if where == "body":
        return {
            "pointer": _pointer([] if error["type"] == "json_invalid" else path),
            "detail": _filled(words, error),
        }
    return {"parameter": ".".join(map(str, path)) or str(where), "detail": _filled(words, error)}


def _filled(words: str, error: Mapping[str, Any]) -> str:
    context = error.get("ctx") or {}
    try:
        return words.format_map({name: str(value) for name, value in context.items()})
    except KeyError:
        return words


def _pointer(path: Sequence[object]) -> str:
    """Return the JSON pointer (RFC 6901) of a place."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)
