"""What OpenAPI says of bodies that are read value by value, and of answers that are not JSON."""

from __future__ import annotations

from typing import Any, Final

from api.video_body import LONGEST_PROMPT, MOST_CAMEOS

Described = dict[str, Any]

_PROMPT: Final[Described] = {
    "type": "string",
    "minLength": 1,
    "maxLength": LONGEST_PROMPT,
    "pattern": r"\S",
    "description": "what the clip shows",
}
_FILE: Final[Described] = {"type": "string", "format": "binary"}
_PICTURE: Final[Described] = {
    "type": "object",
    "required": ["image_url"],
    "properties": {"image_url": {"type": "string", "description": "an https or data URL"}},
}
_CREATION: Final[Described] = {
    "type": "object",
    "required": ["prompt"],
    "properties": {
        "prompt": _PROMPT,
        "model": {"type": ["string", "null"], "description": "one of /v1/models; null is the first"},
        "seconds": {
            "anyOf": [
                {"type": "integer", "minimum": 1, "maximum": 20},
                {"type": "string", "pattern": "^(0?[1-9]|1[0-9]|20)$"},
            ]
        },
        "size": {"type": "string", "pattern": "^[1-9][0-9]{2,3}x[1-9][0-9]{2,3}$"},
        "characters": {
            "type": "array",
            "maxItems": MOST_CAMEOS,
            "items": {"type": "string", "minLength": 1, "maxLength": 64},
        },
        "safety_identifier": {"type": ["string", "null"], "minLength": 1, "maxLength": 64},
        "input_reference": {"anyOf": [_PICTURE, {"type": "null"}]},
    },
}
_CREATION_FORM: Final[Described] = {
    **_CREATION,
    "properties": {
        **{name: kind for name, kind in _CREATION["properties"].items() if name in ("prompt", "size")},
        "seconds": {"type": "string", "pattern": "^(0?[1-9]|1[0-9]|20)$"},
        "input_reference": _FILE,
    },
}


def _body(**kinds: Described) -> Described:
    named = {"json": "application/json", "form": "multipart/form-data"}
    return {
        "requestBody": {
            "required": True,
            "content": {named[kind]: {"schema": schema} for kind, schema in kinds.items()},
        }
    }


CREATION: Final = _body(json=_CREATION, form=_CREATION_FORM)
REMIX: Final = _body(json={"type": "object", "required": ["prompt"], "properties": {"prompt": _PROMPT}})
PUBLICATION: Final = _body(
    json={
        "type": "object",
        "required": ["visibility"],
        "properties": {"visibility": {"enum": ["unlisted", "public"]}},
    }
)
IMPORT: Final = _body(
    form={
        "type": "object",
        "required": ["video"],
        "properties": {
            "video": _FILE,
            "prompt": {"type": "string", "maxLength": LONGEST_PROMPT},
            "generator": {"type": "string", "maxLength": 200},
            "model": {"type": "string", "maxLength": 200},
        },
    }
)
MODERATION: Final = _body(
    json={
        "type": "object",
        "required": ["input"],
        "properties": {
            "input": {
                "anyOf": [
                    {"type": "string", "maxLength": LONGEST_PROMPT},
                    {"type": "array", "minItems": 1, "maxItems": 32, "items": {"type": ["string", "object"]}},
                ]
            }
        },
    }
)
CHECK: Final = _body(
    form={"type": "object", "required": ["file"], "properties": {"file": _FILE}},
    json={"type": "object", "required": ["url"], "properties": {"url": {"type": "string"}}},
)

_PROBLEM: Final = {"application/problem+json": {"schema": {"type": "object"}}}


def media(*types: str) -> dict[int | str, Described]:
    """Return the answers of an address that streams media of these types, whole or by ranges."""
    content: Described = {kind: {"schema": _FILE} for kind in types}
    return {
        200: {"description": "the whole", "content": content},
        206: {"description": "the range asked for", "content": content},
        410: {"description": "withdrawn", "content": _PROBLEM},
        416: {"description": "a range outside", "content": _PROBLEM},
    }


STILL: Final[dict[int | str, Described]] = {
    200: {"description": "the still", "content": {"image/jpeg": {"schema": _FILE}}},
}
NOTHING: Final[dict[int | str, Described]] = {204: {"description": "nothing waits"}}
REFUSED: Final[dict[int | str, Described]] = {
    410: {"description": "withdrawn", "content": _PROBLEM},
}
NOT_BUILT: Final[dict[int | str, Described]] = {
    501: {"description": "not built yet", "content": _PROBLEM},
}
