"""What looking with the transformer promises."""

import numpy as np
import pytest

from safety.models.store import ModelStore
from safety.transformer.encoder import FILE, MOST_PIECES, ROLE, WINDOW, Transformer, embedded
from safety.transformer.graph import layer_matrix
from safety.transformer.packed import PackedWeights
from safety.transformer.vocabulary import Vocabulary

TEXT = "Un chat roux mange une pomme dans la cuisine ; « quel appétit ! » dit-il"


@pytest.fixture(scope="module")
def weights(models: ModelStore) -> PackedWeights:
    return PackedWeights.read(models.path(ROLE, FILE))


def test_the_graph_is_the_transformer(transformer: Transformer, weights: PackedWeights) -> None:
    """What the service computes in bytes points where the network in full precision points."""
    pieces, _places = Vocabulary(weights).pieces(TEXT.split(), MOST_PIECES)
    expected, found = in_full(weights, pieces), transformer.features(TEXT.split()).rows
    norms = np.linalg.norm(expected, axis=1) * np.linalg.norm(found, axis=1)
    assert expected.shape == found.shape
    assert ((expected * found).sum(1) / norms).min() > 0.98


def in_full(weights: PackedWeights, pieces: np.ndarray) -> np.ndarray:
    """The published network, written down with torch's own functions."""
    import torch
    from torch.nn import functional

    def of(name: str) -> torch.Tensor:
        return torch.from_numpy(np.array(weights.vector(name)))

    def product(x: torch.Tensor, number: int, part: str) -> torch.Tensor:
        parts = "qkv" if part == "qkv" else (part,)
        bias = torch.cat([of(f"l{number}.{one}.b") for one in parts])
        return functional.linear(x, torch.from_numpy(layer_matrix(weights, number, part)), bias)

    size, heads, epsilon = weights.shape.size, weights.shape.heads, weights.shape.epsilon
    x = torch.from_numpy(embedded(weights, pieces))
    for number in range(weights.shape.layers):
        query, key, value = (
            part.view(len(pieces), heads, -1).transpose(0, 1)
            for part in product(x, number, "qkv").split(size, 1)
        )
        told = functional.scaled_dot_product_attention(query, key, value).transpose(0, 1).reshape(-1, size)
        for given, part in ((told, "ao"), (None, "fo")):
            inner = given if given is not None else functional.gelu(product(x, number, "fi"))
            name = f"l{number}.{'aln' if part == 'ao' else 'oln'}"
            total = x + product(inner, number, part)
            x = functional.layer_norm(total, (size,), of(f"{name}.w"), of(f"{name}.b"), epsilon)
    return x.numpy()


def test_translations_lie_nearer_than_other_sentences(transformer: Transformer) -> None:
    """A sentence is nearer to its translation than to any other sentence."""
    english = ["a red cat sleeps on the sofa", "the train leaves at noon", "she repairs an old violin"]
    french = ["un chat roux dort sur le canapé", "le train part à midi", "elle répare un vieux violon"]
    first, second = (
        np.concatenate(
            [
                transformer.pool(seen, [seen.whole])
                for seen in (transformer.features(one.split()) for one in texts)
            ]
        )
        for texts in (english, french)
    )
    likeness = (first / np.linalg.norm(first, axis=1)[:, None]) @ (
        second / np.linalg.norm(second, axis=1)[:, None]
    ).T
    assert [0, 1, 2] == likeness.argmax(1).tolist()


def test_every_word_has_its_own_pieces(transformer: Transformer) -> None:
    """The words' pieces follow each other and fill the text but for its two edge marks."""
    seen = transformer.features(TEXT.split())
    assert len(TEXT.split()) == len(seen.segments)
    assert [1, *(places.stop for places in seen.segments[:-1])] == [places.start for places in seen.segments]
    assert len(seen.rows) - 1 == seen.segments[-1].stop


def test_long_texts_are_seen_in_windows_and_cut(transformer: Transformer) -> None:
    """Work grows with the text up to a bound; what lies beyond it has no pieces."""
    seen = transformer.features(["word"] * (WINDOW * 2))
    assert WINDOW * 2 + 2 == len(seen.rows)
    cut = transformer.features(["word"] * (MOST_PIECES + 50))
    assert MOST_PIECES == len(cut.rows)
    assert slice(MOST_PIECES - 1, MOST_PIECES - 1) == cut.segments[-1]


def test_no_words_are_two_marks(transformer: Transformer) -> None:
    """An empty text still has its edges."""
    assert (2, 384) == transformer.features([]).rows.shape
