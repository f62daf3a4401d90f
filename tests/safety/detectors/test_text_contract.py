"""What every text detector must be."""

import re
from abc import ABC, abstractmethod
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.finding import Characters
from safety.detector import Detector, Text
from safety.detectors.hidden_writing import HiddenWriting
from safety.detectors.lexicon import LexiconDetector
from safety.detectors.private_people import PrivatePeople
from safety.detectors.prompt import TextHeads
from safety.embedding import SentenceEncoder

TAXONOMY = Path(__file__).parents[3] / "policies" / "rules" / "taxonomy.yaml"
ODD = [
    "",
    "x",
    "a" * 5000,
    "\u202egnp.exe",
    "😀" * 50,
    "\x00\ud800",
    "Ω≠猫 ﷽",
    "naked woman\r\n\r\nfemme nue",
    "1 2 3",
]


class TextDetectorContract(ABC):
    """Text detectors may differ in what they see, not in how they say it."""

    @abstractmethod
    def build(self, encoder: SentenceEncoder) -> Detector[Text]:
        """The detector under test."""

    def test_name_is_a_versioned_text_key(self, encoder: SentenceEncoder) -> None:
        """A stored name says that words were looked at, by whom, and in which version."""
        assert re.fullmatch(r"text\.[a-z0-9_-]+@\d+", self.build(encoder).name)

    def test_categories_are_known(self, encoder: SentenceEncoder) -> None:
        """A detector looks for categories that the taxonomy has."""
        families = yaml.safe_load(TAXONOMY.read_text(encoding="utf-8"))["categories"]
        parts = {f"{name}.{part}" for name, row in families.items() for part in row.get("parts", ())}
        assert self.build(encoder).categories
        assert self.build(encoder).categories <= {*families, *parts}

    @pytest.mark.parametrize("text", ODD, ids=range(len(ODD)))
    def test_findings_keep_to_what_was_promised(self, encoder: SentenceEncoder, text: str) -> None:
        """Categories are those named, places lie in the text and name its part."""
        detector = self.build(encoder)
        for found in detector.examine(Text(text=text, part="title")):
            assert found.category in detector.categories
            assert found.why
            match found.where:
                case Characters(start=start, end=end, part=part):
                    assert 0 <= start < end <= len(text)
                    assert "title" == part
                case where:
                    assert None is where

    def test_same_text_same_findings(self, encoder: SentenceEncoder) -> None:
        """A decision can be replayed: another instance sees the same."""
        text = Text(text="A naked woman. Une bombe artisanale. A child laughs.")
        assert self.build(encoder).examine(text) == self.build(encoder).examine(text)


class TestLexicon(TextDetectorContract):
    def build(self, encoder: SentenceEncoder) -> Detector[Text]:
        return LexiconDetector()


class TestPrivatePeople(TextDetectorContract):
    def build(self, encoder: SentenceEncoder) -> Detector[Text]:
        return PrivatePeople()


class TestHiddenWriting(TextDetectorContract):
    def build(self, encoder: SentenceEncoder) -> Detector[Text]:
        return HiddenWriting()


class TestHeads(TextDetectorContract):
    def build(self, encoder: SentenceEncoder) -> Detector[Text]:
        return TextHeads(encoder=encoder)


@given(st.text(max_size=80))
@settings(max_examples=200, deadline=None)
def test_any_text_is_read(text: str) -> None:
    """No text breaks the word list, and every place it gives is a place of the text."""
    for found in LexiconDetector().examine(Text(text=text + " naked woman " + text)):
        if found.where is not None:
            assert 0 <= found.where.start < found.where.end <= 2 * len(text) + 13
