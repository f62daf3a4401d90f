"""Words cut into the pieces a transformer knows."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from safety.transformer.packed import PackedWeights


class Vocabulary:
    """Cuts words into pieces: of all ways to spell a word, the likeliest (a unigram model)."""

    def __init__(self, weights: PackedWeights) -> None:
        from tokenizers import Tokenizer, models, pre_tokenizers

        self._edges = weights.begin, weights.end
        self._letters = weights.letters
        self._cutter: Any = Tokenizer(models.Unigram(list(weights.pieces), weights.unknown, False))
        self._cutter.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")

    def pieces(self, words: Sequence[str], most: int) -> tuple[NDArray[np.int64], tuple[slice, ...]]:
        """
        Return the numbers of the pieces of `words` between the two edge marks, and each word's own pieces.

        Of the pieces at most `most` are kept, edge marks included; words beyond have none.
        """
        plain = [word.translate(self._letters) for word in words]
        told = self._cutter.encode(plain, is_pretokenized=True, add_special_tokens=False) if plain else None
        kept = told.ids[: most - 2] if told else []
        begin, end = self._edges
        return np.array([begin, *kept, end]), _places(told.word_ids[: most - 2] if told else [], len(words))


def _places(owners: Sequence[int], count: int) -> tuple[slice, ...]:
    """The run of pieces of each word, one place on because of the mark before the first."""
    edges = 1 + np.searchsorted(np.array(owners, np.int64), np.arange(count + 1))
    return tuple(slice(int(a), int(b)) for a, b in itertools.pairwise(edges))
