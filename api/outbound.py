"""
The one client for addresses that users give: webhooks, pictures and clips named by URL.

A name is resolved once, every address it leads to is checked, and the connection goes to a checked address,
so that a name that changes its mind between check and use gains nothing.  Each redirect passes the same gate.
No proxy, cookie, password or setting of the environment takes part.
"""

from __future__ import annotations

import asyncio
import functools
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

import httpx2

from api.address_guard import LOOPBACK, Address, Network, Target, may_call, read_target
from api.errors import AddressRefused, AnswerTooLarge, NoAnswer
from api.settings import Settings

MOST_REDIRECTS = 3
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_CONNECT_S = 5.0
_MOST_ADDRESSES = 4
_PIECE_BYTES = 1 << 20

Resolve = Callable[[str, int], Awaitable[list[Address]]]
"""Returns the addresses of a name, for a port."""


async def resolved(host: str, port: int) -> list[Address]:
    """Return the addresses that this machine's resolver gives for a name, without doubles."""
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NoAnswer from error
    return [ip_address(text) for text in dict.fromkeys(str(entry[4][0]) for entry in found)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbound:
    """
    Calls addresses that users give.

    `also` are networks that may be called beside the public internet, and plain http with them: none in
    production, loopback where a developer or a test says so.
    """

    also: tuple[Network, ...] = ()
    resolve: Resolve = resolved
    tls: ssl.SSLContext | None = None

    def check(self, url: object) -> str:
        """
        Return the URL as it will be called, if it is one that may be given; nothing is called.

        Raises:
            AddressRefused: it is not; see `api.address_guard.read_target`.
        """
        return str(self._target(url).url)

    async def post(
        self, url: str, content: bytes, headers: Mapping[str, str], *, within_s: float = 15.0
    ) -> int:
        """
        Send bytes and return the status of the answer, whose body is not read; redirects are not followed.

        Raises:
            AddressRefused: the address may not be called.
            NoAnswer: none came in time.
        """
        async with (
            _bounded(within_s),
            self._answered("POST", self._target(url), content, headers) as answer,
        ):
            return answer.status_code

    async def fetch(self, url: object, path: Path, *, largest_bytes: int, within_s: float = 30.0) -> None:
        """
        Write what the address holds to a new file; at most `MOST_REDIRECTS` redirects are followed.

        Raises:
            AddressRefused: the address, or one it redirects to, may not be called.
            NoAnswer: it gave no file in time.
            AnswerTooLarge: it gives more than `largest_bytes`; nothing is left at `path`.
        """
        async with _bounded(within_s):
            target = self._target(url)
            for _ in range(MOST_REDIRECTS + 1):
                # No compression: a small answer must not become a large one.
                headers = {"Accept-Encoding": "identity"}
                async with self._answered("GET", target, None, headers) as answer:
                    if answer.status_code not in _REDIRECTS:
                        await _write(answer, path, largest_bytes)
                        return
                    target = self._redirected(target, answer)
        raise NoAnswer

    def _target(self, url: object) -> Target:
        return read_target(url, is_plain_allowed=bool(self.also), also=self.also)

    def _redirected(self, target: Target, answer: httpx2.Response) -> Target:
        try:
            url = target.url.join(answer.headers.get("location", ""))
        except (httpx2.InvalidURL, ValueError) as error:
            raise AddressRefused from error
        return self._target(str(url))

    async def _checked(self, target: Target) -> list[Address]:
        """Return the addresses of a target, of which every one may be called."""
        addresses = await self.resolve(target.host, target.port)
        if not addresses:
            raise NoAnswer
        if not all(may_call(address, self.also) for address in addresses):
            raise AddressRefused
        return addresses[:_MOST_ADDRESSES]

    @asynccontextmanager
    async def _answered(
        self, method: str, target: Target, content: bytes | None, headers: Mapping[str, str]
    ) -> AsyncIterator[httpx2.Response]:
        addresses = await self._checked(target)
        timeout = httpx2.Timeout(None, connect=_CONNECT_S)
        tls = self.tls or _tls()
        async with httpx2.AsyncClient(verify=tls, trust_env=False, timeout=timeout) as client:
            answer = await _first(
                client, [_request(client, method, target, a, content, headers) for a in addresses]
            )
            try:
                yield answer
            finally:
                await answer.aclose()


def outbound_of(settings: Settings) -> Outbound:
    """Return the client that the settings allow."""
    return Outbound(also=LOOPBACK if settings.outbound_allow_local else ())


def _request(
    client: httpx2.AsyncClient,
    method: str,
    target: Target,
    address: Address,
    content: bytes | None,
    headers: Mapping[str, str],
) -> httpx2.Request:
    """Return the request to a checked address that still bears the name: in Host, and in TLS."""
    return client.build_request(
        method,
        target.url.copy_with(host=str(address)),
        content=content,
        headers={"User-Agent": "Filigrane", **headers, "Host": target.url.netloc.decode("ascii")},
        extensions={"sni_hostname": target.host},
    )


async def _first(client: httpx2.AsyncClient, requests: list[httpx2.Request]) -> httpx2.Response:
    """Return the answer of the first address that can be reached; a request is sent to one only."""
    for request in requests:
        try:
            return await client.send(request, stream=True)
        except (httpx2.ConnectError, httpx2.ConnectTimeout):
            continue
    raise NoAnswer


async def _write(answer: httpx2.Response, path: Path, largest_bytes: int) -> None:
    if answer.status_code != 200 or answer.headers.get("content-encoding", "identity") != "identity":
        raise NoAnswer
    try:
        with path.open("xb") as file:
            async for piece in _at_most(answer.aiter_raw(_PIECE_BYTES), largest_bytes):
                await asyncio.to_thread(file.write, piece)
    except BaseException:
        await asyncio.to_thread(path.unlink, missing_ok=True)
        raise


async def _at_most(pieces: AsyncIterator[bytes], largest_bytes: int) -> AsyncIterator[bytes]:
    size = 0
    async for piece in pieces:
        size += len(piece)
        if size > largest_bytes:
            raise AnswerTooLarge
        yield piece


@asynccontextmanager
async def _bounded(within_s: float) -> AsyncIterator[None]:
    """Bound everything within, name resolution included, and tell every failure of the network alike."""
    try:
        async with asyncio.timeout(within_s):
            yield
    except (TimeoutError, httpx2.HTTPError, httpx2.StreamError, httpx2.InvalidURL) as error:
        raise NoAnswer from error


@functools.cache
def _tls() -> ssl.SSLContext:
    return httpx2.create_ssl_context(trust_env=False)
