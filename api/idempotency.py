"""A POST repeated under one Idempotency-Key creates once and is answered the same."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Awaitable, Callable
from typing import Annotated

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from fastapi import Header, Response
from starlette.requests import Request

from api.auth import Caller
from api.db.pool import Connection, Pool
from api.db.stores import idempotency
from api.problems import Problem

IdempotencyKey = Annotated[
    str | None, Header(alias="Idempotency-Key", min_length=1, max_length=255, pattern=r"^[\x21-\x7e]+$")
]
Work = Callable[[Connection], Awaitable[Response]]
"""Creates, on a connection in a transaction, and returns the finished answer."""

_NONCE_BYTES = 12
_KEPT_HEADERS = ("content-type", "location", "x-decision-id")


def fingerprint(request: Request, body: bytes) -> bytes:
    """Return the digest of what makes two requests the same: method, path, body (or its files' digests)."""
    start = f"{request.method} {request.url.path}\0".encode()
    return hashlib.sha256(start + hashlib.sha256(body).digest()).digest()


async def once(pool: Pool, caller: Caller, key: str | None, request_sha256: bytes, work: Work) -> Response:
    """
    Run `work` in one transaction, or answer as the first request under `key` was answered.

    Equal requests at once: one works, the others wait and are answered the same, with
    ``Idempotency-Replayed: true``.  Where `work` raises, nothing is kept and all is rolled back; what it
    returns is 2xx to 4xx.  It is sealed with the caller's key, for what was created may hold a secret.

    Raises:
        Problem: the key was used with another request.
    """
    async with pool.connection() as connection, connection.transaction():
        if key is None:
            return await work(connection)
        kept = await idempotency.claim(connection, caller.key_id, key, request_sha256)
        if kept is not None:
            return _replay(kept, caller, key, request_sha256)
        response = await work(connection)
        sealed = _sealed(response, caller.sealing_key, key)
        await idempotency.keep(connection, caller.key_id, key, response.status_code, sealed)
        return response


def _replay(kept: idempotency.Kept, caller: Caller, key: str, request_sha256: bytes) -> Response:
    if kept.request_sha256 != request_sha256:
        raise Problem("idempotency_mismatch", parameter="Idempotency-Key")
    try:
        plain = AESGCM(caller.sealing_key).decrypt(
            kept.sealed_response[:_NONCE_BYTES], kept.sealed_response[_NONCE_BYTES:], key.encode()
        )
    except InvalidTag as error:
        raise Problem("conflict", parameter="Idempotency-Key") from error
    head, _, body = plain.partition(b"\n")
    headers = {**json.loads(head), "Idempotency-Replayed": "true"}
    return Response(body, kept.status, headers=headers)


def _sealed(response: Response, sealing_key: bytes, key: str) -> bytes:
    headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
    plain = json.dumps(headers).encode() + b"\n" + bytes(response.body)
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(sealing_key).encrypt(nonce, plain, key.encode())
