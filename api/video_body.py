"""What a client sends to ask for a clip, read from JSON or a form, checked value by value."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from starlette.datastructures import FormData, UploadFile

from api.problems import Problem
from api.references import LARGEST_PICTURE_BYTES, bounded
from generator.request import LARGEST_AREA_PX, LARGEST_SIDE_PX, LONGEST_S
from policies.ruling import Sentence

Fetch = Callable[[object, str], Awaitable[bytes]]
"""Returns the bytes of the picture that a URL in a field names."""

LONGEST_PROMPT = 32_000
DEFAULT_SECONDS = "4"
DEFAULT_SIZE = "720x1280"
MOST_CAMEOS = 3
SMALLEST_SIDE_PX = 120  # a smaller picture cannot bear the mark

_SIZE = re.compile(r"([1-9]\d{1,3})x([1-9]\d{1,3})")
_UNSEEN = frozenset({"Cc", "Cf", "Mn", "Me", "Zl", "Zp", "Zs"})
"""Spaces, controls, characters without width, marks that stand on no letter."""
_INDEX = re.compile(r"\[(\w*)\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """The checked values of a request for a clip, and the digest by which a repeat is known."""

    prompt: str
    model: str
    duration_s: int
    width_px: int
    height_px: int
    cameo_ids: tuple[str, ...]
    safety_identifier: str | None
    reference: bytes | None
    digest: bytes


async def read_fields(request: Request) -> dict[str, Any]:
    """
    Return the body's fields, nested as in JSON whichever way they came; uploads stay `UploadFile`.

    Raises:
        Problem: 400 where it is neither a JSON object nor a form, 415 for other types.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in ("multipart/form-data", "application/x-www-form-urlencoded"):
        return _nested(await request.form(max_files=2, max_fields=100))
    if kind not in ("application/json", ""):
        raise Problem("unsupported_media_type", _TYPES)
    try:
        fields = json.loads(await request.body())
    except json.JSONDecodeError as error:
        raise Problem("bad_request", _broken_at(error)) from error
    except (ValueError, RecursionError) as error:
        raise Problem("bad_request") from error
    if not isinstance(fields, dict):
        raise Problem("bad_request", _NO_OBJECT)
    return fields


_TYPES = Sentence(
    en="Send application/json, or a form: multipart/form-data where a file comes along.",
    fr="Envoyez application/json, ou un formulaire : multipart/form-data si un fichier l’accompagne.",
)
_NO_OBJECT = Sentence(
    en="The body is JSON, but no object: write {…} with the fields in it.",
    fr="Le corps est du JSON, mais pas un objet : écrivez {…} avec les champs.",
)


def _broken_at(error: json.JSONDecodeError) -> Sentence:
    """Say where a body stops being JSON, without quoting it."""
    if not error.doc.strip():
        return Sentence(
            en="The body is empty: send the fields, as JSON or as a form.",
            fr="Le corps est vide : envoyez les champs, en JSON ou en formulaire.",
        )
    return Sentence(
        en=f"The body is no JSON from line {error.lineno}, column {error.colno} on.",
        fr=f"Le corps n’est pas du JSON à partir de la ligne {error.lineno}, colonne {error.colno}.",
    )


def _nested(form: FormData) -> dict[str, Any]:
    """Read ``characters[]``, ``characters[0][id]``, ``input_reference[image_url]``: the SDK's spelling."""
    fields: dict[str, Any] = {}
    for key, value in form.multi_items():
        if isinstance(value, UploadFile) and not value.filename and not value.size:
            continue  # so a browser says that no file was chosen
        name, _, rest = key.partition("[")
        path = _INDEX.findall("[" + rest) if rest else []
        if not path:
            fields[name] = value
        elif path[0] == "" or path[0].isdigit():
            fields.setdefault(name, []).append({path[1]: value} if len(path) > 1 else value)
        else:
            fields.setdefault(name, {})[path[0]] = value
    return fields


async def read_asking(models: tuple[str, ...], fields: Mapping[str, Any], fetch: Fetch) -> Asking:
    """
    Return the checked request; `fetch` brings the picture that a URL names.

    Raises:
        Problem: 422 naming the field that is wrong and what it may be.
    """
    width_px, height_px = read_size(fields.get("size", DEFAULT_SIZE))
    prompt = read_prompt(fields.get("prompt"))
    given = fields.get("input_reference")
    reference = await _read_reference(given, fetch)
    return Asking(
        prompt=prompt,
        model=read_model(fields.get("model"), models),
        duration_s=read_seconds(fields.get("seconds", DEFAULT_SECONDS)),
        width_px=width_px,
        height_px=height_px,
        cameo_ids=read_cameos(fields.get("characters", [])),
        safety_identifier=_read_identifier(fields.get("safety_identifier")),
        reference=reference,
        # What lies at a URL may change between two equal requests.
        digest=digest_of_fields(fields, reference if isinstance(given, UploadFile) else None),
    )


