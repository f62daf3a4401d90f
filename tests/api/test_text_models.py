"""More text detectors, by the words of a setting."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from api.settings import Settings
from api.text_models import text_model
from api.wiring import build_screen
from policies.bundle import load_policy
from safety.detector import Text
from safety.detectors.labels import moderation_labels
from safety.errors import DetectorFailed, ModelUnavailable

KEY = "sk-planted-0123456789"


class ModerationHTTP:
    """A real server on loopback that answers as a test wants."""

    def __init__(self) -> None:
        scores = {**dict.fromkeys(moderation_labels(), 0.01), "hate": 0.8}
        self.status, self.body = 200, json.dumps({"results": [{"category_scores": scores}]}).encode()
        self.asked: list[tuple[str, str | None, object]] = []
        server = self

        class Answering(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                server.asked.append((self.path, self.headers["Authorization"], sent))
                self.send_response(server.status)
                self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", str(len(server.body)))
                self.end_headers()
                self.wfile.write(server.body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
        self.setting = f"moderation:http://127.0.0.1:{self.http.server_port}/v1#omni"


@pytest.fixture
def server() -> Iterator[ModerationHTTP]:
    made = ModerationHTTP()
    thread = threading.Thread(target=made.http.serve_forever)
    thread.start()
    yield made
    made.http.shutdown()
    thread.join()
    made.http.server_close()


def test_a_moderation_server_is_asked_one_text(server: ModerationHTTP) -> None:
    """The API's own form, the key as a bearer token, the model by its name; nothing else leaves."""
    (found,) = text_model(server.setting, KEY).examine(Text(text="some words", part="title"))
    assert ("hate", 0.8) == (found.category, found.score)
    assert [("/v1/moderations", f"Bearer {KEY}", {"model": "omni", "input": "some words"})] == server.asked


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, b"{}"),
        (302, b""),
        (401, b"{}"),
        (200, b"not json"),
        (200, b"[]"),
        (200, b'{"results": []}'),
        (200, b'{"results": [{"category_scores": {"hate": "much"}}]}'),
        (200, b'{"results": [{"category_scores": {"hate": NaN}}]}'),
        (200, b'{"results": [{"category_scores": {"hate": 2}}]}'),
        (200, b'{"results": [{"category_scores": {"hate": 0.2}}]}'),
        (200, b" " * 300_000),
    ],
    ids=["broken", "redirect", "refused", "text", "list", "none", "words", "nan", "beyond", "part", "long"],
)
def test_what_a_server_does_not_say_is_not_absent(server: ModerationHTTP, status: int, body: bytes) -> None:
    """Any other answer is a detector that could not look; neither the key nor the text is in its error."""
    server.status, server.body = status, body
    with pytest.raises(DetectorFailed) as raised:
        text_model(server.setting, KEY).examine(Text(text="some words"))
    assert KEY not in str(raised.value)
    assert "some words" not in str(raised.value)


def test_a_server_that_is_gone_is_a_failure(server: ModerationHTTP) -> None:
    """Nobody answers: the detector could not look."""
    detector = text_model("moderation:http://127.0.0.1:1/v1#omni", KEY)
    with pytest.raises(DetectorFailed, match="reached"):
        detector.examine(Text(text="x"))


@pytest.mark.parametrize(
    "setting", ["", "guard:", "classifier", "moderation:ftp://x/v1#m", "moderation:http://x/v1", "llm:x"]
)
def test_another_setting_is_refused_with_the_forms(setting: str) -> None:
    """The error says what may be written."""
    with pytest.raises(ValueError, match="write one of"):
        text_model(setting, KEY)


def test_a_server_needs_its_key() -> None:
    """Without one nothing is asked."""
    with pytest.raises(ValueError, match="FILIGRANE_TEXT_MODELS_KEY"):
        text_model("moderation:https://host/v1#m")


def test_an_empty_folder_is_no_classifier(tmp_path: Path) -> None:
    """It is told when the service starts, not with the first prompt."""
    with pytest.raises(ModelUnavailable, match="no classifier"):
        text_model(f"classifier:{tmp_path}")


def test_a_screen_has_what_the_settings_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Added behind ours, and asked by the policy's word only where ours are unsure."""
    monkeypatch.setenv(
        "FILIGRANE_TEXT_MODELS", "guard:/models/Llama-Guard-3-1B, moderation:https://host/v1#omni"
    )
    monkeypatch.setenv("FILIGRANE_TEXT_MODELS_KEY", KEY)
    screen = build_screen(Settings(home=tmp_path), load_policy())
    assert ["text.guard-llama-guard-3-1b@1", "text.moderation-omni@1"] == [
        one.name for one in screen.text[-2:]
    ]
    asked = [screen.is_asked("text.guard-llama-guard-3-1b@1", highest) for highest in (0.0, 0.94, 0.95)]
    assert [True, True, False] == asked
    assert screen.is_asked("text.heads@1", 1.0)
    assert KEY not in str(Settings(home=tmp_path).shown())
