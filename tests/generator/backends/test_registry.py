"""A setting's words name a back-end, or say what could have been written."""

from __future__ import annotations

import pytest

from generator.backends.diffusers import DiffusersBackend
from generator.backends.embedded.engine import EmbeddedBackend
from generator.backends.given import GivenBackend
from generator.backends.openai_videos import OpenAIVideosBackend
from generator.backends.registry import backend_for


@pytest.mark.parametrize(
    ("setting", "kind", "name"),
    [
        ("embedded", EmbeddedBackend, "filigrane-1"),
        (" embedded ", EmbeddedBackend, "filigrane-1"),
        ("given:/clips/a.mp4", GivenBackend, "given"),
        ("diffusers:Wan-AI/Wan2.1", DiffusersBackend, "Wan2.1"),
        ("diffusers:/models/wan/", DiffusersBackend, "wan"),
        ("openai:http://127.0.0.1:1/v1#sora-2", OpenAIVideosBackend, "sora-2"),
    ],
)
def test_setting_names_a_backend(setting: str, kind: type, name: str) -> None:
    """Each form gives its engine, under the name clients see."""
    backend = backend_for(setting, key="k")
    assert (kind, name) == (type(backend), backend.name)


@pytest.mark.parametrize(
    "setting",
    [
        "",
        "sora",
        "embedded:x",
        "given:",
        "diffusers:",
        "openai:",
        "openai:http://x/v1",
        "openai:ftp://x#m",
        "openai:#m",
    ],
)
def test_other_words_are_refused(setting: str) -> None:
    """Anything else is an error that names the forms; nothing is guessed."""
    with pytest.raises(ValueError, match="write|written"):
        backend_for(setting, key="k")


def test_server_needs_a_key() -> None:
    """A server without a key is refused when the setting is read, not at the first clip."""
    with pytest.raises(ValueError, match="key"):
        backend_for("openai:http://127.0.0.1:1/v1#m")
