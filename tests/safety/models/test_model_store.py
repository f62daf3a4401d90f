"""The store gives weights that are proven, or says that there are none."""

import json
import os
from pathlib import Path

import pytest

from safety.errors import FetchFailed, ModelUnavailable
from safety.models.digest import file_digest, folder_digest
from safety.models.fetch import fetch, wanted_models
from safety.models.manifest import Manifest
from safety.models.places import accepted_licences, cache_folder, models_folder
from safety.models.store import ModelStore


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """An operator's folder with a net, its two halves and some drawings."""
    folder = tmp_path / "kept"
    (folder / "drawings").mkdir(parents=True)
    (folder / "net.onnx").write_bytes(b"a net")
    (folder / "net.1").write_bytes(b"a ")
    (folder / "net.2").write_bytes(b"net")
    (folder / "drawings" / "fox.svg").write_text("<svg/>")
    return folder


@pytest.fixture
def manifest(kept: Path, tmp_path: Path) -> Manifest:
    """Three roles out of the operator's folder: a copy, a folder, a joined file under another licence."""
    net, drawings = file_digest(kept / "net.onnx"), folder_digest(kept / "drawings")
    one, two = file_digest(kept / "net.1"), file_digest(kept / "net.2")
    text = f"""
    [source.kept]
    folder = "kept"
    [model.net]
    id = "net@1"
    licence = "MIT"
    credit = "us"
    file = [{{ name = "net.onnx", from = [{{ source = "kept", member = "net.onnx", sha256 = "{net}" }}] }}]
    [model.drawings]
    id = "drawings@1"
    licence = "CC-BY-4.0"
    credit = "us"
    file = [{{ name = "svg/", from = [{{ source = "kept", member = "drawings/", sha256 = "{drawings}" }}] }}]
    [model.joined]
    id = "joined@1"
    licence = "CC-BY-NC-4.0"
    credit = "them"
    [[model.joined.file]]
    name = "net.onnx"
    step = "join"
    sha256 = "{net}"
    from = [
      {{ source = "kept", member = "net.1", sha256 = "{one}" }},
      {{ source = "kept", member = "net.2", sha256 = "{two}" }},
    ]
    """
    path = tmp_path / "manifest.toml"
    path.write_text(text)
    return Manifest.read(path)


@pytest.fixture
def store(manifest: Manifest, tmp_path: Path) -> ModelStore:
    """A store with every role of the manifest in place."""
    store = ModelStore(tmp_path / "models", manifest)
    fetch(store, manifest.models.values(), cache=tmp_path / "cache")
    return store


def test_weights_in_place_are_found(store: ModelStore) -> None:
    """A role's folder and files are given by name once they are proven."""
    assert b"a net" == store.path("net", "net.onnx").read_bytes()
    assert store.folder / "drawings" == store.path("drawings")
    assert ["net", "drawings", "joined"] == [model.role for model in store.installed()]


def test_parts_are_joined_in_order(store: ModelStore) -> None:
    """A file that came in parts is whole again."""
    assert b"a net" == store.path("joined", "net.onnx").read_bytes()


def test_unknown_role_or_file_is_unavailable(store: ModelStore) -> None:
    """What the manifest does not name is not given, even where it lies there."""
    (store.folder / "net" / "other.onnx").write_bytes(b"planted")
    for role, name in (("nothing", None), ("net", "other.onnx")):
        with pytest.raises(ModelUnavailable):
            store.path(role, name)


def test_absent_weights_say_how_to_get_them(manifest: Manifest, tmp_path: Path) -> None:
    """A store that was never filled is unavailable, and says what to run."""
    with pytest.raises(ModelUnavailable, match="filigrane models fetch net"):
        ModelStore(tmp_path / "empty", manifest).path("net")


def test_changed_weights_are_unavailable(store: ModelStore) -> None:
    """Other bytes of the same length are noticed although they were proven a moment ago."""
    target = store.path("net", "net.onnx")
    target.write_bytes(b"A net")
    os.utime(target, ns=(1, 1))
    with pytest.raises(ModelUnavailable, match="not those we know"):
        store.path("net", "net.onnx")


def test_planted_or_missing_drawing_is_noticed(store: ModelStore) -> None:
    """A folder is proven as a whole: one file more is another folder."""
    (store.path("drawings") / "svg" / "planted.svg").write_text("<svg/>")
    assert not store.has("drawings")


