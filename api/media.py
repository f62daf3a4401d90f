"""Media as we serve them: the type we probed, ranges, and never a word about what may not be seen."""

from __future__ import annotations

import re

from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from api.db.stores.objects import StoredObject
from api.objects import Objects
from api.problems import Problem

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
_PRIVATE = {
    "Cache-Control": "private, no-store",
    "X-Content-Type-Options": "nosniff",
    "Accept-Ranges": "bytes",
}


def asked_range(header: str | None, byte_count: int) -> tuple[int, int] | None:
    """
    Return the half-open range of bytes a `Range` header asks for; None asks for the whole.

    A header of another unit, or with several ranges, is ignored (RFC 9110 section 14.2).

    Raises:
        Problem: 416 where the range lies outside the content.
    """
    match = _RANGE.fullmatch(header.strip()) if header else None
    if match is None or match[0] == "bytes=-":
        return None
    first, last = match[1], match[2]
    if first:
        start, stop = int(first), min(int(last) + 1, byte_count) if last else byte_count
        if last and int(last) < start:
            return None
    else:
        start, stop = max(0, byte_count - int(last)), byte_count
    if start >= byte_count or start >= stop:
        raise Problem("range_not_satisfiable", headers={"Content-Range": f"bytes */{byte_count}"})
    return start, stop


async def media_response(request: Request, objects: Objects, stored: StoredObject, name: str) -> Response:
    """Return an object or the range asked for, streamed; `name` is what a browser saves it as."""
    span = asked_range(request.headers.get("range"), stored.byte_count)
    start, stop = span or (0, stored.byte_count)
    headers = {
        **_PRIVATE,
        "Content-Length": str(stop - start),
        "Content-Disposition": f'inline; filename="{name}"',
    }
    if span is not None:
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{stored.byte_count}"
    if request.method == "HEAD":
        return Response(status_code=206 if span else 200, headers=headers, media_type=stored.media_type)
    return StreamingResponse(
        await objects.open(stored.digest, start, stop),
        status_code=206 if span else 200,
        media_type=stored.media_type,
        headers=headers,
    )
