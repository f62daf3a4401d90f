"""The faces an operator lists: who gets in, who is matched, and who may read them."""

from pathlib import Path

import cv2
import insightface.data
import numpy as np
import pytest
import skimage.data
from hypothesis import given, settings
from hypothesis import strategies as st

from safety.detectors.face_engine import EmbeddedFaces
from safety.detectors.nets import Nets
from safety.likeness.bank import MATCH, REVIEW, ListedFaces, bank_path, read_bank, write_bank
from safety.likeness.face_listing import list_faces
from safety.models.store import ModelStore


def unit(*values: float) -> np.ndarray:
    vector = np.array(values, np.float32)
    return vector / np.linalg.norm(vector)


def at_cosine(cosine: float) -> np.ndarray:
    """A unit vector at this cosine from the first axis."""
    return unit(cosine, (1 - cosine**2) ** 0.5, 0)


BANK = ListedFaces(
    bank="faces.public_figures",
    model_id="net@1",
    references=("ann", "ann", "bob"),
    vectors=np.stack([unit(1, 0, 0), unit(0.9, 0.1, 0), unit(0, 0, 1)]),
)


@pytest.mark.parametrize(
    ("cosine", "is_told"), [(0.99, True), (MATCH, True), (REVIEW + 0.01, True), (0.2, False)]
)
def test_nearest_is_told_from_the_review_threshold_on(cosine: float, is_told: bool) -> None:
    """A face is told with its distance where a person should look at least."""
    match = ListedFaces(bank="b", model_id="net@1", references=("ann",), vectors=unit(1, 0, 0)[None]).match(
        [at_cosine(cosine)], "net@1"
    )
    assert is_told == (match is not None)
    if match is not None:
        assert ("ann", round(1 - cosine, 3), round(1 - MATCH, 4)) == (
            match.reference, round(match.distance, 3), match.threshold,
        )  # fmt: skip


def test_one_frame_does_not_outvote_the_track() -> None:
    """A single look-alike frame among others that do not match is no match."""
    assert BANK.match([unit(1, 0, 0)], "net@1").reference == "ann"
    assert BANK.match([unit(1, 0, 0), unit(0, 1, 0), unit(-0.3, 1, 0)], "net@1") is None


@given(
    st.permutations(range(3)),
    st.lists(st.floats(-1, 1), min_size=3, max_size=3).filter(lambda v: np.linalg.norm(v) > 0.1),
)
@settings(max_examples=100, deadline=None)
def test_order_of_the_bank_does_not_matter(order: list[int], values: list[float]) -> None:
    """The nearest reference counts, wherever it stands; between equally near ones any may be named."""
    shuffled = ListedFaces(
        bank=BANK.bank,
        model_id=BANK.model_id,
        references=tuple(BANK.references[at] for at in order),
        vectors=BANK.vectors[order],
    )
    told = [bank.match([unit(*values)], "net@1") for bank in (BANK, shuffled)]
    assert 1 == len({match and match.distance for match in told})


def test_vectors_of_another_model_are_refused() -> None:
    """What two nets made is never compared."""
    with pytest.raises(ValueError, match="other@1"):
        BANK.match([unit(1, 0, 0)], "other@1")


def test_empty_bank_knows_nobody() -> None:
    """No reference, no vector: no match."""
    empty = ListedFaces(bank="b", model_id="net@1", references=(), vectors=np.zeros((0, 0), np.float32))
    assert empty.match([unit(1, 0, 0)], "net@1") is None
    assert BANK.match([], "net@1") is None


def test_bank_is_kept_for_its_owner_alone(tmp_path: Path) -> None:
    """What is written is read back; it is 0600, and refused when others may read it."""
    path = tmp_path / "home" / "faces.bank"
    write_bank(BANK, path)
    assert 0o600 == path.stat().st_mode & 0o777
    assert [path] == list(path.parent.iterdir())
    again = read_bank(path)
    assert (BANK.references, BANK.bank, BANK.model_id) == (again.references, again.bank, again.model_id)
    np.testing.assert_array_equal(BANK.vectors, again.vectors)
    path.chmod(0o644)
    with pytest.raises(ValueError, match="chmod 600"):
        read_bank(path)


@pytest.mark.parametrize("content", [b"", b"no bank", b"PK\x05\x06" + b"\x00" * 18])
def test_what_is_no_bank_is_refused(tmp_path: Path, content: bytes) -> None:
    """A broken file is an error, not an empty bank."""
    path = tmp_path / "faces.bank"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises((ValueError, OSError, EOFError)):
        read_bank(path)


def test_folder_becomes_a_bank(models: ModelStore, tmp_path: Path) -> None:
    """One clear face a picture gets in under its file's or folder's name; others are refused with the reason."""
    engine = EmbeddedFaces(Nets(models))
    astronaut = skimage.data.astronaut()[:, :, ::-1]
    (tmp_path / "eileen").mkdir()
    cv2.imwrite(str(tmp_path / "eileen" / "1.png"), astronaut)
    cv2.imwrite(str(tmp_path / "mirror.jpg"), astronaut[:, ::-1])
    cv2.imwrite(str(tmp_path / "group.png"), insightface.data.get_image("t1"))
    cv2.imwrite(str(tmp_path / "cup.png"), skimage.data.coffee()[:, :, ::-1])
    (tmp_path / "broken.jpg").write_bytes(b"no picture")
    (tmp_path / "notes.txt").write_text("not a picture at all")
    listing = list_faces(tmp_path, engine)
    assert ("eileen", "mirror") == listing.bank.references
    assert (2, 128) == listing.bank.vectors.shape
    reasons = {path.name: reason for path, reason in listing.refused}
    assert {"broken.jpg", "cup.png", "group.png"} == reasons.keys()
    assert "6 faces" in reasons["group.png"] and "0 faces" in reasons["cup.png"]
    assert listing.bank.match([listing.bank.vectors[1]], engine.model_id) is not None


def test_empty_folder_is_an_empty_bank(models: ModelStore, tmp_path: Path) -> None:
    """A folder without pictures lists nobody, and is kept and read all the same."""
    listing = list_faces(tmp_path, EmbeddedFaces(Nets(models)))
    write_bank(listing.bank, tmp_path / "b")
    assert () == read_bank(tmp_path / "b").references


def test_command_fills_the_home(models: ModelStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`filigrane bank faces` lists whom it can, says whom it cannot, and keeps the file to its owner."""
    from typer.testing import CliRunner

    from safety.likeness.cli import app

    monkeypatch.setenv("FILIGRANE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("FILIGRANE_MODELS", str(models.folder))
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    cv2.imwrite(str(pictures / "eileen.png"), skimage.data.astronaut()[:, :, ::-1])
    cv2.imwrite(str(pictures / "cup.png"), skimage.data.coffee()[:, :, ::-1])
    done = CliRunner().invoke(app, ["faces", str(pictures)])
    assert (0, True, True) == (
        done.exit_code,
        "people: 1, pictures: 1" in done.output,
        "cup.png: shows 0 faces" in done.output,
    )
    assert ("eileen",) == read_bank(bank_path(tmp_path / "home")).references
    assert 1 == CliRunner().invoke(app, ["faces", str(tmp_path / "nowhere")]).exit_code
