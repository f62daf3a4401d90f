"""How much an account may do, and how fast, as the policy says."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from policies.facts import Tier
from policies.source import Complaints, Place

_MOST = 1_000_000


class Caller(enum.StrEnum):
    """Whose requests are counted together."""

    ANONYMOUS = "anonymous"
    FREE = "free"
    PRO = "pro"
    STAFF = "staff"
    ADMIN = "admin"


class RouteGroup(enum.StrEnum):
    """Requests that share one rate."""

    CREATE = "create"
    PREFLIGHT = "preflight"
    MODERATIONS = "moderations"
    READ = "read"
    MEDIA = "media"
    WRITE = "write"
    VERIFY = "verify"
    NOTICES = "notices"
    LOG = "log"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """What one account may do."""

    clips_per_day: int
    concurrent_jobs: int
    longest_clip_s: int
    attempts_per_hour: int
    preflights_per_hour: int
    output_blocks_per_hour: int
    appeals_per_day: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """So many requests a minute in the long run, and `burst` of them at once."""

    per_minute: int
    burst: int

    def __post_init__(self) -> None:
        if self.per_minute < 1 or self.burst < 1:
            raise ValueError("a rate lets something through: per_minute >= 1 and burst >= 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotas:
    """Every quota and every rate."""

    tiers: Mapping[Tier, Quota]
    rates: Mapping[tuple[RouteGroup, Caller], Rate]

    def of(self, tier: Tier) -> Quota:
        """Return what an account of that tier may do."""
        return self.tiers[tier]

    def rate(self, group: RouteGroup, caller: Caller) -> Rate | None:
        """Return how fast that caller may ask; None is unlimited (staff and admin only, unless set)."""
        return self.rates.get((group, caller))


def read_quotas(root: Place) -> Quotas:
    """
    Read quotas and rates.

    Raises:
        PolicyError: with every fault; each tier has a quota, each group bounds creators and strangers.
    """
    top = root.fields("tiers rates")
    complaints = Complaints()
    tiers: dict[Tier, Quota] = {}
    for name, place in top["tiers"].fields(" ".join(Tier)).items():
        with complaints.gather():
            tiers[Tier(name)] = _read_quota(place)
    rates: dict[tuple[RouteGroup, Caller], Rate] = {}
    for name, place in top["rates"].fields(" ".join(RouteGroup)).items():
        with complaints.gather():
            for caller, rate in place.fields("anonymous free pro", "staff admin").items():
                rates[RouteGroup(name), Caller(caller)] = _read_rate(rate)
    complaints.raise_any()
    return Quotas(tiers=MappingProxyType(tiers), rates=MappingProxyType(rates))


def _read_quota(place: Place) -> Quota:
    names = [field.name for field in dataclasses.fields(Quota)]
    return Quota(**{name: value.whole(1, _MOST) for name, value in place.fields(" ".join(names)).items()})


def _read_rate(place: Place) -> Rate:
    fields = place.fields("per_minute burst")
    return Rate(per_minute=fields["per_minute"].whole(1, _MOST), burst=fields["burst"].whole(1, _MOST))
