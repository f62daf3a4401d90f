"""What the operator may set, by environment: each name with the prefix ``FILIGRANE_``."""

from __future__ import annotations

import os
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from api.roles import ACCOUNT_HOLDERS, Role

_Listed = NoDecode  # lists are written with commas, not as JSON


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser() / "filigrane"


class Settings(BaseSettings):
    """
    The settings in force; read once at start, never changed.

    A URL that may hold a password is a secret: it is masked wherever settings are shown.
    """

    model_config = SettingsConfigDict(env_prefix="FILIGRANE_", frozen=True, extra="forbid")

    home: Path = Field(default=Path("var"), description="the folder of everything kept on this machine")
    host: str = Field(default="127.0.0.1", description="the address to listen on")
    port: int = Field(default=8080, ge=0, le=65535, description="the port to listen on; 0 takes a free one")
    public_url: str = Field(default="", description="where clients find us, without a final slash")
    database_url: SecretStr | None = Field(
        default=None, description="a PostgreSQL whose user may create roles; none starts the embedded one"
    )
    database_app_url: SecretStr | None = Field(
        default=None, description="of the role filigrane_app, where DATABASE_URL is of filigrane_owner"
    )
    database_log_url: SecretStr | None = Field(
        default=None, description="of the role filigrane_log, where DATABASE_URL is of filigrane_owner"
    )
    object_store_url: SecretStr | None = Field(
        default=None, description="s3://bucket/prefix, file:///folder or memory:///; none is HOME/objects"
    )
    policy: Path | None = Field(default=None, description="the folder of the policy bundle; none is ours")
    generator: str = Field(
        default="embedded",
        description="back-ends, the default first: embedded, diffusers:SOURCE, openai:URL#MODEL",
    )
    generator_key: SecretStr | None = Field(default=None, description="for an openai: back-end")
    text_models: Annotated[tuple[str, ...], _Listed] = Field(
        default=(), description="more text detectors: classifier:FOLDER, guard:FOLDER, moderation:URL#MODEL"
    )
    text_models_key: SecretStr | None = Field(default=None, description="for a moderation: server")
    models: Path | None = Field(default=None, description="the folder of model weights; none is CACHE/models")
    signer: str = Field(default="development", description="who signs manifests: development, or a folder")
    time_stamp_url: str = Field(
        default="", description="an RFC 3161 authority; none leaves manifests unstamped"
    )
    seal_key: Path | None = Field(
        default=None, description="the file of the key over sealed media; none is HOME/keys/seal.secret"
    )
    provider: str = Field(default="Filigrane", description="who answers for this service, told in manifests")
    likeness_feature_name: str = Field(default="cameo", description="what pages call a cameo")
    trusted_proxies: Annotated[tuple[IPv4Network | IPv6Network, ...], _Listed] = Field(
        default=(), description="networks whose X-Forwarded-For is believed"
    )
    accepted_licences: Annotated[tuple[str, ...], _Listed] = Field(
        default=(), description="restricted licences (SPDX) of models and drawings the operator accepts"
    )
    cache: Path = Field(default_factory=_cache, description="wheels and weights by SHA-256")
    security_contact: str = Field(
        default="", description="a URI for security.txt; none is made of PUBLIC_URL"
    )
    oidc_issuer: str = Field(
        default="", description="whose tokens are bearers beside keys; none takes no token"
    )
    oidc_audience: str = Field(default="", description="what those tokens are for: us")
    oidc_jwks: str = Field(
        default="", description="the issuer's keys: an https URL on the public internet, or a file"
    )
    oidc_role_claim: str = Field(default="filigrane_role", description="the claim that names the role")
    oidc_default_role: Role | None = Field(
        default=None, description="of tokens without that claim; none refuses them"
    )
    outbound_allow_local: bool = Field(
        default=False, description="call http and loopback addresses that users give; for development only"
    )
    stalled_after_s: float = Field(
        default=30.0, gt=0, description="a worker silent for so long is taken for dead"
    )
    log_level: str = Field(default="info", pattern="^(debug|info|warning|error)$")
    largest_json_bytes: int = Field(default=20_000_000, gt=0, description="a body that is not an upload")
    largest_upload_bytes: int = Field(default=500_000_000, gt=0, description="a multipart body")

    @field_validator("trusted_proxies", "accepted_licences", "text_models", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return (
            [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value
        )

    @field_validator("public_url")
    @classmethod
    def _origin(cls, value: str) -> str:
        if value and urlsplit(value).scheme not in ("http", "https"):
            raise ValueError("PUBLIC_URL starts with https:// (or http://)")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _one_url_or_three(self) -> Self:
        if (self.database_app_url is None) != (self.database_log_url is None):
            raise ValueError("set DATABASE_APP_URL and DATABASE_LOG_URL together, or neither")
        if self.database_app_url is not None and self.database_url is None:
            raise ValueError("DATABASE_APP_URL stands beside DATABASE_URL, the owner's")
        return self

    @model_validator(mode="after")
    def _whole_issuer(self) -> Self:
        given = [bool(value) for value in (self.oidc_issuer, self.oidc_audience, self.oidc_jwks)]
        if any(given) and not all(given):
            raise ValueError("set OIDC_ISSUER, OIDC_AUDIENCE and OIDC_JWKS together, or none of them")
        if self.oidc_default_role not in (None, *ACCOUNT_HOLDERS):
            raise ValueError(
                "OIDC_DEFAULT_ROLE is for people who act for themselves, never for the operator's"
            )
        return self

    @property
    def address(self) -> str:
        """Where clients find us: `public_url`, or the local address."""
        return (
            self.public_url or f"http://{'localhost' if self.host in LOCAL_HOSTS else self.host}:{self.port}"
        )

    @property
    def models_folder(self) -> Path:
        """The folder of model weights."""
        return self.models or self.cache / "models"

    @property
    def contact(self) -> str:
        """Whom to tell of a weakness, as a URI."""
        return self.security_contact or f"mailto:security@{urlsplit(self.address).hostname}"

    def shown(self) -> dict[str, str]:
        """Return every setting by the name of its variable, secrets masked."""
        prefix = str(self.model_config.get("env_prefix"))
        return {f"{prefix}{name.upper()}": _shown(value) for name, value in self}


def secret_of(value: SecretStr | None) -> str | None:
    """Return what a masked setting hides, None where it is not set."""
    return None if value is None else value.get_secret_value()


LOCAL_HOSTS = frozenset({"127.0.0.1", "0.0.0.0", "::1", "::", "localhost"})  # noqa: S104  (compared, not bound)


def _shown(value: object) -> str:
    if value is None:
        return ""
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
