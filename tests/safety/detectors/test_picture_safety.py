"""Two nets on sexual pictures and one on graphic ones: how their answers become findings."""

from pathlib import Path

import numpy as np
import pytest
import skimage.data
from PIL import Image

from safety.detector import Picture
from safety.detectors import image_safety, nudity
from safety.detectors.gore import Gore
from safety.detectors.image_safety import ImageSafety
from safety.detectors.nets import Nets
from safety.detectors.nudity import Nudity
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
    safety = ImageSafety(nets)
    footage = sample_pixels(rgb)
    assert [] == [f for f in Gore(safety=safety).examine(footage) if f.score >= 0.35]
    assert [] == [f for f in Nudity(nets=nets, safety=safety).examine(footage) if f.score >= 0.35]


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


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (0.1, 0.1, 0.1),
        (0.4, 0.1, 0.4),
        (0.9, 0.1, ALONE),
        (0.5, 0.5, 0.85),
        (0.6, 0.97, 0.97),
        (0.1, 0.99, ALONE),
        (0.4, 0.6, ALONE),
    ],
)
def test_two_opinions_make_one_score(
    first: float, second: float, expected: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both more likely than not is a stop; either of them alone is a look and never a stop."""
    detector = Nudity(nets=None, safety=None)
    monkeypatch.setattr(nudity.Nudity, "_second_opinion", lambda self, rgb: second)
    assert expected == detector._score(Picture(rgb=np.zeros((2, 2, 3), np.uint8)), first)


def test_net_runs_once_for_both_detectors(models: ModelStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """What two detectors need of the same footage is worked out once, and anew for other footage."""
    shown: list[int] = []
    original = image_safety._padded
    monkeypatch.setattr(image_safety, "_padded", lambda rgb: shown.append(1) or original(rgb))
    nets = Nets(models)
    safety = ImageSafety(nets)
    footage = sample_pixels(skimage.data.coffee())
    for _ in range(2):
        Gore(safety=safety).examine(footage)
        Nudity(nets=nets, safety=safety).examine(footage)
    assert [1] == shown
    Gore(safety=safety).examine(sample_pixels(skimage.data.coffee()))
    assert [1, 1] == shown