def digest_of_fields(fields: Mapping[str, Any], upload: bytes | None = None) -> bytes:
    """Return what makes two requests equal: their fields and the content of the upload."""
    plain = {name: value for name, value in fields.items() if not isinstance(value, UploadFile)}
    spelled = json.dumps(plain, sort_keys=True, default=str).encode()
    return hashlib.sha256(spelled + b"\0" + hashlib.sha256(upload or b"").digest()).digest()


def invalid(field: str, en: str, fr: str) -> Problem:
    """Return the problem that names a wrong field."""
    return Problem("invalid", Sentence(en=en, fr=fr), pointer=f"/{field}")


def read_prompt(value: object) -> str:
    """Return the prompt: text with something to see in it, not longer than 32,000 characters."""
    if not isinstance(value, str) or all(unicodedata.category(one) in _UNSEEN for one in value):
        raise invalid(
            "prompt", "Say in `prompt` what the clip shows.", "Dites dans `prompt` ce que montre la vidéo."
        )
    if len(value) > LONGEST_PROMPT:
        raise invalid(
            "prompt",
            f"`prompt` has {len(value):,} characters; {LONGEST_PROMPT:,} are the most.",
            f"`prompt` a {len(value)} caractères ; {LONGEST_PROMPT} au plus.",
        )
    if "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise invalid(
            "prompt",
            "`prompt` holds characters that are no text.",
            "`prompt` contient des caractères qui ne sont pas du texte.",
        )
    return value


def read_model(value: object, models: tuple[str, ...]) -> str:
    """Return a model this service has; the default where none is asked for."""
    if value is None:
        return models[0]
    if value not in models:
        known = ", ".join(models)
        raise invalid("model", f"The models here are: {known}.", f"Les modèles d’ici : {known}.")
    return str(value)


def read_seconds(value: object) -> int:
    """Return a whole number of seconds from 1 to 20, from a number or its digits."""
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    if not text.isascii() or not text.isdigit() or len(text) > 2 or not 1 <= int(text) <= LONGEST_S:
        raise invalid(
            "seconds",
            f"`seconds` is a whole number from 1 to {LONGEST_S}.",
            f"`seconds` est un entier de 1 à {LONGEST_S}.",
        )
    return int(text)


def read_size(value: object) -> tuple[int, int]:
    """Return (width, height) in pixels: even, each side 120 to 1920, at most 1080p in area."""
    match = _SIZE.fullmatch(value) if isinstance(value, str) else None
    sides = (int(match[1]), int(match[2])) if match else (0, 0)
    is_fine = (
        all(side % 2 == 0 and SMALLEST_SIDE_PX <= side <= LARGEST_SIDE_PX for side in sides)
        and sides[0] * sides[1] <= LARGEST_AREA_PX
    )
    if not is_fine:
        raise invalid(
            "size",
            "`size` reads 1280x720: even sides from 120 to 1920, at most 1920x1080 in area.",
            "`size` s’écrit 1280x720 : côtés pairs de 120 à 1920, au plus la surface de 1920x1080.",
        )
    return sides


def read_cameos(value: object) -> tuple[str, ...]:
    """Return up to three cameo ids, given as ids or as objects with an `id`."""
    listed = value if isinstance(value, list) else None
    ids = [item.get("id") if isinstance(item, dict) else item for item in listed or []]
    if (
        listed is None
        or len(ids) > MOST_CAMEOS
        or not all(isinstance(i, str) and 0 < len(i) <= 64 for i in ids)
    ):
        raise invalid(
            "characters",
            f"`characters` lists up to {MOST_CAMEOS} ids.",
            f"`characters` donne jusqu’à {MOST_CAMEOS} identifiants.",
        )
    return tuple(dict.fromkeys(str(cameo_id) for cameo_id in ids))


def _read_identifier(value: object) -> str | None:
    if value is not None and not (isinstance(value, str) and 0 < len(value) <= 64 and value.isprintable()):
        raise invalid(
            "safety_identifier",
            "`safety_identifier` has up to 64 printable characters.",
            "`safety_identifier` a jusqu’à 64 caractères imprimables.",
        )
    return value


async def _read_reference(value: object, fetch: Fetch) -> bytes | None:
    if value is None:
        return None
    if isinstance(value, UploadFile):
        return bounded(await value.read(LARGEST_PICTURE_BYTES + 1), "input_reference")
    if isinstance(value, dict) and "file_id" in value:
        raise invalid(
            "input_reference",
            "No files are kept here: send the picture itself, or its URL as `image_url`.",
            "Aucun fichier n’est conservé ici : envoyez l’image même, ou son URL dans `image_url`.",
        )
    url = value.get("image_url") if isinstance(value, dict) else None
    return await fetch(url, "input_reference")
