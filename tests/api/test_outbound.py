"""Addresses that users give are called only where they lead to the public internet, whatever their spelling."""

from __future__ import annotations

import asyncio
import datetime as dt
import ssl
from contextlib import asynccontextmanager
from ipaddress import IPv4Address, IPv4Network, IPv6Address, ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from api.address_guard import is_public, read_target
from api.errors import AddressRefused, AnswerTooLarge, NoAnswer
from api.outbound import MOST_REDIRECTS, Outbound, outbound_of, resolved
from api.settings import Settings

pytestmark = pytest.mark.anyio

HERE = IPv4Address("127.0.0.2")
ALSO = (IPv4Network("127.0.0.2/32"),)
LAW = settings(max_examples=200, deadline=None)


def elsewhere(address: str):
    """A resolver that leads every name to one address."""

    async def resolve(_host, _port):
        return [ip_address(address)]

    return resolve


@given(st.ip_addresses(v=4))
@LAW
def test_no_private_address_is_public(address: IPv4Address) -> None:
    """Whatever the standard library calls private, multicast or reserved is refused; so are all its disguises."""
    if not address.is_global or address.is_multicast:
        assert not is_public(address)
    assert is_public(address) == is_public(IPv6Address(f"::ffff:{address}"))
    assert is_public(address) == is_public(IPv6Address((0x64FF9B << 96) | int(address)))
    assert not is_public(IPv6Address((0x2002 << 112) | (int(address) << 80)))
    assert not is_public(IPv6Address(int(address)))


@given(st.ip_addresses(v=6))
@LAW
def test_outside_global_unicast_nothing_is_public(address: IPv6Address) -> None:
    """Loopback, link-local, unique-local, site-local, multicast and what is not given out are refused."""
    if not address.is_global or address.is_multicast or address.is_reserved or address.is_site_local:
        assert (
            not is_public(address) or address.ipv4_mapped is not None or int(address) >> 32 == 0x64FF9B << 64
        )


@pytest.mark.parametrize("address", ["1.1.1.1", "93.184.216.34", "2606:4700:4700::1111", "64:ff9b::101:101"])
def test_the_public_internet_may_be_called(address: str) -> None:
    """The gate is no wall."""
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0", "10.1.2.3", "100.100.100.200", "127.0.0.1", "127.255.255.254", "168.63.129.16", "169.254.169.254",
        "172.31.0.1", "192.0.0.192", "192.168.1.1", "198.18.0.1", "224.0.0.1", "239.255.255.250", "255.255.255.255",
        "::", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "fe80::1", "fe80::1%eth0", "fec0::1", "fc00::1",
        "fd00:ec2::254", "ff02::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "100::1", "64:ff9b:1::1",
    ],
)  # fmt: skip
async def test_an_address_within_is_refused_by_itself_and_behind_a_name(address: str) -> None:
    """Private, loopback, link-local, shared, multicast, documentation, metadata: refused before a connection."""
    assert not is_public(ip_address(address))
    with pytest.raises(AddressRefused):
        await Outbound(resolve=elsewhere(address)).post("https://receiver.test/", b"", {})
    literal = f"[{address}]" if ":" in address else address
    with pytest.raises(AddressRefused):
        Outbound().check(f"https://{literal}/")


def spellings(address: IPv4Address) -> list[str]:
    """The ways in which resolvers of old take an address."""
    number, (a, b, c, d) = int(address), address.packed
    return [
        str(number), hex(number), f"0{number:o}", f"{a}.{number & 0xFFFFFF}", f"{a}.{b}.{c * 256 + d}",
        f"0x{a:x}.0x{b:x}.0x{c:x}.0x{d:x}", f"0{a:o}.0{b:o}.0{c:o}.0{d:o}", f"{a}.{b}.{c}.0x{d:x}", f"{a:03}.{b}.{c}.{d}.",
    ]  # fmt: skip


@given(st.ip_addresses(v=4, network="0.0.0.0/0"), st.integers(0, 8))
@LAW
def test_a_number_in_disguise_is_no_host(address: IPv4Address, which: int) -> None:
    """Decimal, octal, hexadecimal and short forms are refused whatever they stand for, unless they are the plain form."""
    spelling = spellings(address)[which]
    if spelling.rstrip(".") == str(address) and is_public(address):
        return
    with pytest.raises(AddressRefused):
        read_target(f"https://{spelling}/")


