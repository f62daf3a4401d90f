"""An operator's weights come out of a model hub, at one revision, from a hub that answers on loopback."""

import http.server
import json
import threading
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import huggingface_hub.constants
import pytest

from safety.errors import FetchFailed
from safety.models.fetch import fetch
from safety.models.manifest import Manifest
from safety.models.store import ModelStore

REVISION = "0123456789abcdef0123456789abcdef01234567"
FILES = {"net.onnx": b"numbers", "unwanted.bin": b"more numbers"}


class Answer(http.server.BaseHTTPRequestHandler):
    """What the hub's client asks: which files a revision has, and each file's head and body."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        if self.path.startswith(f"/api/models/us/net/revision/{REVISION}"):
            siblings = [{"rfilename": name} for name in FILES]
            self.say(
                json.dumps({"id": "us/net", "sha": REVISION, "siblings": siblings}).encode(),
                "application/json",
            )
        elif self.path.startswith(f"/api/models/us/net/tree/{REVISION}"):
            tree = [
                {"type": "file", "path": name, "size": len(body), "oid": "0" * 40}
                for name, body in FILES.items()
            ]
            self.say(json.dumps(tree).encode(), "application/json")
        elif self.path.startswith(f"/us/net/resolve/{REVISION}/"):
            self.say(FILES[self.path.rsplit("/", 1)[1]], "application/octet-stream")
        else:
            self.send_response(404)
            self.send_header("Content-Length", "0")
            self.end_headers()

    do_HEAD = do_GET

    def say(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", f'"{sha256(body).hexdigest()}"')
        self.send_header("X-Repo-Commit", REVISION)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Tests are quiet."""


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[http.server.ThreadingHTTPServer]:
    """The hub, with its client turned to it."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    server.asked = []
    address = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", address)
    monkeypatch.setattr(
        huggingface_hub.constants,
        "HUGGINGFACE_CO_URL_TEMPLATE",
        address + "/{repo_id}/resolve/{revision}/{filename}",
    )
    monkeypatch.setenv("HF_ENDPOINT", address)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def manifest(tmp_path: Path, *, revision: str = REVISION) -> Manifest:
    path = tmp_path / "manifest.toml"
    path.write_text(
        f"""
        [source.hub]
        hub = "us/net"
        revision = "{revision}"
        [model.net]
        id = "net@1"
        licence = "MIT"
        credit = "us"
        file = [{{ name = "net.onnx", from = [{{ source = "hub", member = "net.onnx", sha256 = "{sha256(FILES["net.onnx"]).hexdigest()}" }}] }}]
        """
    )
    return Manifest.read(path)


def test_only_named_files_are_brought(hub: http.server.ThreadingHTTPServer, tmp_path: Path) -> None:
    """Of a repository the members of the manifest come, checked, and nothing else."""
    store = ModelStore(tmp_path / "models", manifest(tmp_path))
    fetch(store, store.manifest.models.values(), cache=tmp_path / "cache")
    assert b"numbers" == store.path("net", "net.onnx").read_bytes()
    assert [] == [path for path in hub.asked if "unwanted" in path]


def test_unknown_revision_is_said(hub: http.server.ThreadingHTTPServer, tmp_path: Path) -> None:
    """A revision that the hub does not have brings nothing."""
    store = ModelStore(tmp_path / "models", manifest(tmp_path, revision="f" * 40))
    with pytest.raises(FetchFailed, match="us/net"):
        fetch(store, store.manifest.models.values(), cache=tmp_path / "cache")
    assert () == store.installed()


def test_branch_is_refused(tmp_path: Path) -> None:
    """A name that may move to other weights is no revision."""
    with pytest.raises(ValueError, match="may move"):
        manifest(tmp_path, revision="main")
