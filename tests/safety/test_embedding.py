"""What the sentence encoder promises."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from safety.embedding import MAX_TOKENS, VECTOR_SIZE, SentenceEncoder
from safety.errors import ModelUnavailable
from safety.models.store import ModelStore


@pytest.fixture(scope="module")
def encoder(models: ModelStore) -> SentenceEncoder:
    return SentenceEncoder(models)


def test_translations_lie_nearer_than_other_sentences(encoder: SentenceEncoder) -> None:
    """A sentence is nearer to its translation than to any other sentence, in both directions."""
    english = ["a red cat sleeps on the sofa", "the train leaves at noon", "she repairs an old violin"]
    french = ["un chat roux dort sur le canapé", "le train part à midi", "elle répare un vieux violon"]
    likeness = encoder.embed(english) @ encoder.embed(french).T
    assert [0, 1, 2] == likeness.argmax(0).tolist() == likeness.argmax(1).tolist()


def test_vectors_are_units(encoder: SentenceEncoder) -> None:
    """Every text, the empty one included, has a vector of length one."""
    vectors = encoder.embed(["", "x", "Ω ≠ 猫", "word " * 3000])
    assert (4, VECTOR_SIZE) == vectors.shape
    np.testing.assert_allclose(1.0, np.linalg.norm(vectors, axis=1), atol=1e-5)
    assert (0, VECTOR_SIZE) == encoder.embed([]).shape


def test_words_apart_are_the_text(encoder: SentenceEncoder) -> None:
    """Looking word by word gives the tokens of the whole text, so that any run of words can be pooled."""
    text = "Une femme, très âgée, marche le long de la rivière ; well-known C++ 3.5mm ½ cup"
    whole, apart = encoder.features([text]), encoder.features(text.split())
    assert np.array_equal(whole.rows, apart.rows)
    assert len(text.split()) == len(apart.segments)
    assert len(whole.rows) - 2 == sum(part.stop - part.start for part in apart.segments)


def test_texts_looked_at_together_see_nothing_of_each_other(encoder: SentenceEncoder) -> None:
    """Several texts in one pass have the features that each has alone, the empty one and the longest included."""
    texts = [["a", "quiet", "harbour"], [], ["word"] * 2000, ["Il"], "blood on the kitchen floor".split()]
    for together, words in zip(encoder.each(texts), texts, strict=True):
        alone = encoder.features(words)
        assert alone.segments == together.segments
        np.testing.assert_allclose(alone.rows, together.rows, atol=2e-5)


def test_a_long_text_is_cut(encoder: SentenceEncoder) -> None:
    """No text makes the encoder work without bound; what lies beyond the bound has no tokens."""
    seen = encoder.features(["word"] * 5000)
    assert len(seen.rows) == MAX_TOKENS + 1
    assert seen.segments[-1].start == seen.segments[-1].stop


def test_absent_weights_are_said(tmp_path: Path) -> None:
    """Without weights the encoder says so at first use, and what to do."""
    with pytest.raises(ModelUnavailable, match="models fetch"):
        SentenceEncoder(ModelStore(tmp_path)).embed(["a"])


def test_looks_at_once_give_what_one_alone_gives(encoder: SentenceEncoder) -> None:
    """Bit for bit: however many look, each holds linear algebra to one thread, and none lifts that."""
    texts = [f"{number} boats drift past the old lighthouse " * number for number in range(1, 9)]
    alone = [encoder.embed([text]) for text in texts]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda text: encoder.embed([text]), texts))
    assert all(np.array_equal(one, other) for one, other in zip(alone, together, strict=True))
    assert {1} == {found["num_threads"] for found in threadpool_info() if found["user_api"] == "blas"}
