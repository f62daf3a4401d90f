"""The process that answers HTTP."""

from __future__ import annotations

import socket
import sys

import uvicorn

from api.app import create_app
from api.creation import Desk
from api.db.addresses import Addresses
from api.db.pool import connection_pool
from api.home import Home, open_home
from api.jobs import Jobs, queue_at
from api.journal import keep_journal
from api.listening import listening_socket
from api.oidc import Tokens, tokens_of
from api.parts import Parts
from api.reading import Reading
from api.routes.events import Announcements
from api.served import addresses
from api.settings import Settings
from api.verification import Verification
from api.warming import Warming
from api.wiring import build_desk, build_verification, rate_limits

_GRACE_S = 10


def parts_of_api(settings: Settings, home: Home, found: Addresses) -> Parts:
    """Return what the api is made of; nothing is opened yet."""
    pool = connection_pool(found.app, purpose="api")
    queue = queue_at(found.app)
    desk = build_desk(settings, home, pool, Jobs(queue))
    tokens = tokens_of(settings, home)
    warming, announcements = Warming(desk.screen), Announcements(found.app)
    return Parts(
        settings=settings,
        home=home,
        pool=pool,
        limits=rate_limits(desk.policy),
        checks={"detectors": warming.check},
        resources=(queue.open_async(), warming, announcements),
        wired={
            Desk: desk,
            Reading: Reading(desk),
            Verification: build_verification(settings, home, desk),
            Announcements: announcements,
            **({} if tokens is None else {Tokens: tokens}),
        },
    )


def main(descriptor: int | None = None) -> None:
    """Answer until told to stop, on the listening socket inherited as `descriptor` or on one of our own."""
    settings = Settings()
    keep_journal(settings.log_level)
    home = open_home(settings.home)
    home.keep_temporary_files()
    app = create_app(parts_of_api(settings, home, addresses(settings, home)))
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,  # the edge writes a line that names routes, not addresses
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=[str(network) for network in settings.trusted_proxies],
        timeout_graceful_shutdown=_GRACE_S,
        lifespan="on",
    )
    bound = listening_socket(settings) if descriptor is None else socket.socket(fileno=descriptor)
    uvicorn.Server(config).run(sockets=[bound])


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else None)
