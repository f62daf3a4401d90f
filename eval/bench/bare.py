"""The framework alone, one empty route behind the same server: ``python -m eval.bench.bare PORT``."""

from __future__ import annotations

import sys

import uvicorn
from fastapi import FastAPI


def bare_app() -> FastAPI:
    """Return an application whose one route answers what ours answers."""
    app = FastAPI()

    @app.get("/livez")
    async def live() -> dict[str, str]:
        return {"status": "ok"}

    return app


if __name__ == "__main__":
    uvicorn.run(bare_app(), host="127.0.0.1", port=int(sys.argv[1]), access_log=False, log_level="warning")
