"""Which misspellings are taken for a name, and which words are left alone."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safety.rights.bank import Kind, Name, NameBank, shipped_banks
from safety.rights.context import BLOCKS, LOOKS
from safety.rights.names import NameMatcher
from safety.rights.resembling import ResemblingNames, is_near

SENTENCES = Path(__file__).parent / "sentences"


def rows(file: str) -> list[list[str]]:
    lines = (SENTENCES / file).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if not line.startswith("#")]


@pytest.fixture(scope="module")
def names() -> ResemblingNames:
    return ResemblingNames(shipped_banks())


@pytest.mark.parametrize(
    ("text", "name", "signs"),
    [
        ("Tailor Swyft dancing in my kitchen", "Taylor Swift", "Tailor Swyft"),
        ("Emanuel Macronne mange un kebab", "Emmanuel Macron", "Emanuel Macronne"),
        ("un film avec Kilian Mbapé", "Kylian Mbappé", "Kilian Mbapé"),
        ("Pikatchu court", "Pikachu", "Pikatchu"),
        ("donal trump golfs", "Donald Trump", "donal trump"),
        ("a duel with Darth Vadar at dawn", "Darth Vader", "Darth Vadar"),
        ("T\u200bailor Ѕwyft sings", "Taylor Swift", "T\u200bailor Ѕwyft"),
    ],
)
def test_a_name_nearly_written_is_seen(names: ResemblingNames, text: str, name: str, signs: str) -> None:
    """By sound or by one edit a word, disguised or not, where the author wrote it; people look, nothing stops."""
    (hit,) = names.find(text)
    assert (name, signs) == (hit.name, text[hit.start : hit.end])
    assert LOOKS <= hit.score < BLOCKS


@pytest.mark.parametrize(
    "text",
    [
        "a tailor swiftly sews a dress",
        "un marin le peint sur le quai",
        "a haunted house with a skeleton",
        "rowing shells on a squeezed river",
        "Golden retriever in a cotton field",
        "Ma cousine Martine arrose ses fleurs",
        "",
        "\u200b",
        "a",
    ],
)
def test_ordinary_words_resemble_nobody(names: ResemblingNames, text: str) -> None:
    """Words that everybody needs, first names and plurals are left alone."""
    assert () == names.find(text)


def test_innocent_sentences_pass(names: ResemblingNames) -> None:
    """Of the sentences with streets, places and ordinary words that are also names, none resembles one."""
    assert [] == [text for _, text in rows("innocent.txt") if names.find(text)]


def test_a_name_as_it_is_belongs_to_the_exact_matcher(names: ResemblingNames) -> None:
    """What the exact matcher is sure of is not told a second time for the same entry."""
    exact = NameMatcher(shipped_banks())
    twice = [
        text
        for _, reference, text in rows("named.txt")
        if {hit.reference for hit in names.find(text)}
        & {hit.reference for hit in exact.find(text) if hit.score >= BLOCKS}
    ]
    assert [] == twice


def misspelled(word: str, drawn: random.Random) -> str:
    """The word with a letter lost, doubled, changed, or two exchanged; the first and the last one stay."""
    at = drawn.randrange(1, len(word) - 1)
    return drawn.choice(
        [
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
            word[:at] + drawn.choice("aeinrst") + word[at + 1 :],
            word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :] if at > 1 else word[:at] + word[at:],
        ]
    )


def test_most_full_names_survive_a_slip(names: ResemblingNames) -> None:
    """Of full names with one seeded slip in the longest word, nine in ten are still seen."""
    drawn = random.Random(11)
    people = [
        entry
        for bank in shipped_banks()
        for entry in bank.entries
        if entry.kind is Kind.PERSON and len(entry.name.split()) == 2 and not entry.ambiguous_with
        and entry.name.isascii() and not entry.public_domain and not entry.ordinary_word
        and len(max(entry.name.split(), key=len)) > 5
    ]  # fmt: skip
    asked = drawn.sample(people, 300)
    seen = 0
    for entry in asked:
        longest = max(entry.name.split(), key=len)
        text = f"a film with {entry.name.replace(longest, misspelled(longest, drawn))} in a garden"
        seen += any(hit.reference == entry.id for hit in names.find(text)) or entry.name in text
    print(f"names with a slip: {seen} of {len(asked)}")
    assert seen >= 0.9 * len(asked)


@pytest.mark.parametrize("file", ["benign_t2v", "benign_t2i", "benign_captions"])
def test_prompts_of_others_resemble_nobody(names: ResemblingNames, data_folder: Path, file: str) -> None:
    """Of a set of harmless prompts at most 0.2 % are taken to name somebody."""
    with gzip.open(data_folder / "prompts" / f"{file}.jsonl.gz", "rt", encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in lines][:1500]
    assert sum(bool(names.find(text)) for text in texts) <= 0.002 * len(texts)


@given(st.text(alphabet="abcdefghilmnoprstuvyéèç '-.", max_size=60))
@settings(max_examples=200, deadline=None)
def test_places_lie_in_the_text_and_nothing_blocks(text: str) -> None:
    """Whatever stands around a name nearly written, it is found where it stands, under the blocking score."""
    bank = NameBank(
        name="names.made", entries=(Name(id="x", kind=Kind.CHARACTER, name="Zorblax Quimper", source="made"),)
    )
    written = f"{text}. Zorblaks Quimpère. {text}"
    hits = ResemblingNames([bank]).find(written)
    assert "Zorblaks Quimpère" in {written[hit.start : hit.end] for hit in hits}
    assert all(0 <= hit.start < hit.end <= len(written) and hit.score < BLOCKS for hit in hits)


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("swyft", "swift", True),
        ("obelics", "obelix", True),
        ("pen", "peint", False),
        ("trum", "trump", False),
        ("macron", "micron", True),
    ],
)
def test_nearness(one: str, other: str, near: bool) -> None:
    """Near is alike by sound, or one edit between words of five letters with one beginning."""
    assert (near, near) == (is_near(one, other), is_near(other, one))
