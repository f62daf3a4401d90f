"""What the detector of names says."""

import pytest

from policies.finding import Characters
from safety.detector import Text
from safety.detectors.names import NamesDetector, ResemblingNamesDetector
from safety.rights.bank import Kind, Name, NameBank, shipped_banks
from safety.rights.context import MENTIONED
from safety.rights.names import NameMatcher
from safety.rights.resembling import ResemblingNames


@pytest.fixture(scope="module")
def matcher() -> NameMatcher:
    return NameMatcher(shipped_banks())


@pytest.fixture(scope="module")
def detector(matcher: NameMatcher) -> NamesDetector:
    return NamesDetector(lambda: matcher)


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("Emmanuel Macron danse", "likeness.public_figure"),
        ("Astérix mange", "rights.character"),
        ("a duel from Star Wars", "rights.work"),
        ("an advert for Coca-Cola", "rights.brand"),
    ],
)
def test_finding_says_what_where_and_against_which_entry(
    detector: NamesDetector, text: str, category: str
) -> None:
    """A finding keeps the category, the place, and the entry with the agreement that was asked for."""
    (finding,) = detector.examine(Text(text=text, part="title"))
    assert isinstance(finding.where, Characters)
    assert (category, 1.0, "title") == (finding.category, finding.score, finding.where.part)
    assert finding.match is not None
    assert ("exact", 0.0, 0.5) == (finding.match.method, finding.match.distance, finding.match.threshold)
    assert finding.match.bank in {"names.public_figures", "names.characters", "names.works", "names.brands"}
    assert finding.match.reference in {entry.id for bank in shipped_banks() for entry in bank.entries}


@pytest.mark.parametrize(
    ("named", "sign"),
    [
        ("a red Ferrari in the desert", "a Ferrari logo in the desert"),
        ("une canette de Coca-Cola sur la plage", "une fausse publicité Coca-Cola"),
        ("she calls her mother on an iPhone", "an iPhone commercial"),
    ],
)
def test_a_brand_named_for_its_thing_says_less_than_its_sign(
    detector: NamesDetector, named: str, sign: str
) -> None:
    """A thing may be called what people call it; what makes the brand known is its owner's."""
    assert [MENTIONED] == [found.score for found in detector.examine(Text(text=named))]
    assert max(found.score for found in detector.examine(Text(text=sign))) >= 0.7


def test_matcher_is_asked_at_every_look(matcher: NameMatcher) -> None:
    """An opt-out filed between two looks counts in the second."""
    held = [matcher]
    detector = NamesDetector(lambda: held[-1])
    text = Text(text="Zorblax dances")
    assert () == detector.examine(text)
    filed = Name(id="optout_1", kind=Kind.CHARACTER, name="Zorblax", source="filed")
    held.append(matcher.with_bank(NameBank(name="optouts.verified", generation=1, entries=(filed,))))
    (finding,) = detector.examine(text)
    assert finding.match is not None
    assert ("optout_1", "optouts.verified") == (finding.match.reference, finding.match.bank)


def test_a_misspelled_name_is_told_as_resembling() -> None:
    """Its score is one that people look at; the method says how it was found."""
    detector = ResemblingNamesDetector(ResemblingNames(shipped_banks()))
    (finding,) = detector.examine(Text(text="Tailor Swyft dances", part="title"))
    assert Characters(start=0, end=12, part="title") == finding.where
    assert "may name Taylor Swift" == finding.why
    assert finding.match is not None
    assert ("fuzzy", "person:taylor-swift") == (finding.match.method, finding.match.reference)


def test_unsettled_name_is_told_as_such(detector: NamesDetector) -> None:
    """Below the threshold the finding says that a name may be meant."""
    (finding,) = detector.examine(Text(text="a deepfake of Napoléon Bonaparte"))
    assert 0.35 <= finding.score < 0.5
    assert "may name Napoléon Bonaparte" == finding.why