def test_digest_is_read_once(store: ModelStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Weights that did not change are not read again."""
    store.path("net")
    read: list[Path] = []
    monkeypatch.setattr("safety.models.store.digest_of", lambda path: read.append(path) or "0")
    store.path("net")
    assert [] == read


def test_other_recipe_is_other_weights(store: ModelStore) -> None:
    """A receipt of another recipe does not vouch for these weights, nor does a broken one."""
    receipt = store.folder / "net" / "receipt.json"
    told = json.loads(receipt.read_text())
    for text in (json.dumps({**told, "recipe": "0" * 64}), "{", "[]", '{"recipe": 1, "files": 2}'):
        receipt.write_text(text)
        assert not store.has("net"), text


def test_changed_weights_are_mended(store: ModelStore, manifest: Manifest, tmp_path: Path) -> None:
    """A fetch brings back what was damaged, and only that."""
    store.path("net", "net.onnx").write_bytes(b"damaged!")
    brought = fetch(store, manifest.models.values(), cache=tmp_path / "cache")
    assert ["net"] == [model.role for model in brought]
    assert b"a net" == store.path("net", "net.onnx").read_bytes()


def test_source_of_wrong_digest_changes_nothing(
    store: ModelStore, manifest: Manifest, kept: Path, tmp_path: Path
) -> None:
    """When the source is not what we know, what was in place stays as it was and no rest is left."""
    store.path("net", "net.onnx").write_bytes(b"damaged!")
    (kept / "net.onnx").write_bytes(b"another net")
    with pytest.raises(FetchFailed, match="that we know"):
        fetch(store, manifest.models.values(), cache=tmp_path / "cache")
    assert b"damaged!" == (store.folder / "net" / "net.onnx").read_bytes()
    assert {"net", "drawings", "joined", ".lock"} == {path.name for path in store.folder.iterdir()}


def test_licence_that_is_not_free_needs_acceptance(store: ModelStore) -> None:
    """A non-commercial model is left out by default, refused by name, and brought once accepted."""
    assert ["net", "drawings"] == [model.role for model in wanted_models(store, ())]
    with pytest.raises(FetchFailed, match="CC-BY-NC-4.0"):
        wanted_models(store, ["joined"])
    assert ["joined"] == [
        model.role for model in wanted_models(store, ["joined"], frozenset({"CC-BY-NC-4.0"}))
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('name = "net.onnx", from', 'name = "../net.onnx", from'),
        ("[model.net]", '[model."../net"]'),
        ('source = "kept"', 'source = "elsewhere"'),
        ('member = "net.onnx", sha256 = "', 'member = "net.onnx", sha256 = "z'),
        ('licence = "MIT"', ""),
        ('step = "join"', 'step = "pickle"'),
    ],
)
def test_malformed_manifest_is_refused(manifest: Manifest, tmp_path: Path, before: str, after: str) -> None:
    """A name that would leave the folder, an unknown source or step, a broken digest: nothing is read."""
    text = (tmp_path / "manifest.toml").read_text()
    broken = tmp_path / "broken.toml"
    broken.write_text(text.replace(before, after, 1))
    assert text != broken.read_text()
    with pytest.raises(ValueError):
        Manifest.read(broken)


def test_operator_overlay_replaces_a_role(manifest: Manifest) -> None:
    """An operator's manifest takes the place of ours, role by role."""
    ours = Manifest.read()
    both = ours.overlaid(manifest)
    assert "net@1" == both.models["net"].id
    assert ours.models["faces"] == both.models["faces"]


def test_our_manifest_pins_every_wheel() -> None:
    """Every model that ships has a credit and a licence we name, and vectors name their length."""
    for model in Manifest.read().models.values():
        assert model.credit and model.licence, model.role
    lengths = {role: model.dimension for role, model in Manifest.read().models.items() if model.dimension}
    expected = {
        "sentences": 512,
        "reader": 384,
        "faces": 128,
        "faces-pack": 128,
        "pictures": 512,
        "voices": 256,
    }
    assert expected == lengths


def test_places_follow_the_environment(tmp_path: Path) -> None:
    """Weights lie in the cache unless the operator says otherwise; blank settings are no settings."""
    assert Path("/c/models") == models_folder({"FILIGRANE_CACHE": "/c"})
    assert Path("/m") == models_folder({"FILIGRANE_CACHE": "/c", "FILIGRANE_MODELS": "/m"})
    assert Path.home() / ".cache" / "filigrane" == cache_folder({"FILIGRANE_CACHE": ""})
    assert Path("/x/filigrane") == cache_folder({"XDG_CACHE_HOME": "/x"})
    assert frozenset({"CC-BY-SA-3.0"}) == accepted_licences(
        {"FILIGRANE_ACCEPTED_LICENCES": " CC-BY-SA-3.0, "}
    )
