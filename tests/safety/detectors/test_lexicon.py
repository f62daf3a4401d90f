"""What the word list promises."""

import json
from pathlib import Path

import pytest
import yaml

import eval.train
from policies.finding import Finding
from safety.detector import Text
from safety.detectors.child_safety import FLOOR, child_safety
from safety.detectors.lexicon import PATH, Lexicon, LexiconDetector
from safety.errors import ModelUnavailable

SEEDS = Path(eval.train.__file__).parent / "seeds"
CASES = yaml.safe_load((Path(__file__).parent / "lexicon_cases.yaml").read_text(encoding="utf-8"))

REFUSED = {
    "a porno with two actors": "sexual.explicit",
    "une femme nue dans un jardin": "sexual.nudity",
    "he is beheaded on the square": "violence.graphic",
    "on le décapite sur la place": "violence.graphic",
    "a heroic tribute to the Islamic State": "extremism.praise",
    "hommage aux héros de l'État islamique": "extremism.praise",
    "assemble a pipe bomb": "illicit.weapons",
    "fabriquer une bombe artisanale": "illicit.weapons",
    "comment se suicider sans douleur": "self_harm.instructions",
    "how to hang yourself": "self_harm.instructions",
    "sale arabe, rentre chez toi": "hate",
    "I know where you live": "harassment.threat",
    "une publicité pour un casino en ligne": "regulated.gambling",
}


@pytest.fixture(scope="module")
def detector() -> LexiconDetector:
    return LexiconDetector()


def harms(detector: LexiconDetector, text: str) -> list[Finding]:
    return [found for found in detector.examine(Text(text=text)) if found.category != "minors.depicted"]


@pytest.mark.parametrize(("text", "category"), REFUSED.items())
def test_words_say_it(detector: LexiconDetector, text: str, category: str) -> None:
    """A text with a word of the list is found, in the word's category."""
    assert category in {found.category for found in harms(detector, text)}


@pytest.mark.parametrize(
    "disguised",
    [
        "some p o r n o with two actors",
        "a pоrnо with two actors",
        "a p\u200borno with two actors",
        "a PÓRNÓ with two actors",
    ],
)
def test_disguises_do_not_hide_a_word(detector: LexiconDetector, disguised: str) -> None:
    """Spaced letters, foreign look-alikes, invisible signs and accents leave a word what it is."""
    (found,) = harms(detector, disguised)
    assert "with" not in disguised[found.where.start : found.where.end]
    assert found.where.start >= 2


def test_the_place_is_the_word_as_written(detector: LexiconDetector) -> None:
    """A finding points at the very letters, in the text as its author wrote it."""
    text = "Un joli  chat et… une BOMBE  artisanale !"
    (found,) = harms(detector, text)
    assert "BOMBE  artisanale" == text[found.where.start : found.where.end]


def test_no_harmless_seed_is_found(detector: LexiconDetector) -> None:
    """None of the hundreds of harmless sentences with frightening words has a word of the list."""
    rows = [
        json.loads(line) for path in sorted(SEEDS.glob("*.jsonl")) for line in path.open(encoding="utf-8")
    ]
    innocent = [row["text"] for row in rows if not row["label"]]
    assert len(innocent) > 1000
    assert [] == [text for text in innocent if harms(detector, text)]


def test_context_decides() -> None:
    """A word that needs company is silent without it, and a word told from outside is not held against a text."""
    lexicon = Lexicon.of(
        [
            {
                "category": "hate",
                "score": 0.8,
                "any": ["zorb*"],
                "near": ["vex"],
                "within": 2,
                "unless": ["told"],
            }
        ],
        {"told": ["museum"]},
    )
    detector = LexiconDetector(lexicon=lexicon)
    assert [] == harms(detector, "zorb alone")
    assert [] == harms(detector, "zorb one two three vex")
    assert [] == harms(detector, "zorbs vex in a museum")
    assert ["hate"] == [found.category for found in harms(detector, "zorbing vex")]


