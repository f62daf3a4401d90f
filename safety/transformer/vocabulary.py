"""Words cut into the pieces a transformer knows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from safety.transformer.packed import PackedWeights

_UNIGRAM = 1


class Vocabulary:
    """
    Cuts words into pieces: of all ways to spell a word, the likeliest (a unigram model).

    SentencePiece keeps the quarter of a million pieces in some fifteen megabytes.
    """

    def __init__(self, weights: PackedWeights) -> None:
        from sentencepiece import SentencePieceProcessor

        self._edges = weights.begin, weights.end
        self._letters = weights.letters
        self._cutter: Any = SentencePieceProcessor(model_proto=_model(weights))

    def pieces(self, words: Sequence[str], most: int) -> tuple[NDArray[np.int64], tuple[slice, ...]]:
        """
        Return the numbers of the pieces of `words` between the two edge marks, and each word's own pieces.

        Of the pieces at most `most` are kept, edge marks included; words beyond have none.
        """
        begin, end = self._edges
        pieces, places = [begin], []
        # A word is given a blank before it; one whose first letter becomes a blank and a mark has it already.
        plain = [word.translate(self._letters).removeprefix(" ") for word in words]
        for own in self._cutter.encode(plain, out_type=int, num_threads=1) if plain else ():
            start = len(pieces)
            pieces.extend(own[: max(0, most - 1 - start)])
            places.append(slice(start, len(pieces)))
        return np.array([*pieces, end]), tuple(places)


def _model(weights: PackedWeights) -> bytes:
    """The pieces as SentencePiece reads them; letters are changed before, so it changes none."""
    from sentencepiece import sentencepiece_model_pb2

    form: Any = sentencepiece_model_pb2
    model, piece = form.ModelProto(), form.ModelProto.SentencePiece
    kinds = {weights.unknown: piece.UNKNOWN, weights.begin: piece.CONTROL, weights.end: piece.CONTROL}
    model.trainer_spec.model_type = _UNIGRAM
    model.trainer_spec.unk_id = weights.unknown
    model.normalizer_spec.name = "identity"
    model.normalizer_spec.remove_extra_whitespaces = False
    for number, (spelled, score) in enumerate(weights.pieces()):
        model.pieces.add(piece=spelled, score=score, type=kinds.get(number, piece.NORMAL))
    return bytes(model.SerializeToString())
