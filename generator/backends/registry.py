"""
Back-ends by the words of a setting.

    embedded                        our own engine, on any processor
    given:/clips/finished.mp4       a clip that is there already
    diffusers:SOURCE                a pipeline's folder, or its name on the hub
    openai:https://HOST/v1#MODEL    a server of the Videos API, and the model to ask it for
"""

from __future__ import annotations

from pathlib import Path

from generator.backend import Backend
from generator.backends.diffusers import DiffusersBackend
from generator.backends.embedded.engine import EmbeddedBackend
from generator.backends.given import GivenBackend
from generator.backends.openai_videos import OpenAIVideosBackend

FORMS = ("embedded", "given:PATH", "diffusers:SOURCE", "openai:URL#MODEL")


def backend_for(
    setting: str,
    *,
    key: str | None = None,
    drawings: Path | None = None,
    processes: int = 2,
    may_download: bool = False,
) -> Backend:
    """
    Return the back-end a setting names; nothing is loaded or asked yet.

    Args:
        setting: one of `FORMS`.
        key: for a server of the Videos API.
        drawings: the folder of drawings for the embedded engine, None for its own rigs alone.
        processes: how many draw for the embedded engine.
        may_download: whether a diffusers pipeline may be fetched from the hub.

    Raises:
        ValueError: the setting is none of the forms, or a server is named without its key.
    """
    kind, _, rest = setting.strip().partition(":")
    if kind == "embedded" and not rest:
        return EmbeddedBackend(drawings, processes)
    if kind == "given" and rest:
        return GivenBackend(Path(rest))
    if kind == "diffusers" and rest:
        return DiffusersBackend(rest, may_download=may_download)
    if kind == "openai":
        return _server(rest, key)
    raise ValueError(f"no back-end is called {setting!r}; write one of: {', '.join(FORMS)}")


def _server(rest: str, key: str | None) -> OpenAIVideosBackend:
    address, _, model = rest.rpartition("#")
    if not address.startswith(("https://", "http://")) or not model:
        raise ValueError(f"a server is written openai:URL#MODEL, not {'openai:' + rest!r}")
    if not key:
        raise ValueError("a server of the Videos API needs a key; set it beside the back-end")
    return OpenAIVideosBackend(base_url=address, key=key, model=model)
