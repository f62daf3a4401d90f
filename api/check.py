"""`filigrane verify`: asks a running service whether a file is one of its clips."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx2

from api.errors import ServiceUnreachable

_PATIENCE_S = 180.0


def ask(url: str, file: Path) -> dict[str, Any]:
    """
    Return the service's answer about a file (see `safety.provenance.verify.answer_as_json`).

    Raises:
        ServiceUnreachable: nobody answers there, or the answer is a refusal; it says which.
        OSError: the file cannot be read.
    """
    with file.open("rb") as content:
        try:
            answer = httpx2.post(
                f"{url.rstrip('/')}/v1/verify", files={"file": (file.name, content)}, timeout=_PATIENCE_S
            )
        except httpx2.HTTPError as error:
            raise ServiceUnreachable(f"{url} does not answer; start it with `filigrane serve`") from error
    if answer.status_code != 200:
        raise ServiceUnreachable(f"{url} answers {answer.status_code}: {_title(answer)}")
    told: dict[str, Any] = answer.json()
    return told


def _title(answer: httpx2.Response) -> str:
    try:
        return str(answer.json().get("title", ""))
    except ValueError:
        return ""
