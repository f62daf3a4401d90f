"""The people of the demo and how they speak to the service: each with a key of their own."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import httpx2

from api.errors import ActRefused, ServiceUnreachable
from api.home import Home

_PATIENCE_S = 600.0


@dataclass
class Person:
    """Somebody with a key; `client` is the official SDK, `http` says what it has no words for."""

    address: str
    key: str = field(repr=False)
    locale: str = "en"

    @cached_property
    def http(self) -> httpx2.Client:
        """A client of everything."""
        headers = {"Authorization": f"Bearer {self.key}", "Accept-Language": self.locale}
        return httpx2.Client(base_url=self.address, headers=headers, timeout=_PATIENCE_S)

    @cached_property
    def client(self) -> Any:
        """
        OpenAI's own client, pointed at us.

        Raises:
            ServiceUnreachable: the package is not installed.
        """
        try:
            import openai
        except ImportError as error:
            raise ServiceUnreachable(
                "the demo asks with OpenAI's client: pip install 'filigrane[demo]'"
            ) from error
        return openai.OpenAI(
            base_url=f"{self.address}/v1",
            api_key=self.key,
            timeout=_PATIENCE_S,
            max_retries=5,
            default_headers={"Accept-Language": self.locale},
        )

    def tell(self, method: str, path: str, *, key: str | None = None, **sent: Any) -> Any:
        """
        Send a request and return its answer's JSON (None where it has no body).

        Args:
            method: of HTTP.
            path: after the address.
            key: of idempotency, for what creates.
            sent: as httpx's ``request`` takes it.

        Raises:
            ActRefused: it was refused.
        """
        headers = {} if key is None else {"Idempotency-Key": key}
        answer = self.http.request(method, path, headers=headers, **sent)
        if answer.is_error:
            raise ActRefused(f"{method} {path} is answered {answer.status_code}: {answer.text[:500]}")
        return answer.json() if answer.content else None


class People:
    """Everybody of the demo by name; the operator's staff are those of the first start."""

    def __init__(self, address: str, home: Home) -> None:
        self._address = address
        self._home = home
        self._known: dict[str, Person] = {}

    def __getitem__(self, name: str) -> Person:
        if name not in self._known:
            key = (self._home.keys / f"{name}.key").read_text().strip()
            self._known[name] = Person(address=self._address, key=key)
        return self._known[name]

    @property
    def nobody(self) -> httpx2.Client:
        """A client without a key: the public."""
        return httpx2.Client(base_url=self._address, timeout=_PATIENCE_S)

    def welcome(self, name: str, told: dict[str, str]) -> None:
        """Make a person's account and key where they are missing, and keep the key as ``keys/NAME.key``."""
        role = told["role"]
        of_account = {field: value for field, value in told.items() if field != "role"}
        admin = self["admin"]
        if not (self._home.keys / f"{name}.key").exists():
            account = admin.tell("POST", "/v1/accounts", key=f"demo-account-{name}", json=of_account)
            asked = {"role": role, "name": f"demo {name}", "account_id": account["id"]}
            made = admin.tell("POST", "/v1/keys", key=f"demo-key-{name}", json=asked)
            self._home.write_key(f"{name}.key", made["key"] + "\n")
        self[name].locale = told["locale"]
