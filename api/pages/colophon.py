"""What the foot of every page tells: the policy in force, and the log's checkpoint it stands on."""

from __future__ import annotations

from dataclasses import dataclass

from api.creation import Desk
from api.db.stores import log
from api.parts import Parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The head of the log: its origin, how many entries, and the root hash in base64."""

    origin: str
    size: int
    root: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Colophon:
    """None stands for what could not be read."""

    policy: str | None
    checkpoint: Checkpoint | None


NOTHING_READ = Colophon(policy=None, checkpoint=None)


async def colophon_of(parts: Parts) -> Colophon:
    """Return what is in force now."""
    desk = parts.wired.get(Desk)
    async with parts.pool.connection() as connection:
        note = await log.latest_note(connection)
    return Colophon(
        policy=None if desk is None else desk.policy.digest,
        checkpoint=None if note is None else _read(note),
    )


def _read(note: str) -> Checkpoint:
    origin, size, root = note.split("\n", 3)[:3]
    return Checkpoint(origin=origin, size=int(size), root=root)
