"""Cursors, as clients send them."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Depends, Query

from api.db.paging import Paging


async def _paging(
    after: Annotated[
        str | None, Query(description="the last id seen", pattern=r"^[a-z]{2,20}_[0-9a-f]{32}$")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    order: Annotated[Literal["asc", "desc"], Query()] = "desc",
) -> Paging:
    return Paging(after=after, limit=limit, order=order)


PagingOf = Annotated[Paging, Depends(_paging)]
