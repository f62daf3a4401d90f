"""What is known about a request beside its content."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Surface(enum.StrEnum):
    """Where the answer will take effect."""

    PROMPT = "prompt"
    OUTPUT = "output"
    PUBLISH = "publish"
    FEED = "feed"
    MODERATION = "moderation"


class Tier(enum.StrEnum):
    """What the operator has agreed with an account."""

    FREE = "free"
    PRO = "pro"


class AgeBand(enum.StrEnum):
    """How old the account's holder is, as far as is known."""

    TEEN = "teen"
    ADULT = "adult"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """
    The circumstances of one decision.

    `territory` is an ISO 3166-1 alpha-2 code or ``"ZZ"`` where unknown; `granted_cameo_ids` are those with a
    live grant for this use, `refused_cameo_ids` those asked for without one (unknown ones included:
    nobody may learn which); `opt_out_ids` are entries in force that the content matched; `labelled` are the
    categories that an earlier decision about the same content labels it with.
    """

    surface: Surface
    tier: Tier = Tier.FREE
    age_band: AgeBand = AgeBand.UNKNOWN
    territory: str = "ZZ"
    granted_cameo_ids: frozenset[str] = frozenset()
    refused_cameo_ids: frozenset[str] = frozenset()
    opt_out_ids: frozenset[str] = frozenset()
    backend: str = "embedded"
    labelled: frozenset[str] = frozenset()
