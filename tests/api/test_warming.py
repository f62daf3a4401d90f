"""Loading the models before they are asked for: what it promises."""

import asyncio

from api.warming import Warming
from safety.screen import Screen


def test_a_screen_without_detectors_is_ready() -> None:
    """Readiness is told once everything has looked, be it nothing."""

    async def warmed() -> tuple[str | None, str | None]:
        warming = Warming(Screen())
        unasked = await warming.check()
        async with warming:
            while await warming.check() == "loading":
                await asyncio.sleep(0)
            return unasked, await warming.check()

    assert ("loading", None) == asyncio.run(warmed())
