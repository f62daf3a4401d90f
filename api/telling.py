"""How far a stage has come, told to the clip's row while it is worked on."""

from __future__ import annotations

import asyncio

from api.claims import Claims, Work
from api.db.stores import videos
from api.db.stores.videos import VideoStage

_SPANS = {
    VideoStage.GENERATING.value: (0, 60),
    VideoStage.OUTPUT_CHECK.value: (60, 75),
    VideoStage.MARKING.value: (75, 99),
}
"""Which part of a clip's progress, in per cent, each stage fills."""


class Telling:
    """Writes progress to the clip's row, at most twice a second, and notices a lost claim."""

    PAUSE_S = 0.5

    def __init__(self, claims: Claims, work: Work) -> None:
        self._claims = claims
        self._work = work
        self._low, self._high = _SPANS[work.row.stage]
        self._progress = self._low

    def tell(self, share: float) -> None:
        """Note the share done, from 0 to 1."""
        self._progress = self._low + int((self._high - self._low) * min(max(share, 0.0), 1.0))

    async def watch(self) -> None:
        """
        Write what was told, until cancelled.

        Raises:
            Superseded: the claim no longer stands.
        """
        while True:
            async with self._claims.pool.connection() as connection:
                if not await videos.report_progress(connection, self._work.row, self._progress):
                    raise videos.Superseded(self._work.row.id)
            await asyncio.sleep(self.PAUSE_S)
