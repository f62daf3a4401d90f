"""The log's signing key: made once, kept in the home, never replaced in silence."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.home import Home
from api.settings import Settings
from safety.audit.checkpoint import Sign, VerifierKey, verifier_key

_FILE = "log.secret"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogKey:
    """The public half that readers pin, and the call that signs."""

    public: VerifierKey
    sign: Sign


def log_key(settings: Settings, home: Home) -> LogKey:
    """
    Return the log's key, made at the first call.

    The log's origin is the address of the service on that day and stays with the key: a log that is
    served elsewhere later is still the same log.
    """
    path = home.keys / _FILE
    if not path.exists():
        seed = Ed25519PrivateKey.generate().private_bytes_raw()
        home.write_key(_FILE, f"{_origin(settings)}\n{base64.b64encode(seed).decode()}\n")
    origin, seed_text = path.read_text().split()
    private = Ed25519PrivateKey.from_private_bytes(base64.b64decode(seed_text))
    return LogKey(public=verifier_key(origin, private), sign=private.sign)


def _origin(settings: Settings) -> str:
    return f"{urlsplit(settings.address).netloc}/log"
