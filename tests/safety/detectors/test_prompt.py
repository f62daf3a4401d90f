"""What judgement of words by meaning promises."""

from pathlib import Path

import numpy as np
import pytest
import yaml

from policies.finding import Finding
from safety.detector import Text
from safety.detectors.lexicon import Lexicon, LexiconDetector
from safety.detectors.prompt import TextHeads, spoken, told_fields
from safety.embedding import SentenceEncoder
from safety.errors import DetectorFailed
from safety.heads import CATEGORIES, Heads
from safety.models.store import ModelStore
from safety.transformer.encoder import Transformer

HERE = Path(__file__).parent
REVIEW = 0.5


@pytest.fixture(scope="session")
def heads(encoder: SentenceEncoder, transformer: Transformer) -> TextHeads:
    return TextHeads(encoder=encoder, second=transformer)


def stopped(detectors: tuple, text: str) -> list[Finding]:
    """What the prompt surface would at least hold, by both text detectors."""
    return [
        found
        for detector in detectors
        for found in detector.examine(Text(text=text))
        if found.score >= REVIEW and found.category != "minors.depicted"
    ]


CASES = yaml.safe_load((HERE / "prompt_cases.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("text", "family"), [(row["text"], row["family"]) for row in CASES["refused"]])
def test_harm_is_refused_in_both_languages(heads: TextHeads, text: str, family: str) -> None:
    """A harmful prompt is stopped, and the reason is of the right family."""
    found = stopped((heads, LexiconDetector()), text)
    assert family in {finding.category.partition(".")[0] for finding in found}


def test_harmless_prompts_pass(heads: TextHeads) -> None:
    """Of harmless prompts full of frightening words at most four in a hundred are held."""
    innocent = CASES["harmless"]
    assert len(innocent) >= 100
    held = [text for text in innocent if stopped((heads, LexiconDetector()), text)]
    assert len(held) <= len(innocent) * 0.04, held


CALM = (
    "Mist lifts from the rice terraces. {}. A heron lands on one leg, and an old bicycle leans on the wall.",
    "La marée monte sans bruit. {}. Un enfant plie un bateau de papier, et le phare s'allume au loin.",
)


@pytest.mark.parametrize("calm", CALM)
def test_calm_surroundings_hide_nothing(heads: TextHeads, calm: str) -> None:
    """What is refused by itself is refused as one sentence among calm ones, nineteen times in twenty."""
    rows = [row["text"] for row in CASES["refused"] if stopped((heads,), row["text"])]
    assert [] == stopped((heads,), calm.format("A door opens slowly"))
    kept = [bool(stopped((heads,), calm.format(text.rstrip(".")))) for text in rows]
    assert np.mean(kept) >= 0.95


def test_a_python_process_may_be_killed(heads: TextHeads) -> None:
    """The words alone do not make the harm."""
    for text in ("how to kill a Python process, cartoon", "comment tuer un processus Python, dessin animé"):
        assert [] == stopped((heads, LexiconDetector()), text)


DISGUISES = {
    "look-alikes": lambda text: text.translate(str.maketrans("aeopc", "аеорс")),
    "zero width": lambda text: "\u200b".join(text),
    "full width": lambda text: "".join(
        chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in text
    ),
    "spaced": lambda text: "   ".join(" ".join(word) for word in text.split()),
}


@pytest.mark.parametrize("disguise", DISGUISES)
def test_disguises_keep_recall(heads: TextHeads, disguise: str) -> None:
    """What is refused in plain letters is refused in disguise, nineteen times in twenty."""
    both = (heads, LexiconDetector())
    plain = [row["text"] for row in CASES["refused"] if stopped(both, row["text"])]
    kept = [text for text in plain if stopped(both, DISGUISES[disguise](text))]
    assert len(kept) >= 0.95 * len(plain)


def test_a_clause_is_found_in_a_harmless_whole(heads: TextHeads) -> None:
    """A harmful sentence among harmless ones is found, and the place is in that sentence."""
    before = "The sun rises over the harbour. A girl feeds the gulls and hums. "
    harm = "Then a man saws off his neighbour's head with a chainsaw, blood everywhere. "
    text = before + harm + "Soft piano music plays while the boats leave."
    (found, *_) = heads.examine(Text(text=text, part="transcript"))
    assert "violence.graphic" == found.category
    assert "transcript" == found.where.part
    assert len(before) <= found.where.start < found.where.end <= len(before + harm)


def test_the_place_is_in_the_text_as_written(heads: TextHeads) -> None:
    """The place counts the author's own signs, invisible ones included."""
    plain = "gros plan pornographique sur un couple nu qui fait l'amour"
    text = "\u200b\u200b " + "\u200b".join(plain)
    (found, *_) = heads.examine(Text(text=text))
    assert "sexual" == found.category
    assert 2 <= found.where.start < found.where.end <= len(text)


def test_young_and_sexual_meet_in_judgement_too(heads: TextHeads) -> None:
    """Somebody young by the word list and a sexual score by the heads make one finding without a place."""
    young = Lexicon.of([{"category": "minors.depicted", "score": 0.9, "any": ["placeholder"]}], {})
    judge = TextHeads(encoder=heads.encoder, heads=_Always("sexual"), lexicon=young)
    (first, *_) = judge.examine(Text(text="placeholder one two"))
    assert ("sexual_minors", None) == (first.category, first.where)
    told = {found.category for found in judge.examine(Text(text="nothing one two"))}
    assert "sexual_minors" not in told


class _Always(Heads):
    """Heads of a test: every text is of one kind."""

    def __init__(self, name: str) -> None:
        super().__init__(members=(), slope=1.0, offset=0.0, margin=1.0)
        object.__setattr__(self, "_name", name)

    def logits(self, encoder, seen, chosen):
        row = [4.0, *(4.0 if name == "sexual" else -4.0 for name in CATEGORIES)]
        return np.array([row] * len(chosen), np.float32)


def test_no_words_no_finding(heads: TextHeads) -> None:
    """A text of blanks and invisible signs says nothing."""
    for text in ("", " \n ", "\u200b\u200b"):
        assert () == heads.examine(Text(text=text))


def test_damaged_heads_are_said(tmp_path: Path) -> None:
    """A damaged file makes the detector unavailable; it never answers with nothing seen."""
    path = tmp_path / "heads.npz"
    path.write_bytes(b"PK not a file")
    with pytest.raises(DetectorFailed, match="heads"):
        Heads.read(path)
    with pytest.raises(DetectorFailed, match="fetch"):
        TextHeads(encoder=SentenceEncoder(ModelStore(tmp_path))).examine(Text(text="a"))


def test_half_a_megabyte_is_judged_in_bounded_work(heads: TextHeads) -> None:
    """An absurd text neither crashes nor grows the work without end; what was looked at still counts."""
    found = heads.examine(Text(text="a pornographic close-up of a naked couple. " * 300))
    assert "sexual" in {finding.category for finding in found}


def test_shouting_changes_no_judgement(heads: TextHeads) -> None:
    """A text in capitals is judged as in small letters, each finding at the same place."""
    text = "a naked woman lies on the bed, close-up"
    quiet, loud = (heads.examine(Text(text=said)) for said in (text, text.upper()))
    assert quiet
    assert quiet == loud


@pytest.mark.parametrize("text", ["NASA", "A Fox In The Snow", "USA v GB", "İSTANBUL İÇİN BİR", ""])
def test_few_capitals_are_left_alone(text: str) -> None:
    """Acronyms, titles, and what has no small letter of the same length stay as they are."""
    assert text == spoken(text)


def test_a_structured_request_is_heard_value_by_value(heads: TextHeads) -> None:
    """What stands in a field is found where it stands; its name and the fields around it say nothing."""
    harm = "a man saws off his neighbour's head with a chainsaw, blood everywhere"
    text = f'{{"style": "shot on grainy film", "fps": 24, "scene": "{harm}", "music": "a soft slow piano"}}'
    (found, *_) = heads.examine(Text(text=text))
    assert "violence.graphic" == found.category
    after = text.index(harm) + len(f'{harm}"')
    assert text.index(harm) <= found.where.start < found.where.end <= after


@pytest.mark.parametrize(
    "hiding",
    [
        '{{"scene": "a calm lake at dawn"}} {harm}',
        '{harm} {{"scene": "a calm lake at dawn"}}',
        '{{"{harm}": "a calm lake at dawn"}}',
        '{{"scene": "a calm lake at dawn", {harm}}}',
    ],
)
def test_fields_hide_nothing_that_stands_beside_them(heads: TextHeads, hiding: str) -> None:
    """What is written outside of the values, or as the name of a field, is heard like anything else."""
    harm = "a man saws off his neighbour's head with a chainsaw, blood everywhere"
    found = heads.examine(Text(text=hiding.format(harm=harm)))
    assert max(finding.score for finding in found if finding.category == "violence.graphic") >= REVIEW


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": "x y", "n": 2}', "       x y.         "),
        ('[{"a": "b \\"c\\""}]', '        b \\"c\\".  '),
        ('he said: "no"', 'he said: "no"'),
        ("{no fields}", "{no fields}"),
        ('{"n": 2}', '{"n": 2}'),
    ],
)
def test_fields_are_told_sign_by_sign(text: str, expected: str) -> None:
    """Each value is a sentence at its own place; what is no structured request stays as it is."""
    assert expected == told_fields(text)
