"""
What the log holds: events (kept apart, erasable) and the leaves that commit to them (public, for ever).

Nothing in a leaf tells whose act it was: it names a broad class, a day and a salted commitment.
"""

from __future__ import annotations

import datetime as dt
import enum
import hmac
import json
import secrets
from dataclasses import dataclass, field
from hashlib import sha256

from safety.audit.canonical import Json, canonical_json

LEAF_VERSION = 1
SALT_BYTES = 32


class ActionClass(enum.StrEnum):
    """Few and broad, so that a rare act is not told by its class."""

    DECISION = "decision"
    CONSENT = "consent"
    POLICY = "policy"
    REVIEW = "review"
    ACCESS = "access"
    KEY = "key"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acted: `type` is ``account``, ``system`` or ``anonymous``; the role is that of the key used."""

    type: str
    id: str | None = None
    role: str | None = None


SYSTEM = Actor(type="system")
ANONYMOUS = Actor(type="anonymous")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """
    One act, with who did it to what, and under which policy and detectors.

    `action` is ``object:verb`` (``clip:publish``); digests are SHA-256, hex.  No prompt, name, or other
    content stands in it: an event is read by auditors.
    """

    event_id: str
    at: dt.datetime
    actor: Actor
    action: str
    action_class: ActionClass
    resource_type: str
    resource_id: str
    outcome: str = "done"
    request_id: str | None = None
    before_digest: str | None = None
    after_digest: str | None = None
    policy_digest: str | None = None
    detector_versions: tuple[str, ...] = field(default=())
    reason: str | None = None

    def as_json(self) -> dict[str, Json]:
        """Return the object that a leaf commits to, times in RFC 3339 UTC."""
        return {
            "event_id": self.event_id,
            "at": self.at.astimezone(dt.UTC).isoformat().replace("+00:00", "Z"),
            "actor": {"type": self.actor.type, "id": self.actor.id, "role": self.actor.role},
            "action": self.action,
            "resource": {"type": self.resource_type, "id": self.resource_id},
            "outcome": self.outcome,
            "request_id": self.request_id,
            "before_digest": self.before_digest,
            "after_digest": self.after_digest,
            "policy_digest": self.policy_digest,
            "detector_versions": list(self.detector_versions),
            "reason": self.reason,
        }

    def body(self) -> bytes:
        """Return the canonical bytes that the leaf commits to."""
        return canonical_json(self.as_json())


def fresh_salt() -> bytes:
    """Return a salt that makes a commitment say nothing once it is deleted."""
    return secrets.token_bytes(SALT_BYTES)


def commitment(salt: bytes, body: bytes) -> str:
    """Return HMAC-SHA-256 of an event's canonical bytes under its salt, hex."""
    return hmac.new(salt, body, sha256).hexdigest()


def leaf(action_class: ActionClass, day: dt.date, committed: str) -> bytes:
    """Return the public leaf's canonical bytes."""
    return canonical_json(
        {"v": LEAF_VERSION, "class": action_class.value, "day": day.isoformat(), "commitment": committed}
    )


def leaf_commits_to(leaf_bytes: bytes, salt: bytes, body: bytes) -> bool:
    """Tell whether a public leaf commits to this event under this salt."""
    try:
        stated = json.loads(leaf_bytes)["commitment"]
    except (ValueError, KeyError, TypeError):
        return False
    return isinstance(stated, str) and hmac.compare_digest(stated, commitment(salt, body))
