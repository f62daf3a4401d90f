"""Photographed people are told from drawn ones, followed, and matched with care."""

import gc
import weakref
from abc import ABC, abstractmethod
from itertools import combinations
from pathlib import Path

import cv2
import insightface.data
import numpy as np
import pytest
import skia
import skimage.data

from generator.backends.embedded.grammar import read_prompt
from generator.backends.embedded.motion import simulate
from generator.backends.embedded.render import render_range
from policies.finding import Box
from safety.detector import Footage, Picture
from safety.detectors import photographed
from safety.detectors.age import Age, youth
from safety.detectors.face_engine import ARCFACE_POINTS, EmbeddedFaces, Face, FaceEngine, similarity
from safety.detectors.face_pack import PackedFaces
from safety.detectors.face_tracks import FaceWatch
from safety.detectors.faces import Faces
from safety.detectors.nets import Nets
from safety.detectors.photographed import Photographed
from safety.detectors.picture_vectors import PictureVectors
from safety.errors import ModelUnavailable
from safety.likeness.bank import MATCH, ListedFaces
from safety.models.drawings import drawings_folder
from safety.models.store import ModelStore
from safety.sampling import sample_pixels


@pytest.fixture(scope="module")
def astronaut() -> np.ndarray:
    return skimage.data.astronaut()


@pytest.fixture(scope="module")
def friends() -> np.ndarray:
    """Six people in one photograph."""
    return np.ascontiguousarray(insightface.data.get_image("t1")[:, :, ::-1])


def draw_person(skin: int, hair: int, side_px: int = 480) -> np.ndarray:
    """A shaded cartoon head on a gradient, with grain: what our renderer draws, in few strokes."""
    surface = skia.Surface(side_px, side_px)
    canvas = surface.getCanvas()
    canvas.scale(side_px / 240, side_px / 240)
    ground = skia.GradientShader.MakeLinear([(0, 0), (0, 240)], [0xFFB6D3F4, 0xFF7FA0C8])
    canvas.drawPaint(skia.Paint(Shader=ground))
    shade = skia.GradientShader.MakeRadial((104, 100), 130, [skin, skin, 0xFF5A2C20])
    canvas.drawRoundRect(skia.Rect.MakeXYWH(20, 190, 200, 100), 60, 60, skia.Paint(Color=0xFF2F6F6A))
    canvas.drawOval(skia.Rect.MakeXYWH(64, 38, 112, 90), skia.Paint(Color=hair, AntiAlias=True))
    canvas.drawOval(skia.Rect.MakeXYWH(70, 54, 100, 126), skia.Paint(Shader=shade, AntiAlias=True))
    for x in (102, 138):
        canvas.drawOval(skia.Rect.MakeXYWH(x - 4, 110, 8, 9), skia.Paint(Color=0xFF201818, AntiAlias=True))
        canvas.drawLine(x - 10, 100, x + 10, 99, skia.Paint(Color=hair, StrokeWidth=3.4, AntiAlias=True))
    stroke = skia.Paint(Color=0xFF7A3030, StrokeWidth=3.4, Style=skia.Paint.kStroke_Style, AntiAlias=True)
    mouth, nose = skia.Path(), skia.Path()
    mouth.moveTo(106, 150)
    mouth.quadTo(120, 160, 134, 150)
    nose.moveTo(121, 118)
    nose.quadTo(127, 134, 118, 136)
    canvas.drawPath(mouth, stroke)
    canvas.drawPath(nose, stroke)
    drawn = surface.toarray(colorType=skia.kRGBA_8888_ColorType)[:, :, :3].astype(float)
    grain = np.random.default_rng(1).normal(0, 4, (side_px, side_px, 1))
    return np.clip(drawn + grain, 0, 255).astype(np.uint8)


def draw_scene(skin: int, hair: int) -> np.ndarray:
    """The cartoon head in a wide frame, at a size at which the face net takes it for a face."""
    scene = np.full((720, 1280, 3), 90, np.uint8)
    scene[240:720, 400:880] = draw_person(skin, hair)
    return scene


def cosine(engine: FaceEngine, one: np.ndarray, other: np.ndarray) -> float:
    vectors = [engine.vector(rgb, engine.find(rgb)[0]) for rgb in (one, other)]
    return float(vectors[0] @ vectors[1])


