"""The public keys of an identity provider: out of a file, or fetched and kept for a while."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from pathlib import Path
from typing import Any, Protocol

import structlog
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey

from api.errors import AddressRefused, AnswerTooLarge, IdentityUnavailable, NoAnswer
from api.home import Home
from api.outbound import Outbound

PublicKey = RSAKey | ECKey | OKPKey

LARGEST_BYTES = 200_000
FRESH_S = 600.0
"""A fetched set is used for so long before it is asked for again."""
AGAIN_S = 30.0
"""An unknown key id makes us ask again, this often at most: strangers choose the id."""
LONGEST_S = 24 * 3600.0
"""Without an answer of the provider its last set is used for so long, and then no more."""
_SMALLEST_RSA_BITS = 2048

_log = structlog.get_logger(__name__)


class PublicKeys(Protocol):
    """Finds a provider's key by its id."""

    async def find(self, key_id: str) -> PublicKey | None:
        """
        Return the key, or None where there is none of that id.

        Raises:
            IdentityUnavailable: no set of keys can be had.
        """
        ...


def read_keys(text: str) -> dict[str, PublicKey]:
    """
    Return the keys of a JWK set that may verify signatures, by id: asymmetric, named once, for signing.

    Raises:
        ValueError: that is no JWK set.
    """
    try:
        rows: list[dict[str, Any]] = json.loads(text)["keys"]
        usable = [
            row for row in rows if row.get("kty") in ("RSA", "EC", "OKP") and row.get("use") in (None, "sig")
        ]
        named = Counter(row.get("kid") for row in rows)
        once = [row for row in usable if isinstance(row.get("kid"), str) and named[row["kid"]] == 1]
        found = KeySet.import_key_set({"keys": once}).keys
    except (JoseError, KeyError, TypeError, AttributeError, ValueError) as error:
        raise ValueError("not a JWK set") from error
    return {key.kid: key for key in found if key.kid and isinstance(key, PublicKey) and _is_strong(key)}


def _is_strong(key: PublicKey) -> bool:
    return not isinstance(key, RSAKey) or key.public_key.key_size >= _SMALLEST_RSA_BITS


class FileKeys:
    """Keys out of a file, read again when it changes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._changed_at = -1
        self._keys: dict[str, PublicKey] = {}

    async def find(self, key_id: str) -> PublicKey | None:
        """Return the key, or None; see `PublicKeys`."""
        try:
            await asyncio.to_thread(self._read)
        except (OSError, ValueError) as error:
            raise IdentityUnavailable from error
        return self._keys.get(key_id)

    def _read(self) -> None:
        changed_at = self._path.stat().st_mtime_ns
        if changed_at != self._changed_at:
            self._keys = read_keys(self._path.read_text(encoding="utf-8"))
            self._changed_at = changed_at


class FetchedKeys:
    """Keys at an https address, by the one client that calls addresses; one request at a time."""

    def __init__(self, url: str, outbound: Outbound, home: Home) -> None:
        self._url = url
        self._outbound = outbound
        self._home = home
        self._keys: dict[str, PublicKey] = {}
        self._read_at = self._asked_at = float("-inf")
        self._one_at_a_time = asyncio.Lock()

    async def find(self, key_id: str) -> PublicKey | None:
        """Return the key, or None; see `PublicKeys`."""
        if not self._is_known(key_id):
            async with self._one_at_a_time:
                if not self._is_known(key_id) and time.monotonic() - self._asked_at >= AGAIN_S:
                    await self._ask()
        if time.monotonic() - self._read_at > LONGEST_S:
            raise IdentityUnavailable
        return self._keys.get(key_id)

    def _is_known(self, key_id: str) -> bool:
        return key_id in self._keys and time.monotonic() - self._read_at < FRESH_S

    async def _ask(self) -> None:
        self._asked_at = time.monotonic()
        with self._home.work_folder() as folder:
            path = Path(folder) / "jwks"
            try:
                await self._outbound.fetch(self._url, path, largest_bytes=LARGEST_BYTES, within_s=5.0)
                self._keys = read_keys(await asyncio.to_thread(path.read_text, "utf-8"))
            except (AddressRefused, AnswerTooLarge, NoAnswer, OSError, ValueError) as error:
                _log.warning("identity_provider_silent", kind=type(error).__name__)
                return
        self._read_at = time.monotonic()
