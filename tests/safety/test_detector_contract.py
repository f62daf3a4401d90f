"""What every picture and sound detector must be."""

import os
import re
from abc import ABC, abstractmethod
from pathlib import Path

import numpy as np
import pytest
import skimage.data
import yaml

from generator.backends.embedded.sounds.speech import say
from policies.bundle import load_policy
from policies.facts import AgeBand, Surface, Tier
from policies.finding import Box, Finding, Seconds
from policies.ruling import Verdict
from safety.detector import Detector, Footage, Picture, Sound
from safety.detectors.age import Age
from safety.detectors.face_engine import EmbeddedFaces
from safety.detectors.face_tracks import FaceWatch
from safety.detectors.faces import Faces
from safety.detectors.gore import Gore
from safety.detectors.image_safety import ImageSafety
from safety.detectors.nets import Nets
from safety.detectors.nobody import Nobody
from safety.detectors.nudity import Nudity
from safety.detectors.on_screen_text import OnScreenText
from safety.detectors.photographed import Photographed
from safety.detectors.picture_vectors import PictureVectors
from safety.detectors.references import References
from safety.detectors.sound_tags import TAGS, SoundTags
from safety.detectors.voice_encoder import EmbeddedVoices
from safety.detectors.voices import Voices
from safety.errors import ModelUnavailable
from safety.likeness.voice_bank import ListedVoices
from safety.models.fetch import fetch
from safety.models.places import cache_folder
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

    def test_building_loads_nothing(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Starting is quick and cannot fail: weights are asked for at the first look, and no net made before."""
        asked: list[str] = []

        def path(_store: ModelStore, role: str, _name: str | None = None) -> Path:
            asked.append(role)
            raise ModelUnavailable(role)

        monkeypatch.setattr(ModelStore, "path", path)
        monkeypatch.setattr("onnxruntime.InferenceSession", lambda *_given, **_named: asked.append("a net"))
        detector = self.build(Nets(ModelStore(tmp_path)))
        assert [] == asked
        with pytest.raises(ModelUnavailable):
            detector.examine(self.contents()[1])
        assert asked and set(asked) <= self.roles()

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
        return Nudity(nets=nets, safety=ImageSafety(nets), nobody=Nobody(PictureVectors(nets)))

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


class TestVoices(DetectorContract):
    """Over a bank that lists the voice which is heard, so that there is something to be found."""

    def build(self, nets: Nets) -> Detector[Sound]:
        rows = np.full((1, 256), 1 / 16, np.float32)
        bank = ListedVoices(bank="voices.test", model_id="ge2e@1.quiet", references=("nobody",), vectors=rows)
        return Voices(encoder=EmbeddedVoices(nets.store), banks=(bank,))

    def roles(self) -> frozenset[str]:
        return frozenset({"voices"})

    def contents(self) -> list:
        voice = say("The president announced that the election is cancelled today.", "en")
        hiss = (0.2 * np.random.default_rng(3).standard_normal(30_000)).astype(np.float32)
        return [
            Sound(samples=np.zeros(0, np.float32), rate_hz=16_000),
            Sound(samples=voice.astype(np.float32), rate_hz=48_000),
            Sound(samples=np.ones(1, np.float32), rate_hz=16_000),
            Sound(samples=hiss, rate_hz=44_100),
        ]


class TestSoundTags(DetectorContract):
    @pytest.fixture(scope="class")
    @classmethod
    def models(cls, tmp_path_factory: pytest.TempPathFactory) -> ModelStore:
        """The optional model alone, in a folder of the test's own: nobody's service starts to use it."""
        store = ModelStore(tmp_path_factory.mktemp("models"))
        fetch(store, [store.model("sounds")], cache=cache_folder(os.environ))
        return store

    @pytest.fixture(scope="class")
    @classmethod
    def nets(cls, models: ModelStore) -> Nets:
        return Nets(models)

    def build(self, nets: Nets) -> Detector[Sound]:
        return SoundTags(nets)

    def roles(self) -> frozenset[str]:
        return frozenset({"sounds"})

    def contents(self) -> list:
        rng = np.random.default_rng(3)
        nothing, click = np.zeros(0, np.float32), np.ones(1, np.float32)
        hiss = (0.2 * rng.standard_normal(30_000)).astype(np.float32)
        return [
            Sound(samples=nothing, rate_hz=16_000),
            Sound(samples=shots(), rate_hz=16_000),
            Sound(samples=click, rate_hz=16_000),
            Sound(samples=hiss, rate_hz=44_100),
        ]

    def test_gunfire_is_heard_where_it_is(self, nets: Nets) -> None:
        """Five shots are gunfire, in seconds that hold them, and no music."""
        found = SoundTags(nets).examine(Sound(samples=shots(), rate_hz=16_000))
        fire = [one for one in found if one.why == "sounds like gunfire"]
        assert fire and all(one.where.end_s > 0.3 and one.where.start_s < 2.2 for one in fire)
        assert "rights.music" not in {one.category for one in found}

    def test_music_is_heard(self, nets: Nets) -> None:
        """A plucked tune over a beat is music, and nothing else of what is looked for."""
        found = SoundTags(nets).examine(Sound(samples=tune(), rate_hz=16_000))
        assert {("rights.music", "has music")} == {(one.category, one.why) for one in found}

    @pytest.mark.parametrize("rate_hz", [16_000, 48_000])
    def test_silence_is_nothing(self, nets: Nets, rate_hz: int) -> None:
        """Where nothing sounds, nothing is heard."""
        assert () == SoundTags(nets).examine(
            Sound(samples=np.zeros(2 * rate_hz, np.float32), rate_hz=rate_hz)
        )

    def test_no_sound_alone_holds_a_clip(self) -> None:
        """Fireworks crack and children scream: what is heard stays below every line that holds."""
        law = load_policy()
        for tag in TAGS:
            thresholds = (
                law.limits.thresholds(tag.category, surface, tier, band, "ZZ", "sound.yamnet@1", None)
                for surface in (Surface.OUTPUT, Surface.PUBLISH, Surface.FEED)
                for tier in Tier
                for band in AgeBand
            )
            assert {Verdict.ALLOW} == {found.verdict(tag.weight)[0] for found in thresholds}


def shots() -> np.ndarray:
    """Three seconds with five bursts of noise that die away as shots do."""
    rng, track = np.random.default_rng(1), np.zeros(48_000)
    for at_s in (0.3, 0.9, 1.4, 1.6, 2.2):
        first = int(16_000 * at_s)
        track[first:] += rng.standard_normal(48_000 - first) * np.exp(
            -np.arange(48_000 - first) / 16_000 / 0.06
        )
    return (0.7 * track / np.abs(track).max()).astype(np.float32)


def tune() -> np.ndarray:
    """Eighteen plucked notes, each with a tick."""
    rng, at = np.random.default_rng(1), np.arange(4_000) / 16_000
    tick = np.pad(rng.standard_normal(400) * np.exp(-np.arange(400) / 60), (0, 3_600))
    notes = [
        sum(np.sin(2 * np.pi * hertz * part * at) / part for part in (1, 2, 3, 4)) * np.exp(-3 * at)
        + 0.5 * tick
        for hertz in (262, 330, 392, 523, 392, 330) * 3
    ]
    track = np.concatenate(notes)
    return (0.7 * track / np.abs(track).max()).astype(np.float32)
