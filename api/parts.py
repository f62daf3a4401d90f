"""The wired things that every route may ask for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request

from api.db.pool import Pool
from api.home import Home
from api.settings import Settings
from policies.quota import Rate

Wired = TypeVar("Wired")

Check = Callable[[], Awaitable[str | None]]
"""Answers None when all is well, else what is wrong in a few words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """
    What one process is made of; built once by `api.serve` (or a test), never changed.

    `checks` are asked by ``/readyz`` beside the database; `resources` are entered when the app starts and
    left when it stops; `limits` says how often a kind of caller may call a surface (absent: without
    limit); `wired` holds, by their type, what single surfaces need.
    """

    settings: Settings
    home: Home
    pool: Pool
    limits: Mapping[tuple[str, str], Rate] = field(default_factory=lambda: MappingProxyType({}))
    checks: Mapping[str, Check] = field(default_factory=lambda: MappingProxyType({}))
    resources: tuple[AbstractAsyncContextManager[Any], ...] = ()
    wired: Mapping[type, Any] = field(default_factory=lambda: MappingProxyType({}))

    def of(self, kind: type[Wired]) -> Wired:
        """Return the wired thing of a kind; a KeyError is a surface served without what it needs."""
        found: Wired = self.wired[kind]
        return found


async def parts_of(request: Request) -> Parts:
    """Return the parts of the app that serves `request`; async, for the rest are sent to a thread."""
    parts: Parts = request.app.state.parts
    return parts


PartsOf = Annotated[Parts, Depends(parts_of)]