@pytest.mark.parametrize(
    "url",
    [
        "", "receiver.test", "//receiver.test/", "http://receiver.test/", "ftp://receiver.test/", "file:///etc/passwd",
        "gopher://receiver.test", "https://", "https:///x", "https://user@receiver.test/", "https://a:b@receiver.test/",
        "https://receiver.test\\@127.0.0.1/", "https://receiver.test/\r\nHost: x", "https://receiver.test:99999/",
        "https://[::1/", "https://[fe80::1%25eth0]/", "https://①②⑦.0.0.1/", "https://１２７.0.0.1/", "https://" + "a" * 3000, None, 7, b"https://x/",
    ],
)  # fmt: skip
def test_another_spelling_is_refused(url: object) -> None:
    """Other schemes, passwords, control characters, broken brackets, digits in disguise, absurd lengths."""
    with pytest.raises(AddressRefused):
        read_target(url)


@given(st.text(max_size=60))
@LAW
def test_any_text_is_read_or_refused(text: str) -> None:
    """No spelling makes the gate stumble, and what passes keeps its scheme."""
    try:
        target = read_target("https://" + text)
    except AddressRefused:
        return
    assert "https" == target.url.scheme
    assert target.host


def test_nothing_local_is_called_unless_the_settings_say_so() -> None:
    """The setting is off by default; on, it opens loopback and plain http and nothing else."""
    with pytest.raises(AddressRefused):
        outbound_of(Settings()).check("http://localhost:1/")
    developing = outbound_of(Settings(outbound_allow_local=True))
    assert "http://127.0.0.1:1/" == developing.check("http://127.0.0.1:1/")
    for url in ("http://10.0.0.1/", "http://169.254.169.254/latest/meta-data"):
        with pytest.raises(AddressRefused):
            developing.check(url)


async def test_one_inner_address_among_several_refuses_the_name() -> None:
    """A name that leads to a public address and to an inner one is not called at all."""

    async def both(_host, _port):
        return [ip_address("1.1.1.1"), ip_address("10.0.0.1")]

    with pytest.raises(AddressRefused):
        await Outbound(resolve=both).post("https://receiver.test/", b"", {})


async def test_a_name_that_leads_nowhere_has_no_answer() -> None:
    """An unknown name is told like an address that does not answer."""
    with pytest.raises(NoAnswer):
        await resolved("nobody.invalid", 443)


@asynccontextmanager
async def receiver(answer, *, tls: ssl.SSLContext | None = None):
    """A server on 127.0.0.2 that keeps each request's head and answers as it is told to."""
    heads: list[str] = []

    async def serve(reader, writer):
        try:
            heads.append((await reader.readuntil(b"\r\n\r\n")).decode())
            await answer(heads[-1], writer)
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, str(HERE), 0, ssl=tls)
    async with server:
        yield server.sockets[0].getsockname()[1], heads


def says(text: str, body: bytes = b""):
    async def answer(_head, writer):
        writer.write(text.replace("\n", "\r\n").encode() + b"\r\n\r\n" + body)
        await writer.drain()

    return answer


LOCAL = Outbound(also=ALSO, resolve=elsewhere(str(HERE)))


async def test_a_file_is_fetched_by_name(tmp_path) -> None:
    """The checked address is called and hears the name, with no cookie, password or compression asked for."""
    async with receiver(says("HTTP/1.1 200 OK\nContent-Length: 4", b"clip")) as (port, heads):
        await LOCAL.fetch(f"http://Receiver.test:{port}/a?b", tmp_path / "f", largest_bytes=4)
    assert b"clip" == (tmp_path / "f").read_bytes()
    assert f"host: receiver.test:{port}\r\n" in heads[0].lower()
    assert heads[0].startswith("GET /a?b HTTP/1.1\r\n")
    assert "accept-encoding: identity\r\n" in heads[0].lower()