class FaceEngineContract(ABC):
    """Every engine finds the same people and tells them apart, whatever runs its nets."""

    @pytest.fixture(scope="class")
    def engine(self, models: ModelStore) -> FaceEngine:
        return self.build(models)

    @abstractmethod
    def build(self, models: ModelStore) -> FaceEngine: ...

    def test_every_face_is_found_where_it_is(self, engine: FaceEngine, friends: np.ndarray) -> None:
        """Six people are six faces, surest first, with eyes above mouth, inside the picture."""
        faces = engine.find(friends)
        assert 6 == len(faces)
        assert sorted((face.score for face in faces), reverse=True) == [face.score for face in faces]
        for face in faces:
            assert 60 < face.size_px < 200
            assert face.points[:2, 1].max() < face.points[3:, 1].min()
            assert face.left >= -5 and face.left + face.width <= friends.shape[1] + 5

    def test_one_person_stays_one(self, engine: FaceEngine, astronaut: np.ndarray) -> None:
        """Mirrored, smaller, darker or badly compressed, a face is the same above the match threshold."""
        _, jpeg = cv2.imencode(".jpg", astronaut, [cv2.IMWRITE_JPEG_QUALITY, 20])
        others = {
            "mirrored": astronaut[:, ::-1].copy(),
            "half": cv2.resize(astronaut, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA),
            "dark": (astronaut * 0.4).astype(np.uint8),
            "jpeg": cv2.imdecode(jpeg, cv2.IMREAD_COLOR),
        }
        assert {} == {name: c for name, rgb in others.items() if (c := cosine(engine, astronaut, rgb)) < 0.85}

    def test_different_people_stay_apart(
        self, engine: FaceEngine, astronaut: np.ndarray, friends: np.ndarray
    ) -> None:
        """No two of seven people match."""
        vectors = [engine.vector(friends, face) for face in engine.find(friends)]
        vectors.append(engine.vector(astronaut, engine.find(astronaut)[0]))
        assert max(float(one @ other) for one, other in combinations(vectors, 2)) < MATCH
        np.testing.assert_allclose([1.0] * 7, [np.linalg.norm(vector) for vector in vectors], rtol=1e-5)

    def test_nothing_is_nobody(self, engine: FaceEngine) -> None:
        """Plain, tiny and odd pictures hold no face."""
        for shape in ((720, 1280, 3), (8, 8, 3), (1, 700, 3)):
            assert () == engine.find(np.full(shape, 128, np.uint8))

    def test_absent_weights_are_said(self, tmp_path: Path, astronaut: np.ndarray) -> None:
        """Without weights nobody was looked for."""
        with pytest.raises(ModelUnavailable):
            self.build(ModelStore(tmp_path)).find(astronaut)


class TestEmbeddedFaces(FaceEngineContract):
    def build(self, models: ModelStore) -> FaceEngine:
        return EmbeddedFaces(Nets(models))


class TestPackedFaces(FaceEngineContract):
    def build(self, models: ModelStore) -> FaceEngine:
        return PackedFaces(models)


def test_both_engines_give_the_same_vectors(models: ModelStore, astronaut: np.ndarray) -> None:
    """The pack holds the embedded nets: a template made by one is good for the other."""
    ours, theirs = EmbeddedFaces(Nets(models)), PackedFaces(models)
    assert ours.model_id == theirs.model_id
    one = ours.vector(astronaut, ours.find(astronaut)[0])
    other = theirs.vector(astronaut, theirs.find(astronaut)[0])
    assert float(one @ other) > 0.97


def test_similarity_brings_points_back() -> None:
    """A turned, scaled and shifted face is brought to where it should be, and never mirrored."""
    angle = 0.4
    turn = 3.0 * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]], np.float32)
    given = ARCFACE_POINTS @ turn.T + np.array([50, -20], np.float32)
    matrix = similarity(given.astype(np.float32), ARCFACE_POINTS)
    np.testing.assert_allclose(ARCFACE_POINTS, given @ matrix[:, :2].T + matrix[:, 2], atol=1e-2)
    mirrored = ARCFACE_POINTS * np.array([-1, 1], np.float32)
    assert np.linalg.det(similarity(mirrored, ARCFACE_POINTS)[:, :2]) > 0


@pytest.fixture(scope="module")
def nets(models: ModelStore) -> Nets:
    return Nets(models)


