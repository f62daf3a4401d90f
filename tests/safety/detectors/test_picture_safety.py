"""Two nets on sexual pictures and one on graphic ones: how their answers become findings."""

from pathlib import Path

import insightface.data
import numpy as np
import pytest
import skimage.data
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from safety.detector import Picture
from safety.detectors import image_safety, nudity
from safety.detectors.gore import Gore
from safety.detectors.image_safety import ImageSafety
from safety.detectors.nets import Nets
from safety.detectors.nobody import Nobody
from safety.detectors.nudity import Nudity
from safety.detectors.picture_vectors import PictureVectors
from safety.detectors.votes import ALONE
from safety.models.store import ModelStore
from safety.sampling import sample_pixels

PHOTOGRAPHS = ("coffee", "chelsea", "rocket", "astronaut", "camera")


@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_everyday_photographs_are_clean(name: str, models: ModelStore) -> None:
    """A cup, a cat, a rocket and people with their clothes on give nothing that would hold a clip."""
    pixels = getattr(skimage.data, name)()
    rgb = pixels if pixels.ndim == 3 else np.stack([pixels] * 3, 2)
    nets = Nets(models)
    safety, voice = ImageSafety(nets), Voice(is_empty=False)
    footage = sample_pixels(rgb)
    assert [] == [f for f in Gore(safety=safety).examine(footage) if f.score >= 0.35]
    assert [] == [
        f for f in Nudity(nets=nets, safety=safety, nobody=voice).examine(footage) if f.score >= 0.35
    ]


def test_nets_see_what_their_authors_preprocessing_shows(
    models: ModelStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Our cutting to size gives the nets' answers within .03 of Pillow's Lanczos and bilinear ones."""
    rgb = skimage.data.astronaut()
    net = Nets(models).net("image-safety", "classify.onnx")
    ours = net(image_safety.planes(image_safety._padded(rgb)))["probabilities"][0]
    theirs = Image.fromarray(rgb).resize((224, 224), Image.Resampling.LANCZOS)
    expected = net(np.asarray(theirs, np.float32).transpose(2, 0, 1)[None])["probabilities"][0]
    np.testing.assert_allclose(expected, ours, atol=0.03)


class Voice:
    """A third voice that says what it was told to, and counts how often it was asked."""

    def __init__(self, *, is_empty: bool) -> None:
        self.is_empty = is_empty
        self.asked = 0

    def is_sure(self, rgb: np.ndarray) -> bool:
        self.asked += 1
        return self.is_empty


def score(first: float, second: float, voice: Voice, monkeypatch: pytest.MonkeyPatch) -> float:
    monkeypatch.setattr(nudity.Nudity, "_second_opinion", lambda self, rgb: second)
    detector = Nudity(nets=None, safety=None, nobody=voice)
    return detector._score(Picture(rgb=np.zeros((2, 2, 3), np.uint8)), first)


@pytest.mark.parametrize(
    ("first", "second", "with_people", "without"),
    [
        (0.1, 0.1, 0.1, 0.1),
        (0.4, 0.1, 0.4, 0.4),
        (0.9, 0.1, ALONE, ALONE),
        (0.5, 0.5, 0.85, ALONE),
        (0.6, 0.97, 0.97, ALONE),
        (0.05, 0.4, 0.4, 0.2),
        (0.05, 0.99, ALONE, ALONE),
        (0.4, 0.6, ALONE, ALONE),
    ],
)
def test_three_voices_make_one_score(
    first: float, second: float, with_people: float, without: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only both nets on a picture that may show somebody stop; any of them alone is a look and never a stop."""
    assert with_people == score(first, second, Voice(is_empty=False), monkeypatch)
    assert without == score(first, second, Voice(is_empty=True), monkeypatch)


@given(first=st.floats(0, 1), second=st.floats(0, 1))
@settings(deadline=None, max_examples=100)
def test_the_third_voice_never_makes_it_worse(first: float, second: float) -> None:
    """It lowers or keeps; nothing that the newer net holds, or the older one surely, is let through by it."""
    with pytest.MonkeyPatch.context() as patch:
        some, none = (score(first, second, Voice(is_empty=empty), patch) for empty in (False, True))
    assert none <= some
    if first >= 0.35 or second >= 0.7:
        assert none >= 0.35


def test_the_third_voice_is_asked_where_another_spoke(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its cost is that of frames of which something is said."""
    voice = Voice(is_empty=True)
    score(0.1, 0.29, voice, monkeypatch)
    assert 0 == voice.asked
    score(0.1, 0.3, voice, monkeypatch)
    assert 1 == voice.asked


@pytest.mark.parametrize("name", ["coffee", "chelsea", "brick", "grass"])
def test_nobody_is_in_pictures_of_things(name: str, models: ModelStore) -> None:
    """A cup, a cat and walls are surely without people."""
    pixels = getattr(skimage.data, name)()
    rgb = pixels if pixels.ndim == 3 else np.stack([pixels] * 3, 2)
    assert Nobody(PictureVectors(Nets(models))).is_sure(rgb)


def test_somebody_is_in_photographs_of_people(models: ModelStore, data_folder: Path) -> None:
    """Nobody of people never learned from is overlooked: one alone, six together, twenty in small grey."""
    voice = Nobody(PictureVectors(Nets(models)))
    paths = sorted((data_folder / "faces" / "orl").glob("s*/05.png"))[::2]
    shown = [skimage.data.astronaut(), np.ascontiguousarray(insightface.data.get_image("t1")[:, :, ::-1])]
    shown += [np.asarray(Image.open(path).convert("RGB")) for path in paths]
    assert 22 == len(shown)
    assert not any(voice.is_sure(rgb) for rgb in shown)


def test_net_runs_once_for_both_detectors(models: ModelStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """What two detectors need of the same footage is worked out once, and anew for other footage."""
    shown: list[int] = []
    original = image_safety._padded
    monkeypatch.setattr(image_safety, "_padded", lambda rgb: shown.append(1) or original(rgb))
    nets = Nets(models)
    safety, voice = ImageSafety(nets), Voice(is_empty=False)
    footage = sample_pixels(skimage.data.coffee())
    for _ in range(2):
        Gore(safety=safety).examine(footage)
        Nudity(nets=nets, safety=safety, nobody=voice).examine(footage)
    assert [1] == shown
    Gore(safety=safety).examine(sample_pixels(skimage.data.coffee()))
    assert [1, 1] == shown
