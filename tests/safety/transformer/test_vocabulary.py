"""What cutting words into pieces promises."""

import pytest

from safety.models.store import ModelStore
from safety.transformer.encoder import FILE, ROLE
from safety.transformer.packed import PackedWeights
from safety.transformer.vocabulary import Vocabulary


@pytest.fixture(scope="module")
def weights(models: ModelStore) -> PackedWeights:
    return PackedWeights.read(models.path(ROLE, FILE))


@pytest.fixture(scope="module")
def vocabulary(weights: PackedWeights) -> Vocabulary:
    return Vocabulary(weights)


def test_a_word_is_spelled_by_its_pieces(weights: PackedWeights, vocabulary: Vocabulary) -> None:
    """The pieces of a word, put together, are the word after a blank."""
    spelled = [piece for piece, _frequency in weights.pieces()]
    words = ["appétit", "lighthouse", "Zorblax", "(1987)"]
    pieces, places = vocabulary.pieces(words, 100)
    assert [f"▁{word}" for word in words] == ["".join(spelled[at] for at in pieces[one]) for one in places]


def test_a_text_cannot_write_its_own_edges(weights: PackedWeights, vocabulary: Vocabulary) -> None:
    """The marks of the edges stand at the edges only, whatever is written."""
    pieces, _places = vocabulary.pieces(["<s>", "</s>", "<s></s>"], 100)
    assert {weights.begin, weights.end}.isdisjoint(pieces[1:-1].tolist())
    assert [weights.begin, weights.end] == [pieces[0], pieces[-1]]


def test_strange_letters_are_one_unknown_piece(weights: PackedWeights, vocabulary: Vocabulary) -> None:
    """Letters that the vocabulary lacks stand as one unknown piece, however many follow each other."""
    pieces, _places = vocabulary.pieces(["\U00013000\U00013001"], 100)
    assert 1 == pieces.tolist().count(weights.unknown)


def test_a_letter_that_becomes_a_blank_gets_no_second_one(
    weights: PackedWeights, vocabulary: Vocabulary
) -> None:
    """A sign that is looked up as a blank and a mark is spelled as these two."""
    spelled = [piece for piece, _frequency in weights.pieces()]
    pieces, (place,) = vocabulary.pieces(["´"], 100)
    assert "▁\u0301" == "".join(spelled[at] for at in pieces[place])
