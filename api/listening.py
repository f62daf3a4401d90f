"""The socket that the service answers on, bound before anything that takes time."""

from __future__ import annotations

import socket

from api.settings import Settings


def listening_socket(settings: Settings) -> socket.socket:
    """Return a socket bound to where the settings say; connections wait in it until somebody accepts."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    return socket.create_server((settings.host, settings.port), family=family, backlog=2048)
