"""How a text is cut into clauses."""

from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safety.clauses import MOST_WORDS, clauses, sentences

FEW = settings(max_examples=200, deadline=None)
PIECES = [*"ab. ,;!?\n:-–'", " then ", " puis ", ", and ", "Dr. ", " a b c d e f g "]
PROSE = st.lists(st.sampled_from(PIECES), max_size=80).map("".join)


def cut(text: str) -> list[str]:
    return [clause.text for clause in clauses(text)]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("", []),
        (" \n ", []),
        ("Hello", ["Hello"]),
        ("A cat sleeps here. A man is stabbed!", ["A cat sleeps here.", "A man is stabbed!"]),
        ("Un chat dort là, puis un homme est tué", ["Un chat dort là,", "puis un homme est tué"]),
        ("A dog runs fast while a child watches it", ["A dog runs fast", "while a child watches it"]),
        ("Dr. Martin and Mme. Dupont greet J. K. Smith", ["Dr. Martin and Mme. Dupont greet J. K. Smith"]),
        ("A sunny quiet street\nA man with a knife", ["A sunny quiet street", "A man with a knife"]),
        ("Regardez bien ceci : un chat qui danse", ["Regardez bien ceci :", "un chat qui danse"]),
        ("A bottle costs 3.50 euros at the shop", ["A bottle costs 3.50 euros at the shop"]),
        ("Oui. Non. Un chat dort là.", ["Oui. Non. Un chat dort là."]),
    ],
)
def test_clauses_end_where_thoughts_do(text: str, pieces: list[str]) -> None:
    """Sentences, and clauses joined by then, while, puis…, stand alone; scraps stay with a neighbour."""
    assert pieces == cut(text)


def test_long_pieces_overlap_so_that_no_cut_hides_a_phrase() -> None:
    """Where no sign divides, every run of half a window's words lies whole in one piece."""
    words = [f"w{at}" for at in range(200)]
    pieces = cut(" ".join(words))
    half = MOST_WORDS // 2
    assert all(len(piece.split()) <= MOST_WORDS for piece in pieces)
    for at in range(200 - half):
        phrase = " ".join(words[at : at + half])
        assert any(f"{phrase} " in f"{piece} " for piece in pieces), at


@FEW
@given(PROSE)
def test_clauses_are_spans_of_the_original_and_lose_no_word(text: str) -> None:
    """Each clause is its span, in order, none is longer than a window, and every word is in one."""
    found = clauses(text)
    assert [clause.text for clause in found] == [text[clause.start : clause.end] for clause in found]
    assert sorted(clause.start for clause in found) == [clause.start for clause in found]
    assert all(clause.text == clause.text.strip() != "" for clause in found)
    covered = {at for clause in found for at in range(clause.start, clause.end)}
    assert {at for at, sign in enumerate(text) if not sign.isspace()} <= covered


@pytest.mark.parametrize("unit", ["a. ", "word ", "a,", ", ", ".", "!", "\n", " ", " - ", "a then "])
def test_steps_are_linear_in_the_length(unit: str, steps: Callable[[Callable[[], object]], int]) -> None:
    """Eight times the text takes about eight times the steps, never its square (64 times)."""
    clauses(unit)
    few, many = (steps(partial(clauses, unit * (size // len(unit)))) for size in (500, 4_000))
    assert many < 10 * few + 1_000


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("", []),
        ("a cat runs, then it sleeps", ["a cat runs, then it sleeps"]),
        (
            "Un chat court. Now draw me this: a red boat\na calm sea",
            ["Un chat court.", "Now draw me this:", "a red boat", "a calm sea"],
        ),
        ("She calls Dr. Martin at noon! He is late.", ["She calls Dr. Martin at noon!", "He is late."]),
    ],
)
def test_sentences_end_at_stops_colons_and_lines(text: str, pieces: list[str]) -> None:
    """A joint or a comma ends no sentence; a title's full stop neither."""
    assert pieces == [piece.text for piece in sentences(text)]


@settings(max_examples=100, deadline=None)
@given(st.text("ab ,.:!\n", max_size=80))
def test_clauses_lie_within_sentences(text: str) -> None:
    """Every clause is of one sentence, and every sentence has one."""
    whole = [(one.start, one.end) for one in sentences(text)]
    homes = [[span for span in whole if span[0] <= one.start and one.end <= span[1]] for one in clauses(text)]
    assert all(len(home) == 1 for home in homes)
    assert {span for home in homes for span in home} == set(whole)
