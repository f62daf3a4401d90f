"""Tokens of a provider speak for their subject, and nothing that only looks like one does."""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
import time
from contextlib import asynccontextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from api.address_guard import LOOPBACK
from api.errors import IdentityUnavailable
from api.jwks import FetchedKeys, FileKeys, read_keys
from api.oidc import Tokens, is_token, tokens_of
from api.outbound import Outbound
from api.problems import Problem
from api.roles import Role
from api.settings import Settings

pytestmark = pytest.mark.anyio

ISSUER, AUDIENCE = "https://login.example", "https://filigrane.test"
RSA = RSAKey.generate_key(2048, {"kid": "rsa", "use": "sig"})
EC = ECKey.generate_key("P-256", {"kid": "ec", "alg": "ES256"})
ED = OKPKey.generate_key("Ed25519", {"kid": "ed"})
STRANGER = RSAKey.generate_key(2048, {"kid": "rsa"})
KEYS = json.dumps({"keys": [key.as_dict(private=False) for key in (RSA, EC, ED)]})


def claims(**changes: object) -> dict[str, object]:
    now = int(time.time())
    told = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "ada",
        "iat": now,
        "exp": now + 86_400,
        "filigrane_role": "creator",
    }
    return {name: value for name, value in (told | changes).items() if value is not None}


def token(key=RSA, algorithm: str = "RS256", head: dict | None = None, **changes: object) -> str:
    header = {"alg": algorithm, "kid": key.kid, **(head or {})}
    header = {name: value for name, value in header.items() if value is not None}
    return jwt.encode(header, claims(**changes), key, algorithms=[algorithm])


