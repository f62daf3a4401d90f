"""Loads the models before the first request asks for them, and says when they are ready."""

from __future__ import annotations

import asyncio
from types import TracebackType

import numpy as np

from api.heap import give_back_memory
from safety.detector import Footage, Picture, Text
from safety.screen import Screen, screen_footage, screen_text

_SENTENCE = "A red boat on a calm sea at dawn."
_SIDE_PX = 256


class Warming:
    """Looks at a harmless sentence and an empty picture in the background, once, when the app starts."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._task: asyncio.Task[list[str]] | None = None

    async def __aenter__(self) -> None:
        self._task = asyncio.create_task(asyncio.to_thread(self._warmed))

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._task is not None:
            self._task.cancel()

    async def check(self) -> str | None:
        """Answer None once every detector has looked; else that they are loading, or which could not."""
        if self._task is None or not self._task.done():
            return "loading"
        blind = self._task.result()
        return f"cannot look: {', '.join(blind)}" if blind else None

    def _warmed(self) -> list[str]:
        blind = self._look()
        give_back_memory()
        return blind

    def _look(self) -> list[str]:
        picture = Picture(rgb=np.full((_SIDE_PX, _SIDE_PX, 3), 128, np.uint8))
        readings = (
            *screen_text(self._screen, [Text(text=_SENTENCE)]),
            *screen_footage(self._screen, Footage(pictures=(picture,))).readings,
        )
        return sorted(reading.detector for reading in readings if reading.failure is not None)
