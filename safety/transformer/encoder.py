"""The transformer at work: a text in, one row of features a piece out."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from safety.embedding import Places, TokenFeatures
from safety.errors import ModelUnavailable
from safety.models.store import ModelStore
from safety.transformer.graph import serialised
from safety.transformer.packed import Floats, PackedWeights
from safety.transformer.vocabulary import Vocabulary

ROLE, FILE = "reader", "e5-small-q4.bin"
WINDOW = 256
"""Pieces looked at together, edge marks included: about 1,100 characters.  A longer text is several."""

MOST_PIECES = 1024
"""Beyond this a text is cut, as the sentence encoder cuts it."""


@dataclass(frozen=True, slots=True)
class _Loaded:
    weights: PackedWeights
    vocabulary: Vocabulary
    run: Callable[[Floats], Floats]


@dataclass(slots=True, eq=False)
class Transformer:
    """
    The multilingual transformer of `models`.

    It is read at the first text, or by `load`; one thread runs it.
    """

    models: ModelStore
    _loaded: _Loaded | None = field(default=None, repr=False)
    _loading: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def load(self) -> None:
        """
        Read the weights now rather than at the first text.

        Raises:
            ModelUnavailable: they are absent or damaged.
        """
        self._ready()

    def tokens(self, words: Sequence[str]) -> tuple[NDArray[np.int64], tuple[slice, ...]]:
        """Return the pieces of the text made of `words` by number, and each word's own."""
        return self._ready().vocabulary.pieces(words, MOST_PIECES)

    def features(self, words: Sequence[str]) -> TokenFeatures:
        """Look once at the text made of `words`; a row of features is 384 long."""
        loaded = self._ready()
        pieces, places = self.tokens(words)
        return TokenFeatures(rows=_looked(loaded, pieces), segments=places)

    def each(self, texts: Sequence[Sequence[str]]) -> list[TokenFeatures]:
        """Look at several texts, one after the other."""
        return [self.features(words) for words in texts]

    def pool(self, seen: TokenFeatures, chosen: Sequence[Places]) -> Floats:
        """Return the mean row of each choice of tokens, (chosen, 384); none may be empty."""
        return np.stack([seen.rows[places].mean(0) for places in chosen])

    def average(self, sums: Floats, counts: Floats) -> Floats:
        """Return the means of sums of rows (n, 384) over `counts` (n, 1) tokens."""
        return np.asarray(sums / counts, np.float32)

    def _ready(self) -> _Loaded:
        with self._loading:
            if self._loaded is None:
                path = self.models.path(ROLE, FILE)
                try:
                    weights = PackedWeights.read(path)
                    run = _session(serialised(weights))
                    self._loaded = _Loaded(weights, Vocabulary(weights), run)
                except (OSError, KeyError, ValueError, RuntimeError) as error:
                    raise ModelUnavailable(
                        f"the transformer cannot be read ({error}); run `filigrane models fetch`"
                    ) from error
            return self._loaded


def _looked(loaded: _Loaded, pieces: NDArray[np.int64]) -> Floats:
    """Look at the pieces window by window; a window's own edge marks are only kept at the text's edges."""
    begin, inner, end = pieces[:1], pieces[1:-1], pieces[-1:]
    windows = [inner[at : at + WINDOW - 2] for at in range(0, len(inner), WINDOW - 2)] or [inner]
    rows = [loaded.run(embedded(loaded.weights, np.concatenate([begin, one, end]))) for one in windows]
    middle = [one[1:-1] for one in rows]
    return np.concatenate([rows[0][:1], *middle, rows[-1][-1:]])


def embedded(weights: PackedWeights, pieces: NDArray[np.int64]) -> Floats:
    """Return what the layers are given for one window of pieces, (pieces, size)."""
    size = weights.shape.size
    places = weights.vector("emb.pos").reshape(-1, size)[: len(pieces)]
    rows = weights.words(pieces) + places + weights.vector("emb.type")[:size]
    rows = rows - rows.mean(1, keepdims=True)
    rows /= np.sqrt((rows * rows).mean(1, keepdims=True) + weights.shape.epsilon)
    return np.asarray(rows * weights.vector("emb.ln.w") + weights.vector("emb.ln.b"), np.float32)


def _session(graph: bytes) -> Callable[[Floats], Floats]:
    import onnxruntime

    from safety.detectors.nets import session_options

    session = onnxruntime.InferenceSession(graph, session_options(), providers=["CPUExecutionProvider"])

    def run(rows: Floats) -> Floats:
        (features,) = session.run(["y"], {"x": rows})
        return np.asarray(features, np.float32)

    return run