def piece(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def spoilt(text: str) -> str:
    """The token with another subject and its old signature."""
    head, _, signature = text.split(".")
    return f"{head}.{piece(claims(sub='eve'))}.{signature}"


def confused(secret: bytes, kid: str = "rsa") -> str:
    """A token signed with a shared secret that everybody knows: the public key."""
    told = f"{piece({'alg': 'HS256', 'kid': kid})}.{piece(claims())}"
    return f"{told}.{base64.urlsafe_b64encode(hmac.digest(secret, told.encode(), 'sha256')).rstrip(b'=').decode()}"


BAD = {
    "none": f"{piece({'alg': 'none', 'kid': 'rsa'})}.{piece(claims())}.",
    "none with a signature": ".".join([piece({"alg": "none", "kid": "rsa"}), *token().split(".")[1:]]),
    "public key as secret": confused(RSA.as_pem(private=False)),
    "public der as secret": confused(RSA.as_der(private=False)),
    "set as secret": confused(KEYS.encode()),
    "other issuer": token(iss="https://login.example.evil"),
    "no issuer": token(iss=None),
    "other audience": token(aud="https://other.example"),
    "other audiences": token(aud=["a", "b"]),
    "no audience": token(aud=None),
    "expired": token(exp=int(time.time()) - 3600),
    "no end": token(exp=None),
    "endless": token(exp="never"),
    "not yet": token(nbf=int(time.time()) + 80_000),
    "no subject": token(sub=None),
    "empty subject": token(sub=""),
    "long subject": token(sub="a" * 256),
    "numbered subject": token(sub=5),
    "unknown key": token(head={"kid": "other"}),
    "no key": token(head={"kid": None}),
    "another's key": token(key=STRANGER),
    "its own key": token(key=STRANGER, head={"kid": "own", "jwk": STRANGER.as_dict(private=False)}),
    "key elsewhere": token(key=STRANGER, head={"jku": "https://evil.example/jwks"}),
    "key of another kind": token(key=EC, algorithm="ES256", head={"kid": "rsa"}),
    "other type": token(head={"typ": "secevent+jwt"}),
    "critical": token(head={"crit": ["b64"], "b64": True}),
    "spoilt": spoilt(token()),
    "cut": token()[:-20],
    "two pieces": token().rpartition(".")[0] + ".",
    "heavy": token(padding="a" * 9000),
    "garbage": "eyJhbGciOiJSUzI1NiJ9.e30.AAAA",
    "no head": "AAAA.AAAA.AAAA",
}


@pytest.fixture
def reader(tmp_path) -> Tokens:
    path = tmp_path / "jwks.json"
    path.write_text(KEYS)
    return Tokens(
        issuer=ISSUER, audience=AUDIENCE, keys=FileKeys(path), role_claim="filigrane_role", default_role=None
    )


@pytest.fixture
def signing(creating, reader):
    """The service, which takes tokens of the issuer."""
    creating.parts.wired[Tokens] = reader
    return creating


async def count(studio, query: str) -> int:
    async with studio.desk.pool.connection() as connection:
        return (await (await connection.execute(query)).fetchone())[0]


@pytest.mark.parametrize(
    ("key", "algorithm"), [(RSA, "RS256"), (RSA, "PS256"), (EC, "ES256"), (ED, "Ed25519")]
)
async def test_a_token_speaks_for_its_subject(signing, studio, key, algorithm: str) -> None:
    """The first makes an account and its entries, the next finds it; nothing of the subject's name is stored."""
    before = await count(studio, "SELECT count(*) FROM accounts")
    for _ in range(2):
        ada = signing.speaking(token(key, algorithm, aud=["other", AUDIENCE]))
        assert 200 == (await ada.get("/v1/videos")).status_code
    made = await ada.post("/v1/videos", json={"prompt": "a fox", "seconds": 1})
    assert 200 == made.status_code, made.text
    assert (
        404 == (await signing.speaking(token(sub="eve")).get(f"/v1/videos/{made.json()['id']}")).status_code
    )
    assert before + 2 == await count(studio, "SELECT count(*) FROM accounts")
    created = "SELECT count(*) FROM audit_events WHERE action IN ('account:create', 'key:create')"
    assert 4 == await count(studio, created)
    assert 0 == await count(studio, "SELECT count(*) FROM accounts WHERE display_name LIKE '%ada%'")


async def test_first_requests_at_once_make_one_account(signing, studio) -> None:
    """However many come first together."""
    before = await count(studio, "SELECT count(*) FROM accounts")
    ada = signing.speaking(token())
    answers = await asyncio.gather(*(ada.get("/v1/videos") for _ in range(8)))
    assert {200} == {answer.status_code for answer in answers}
    assert (before + 1, 1) == (
        await count(studio, "SELECT count(*) FROM accounts"),
        await count(studio, "SELECT count(*) FROM identities"),
    )


@pytest.mark.parametrize("name", BAD)
async def test_what_only_looks_like_a_token_opens_nothing(signing, studio, name: str) -> None:
    """401, one and the same for every fault, and no account is made."""
    answer = await signing.speaking(BAD[name]).get("/v1/videos")
    assert 401 == answer.status_code, answer.text
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert 0 == await count(studio, "SELECT count(*) FROM identities")


@pytest.mark.parametrize("role", [None, "owner", "", 5, ["creator", "admin"], [], {"creator": True}])
async def test_a_token_without_one_role_of_ours_is_refused(signing, studio, role: object) -> None:
    """No role, two, or one that is none of ours: 403, and no account is made."""
    answer = await signing.speaking(token(filigrane_role=role)).get("/v1/videos")
    assert (403, ["account:read"]) == (answer.status_code, answer.json()["missing_scopes"])
    assert 0 == await count(studio, "SELECT count(*) FROM identities")


async def test_role_and_scopes_are_those_of_the_token(signing, studio) -> None:
    """An auditor audits and an admin administers, of one account; named scopes of ours narrow the role's, others do not."""
    for role, path in (
        ("auditor", "/v1/audit/events?purpose=testing"),
        ("admin", "/v1/accounts"),
        ("creator", "/v1/videos"),
    ):
        assert 200 == (await signing.speaking(token(filigrane_role=role)).get(path)).status_code, role
    assert 403 == (await signing.speaking(token()).get("/v1/accounts")).status_code
    assert 1 == await count(studio, "SELECT count(DISTINCT account_id) FROM identities")
    narrow = signing.speaking(token(scope="openid videos:read accounts:read"))
    assert 200 == (await narrow.get("/v1/videos")).status_code
    for path in ("/v1/keys", "/v1/accounts"):
        assert 403 == (await narrow.get(path)).status_code, path
    wide = signing.speaking(token(scope="openid profile"))
    assert 200 == (await wide.get("/v1/keys")).status_code


async def test_a_default_role_is_for_tokens_that_name_none(reader) -> None:
    """Where the operator sets one; a claim that names nonsense is refused all the same."""
    mild = Tokens(
        issuer=ISSUER, audience=AUDIENCE, keys=reader.keys, role_claim="filigrane_role", default_role=Role.CREATOR
    )  # fmt: skip
    assert Role.CREATOR == (await mild.read(token(filigrane_role=None))).role
    with pytest.raises(Problem):
        await mild.read(token(filigrane_role="owner"))


async def test_a_revoked_subject_stays_out(signing) -> None:
    """The operator revokes the key that stands for it; another token of the subject changes nothing."""
    ada = signing.speaking(token())
    assert 200 == (await ada.get("/v1/videos")).status_code
    (key,) = (await ada.get("/v1/keys")).json()["data"]
    admin = await signing.as_("admin")
    assert 200 == (await admin.delete(f"/v1/keys/{key['id']}")).status_code
    assert 401 == (await signing.speaking(token()).get("/v1/videos")).status_code


async def test_a_repeat_is_answered_to_the_same_token_only(signing) -> None:
    """The answer is sealed with the token: another one of the subject is told of a conflict, and creates nothing."""
    body, same = {"prompt": "a fox", "seconds": 1}, {"Idempotency-Key": "one"}
    ada = signing.speaking(token())
    first = await ada.post("/v1/videos", json=body, headers=same)
    again = await ada.post("/v1/videos", json=body, headers=same)
    assert (first.json()["id"], "true") == (again.json()["id"], again.headers["Idempotency-Replayed"])
    other = signing.speaking(token(jti="other"))
    assert 409 == (await other.post("/v1/videos", json=body, headers=same)).status_code


async def test_tokens_are_off_unless_an_issuer_is_named(creating, home) -> None:
    """By default a token is not even read; half a provider does not start."""
    assert tokens_of(Settings(home=home.root), home) is None
    assert 401 == (await creating.speaking(token()).get("/v1/videos")).status_code
    whole = {"oidc_issuer": ISSUER, "oidc_audience": AUDIENCE, "oidc_jwks": "/keys.json"}
    assert isinstance(tokens_of(Settings(home=home.root, **whole), home).keys, FileKeys)
    url = whole | {"oidc_jwks": "https://login.example/jwks"}
    assert isinstance(tokens_of(Settings(home=home.root, **url), home).keys, FetchedKeys)
    for missing in whole:
        with pytest.raises(ValueError, match="together"):
            Settings(**{name: value for name, value in whole.items() if name != missing})
    with pytest.raises(ValueError, match="never for the operator"):
        Settings(**whole, oidc_default_role="admin")


def test_only_keys_that_may_sign_are_read() -> None:
    """Secrets, weak and encrypting keys, and ids that stand twice are left out; other text is no set."""
    rows = [key.as_dict(private=False) for key in (RSA, EC, ED)]
    weak = RSAKey.generate_key(1024, {"kid": "weak"}).as_dict(private=False)
    secret = OctKey.generate_key(256, {"kid": "secret"}).as_dict()
    sealing = RSAKey.generate_key(2048, {"kid": "enc", "use": "enc"}).as_dict(private=False)
    twice = [STRANGER.as_dict(private=False) | {"kid": "twice"}, rows[1] | {"kid": "twice"}]
    found = read_keys(json.dumps({"keys": [*rows, weak, secret, sealing, *twice]}))
    assert {"rsa", "ec", "ed"} == set(found)
    for text in (
        "",
        "{}",
        "[]",
        '{"keys": 5}',
        '{"keys": [5]}',
        '{"keys": [{"kty": "RSA", "kid": "a", "n": "?"}]}',
    ):
        with pytest.raises(ValueError, match="not a JWK set"):
            read_keys(text)


async def test_a_file_is_read_again_when_it_changes(tmp_path, reader) -> None:
    """A rotated key is known at the next token; a file that is gone makes tokens unavailable, not accepted."""
    path = tmp_path / "jwks.json"
    assert "ada" and (await reader.read(token())).role is Role.CREATOR
    path.write_text(json.dumps({"keys": [ED.as_dict(private=False)]}) + " ")
    with pytest.raises(Problem):
        await reader.read(token())
    path.unlink()
    with pytest.raises(IdentityUnavailable):
        await reader.read(token())


@asynccontextmanager
async def provider(body: bytes, asked: list[int]):
    async def answer(reader, writer) -> None:
        await reader.readuntil(b"\r\n\r\n")
        asked.append(1)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/jwks"


async def test_fetched_keys_are_asked_for_seldom(home) -> None:
    """Once for many tokens, and not again for every id that a stranger makes up."""
    asked: list[int] = []
    async with provider(KEYS.encode(), asked) as url:
        keys = FetchedKeys(url, Outbound(also=LOOPBACK), home)
        found = await asyncio.gather(*(keys.find("rsa") for _ in range(8)))
        assert all(found) and 1 == len(asked)
        assert [None] * 5 == [await keys.find(f"made up {number}") for number in range(5)]
        assert 1 == len(asked)


@pytest.mark.parametrize("body", [b"<html>", b'{"keys": 1}', b" " * 300_000], ids=["page", "no set", "heavy"])
async def test_a_provider_without_keys_is_unavailable(home, body: bytes) -> None:
    """No set has ever been had: 503 for tokens, and keys of ours go on working."""
    async with provider(body, []) as url:
        with pytest.raises(IdentityUnavailable):
            await FetchedKeys(url, Outbound(also=LOOPBACK), home).find("rsa")


async def test_a_provider_within_is_not_called(home) -> None:
    """The one guard holds for the operator's own setting too: name a file for such a provider."""
    with pytest.raises(IdentityUnavailable):
        await FetchedKeys("https://169.254.169.254/jwks", Outbound(), home).find("rsa")


PARTS = st.one_of(st.text("AZaz09-_", max_size=40), st.dictionaries(st.sampled_from(["alg", "kid", "typ", "crit", "b64"]), st.one_of(st.none(), st.booleans(), st.integers(), st.sampled_from(["RS256", "none", "HS256", "rsa", "JWT"]), st.lists(st.text(max_size=3), max_size=2))).map(piece))  # fmt: skip


@given(parts=st.lists(PARTS, min_size=1, max_size=5))
@settings(max_examples=150, deadline=None)
def test_any_text_is_refused_in_one_way(tmp_path_factory, parts: list[str]) -> None:
    """Whatever is sent as a token ends in a problem, never in another error."""
    path = tmp_path_factory.getbasetemp() / "jwks.json"
    path.write_text(KEYS)
    reader = Tokens(issuer=ISSUER, audience=AUDIENCE, keys=FileKeys(path), role_claim="r", default_role=None)
    text = ".".join(parts)
    if is_token(text):
        with pytest.raises(Problem) as caught:
            asyncio.run(reader.read(text))
        assert "unauthenticated" == caught.value.code
