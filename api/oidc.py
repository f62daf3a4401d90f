"""
Tokens of an OpenID Connect provider as bearers, beside keys; off unless the operator names an issuer.

A token counts only if one of the provider's keys signed it by an asymmetric algorithm of our list, for our
audience, and its time has not passed.  Its subject has an account of its own, made at the first request; its
role comes from one claim; its `scope` narrows the role's scopes where it names any of ours.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import JoseError

from api.home import Home
from api.jwks import FetchedKeys, FileKeys, PublicKeys
from api.outbound import outbound_of
from api.problems import Problem
from api.roles import EVERY_SCOPE, Role
from api.settings import Settings

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519")
"""No ``none``, and no shared secrets: with those a public key could be taken for one."""

LONGEST_TOKEN = 8_192
LEEWAY_S = 30
_LONGEST_SUBJECT = 255
_NEVER = frozenset({"crit", "b64", "jwk", "jku", "x5u"})
"""Extensions that we know nothing of, and keys that a token brings itself."""
_TYPES = frozenset({"jwt", "at+jwt", "application/at+jwt"})
_SHAPE = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who a token speaks for: a digest of issuer and subject, the role, and the scopes it is narrowed to."""

    digest: bytes
    role: Role
    scopes: frozenset[str] | None
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """Reads tokens of one issuer for one audience."""

    issuer: str
    audience: str
    keys: PublicKeys
    role_claim: str
    default_role: Role | None

    async def read(self, text: str) -> Identity:
        """
        Return who a token speaks for.

        Raises:
            Problem: 401 where it does not count; 403 where it names no role of ours.
            IdentityUnavailable: the provider's keys cannot be had.
        """
        try:
            claims = await self._claims(text)
            subject = claims["sub"]
            if not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST_SUBJECT:
                raise refused()
            named = f"{self.issuer}\0{subject}".encode()
        except (JoseError, ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
            raise refused() from error
        return Identity(
            digest=hashlib.sha256(named).digest(),
            role=self._role(claims.get(self.role_claim)),
            scopes=_narrowed(claims.get("scope")),
            token=text,
        )

    async def _claims(self, text: str) -> Mapping[str, Any]:
        if len(text) > LONGEST_TOKEN:
            raise refused()
        head = jws.extract_compact(text.encode()).headers()
        algorithm, key_id = head.get("alg"), head.get("kid")
        is_plain = str(head.get("typ", "JWT")).lower() in _TYPES and not _NEVER & head.keys()
        is_ours = algorithm in ALGORITHMS and is_plain
        key = await self.keys.find(key_id) if is_ours and isinstance(key_id, str) else None
        if key is None or key.get("alg", algorithm) != algorithm:
            raise refused()
        token = jwt.decode(text, key, algorithms=[str(algorithm)])
        self._registry().validate(token.claims)
        return token.claims

    def _registry(self) -> jwt.JWTClaimsRegistry:
        return jwt.JWTClaimsRegistry(
            leeway=LEEWAY_S,
            iss={"essential": True, "value": self.issuer},
            aud={"essential": True, "value": self.audience},
            sub={"essential": True},
            exp={"essential": True},
        )

    def _role(self, claim: object) -> Role:
        """Return the one role of ours that a claim names, or the default where the claim is absent."""
        if claim is None and self.default_role is not None:
            return self.default_role
        values = claim if isinstance(claim, list) else [claim]
        named = {value for value in values if isinstance(value, str) and value in set(Role)}
        if len(named) != 1:
            raise Problem("missing_scope", members={"missing_scopes": ["account:read"]})
        return Role(named.pop())


def _narrowed(scope: object) -> frozenset[str] | None:
    named = frozenset(scope.split() if isinstance(scope, str) else ()) & EVERY_SCOPE
    return named or None


def is_token(text: str) -> bool:
    """Whether a bearer has the form of a token rather than of a key."""
    return _SHAPE.fullmatch(text) is not None and not text.startswith("fg_")


def refused() -> Problem:
    """Return the one answer to every token that does not count; why is not told."""
    return Problem("unauthenticated", headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})


def tokens_of(settings: Settings, home: Home) -> Tokens | None:
    """Return who reads tokens under these settings; None where no issuer is named."""
    if not settings.oidc_issuer:
        return None
    is_fetched = settings.oidc_jwks.startswith(("https://", "http://"))
    keys: PublicKeys = (
        FetchedKeys(settings.oidc_jwks, outbound_of(settings), home)
        if is_fetched
        else FileKeys(Path(settings.oidc_jwks))
    )
    return Tokens(
        issuer=settings.oidc_issuer,
        audience=settings.oidc_audience,
        keys=keys,
        role_claim=settings.oidc_role_claim,
        default_role=settings.oidc_default_role,
    )
