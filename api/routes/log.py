"""The public log, as static tiles: anyone may read it, and recompute it."""

from __future__ import annotations

from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse

from api.db.stores import log
from api.parts import PartsOf
from api.problems import Problem
from safety.audit.merkle import WIDTH
from safety.audit.tiles import pack_entries, tile_number

router = APIRouter(prefix="/log", tags=["log"])

_FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}
_FOR_NOW = {"Cache-Control": "no-cache"}
_OCTETS = "application/octet-stream"


@router.get("/checkpoint", response_class=PlainTextResponse)
async def checkpoint(parts: PartsOf) -> PlainTextResponse:
    """Return the newest signed checkpoint (c2sp.org/tlog-checkpoint)."""
    async with parts.pool.connection() as connection:
        note = await log.latest_note(connection)
    if note is None:
        raise Problem("not_found")
    return PlainTextResponse(note, headers=_FOR_NOW)


@router.get("/key", response_class=PlainTextResponse)
async def verifier_key(parts: PartsOf) -> PlainTextResponse:
    """Return the verifier keys, one a line, oldest first; pin the last (`filigrane audit verify --key`)."""
    async with parts.pool.connection() as connection:
        keys = await log.verifier_keys(connection)
    if not keys:
        raise Problem("not_found")
    return PlainTextResponse("".join(f"{key}\n" for key in keys), headers=_FOR_NOW)


@router.get("/tile/entries/{path:path}", response_class=Response)
async def entries(path: str, parts: PartsOf) -> Response:
    """Return a bundle of public leaves."""
    number, width = _place(path)
    async with parts.pool.connection() as connection:
        leaves = await log.leaves(connection, number * WIDTH, width)
    if leaves is None:
        raise Problem("not_found")
    return Response(pack_entries(leaves), media_type=_OCTETS, headers=_FOR_EVER)


@router.get("/tile/{level}/{path:path}", response_class=Response)
async def tile(level: int, path: str, parts: PartsOf) -> Response:
    """Return the hashes of a tile, or of its first few with ``.p/<count>``."""
    number, width = _place(path)
    if not 0 <= level < 8:
        raise Problem("not_found")
    async with parts.pool.connection() as connection:
        hashes = await log.tile(connection, level, number, width)
    if hashes is None:
        raise Problem("not_found")
    return Response(hashes, media_type=_OCTETS, headers=_FOR_EVER)


def _place(path: str) -> tuple[int, int]:
    spelled, separator, count = path.partition(".p/")
    try:
        number = tile_number(spelled)
        width = int(count) if separator else WIDTH
    except ValueError as error:
        raise Problem("not_found") from error
    is_spelled_well = not separator or count == str(width)
    if number >= 1 << 48 or not 1 <= width <= WIDTH or (separator and width == WIDTH) or not is_spelled_well:
        raise Problem("not_found")
    return number, width
