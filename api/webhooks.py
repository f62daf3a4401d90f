"""
Telling accounts what happened to their clips, by the Standard Webhooks specification.

An event is stored, and its job put into the queue, in the transaction of what it tells of.  It is delivered
at least once: the same `webhook-id` and body at every attempt, so that a receiver can drop what it has seen.

Source: Standard Webhooks 1.0; the payload is that of OpenAI's webhooks.
"""

from __future__ import annotations

import datetime as dt
import json
import secrets
from base64 import b64encode
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

import structlog
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from standardwebhooks import Webhook

from api.db.pool import Connection, Pool
from api.db.stores import webhooks
from api.db.stores.webhooks import Delivery, Endpoint
from api.errors import AddressRefused, NoAnswer
from api.home import Home
from api.jobs import Jobs
from api.outbound import Outbound

_log = structlog.get_logger(__name__)

EVENTS = frozenset(
    {
        "video.completed",
        "video.failed",
        "video.held",
        "video.blocked",
        "video.taken_down",
        "review.decided",
        "appeal.decided",
    }
)
PING = "webhook.ping"

_MINUTE, _HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)
WAITS = (
    dt.timedelta(seconds=5), 5 * _MINUTE, 30 * _MINUTE, 2 * _HOUR, 5 * _HOUR, 10 * _HOUR, 14 * _HOUR,
    20 * _HOUR, 20 * _HOUR,
)  # fmt: skip
"""The pauses before the second attempt and each later one: 71 h 35 min in all."""

ANSWER_WITHIN_S = 15.0
_GONE = 410
_SECRET_FILE = "webhooks.secret"  # noqa: S105  (the name of the file)
_KEY_BYTES, _SECRET_BYTES, _NONCE_BYTES = 32, 32, 12


async def announce(
    jobs: Jobs,
    connection: Connection,
    account_id: str,
    event_type: str,
    subject_id: str,
    told: Mapping[str, str] | None = None,
) -> None:
    """
    Tell the account's endpoints of an event about one thing, in the caller's transaction.

    `told` is what is said beside its id: ids and words of ours, never what anybody wrote or made.
    """
    data = {"id": subject_id, **(told or {})}
    for delivery_id in await webhooks.enqueue(connection, account_id, event_type, data):
        await jobs.defer_delivery(connection, delivery_id)


async def announce_end(
    jobs: Jobs, connection: Connection, account_id: str, video_id: str, *, is_blocked: bool
) -> None:
    """Tell that a clip ended without a result: `video.failed`, which OpenAI's clients know, and why."""
    await announce(jobs, connection, account_id, "video.failed", video_id)
    if is_blocked:
        await announce(jobs, connection, account_id, "video.blocked", video_id)


def body_of(delivery: Delivery) -> bytes:
    """Return what the endpoint is sent; the same at every attempt."""
    payload = {
        "id": delivery.event_id,
        "object": "event",
        "created_at": int(delivery.created_at.timestamp()),
        "type": delivery.event_type,
        "data": delivery.data,
    }
    return json.dumps(payload, separators=(",", ":")).encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """Makes and seals the secrets of endpoints; the key lies beside the home's other keys."""

    home: Home

    def fresh(self) -> str:
        """Return a new secret, as its account is shown it: once."""
        return f"whsec_{b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()}"

    def seal(self, endpoint_id: str, secret: str) -> bytes:
        """Return the secret as it is stored, bound to its endpoint."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + AESGCM(self._key()).encrypt(nonce, secret.encode(), endpoint_id.encode())

    def open(self, endpoint: Endpoint) -> str:
        """Return an endpoint's secret."""
        nonce, sealed = endpoint.sealed_secret[:_NONCE_BYTES], endpoint.sealed_secret[_NONCE_BYTES:]
        return AESGCM(self._key()).decrypt(nonce, sealed, endpoint.id.encode()).decode()

    def _key(self) -> bytes:
        path = self.home.keys / _SECRET_FILE
        if not path.exists():
            with suppress(FileExistsError):  # another process was first: its key counts
                self.home.write_key(_SECRET_FILE, secrets.token_hex(_KEY_BYTES))
        return bytes.fromhex(path.read_text())


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliveries:
    """Makes the attempts; several workers may."""

    pool: Pool
    jobs: Jobs
    outbound: Outbound
    secrets: Secrets

    async def deliver(self, delivery_id: str) -> None:
        """Make the attempt that is due, and note what came of it; nothing where none is due."""
        async with self.pool.connection() as connection:
            claimed = await webhooks.claim(connection, delivery_id)
        if claimed is None:
            return
        delivery, endpoint = claimed
        status = None if endpoint.disabled_at else await self._sent(delivery, endpoint)
        async with self.pool.connection() as connection, connection.transaction():
            if status is not None and 200 <= status < 300:
                await webhooks.delivered(connection, delivery, status)
            elif endpoint.disabled_at or status == _GONE or delivery.attempts > len(WAITS):
                await webhooks.give_up(connection, delivery, status)
            else:
                await self._postpone(connection, delivery, status)

    async def requeue_overdue(self) -> None:
        """Put back into the queue what a worker that died has left."""
        async with self.pool.connection() as connection, connection.transaction():
            for delivery_id in await webhooks.overdue(connection):
                await self.jobs.defer_delivery(connection, delivery_id)

    async def _sent(self, delivery: Delivery, endpoint: Endpoint) -> int | None:
        """Return the status of the answer, None where none came or the address may not be called."""
        body, now = body_of(delivery), dt.datetime.now(dt.UTC)
        headers = {
            "Content-Type": "application/json",
            "webhook-id": delivery.event_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Webhook(self.secrets.open(endpoint)).sign(
                delivery.event_id, now, body.decode()
            ),
        }
        try:
            return await self.outbound.post(endpoint.url, body, headers, within_s=ANSWER_WITHIN_S)
        except (AddressRefused, NoAnswer) as error:
            _log.info("webhook_unanswered", delivery=delivery.id, kind=type(error).__name__)
            return None

    async def _postpone(self, connection: Connection, delivery: Delivery, status: int | None) -> None:
        # A tenth of chance, so that those who failed together do not all come back at once.
        wait = WAITS[delivery.attempts - 1] * (0.9 + secrets.randbelow(1000) / 10_000)
        if await webhooks.postpone(connection, delivery, status, wait):
            await self.jobs.defer_delivery(connection, delivery.id, after_s=int(wait.total_seconds()) + 1)
