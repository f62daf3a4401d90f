"""What every picture and sound detector must be."""

import re
from abc import ABC, abstractmethod
from pathlib import Path

import numpy as np
import pytest
import skimage.data
import yaml

from policies.finding import Box, Finding, Seconds
from safety.detector import Detector, Footage, Picture, Sound
from safety.detectors.age import Age
from safety.detectors.face_engine import EmbeddedFaces
from safety.detectors.face_tracks import FaceWatch
from safety.detectors.faces import Faces
from safety.detectors.gore import Gore
from safety.detectors.image_safety import ImageSafety
from safety.detectors.nets import Nets
from safety.detectors.nudity import Nudity
from safety.detectors.photographed import Photographed
from safety.detectors.on_screen_text import OnScreenText
from safety.detectors.picture_vectors import PictureVectors
from safety.detectors.references import References
from safety.errors import ModelUnavailable
from safety.models.store import ModelStore

TAXONOMY = Path(__file__).parents[2] / "policies" / "rules" / "taxonomy.yaml"


@pytest.fixture(scope="session")
def taxonomy() -> frozenset[str]:
    """Every category there is, families and parts."""
    families = yaml.safe_load(TAXONOMY.read_text())["categories"]
    return frozenset(families) | {
        f"{name}.{part}" for name, row in families.items() for part in row.get("parts", ())
    }


@pytest.fixture(scope="session")
def nets(models: ModelStore) -> Nets:
    """The process's nets, as detectors share them."""
    return Nets(models)


def noise(seconds: float, *, seed: int = 1) -> Footage:
    """Frames of coloured blocks, as no camera and no painter makes them."""
    rng = np.random.default_rng(seed)
    blocks = rng.integers(0, 256, (9, 16, 3)).astype(np.uint8)
    rgb = blocks.repeat(20, 0).repeat(20, 1)
    times = np.arange(0, seconds, 0.5)
    return Footage(
        pictures=tuple(
            Picture(rgb=np.roll(rgb, 8 * at, 1), at_s=float(at_s), is_scene_change=at == 0)
            for at, at_s in enumerate(times)
        )
    )


class DetectorContract(ABC):
    """Every detector subclasses this: implementations may differ in what they see, not in how they say it."""

    @abstractmethod
    def build(self, nets: Nets) -> Detector:
        """The detector under test over these nets."""

    @abstractmethod
    def roles(self) -> frozenset[str]:
        """The roles whose weights it cannot do without."""

    def contents(self) -> list:
        """What every detector is shown: nothing, a clip and a still, odd sizes."""
        thin = Picture(rgb=np.zeros((1, 300, 3), np.uint8), at_s=0.0)
        still = Picture(rgb=noise(0.5).pictures[0].rgb)
        return [Footage(pictures=()), noise(2.0), Footage(pictures=(thin,)), Footage(pictures=(still,))]

    def test_name_is_a_versioned_key(self, nets: Nets) -> None:
        """A stored name says who looked, and in which version."""
        assert re.fullmatch(r"[a-z_]+\.[a-z0-9_-]+@\d+", self.build(nets).name)

    def test_categories_are_known(self, nets: Nets, taxonomy: frozenset[str]) -> None:
        """A detector looks for categories that the taxonomy has."""
        categories = self.build(nets).categories
        assert categories and categories <= taxonomy

    def test_nothing_is_no_finding(self, nets: Nets) -> None:
        """Where there is nothing to look at, nothing is seen."""
        assert () == tuple(self.build(nets).examine(self.contents()[0]))

    def test_findings_keep_to_what_was_promised(self, nets: Nets) -> None:
        """Scores lie from 0 to 1, categories are those named, places lie in the content."""
        detector = self.build(nets)
        for content in self.contents():
            findings = detector.examine(content)
            assert isinstance(findings, tuple)
            for finding in findings:
                assert isinstance(finding, Finding)
                assert finding.category in detector.categories
                assert 0.0 <= finding.score <= 1.0 and finding.why
                self.check_place(finding)

    def check_place(self, finding: Finding) -> None:
        match finding.where:
            case Box(left=left, top=top, width=width, height=height):
                assert 0 <= left <= left + width <= 1 + 1e-6 and 0 <= top <= top + height <= 1 + 1e-6
            case Seconds(start_s=start_s, end_s=end_s):
                assert 0 <= start_s < end_s
            case _:
                assert finding.where is None

    def test_same_content_same_findings(self, nets: Nets) -> None:
        """A decision can be replayed: the same content is seen the same way, by another instance too."""
        content = self.contents()[1]
        once = self.build(nets).examine(content)
        again = self.build(nets).examine(self.contents()[1])
        assert once == again

    def test_absent_weights_are_said(self, tmp_path: Path) -> None:
        """Without weights a detector has not seen nothing: it could not look."""
        with pytest.raises(ModelUnavailable):
            self.build(Nets(ModelStore(tmp_path))).examine(self.contents()[1])

    def test_building_loads_nothing(self, tmp_path: Path) -> None:
        """Starting is quick and cannot fail: weights are read at the first look."""
        self.build(Nets(ModelStore(tmp_path)))

    def test_each_role_is_needed(self, models: ModelStore, tmp_path: Path) -> None:
        """With one model absent the detector is unavailable, whichever it is."""
        for absent in self.roles():
            folder = tmp_path / absent
            folder.mkdir()
            for role in self.roles() - {absent}:
                (folder / role).symlink_to(models.folder / role)
            with pytest.raises(ModelUnavailable, match=absent):
                self.build(Nets(ModelStore(folder))).examine(self.contents()[1])


class TestNudity(DetectorContract):
    def build(self, nets: Nets) -> Detector[Footage]:
        return Nudity(nets=nets, safety=ImageSafety(nets))

    def roles(self) -> frozenset[str]:
        return frozenset({"image-safety", "nudity"})


class TestGore(DetectorContract):
    def build(self, nets: Nets) -> Detector[Footage]:
        return Gore(safety=ImageSafety(nets))

    def roles(self) -> frozenset[str]:
        return frozenset({"image-safety"})


def watch(nets: Nets) -> FaceWatch:
    return FaceWatch(EmbeddedFaces(nets), Photographed(PictureVectors(nets)))


class FaceDetectorContract(DetectorContract):
    """As for all; besides, what is shown holds a face, so that every net is asked."""

    def contents(self) -> list:
        pixels = skimage.data.astronaut()
        walk = tuple(
            Picture(rgb=np.roll(pixels, 12 * at, 1), at_s=at / 2, is_scene_change=at == 0) for at in range(3)
        )
        nothing, _, *others = super().contents()
        return [nothing, Footage(pictures=walk), *others]


class TestFaces(FaceDetectorContract):
    def build(self, nets: Nets) -> Detector[Footage]:
        return Faces(watch=watch(nets))

    def roles(self) -> frozenset[str]:
        return frozenset({"faces", "pictures"})


class TestAge(FaceDetectorContract):
    def build(self, nets: Nets) -> Detector[Footage]:
        return Age(nets=nets, watch=watch(nets))

    def roles(self) -> frozenset[str]:
        return frozenset({"age", "faces", "pictures"})


class TestReferences(DetectorContract):
    def build(self, nets: Nets) -> Detector[Footage]:
        return References(PictureVectors(nets), OnScreenText())

    def roles(self) -> frozenset[str]:
        return frozenset({"pictures"})