@pytest.fixture
def watch(nets: Nets) -> FaceWatch:
    return FaceWatch(EmbeddedFaces(nets), Photographed(PictureVectors(nets)))


def test_photographed_people_are_found(watch: FaceWatch, astronaut: np.ndarray, friends: np.ndarray) -> None:
    """Each person in a photograph whom nobody granted is told, with a box around the face."""
    for rgb, count in ((astronaut, 1), (friends, 6)):
        findings = Faces(watch=watch).examine(sample_pixels(rgb))
        assert [("likeness.unconsented", True)] * count == [(f.category, f.score >= 0.5) for f in findings]
        assert all(isinstance(f.where, Box) and f.where.width < 0.3 and f.match is None for f in findings)


@pytest.mark.parametrize("skin", [0xFFE8B48E, 0xFF8A5638, 0xFFC98F6A])
@pytest.mark.parametrize("hair", [0xFF3A2420, 0xFFB9B4AE])
def test_drawn_people_are_nobodys_likeness(watch: FaceWatch, skin: int, hair: int) -> None:
    """Cartoon heads, which the face net takes for faces, hold nothing."""
    rgb = draw_scene(skin, hair)
    assert [] == [f for f in Faces(watch=watch).examine(sample_pixels(rgb)) if f.score >= 0.5]


def test_cartoon_is_taken_for_a_face_by_the_net(nets: Nets) -> None:
    """The test above can fail: the face net does find a face in our drawings."""
    assert EmbeddedFaces(nets).find(draw_scene(0xFFE8B48E, 0xFF3A2420))


@pytest.mark.parametrize(("frame", "box"), [(24, (275, 43, 66, 90)), (36, (274, 46, 62, 86))])
def test_an_owl_at_night_is_a_drawing(
    nets: Nets, models: ModelStore, frame: int, box: tuple[float, float, float, float]
) -> None:
    """What the net takes for a face in the dark and grainy sky of our own renderer is far from holding."""
    plan = read_prompt(
        "An owl flies over a snowy field on a starry night",
        duration_s=3, width_px=640, height_px=360, seed=1906282859, drawings=drawings_folder(models),
    )  # fmt: skip
    (rgb,) = render_range(simulate(plan), frame, frame + 1, drawings=drawings_folder(models))
    left, top, width, height = box
    face = Face(left=left, top=top, width=width, height=height, points=ARCFACE_POINTS, score=0.8)
    assert Photographed(PictureVectors(nets)).share(rgb, face) < 0.3


def test_photographed_face_in_a_cartoon_is_found(watch: FaceWatch, astronaut: np.ndarray) -> None:
    """A real face pasted beside a drawn one is told, and only that one."""
    rgb = draw_person(0xFFE8B48E, 0xFF3A2420, 720)
    cut = astronaut[0:200, 150:350]
    rgb = np.concatenate([rgb, draw_person(0xFFC98F6A, 0xFF1E1A20, 720)], axis=1)
    rgb[500:700, 1200:1400] = cut
    (finding,) = [f for f in Faces(watch=watch).examine(sample_pixels(rgb)) if f.score >= 0.5]
    assert finding.where.left > 0.8 and finding.where.top > 0.65


def test_faces_of_the_data_count_as_real(watch: FaceWatch, nets: Nets, data_folder: Path) -> None:
    """Small grey photographs of twenty people are all taken for real."""
    shown = [
        cv2.imread(str(path))[:, :, ::-1].copy()
        for path in sorted((data_folder / "faces" / "orl").glob("s*/05.png"))[::2]
    ]
    judge, engine = Photographed(PictureVectors(nets)), EmbeddedFaces(nets)
    shares = [judge.share(rgb, faces[0]) for rgb in shown if (faces := engine.find(rgb))]
    assert len(shares) >= 18
    assert [] == [share for share in shares if share < 0.5]


def walk(rgb: np.ndarray, steps: int, *, shift_px: int = 20, cut_at: int | None = None) -> Footage:
    return Footage(
        pictures=tuple(
            Picture(rgb=np.roll(rgb, shift_px * at, 1), at_s=at / 2, is_scene_change=at in {0, cut_at})
            for at in range(steps)
        )
    )


