"""How the programs beside the api run: on one event loop, until told to stop."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable

from api.db.addresses import Addresses
from api.home import Home, open_home
from api.journal import keep_journal
from api.served import addresses
from api.settings import Settings

Program = Callable[[Settings, Home, Addresses, asyncio.Event], Awaitable[None]]
"""Works until the event is set."""


def run_program(program: Program) -> None:
    """Run a program under the settings in force; SIGTERM and SIGINT tell it to stop."""
    settings = Settings()
    keep_journal(settings.log_level)
    home = open_home(settings.home)
    home.keep_temporary_files()
    asyncio.run(_until_told(program, settings, home))


async def _until_told(program: Program, settings: Settings, home: Home) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    await program(settings, home, addresses(settings, home), stopped)
