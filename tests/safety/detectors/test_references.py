"""A few things are known by rendered references, and bring a person to look."""

import itertools

import cv2
import numpy as np
import pytest
import skia
import skimage.data

from policies.bundle import load_policy
from policies.facts import AgeBand, Surface, Tier
from policies.finding import Seconds
from policies.ruling import Verdict
from policies.territory import ELSEWHERE
from safety.detector import Footage, Picture
from safety.detectors.nets import Nets
from safety.detectors.on_screen_text import OnScreenText
from safety.detectors.picture_vectors import PictureVectors
from safety.detectors.references import CONCEPTS, References
from safety.models.store import ModelStore
from safety.sampling import sample_pixels


@pytest.fixture(scope="module")
def detector(models: ModelStore) -> References:
    return References(PictureVectors(Nets(models)), OnScreenText())


def draw_flag(*, is_hooked: bool, width_px: int = 640, height_px: int = 360) -> np.ndarray:
    """A wide red flag with a white disc and in it a plain cross, or a hooked one."""
    surface = skia.Surface(width_px, height_px)
    canvas = surface.getCanvas()
    canvas.clear(skia.Color(190, 15, 25))
    canvas.translate(width_px / 2, height_px / 2)
    canvas.drawCircle(0, 0, 130, skia.Paint(Color=skia.ColorWHITE, AntiAlias=True))
    canvas.rotate(45 if is_hooked else 0)
    canvas.scale(16, 16)
    stroke = skia.Paint(Color=skia.ColorBLACK, Style=skia.Paint.kStroke_Style, StrokeWidth=2, AntiAlias=True)
    for _ in range(4):
        arm = skia.Path()
        arm.moveTo(0, 0)
        arm.lineTo(0, -4.5)
        if is_hooked:
            arm.lineTo(4.5, -4.5)
        canvas.drawPath(arm, stroke)
        canvas.rotate(90)
    return np.ascontiguousarray(surface.toarray(colorType=skia.kRGBA_8888_ColorType)[:, :, :3])


def test_hooked_cross_brings_a_person_and_no_more(detector: References) -> None:
    """A flag of it is told, at a score that a policy may hold but not block."""
    (finding,) = detector.examine(sample_pixels(draw_flag(is_hooked=True)))
    assert "extremism.symbols" == finding.category
    assert 0.5 <= finding.score <= CONCEPTS["hooked cross"].most


@pytest.mark.parametrize("name", ["astronaut", "coffee", "chelsea", "rocket", "brick", "coins"])
def test_everyday_pictures_look_like_no_reference(detector: References, name: str) -> None:
    """Photographs of people, cups, cats and walls give nothing."""
    pixels = getattr(skimage.data, name)()
    rgb = pixels if pixels.ndim == 3 else np.stack([pixels] * 3, 2)
    assert () == detector.examine(sample_pixels(rgb))


@pytest.mark.parametrize(
    "code", ["1f1e8-1f1ed", "1f1ef-1f1f5", "2795", "262f", "1f98a", "1f433", "1f3b2", "1f46e"]
)
def test_neighbours_look_like_no_reference(detector: References, models: ModelStore, code: str) -> None:
    """Other flags, crosses, wheels and dice are not mistaken for the references."""
    drawing = skia.SVGDOM.MakeFromStream(
        skia.MemoryStream((models.path("drawings", "svg/") / f"{code}.svg").read_bytes(), copyData=True)
    )
    drawing.setContainerSize(skia.Size(360, 360))
    surface = skia.Surface(360, 360)
    surface.getCanvas().clear(skia.Color(230, 225, 210))
    drawing.render(surface.getCanvas())
    rgb = np.ascontiguousarray(surface.toarray(colorType=skia.kRGBA_8888_ColorType)[:, :, :3])
    assert () == detector.examine(sample_pixels(rgb))