def test_face_is_followed_through_a_scene(watch: FaceWatch, astronaut: np.ndarray) -> None:
    """One person walking is one track with every sight of it; a cut begins another."""
    (track,) = watch.tracks(walk(astronaut, 4))
    assert 4 == len(track.sights)
    assert track.best.worth == max(sight.worth for sight in track.sights)
    assert [2, 2] == [len(track.sights) for track in watch.tracks(walk(astronaut, 4, cut_at=2))]


def test_small_faces_are_left_out(watch: FaceWatch, astronaut: np.ndarray) -> None:
    """Nobody can be told by fewer than 32 pixels."""
    small = np.zeros((720, 1280, 3), np.uint8)
    small[300:430, 500:630] = cv2.resize(astronaut, (130, 130), interpolation=cv2.INTER_AREA)
    assert () == watch.tracks(sample_pixels(small))


def test_vectors_end_with_the_footage(watch: FaceWatch, astronaut: np.ndarray) -> None:
    """Nothing of a stranger's face outlives the look."""
    footage = sample_pixels(astronaut)
    kept = weakref.ref(watch.tracks(footage)[0].vectors[0])
    assert kept() is not None
    del footage
    gc.collect()
    assert kept() is None


def listed(engine: FaceEngine, *people: tuple[str, np.ndarray]) -> ListedFaces:
    vectors = np.stack([engine.vector(rgb, engine.find(rgb)[0]) for _, rgb in people])
    names = tuple(name for name, _ in people)
    return ListedFaces(
        bank="faces.public_figures", model_id=engine.model_id, references=names, vectors=vectors
    )


def test_listed_figure_is_recognised(watch: FaceWatch, astronaut: np.ndarray, friends: np.ndarray) -> None:
    """Someone whom the operator listed is named by reference with bank, distance and threshold."""
    bank = listed(watch.engine, ("someone-else", friends), ("eileen-collins", astronaut[:, ::-1].copy()))
    detector = Faces(watch=watch, banks=(bank,))
    assert "likeness.public_figure" in detector.categories
    (finding,) = [f for f in detector.examine(walk(astronaut, 3)) if f.match]
    assert ("likeness.public_figure", "eileen-collins", "faces.public_figures") == (
        finding.category, finding.match.reference, finding.match.bank,
    )  # fmt: skip
    assert finding.match.distance < 0.15 < finding.match.threshold
    assert round(1 - finding.match.distance, 6) == round(finding.score, 6)
    assert [] == [f for f in detector.examine(sample_pixels(draw_scene(0xFFE8B48E, 0xFF3A2420))) if f.match]


def test_without_a_bank_nobody_was_looked_for(watch: FaceWatch) -> None:
    """What was not looked for is not said to be absent."""
    assert {"likeness.unconsented"} == Faces(watch=watch).categories


def test_adults_are_not_taken_for_minors(
    nets: Nets, watch: FaceWatch, astronaut: np.ndarray, friends: np.ndarray
) -> None:
    """Seven grown people give no finding that speaks for a minor."""
    for rgb in (astronaut, friends):
        assert [] == [f for f in Age(nets=nets, watch=watch).examine(sample_pixels(rgb)) if f.score >= 0.5]


def test_drawn_children_are_not_judged_by_age(nets: Nets, watch: FaceWatch) -> None:
    """The age of a drawing is the story's affair."""
    assert () == Age(nets=nets, watch=watch).examine(sample_pixels(draw_scene(0xFFE8B48E, 0xFF3A2420)))


def test_youth_is_a_half_at_eighteen() -> None:
    """The score falls from 1 at 11 to 0 at 25."""
    assert [1.0, 1.0, 0.5, 0.0, 0.0] == [youth(age) for age in (3, 11, 18, 25, 70)]


def test_head_made_on_other_vectors_is_refused(nets: Nets, astronaut: np.ndarray, tmp_path: Path) -> None:
    """Where the tower computes other vectors than in training, the judge is unavailable and does not guess."""
    kept = dict(np.load(photographed.HEAD))
    kept["probe"] = np.roll(kept["probe"], 1)
    np.savez(tmp_path / "head.npz", **kept)
    face = Face(left=200, top=80, width=90, height=110, points=ARCFACE_POINTS, score=0.9)
    with pytest.raises(ModelUnavailable, match="other vectors"):
        Photographed(PictureVectors(nets), tmp_path / "head.npz").share(astronaut, face)
