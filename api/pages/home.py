"""The door: what is here, and for whom."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.pages.colophon import colophon_of
from api.pages.rendering import render
from api.parts import PartsOf

router = APIRouter(include_in_schema=False)


@router.get("/", response_class=HTMLResponse)
async def home(request: Request, parts: PartsOf) -> HTMLResponse:
    """Lead to the public check and to the studio."""
    return render(request, "home.html", colophon=await colophon_of(parts))