def test_stretch_is_named(detector: References) -> None:
    """What comes late and goes again is told with its seconds."""
    calm = cv2.resize(skimage.data.coffee(), (640, 360))
    shown = [calm, draw_flag(is_hooked=True), calm]
    footage = Footage(
        pictures=tuple(Picture(rgb=rgb, at_s=2.0 * at, is_scene_change=True) for at, rgb in enumerate(shown))
    )
    (finding,) = detector.examine(footage)
    assert (0.5, Seconds(start_s=2.0, end_s=4.0)) == (finding.score, finding.where)


@pytest.mark.parametrize("name", CONCEPTS)
def test_no_reference_stops_anything_by_itself(name: str) -> None:
    """On no surface, in no tier, at no age and nowhere the shipped limits stop what a concept says at most."""
    concept, limits = CONCEPTS[name], load_policy().limits
    for surface, tier, age_band, territory in itertools.product(
        Surface, Tier, AgeBand, [ELSEWHERE, "FR", "DE"]
    ):
        line = limits.thresholds(concept.category, surface, tier, age_band, territory, References.name, None)
        assert line.block is None or concept.most < line.block, (surface, age_band, territory)


def test_signs_are_held_and_weapons_are_labelled() -> None:
    """A sign waits for a person wherever it is seen; a weapon is said, and waits in teens' clips alone."""
    limits = load_policy().limits

    def verdict(category: str, score: float, age_band: AgeBand) -> Verdict:
        line = limits.thresholds(
            category, Surface.OUTPUT, Tier.FREE, age_band, ELSEWHERE, References.name, None
        )
        return line.verdict(score)[0]

    sign, weapon = CONCEPTS["sig runes"], CONCEPTS["firearm"]
    for age_band in AgeBand:
        assert (
            Verdict.REVIEW
            == verdict(sign.category, 0.5, age_band)
            == verdict(sign.category, sign.most, age_band)
        )
        assert Verdict.LABEL == verdict(weapon.category, 0.5, age_band)
    assert Verdict.LABEL == verdict(weapon.category, weapon.most, AgeBand.ADULT)
    assert Verdict.REVIEW == verdict(weapon.category, weapon.most, AgeBand.TEEN)


def test_frames_that_agree_are_told_in_full(detector: References) -> None:
    """The sample beside a told frame is looked at too, between two that are looked at anyway."""
    still = detector.examine(sample_pixels(draw_flag(is_hooked=True)))[0].score
    shown = tuple(
        Picture(rgb=draw_flag(is_hooked=True), at_s=at / 2, is_scene_change=at == 0) for at in range(2)
    )
    (finding,) = detector.examine(Footage(pictures=shown))
    assert still == finding.score > 0.5


def with_words(rgb: np.ndarray, *lines: str) -> np.ndarray:
    """The picture with lines written over it, white on black edges, from the top."""
    written = np.ascontiguousarray(rgb).copy()
    for at, line in enumerate(lines):
        for shade, thickness in ((0, 10), (255, 4)):
            place = (20, 60 + 60 * at)
            cv2.putText(written, line, place, cv2.FONT_HERSHEY_SIMPLEX, 1.2, (shade,) * 3, thickness)
    return written


def test_words_about_a_thing_are_not_the_thing(detector: References) -> None:
    """A cat beside the name of a symbol is a cat: the writing is read, not seen."""
    cat = with_words(skimage.data.chelsea(), "swastika flag", "nazi swastika", "hooked cross")
    heads, vectors = detector._proven_heads(), detector._vectors
    assert heads.shares(vectors.vector(cat))["hooked cross"] > 0.5, (
        "the tower no longer reads: nothing is tested"
    )
    assert () == detector.examine(sample_pixels(cat))


@pytest.mark.parametrize("lines", [("a photo of a cat", "kitten"), ("", "", "SALE NOW", "HALF PRICE")])
def test_words_hide_no_symbol(detector: References, lines: tuple[str, ...]) -> None:
    """Above or across it, whatever they say."""
    (finding,) = detector.examine(sample_pixels(with_words(draw_flag(is_hooked=True), *lines)))
    assert "extremism.symbols" == finding.category