@pytest.mark.parametrize(
    "length", ["Content-Length: 5", "Connection: close"], ids=["announced", "not announced"]
)
async def test_too_large_an_answer_is_cut_short(tmp_path, length: str) -> None:
    """More than the bound is refused, whatever the length it tells; no half file stays."""
    async with receiver(says(f"HTTP/1.1 200 OK\n{length}", b"clips")) as (port, _):
        with pytest.raises(AnswerTooLarge):
            await LOCAL.fetch(f"http://receiver.test:{port}/", tmp_path / "f", largest_bytes=4)
    assert not (tmp_path / "f").exists()


@pytest.mark.parametrize("head", ["HTTP/1.1 404 No", "HTTP/1.1 200 OK\nContent-Encoding: gzip", "nonsense", "HTTP/1.1 301 Moved"])  # fmt: skip
async def test_no_file_is_no_answer(tmp_path, head: str) -> None:
    """Another status, a compressed body, no HTTP: refused, and nothing is left behind."""
    async with receiver(says(head + "\nContent-Length: 0")) as (port, _):
        with pytest.raises((NoAnswer, AddressRefused)):
            await LOCAL.fetch(f"http://receiver.test:{port}/", tmp_path / "f", largest_bytes=4)
    assert not (tmp_path / "f").exists()


async def test_an_answer_that_drips_ends_in_time(tmp_path) -> None:
    """The whole call is bounded, not each piece of it."""

    async def drip(_head, writer):
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b".")
            await writer.drain()
            await asyncio.sleep(0.01)

    async with receiver(drip) as (port, _):
        with pytest.raises(NoAnswer):
            await LOCAL.fetch(
                f"http://receiver.test:{port}/", tmp_path / "f", largest_bytes=10**9, within_s=0.2
            )
    assert not (tmp_path / "f").exists()


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1:1/",
        "http://169.254.169.254/",
        "http://2130706433/",
        "file:///etc/passwd",
        "//[::1]/",
    ],
)
async def test_a_redirect_passes_the_same_gate(tmp_path, location: str) -> None:
    """Where the first address may be called and the second may not, the second is not."""
    async with receiver(says(f"HTTP/1.1 302 Found\nLocation: {location}\nContent-Length: 0")) as (
        port,
        heads,
    ):
        with pytest.raises(AddressRefused):
            await Outbound(also=ALSO).fetch(f"http://{HERE}:{port}/", tmp_path / "f", largest_bytes=4)
    assert 1 == len(heads)


async def test_redirects_are_followed_three_times(tmp_path) -> None:
    """A relative redirect is followed; a circle is left after the third."""
    async with receiver(says("HTTP/1.1 307 Again\nLocation: /again\nContent-Length: 0")) as (port, heads):
        with pytest.raises(NoAnswer):
            await LOCAL.fetch(f"http://receiver.test:{port}/", tmp_path / "f", largest_bytes=4)
    assert MOST_REDIRECTS + 1 == len(heads)
    assert heads[1].startswith("GET /again ")


async def test_a_post_follows_no_redirect() -> None:
    """What is signed for one receiver is not carried to another."""
    async with receiver(says("HTTP/1.1 307 Go\nLocation: http://127.0.0.1/\nContent-Length: 0")) as (
        port,
        heads,
    ):
        assert 307 == await LOCAL.post(f"http://receiver.test:{port}/", b"{}", {"X-A": "b"})
    assert 1 == len(heads)


def certificate(folder, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's context for `name`, and a client's that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - dt.timedelta(days=1)).not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    pem = made.public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "both.pem").write_bytes(pem + secret)
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(folder / "both.pem")
    return server, ssl.create_default_context(cadata=pem.decode())


@pytest.mark.parametrize(("name", "is_fine"), [("receiver.test", True), ("stranger.test", False)])
async def test_the_certificate_is_that_of_the_name(tmp_path, name: str, is_fine: bool) -> None:
    """Called by its address, a server must still prove the name that was given, and hears it in TLS."""
    server, client = certificate(tmp_path, name)
    asked: list[str | None] = []
    server.sni_callback = lambda _socket, host, _context: asked.append(host)
    outbound = Outbound(also=ALSO, resolve=elsewhere(str(HERE)), tls=client)
    async with receiver(says("HTTP/1.1 204 Fine"), tls=server) as (port, _):
        call = outbound.post(f"https://receiver.test:{port}/hook", b"{}", {})
        if is_fine:
            assert 204 == await call
        else:
            with pytest.raises(NoAnswer):
                await call
    assert ["receiver.test"] == asked