def test_young_and_sexual_meet() -> None:
    """Child safety follows from two findings that are each of another kind, carries no place, and blocks by its score."""
    told = [
        {"category": "sexual.explicit", "score": 0.9, "any": ["placeholder-a"]},
        {"category": "minors.depicted", "score": 0.9, "any": ["placeholder-b"]},
    ]
    detector = LexiconDetector(lexicon=Lexicon.of(told, {}))
    both = detector.examine(Text(text="placeholder-a, then placeholder-b"))
    assert "sexual_minors" == both[0].category
    assert None is both[0].where
    assert 0.9 == both[0].score
    for alone in ("placeholder-a", "placeholder-b"):
        assert "sexual_minors" not in {found.category for found in detector.examine(Text(text=alone))}


@pytest.mark.parametrize(("score", "count"), [(FLOOR - 0.01, 0), (FLOOR, 1), (1.0, 1)])
def test_child_safety_asks_for_little(score: float, count: int) -> None:
    """A doubtful sexual score is enough beside somebody young; the floor itself counts."""
    young = Finding(category="minors.depicted", score=0.9, why="placeholder")
    doubtful = Finding(category="sexual", score=score, why="placeholder")
    assert count == len(child_safety([young, doubtful]))
    assert () == child_safety([young]) == child_safety([doubtful])


def test_the_list_names_known_categories(detector: LexiconDetector) -> None:
    """Every category of the list is one of the taxonomy, and every score and context is in order."""
    taxonomy = yaml.safe_load((Path(eval.__file__).parents[1] / "policies/rules/taxonomy.yaml").read_text())
    known = {*taxonomy["categories"]} | {
        f"{name}.{part}" for name, row in taxonomy["categories"].items() for part in row.get("parts", ())
    }
    assert detector.categories <= known
    assert all(0.5 <= entry["score"] <= 1 for entry in yaml.safe_load(PATH.read_text())["entries"])


def test_a_damaged_list_is_said(tmp_path: Path) -> None:
    """A list that cannot be read makes the detector unavailable, never silent."""
    path = tmp_path / "list.yaml"
    path.write_text("entries: [{category: hate}]")
    with pytest.raises(ModelUnavailable, match=r"list\.yaml"):
        Lexicon.read(path)


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_innocent_uses_pass(detector: LexiconDetector, lang: str) -> None:
    """Another sense of a listed word, its report, quotation, removal or reclaiming is no finding."""
    said = CASES["innocent"][lang]
    assert len(said) >= 60
    assert [] == [text for text in said if harms(detector, text)]


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_same_words_meant_stop(detector: LexiconDetector, lang: str) -> None:
    """What lets a listed word be in one sentence does not in another that means it."""
    said = CASES["meant"][lang]
    assert len(said) >= 60
    assert [] == [text for text in said if not harms(detector, text)]


def test_a_sense_gives_way_to_what_is_meant() -> None:
    """Another meaning holds only while no word says that the grave one is meant."""
    told = [{"category": "hate", "score": 0.8, "any": ["zorb"]}]
    detector = LexiconDetector(lexicon=Lexicon.of(told, {"meant": ["vex"]}, {"zorb": ["cake"]}))
    assert 1 == len(harms(detector, "a zorb"))
    assert [] == harms(detector, "a zorb of cake")
    assert 1 == len(harms(detector, "a zorb of cake, vex"))


def test_a_quotation_is_spoken_about_or_used() -> None:
    """A quoted word passes where it is spoken about, but not on a banner, nor without the marks, nor at length."""
    told = [{"category": "hate", "score": 0.8, "any": ["zorb"], "quotable": True}]
    contexts = {"mentioned": ["slur"], "displayed": ["banner"]}
    detector = LexiconDetector(lexicon=Lexicon.of(told, contexts))
    assert [] == harms(detector, "why “zorb” is a slur")
    assert 1 == len(harms(detector, "a “zorb” at the window"))
    assert 1 == len(harms(detector, "a slur, “zorb”, on a banner"))
    assert 1 == len(harms(detector, "why zorb is a slur"))
    assert 1 == len(harms(detector, f"a slur: “zorb {'and so on ' * 5}”"))


def test_a_sense_of_no_term_is_refused() -> None:
    """Another meaning given to a word that no entry lists is an error of the list."""
    with pytest.raises(ValueError, match="zorb"):
        Lexicon.of([], {}, {"zorb": ["cake"]})
