"""
Which addresses on the network may be called for somebody else: those of the public internet, and no others.

Whoever gives us an address to call borrows our place in the network: beside us lie databases, metadata
services and other people's machines that answer nobody else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

import httpx2

from api.errors import AddressRefused

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

LOOPBACK: tuple[Network, ...] = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))

LONGEST_URL = 2_000

# IANA's special-purpose registries, written out: what `ipaddress` calls global differs among Python versions.
_CLOSED_V4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network; 0.0.0.0 reaches ourselves
        "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",  # private
        "100.64.0.0/10",  # carrier-grade NAT, and a cloud's metadata
        "127.0.0.0/8",
        "169.254.0.0/16",  # link-local, and most clouds' metadata
        "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24",
        "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "168.63.129.16/32",  # a cloud's metadata behind a public number
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
)  # fmt: skip
_GLOBAL_V6 = IPv6Network("2000::/3")
_CLOSED_V6 = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # protocols, Teredo among them
        "2001:db8::/32", "3fff::/20",  # documentation
        "2002::/16",  # 6to4 carries any IPv4 address within
        "2620:4f:8000::/48",
    )
)  # fmt: skip
_NAT64 = IPv6Network("64:ff9b::/96")
_LOOKS_NUMERIC = re.compile(r"(?:\d+|0[xX][0-9a-fA-F]*)")
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f\\]")


def is_public(address: Address) -> bool:
    """Whether anybody on the internet could call it; an IPv4 address carried in an IPv6 one is judged."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _CLOSED_V4)
    if address.ipv4_mapped is not None:
        return is_public(address.ipv4_mapped)
    if address in _NAT64:
        return is_public(IPv4Address(int(address) & 0xFFFF_FFFF))
    is_global = address in _GLOBAL_V6 and address.scope_id is None
    return is_global and not any(address in network for network in _CLOSED_V6)


def may_call(address: Address, also: tuple[Network, ...] = ()) -> bool:
    """Whether an address is public or in one of the networks that the operator opened `also`."""
    return is_public(address) or any(
        address.version == network.version and address in network for network in also
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A URL whose spelling is fine; where its name leads is checked when it is called."""

    url: httpx2.URL
    host: str
    port: int


def read_target(text: object, *, is_plain_allowed: bool = False, also: tuple[Network, ...] = ()) -> Target:
    """
    Return the target that a URL names: https (http where allowed), a name or an ordinary IP address.

    Raises:
        AddressRefused: another scheme, a user or password in it, a number in disguise (decimal, octal,
            hexadecimal, short), or an address that is not public.
    """
    url = _parsed(text)
    schemes = ("https", "http") if is_plain_allowed else ("https",)
    host = url.host.rstrip(".").lower()
    if url.scheme not in schemes or url.userinfo or not host:
        raise AddressRefused
    literal = _literal(host)
    if literal is not None and not may_call(literal, also):
        raise AddressRefused
    default = 443 if url.scheme == "https" else 80
    port = default if url.port is None else url.port
    if not 0 < port < 1 << 16:
        raise AddressRefused
    return Target(url=url.copy_with(fragment=None), host=host, port=port)


def _parsed(text: object) -> httpx2.URL:
    if not isinstance(text, str) or not 0 < len(text) <= LONGEST_URL or _FORBIDDEN.search(text):
        raise AddressRefused
    try:
        return httpx2.URL(text)
    except (httpx2.InvalidURL, ValueError) as error:
        raise AddressRefused from error


def _literal(host: str) -> Address | None:
    """Return the address that a host is, None for a name; what merely ends like a number is refused."""
    try:
        return ip_address(host)
    except ValueError:
        if ":" in host or "%" in host or _LOOKS_NUMERIC.fullmatch(host.rpartition(".")[2]):
            raise AddressRefused from None
        return None
