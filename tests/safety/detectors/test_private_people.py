"""When a private person is asked for by name, and what the policy makes of it."""

import pytest

from policies.bundle import load_policy
from policies.facts import Facts, Surface
from policies.finding import Characters, Evidence, Finding, Reading, Stage
from policies.ruling import Verdict
from safety.detector import Text
from safety.detectors.private_people import CATEGORY, FAKED, REAL, PrivatePeople
from safety.pipeline import Looked, rule


@pytest.mark.parametrize(
    ("text", "name", "score"),
    [
        ("Photo of my colleague Daniel Okafor asleep at his desk", "Daniel Okafor", REAL),
        ("Put my neighbour Greg Fallon in a photorealistic jail cell", "Greg Fallon", REAL),
        ("realistic video of Olivia Hartwell from my school at a party", "Olivia Hartwell", REAL),
        ("A deepfake of my ex Laura Pemberton confessing", "Laura Pemberton", FAKED),
        ("CCTV footage of Brian Hollis, my boss, stealing a bicycle", "Brian Hollis", REAL),
        ("Une photo de mon collègue Karim Benhaddou endormi au bureau", "Karim Benhaddou", REAL),
        ("Vidéo réaliste de ma voisine Élodie Garnault qui pleure", "Élodie Garnault", REAL),
        ("une vidéo truquée d'Inès Roubaud, ma prof, qui crie", "Inès Roubaud", FAKED),
        ("A ph\u200boto of my friend Ann-Marie O'Neill in the rain", "Ann-Marie O'Neill", REAL),
    ],
)
def test_somebody_known_by_name_in_a_real_picture_is_told(text: str, name: str, score: float) -> None:
    """Whose name, where it stands, and whether a fake is asked for; disguised or not."""
    (found,) = PrivatePeople().examine(Text(text=text, part="title"))
    assert isinstance(found.where, Characters)
    assert (name, score, "title") == (
        text[found.where.start : found.where.end],
        found.score,
        found.where.part,
    )


@pytest.mark.parametrize(
    "text",
    [
        "A photorealistic fox crosses the Golden Gate Bridge",
        "My neighbour Mario waters his tomatoes, watercolour",
        "Photo of my cat Max Power on a sofa",
        "a realistic portrait of Captain Ada Rowe on her airship",
        "Photo of my colleague asleep at his desk",
        "a documentary about Rosa Parks",
        "Une photo de ma grand-mère au jardin",
        "footage of my Friend group at Lake Tahoe",
        "a wizard named Alder Finch, oil painting",
        "",
    ],
)
def test_stories_places_and_pets_are_nobody_private(text: str) -> None:
    """A name in a story, a place, an animal, somebody unnamed or a public figure is nothing here."""
    assert () == PrivatePeople().examine(Text(text=text))


def verdict(*findings: Finding) -> Verdict:
    detector = PrivatePeople()
    seen = Evidence(
        subject_digest="0" * 64,
        stage=Stage.PROMPT,
        readings=(Reading(detector=detector.name, categories=detector.categories, findings=findings),),
    )
    ruling = rule(load_policy(), Facts(surface=Surface.PROMPT), Looked(evidence=seen))
    return max(
        (reason.verdict for reason in ruling.reasons if reason.category == CATEGORY),
        default=Verdict.ALLOW,
    )


def test_it_is_labelled_and_a_sexual_scene_with_it_is_stopped() -> None:
    """By itself a private name is told, a fake waits for people; with a faint sexual score it is refused."""
    (told,) = PrivatePeople().examine(Text(text="Photo of my boss Ann Lee at lunch"))
    (faked,) = PrivatePeople().examine(Text(text="Deepfake of my boss Ann Lee at lunch"))
    sexual = Finding(category="sexual", score=0.4, why="reads as sexual content")
    assert (Verdict.LABEL, Verdict.REVIEW, Verdict.BLOCK) == (
        verdict(told),
        verdict(faked),
        verdict(told, sexual),
    )
