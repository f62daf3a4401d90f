"""`filigrane verify` asks a running service and says the answer, or who did not answer."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.check import ask
from api.cli import commands
from api.errors import ServiceUnreachable

TOLD = {
    "verdict": "no_signal",
    "says": {"en": "We found nothing."},
    "lines": [{"subject": "mark", "text": {"en": "none"}}],
}


class Answering(BaseHTTPRequestHandler):
    """Answers as the service does, and keeps what it was sent."""

    received: bytes = b""
    status = 200

    def do_POST(self) -> None:
        type(self).received = self.rfile.read(int(self.headers["Content-Length"]))
        body = json.dumps(TOLD if self.status == 200 else {"title": "Too many requests"}).encode()
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@pytest.fixture
def url() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Answering)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
    Answering.status = 200


def test_the_file_is_sent_and_the_answer_said(url: str, tmp_path: Path) -> None:
    """One sentence first, then the lines; with --json the whole."""
    file = tmp_path / "clip.mp4"
    file.write_bytes(b"the clip")
    said = CliRunner().invoke(commands, ["verify", str(file), "--url", url])
    assert (0, "no_signal: We found nothing.") == (said.exit_code, said.stdout.splitlines()[0])
    assert b"the clip" in Answering.received
    whole = CliRunner().invoke(commands, ["verify", str(file), "--url", url, "--json"])
    assert TOLD == json.loads(whole.stdout)


def test_a_refusal_or_silence_is_told_with_what_to_do(url: str, tmp_path: Path) -> None:
    """Neither is taken for an answer about the file."""
    file = tmp_path / "clip.mp4"
    file.write_bytes(b"the clip")
    Answering.status = 429
    with pytest.raises(ServiceUnreachable, match="429: Too many requests"):
        ask(url, file)
    with pytest.raises(ServiceUnreachable, match="filigrane serve"):
        ask("http://127.0.0.1:9", file)
