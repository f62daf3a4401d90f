"""Lists, a page at a time: a cursor is the id of the last row seen, for ids sort by age."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from psycopg import sql

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging:
    """At most `limit` rows behind the row whose id is `after`, newest first unless `order` is ``asc``."""

    after: str | None = None
    limit: int = 20
    order: Literal["asc", "desc"] = "desc"

    def clause(self, column: str = "id") -> sql.Composed:
        """Return the end of a WHERE clause with order and limit; it asks for one row more than the page."""
        rising = self.order == "asc"
        return sql.SQL(
            "(%(after)s::text IS NULL OR {column} {than} %(after)s) ORDER BY {column} {order} LIMIT %(rows)s"
        ).format(
            column=sql.Identifier(*column.split(".")),
            than=sql.SQL(">" if rising else "<"),
            order=sql.SQL("ASC" if rising else "DESC"),
        )

    @property
    def values(self) -> dict[str, Any]:
        """What `clause` names."""
        return {"after": self.after, "rows": self.limit + 1}

    def page(self, rows: Sequence[Row], shown: Callable[[Row], Mapping[str, Any]]) -> dict[str, Any]:
        """Return the list object of the rows that `clause` found: data, first_id, last_id, has_more."""
        data = [dict(shown(row)) for row in rows[: self.limit]]
        return {
            "object": "list",
            "data": data,
            "first_id": data[0]["id"] if data else None,
            "last_id": data[-1]["id"] if data else None,
            "has_more": len(rows) > self.limit,
        }
