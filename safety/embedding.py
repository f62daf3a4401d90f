"""
The sentence encoder: words to vectors, in sixteen languages, on one thread.

It runs the Universal Sentence Encoder (multilingual, version 3) with NumPy: a
byte-wide embedding table, three small convolutions over two, three and five
tokens, and an averaging network.  A text is looked at once; the vector of any
stretch of it is then pooled from the features of its tokens, so that judging
every clause of a long prompt costs little more than judging the whole.

Source: Yang et al., Multilingual Universal Sentence Encoder for Semantic
Retrieval, ACL 2020.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from safety.errors import ModelUnavailable
from safety.models.store import ModelStore

Floats = NDArray[np.float32]

Places = slice | NDArray[np.int64]
"""Some of a text's tokens: a stretch of them, or any by number."""

VECTOR_SIZE = 512
FEATURE_SIZE = 1280
MAX_TOKENS = 1024
"""Beyond this a text is cut: about 4,500 characters, more than any prompt the service accepts."""

_WINDOWS = ((2, 0), (3, 1), (5, 2))  # tokens seen by each convolution, and how many of them lie before
_WIDTH = 256
_LEFT, _RIGHT = 2, 2
_BLOCKS = 17  # the table is quantised in seventeen interleaved blocks, each with its own scale
_BEGIN, _END = 1, 2  # the marks of a sentence's edges in the model's vocabulary


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenFeatures:
    """
    One text after one pass.

    `rows` is (tokens, features), each token's own and what it owes to those around it; `segments` are the
    tokens of the segments the text was given in (none where a segment is empty or was cut off).
    """

    rows: Floats
    segments: tuple[slice, ...]

    @property
    def whole(self) -> slice:
        """The tokens of the whole text, its two edge marks included."""
        return slice(0, len(self.rows))


class Encoder(Protocol):
    """
    Looks at a text once, and pools the vector of any of its tokens from what it saw.

    Raises:
        ModelUnavailable: at first use, when its weights are absent or damaged.
    """

    def load(self) -> None:
        """Read the weights now rather than at the first text."""

    def tokens(self, segments: Sequence[str], /) -> tuple[NDArray[np.int64], tuple[slice, ...]]:
        """Return the tokens of a text by number, edge marks included, and those of each of its segments."""
        ...

    def features(self, segments: Sequence[str], /) -> TokenFeatures:
        """Look once at the text made of `segments`, words that follow each other at white space."""
        ...

    def each(self, texts: Sequence[Sequence[str]], /) -> list[TokenFeatures]:
        """Look at several texts, each as if it stood alone."""
        ...

    def pool(self, seen: TokenFeatures, chosen: Sequence[Places], /) -> Floats:
        """Return one vector for each choice of tokens, (chosen, vector); none may be empty."""
        ...

    def average(self, sums: Floats, counts: Floats, /) -> Floats:
        """Return the vectors of sums of token rows (n, features) over `counts` (n, 1) tokens."""
        ...


@dataclass(frozen=True, slots=True)
class _Weights:
    table: NDArray[np.uint8]
    parts: dict[str, Floats]
    epsilon: float

    @classmethod
    def read(cls, path: Path) -> _Weights:
        with np.load(path, allow_pickle=False) as archive:
            table = np.empty((_BLOCKS * len(archive["q1"]), VECTOR_SIZE), np.uint8)
            for number in range(_BLOCKS):  # one at a time: all together would stay in the process's heap
                table[number::_BLOCKS] = archive[f"q{number + 1}"]
            parts = {name: archive[name] for name in archive.files if not name.startswith("q")}
        for name in ("proj", "proj_b", "ln_g", "ln_b"):
            parts[f"{name}_all"] = np.concatenate([parts[f"{name}{size}"] for size, _ in _WINDOWS], axis=-1)
        return cls(table, parts, float(parts.pop("eps")))


class SentenceEncoder:
    """
    The encoder over the weights that `models` keeps for the role ``sentences``.

    They are read at first use, once, whatever the number of threads that ask.

    Raises:
        ModelUnavailable: at first use, when a file is absent or is not what it should be.
    """

    def __init__(self, models: ModelStore) -> None:
        self._models = models
        self._loading = threading.Lock()
        self._weights: _Weights | None = None
        self._vocabulary: Any = None

    def load(self) -> None:
        """Read both files now rather than at the first text."""
        hold_to_one_thread()
        with self._loading:
            if self._weights is not None:
                return
            pieces, weights = (self._models.path("sentences", name) for name in ("sp.model", "weights.npz"))
            try:
                from sentencepiece import SentencePieceProcessor

                self._vocabulary = SentencePieceProcessor(model_file=str(pieces))
                self._weights = _Weights.read(weights)
            except (OSError, KeyError, ValueError, RuntimeError) as error:
                raise ModelUnavailable(
                    f"the sentence encoder cannot be read ({error}); run `filigrane models fetch`"
                ) from error

    def tokens(self, segments: Sequence[str]) -> tuple[NDArray[np.int64], tuple[slice, ...]]:
        """
        Return the tokens of a text by number, edge marks included, and those of each of its segments.

        The tokens are those of the joined text, because no token of this vocabulary crosses a blank.
        """
        self.load()
        tokens, parts = [_BEGIN], []
        # By default a list is spread over threads that are started for it: dearer than the work.
        for ids in self._vocabulary.encode(list(segments), out_type=int, num_threads=1) if segments else ():
            start = len(tokens)
            tokens.extend(ids[: max(0, MAX_TOKENS - start)])
            parts.append(slice(start, len(tokens)))
        tokens.append(_END)
        return np.array(tokens), tuple(parts)

    def features(self, segments: Sequence[str]) -> TokenFeatures:
        """Look once at the text made of `segments`, which follow each other at white space."""
        return self.each([segments])[0]

    def each(self, texts: Sequence[Sequence[str]]) -> list[TokenFeatures]:
        """Look at several texts in one pass, which costs little more than one text of their length."""
        told = [self.tokens(segments) for segments in texts]
        lengths = [len(tokens) for tokens, _segments in told]
        rows = self._rows(np.concatenate([tokens for tokens, _segments in told]), lengths)
        parts = np.split(rows, np.cumsum(lengths)[:-1])
        return [
            TokenFeatures(rows=part, segments=segments)
            for part, (_tokens, segments) in zip(parts, told, strict=True)
        ]

    def embed(self, texts: Sequence[str]) -> Floats:
        """Return one unit vector a text, (texts, 512); their product is the cosine of the meanings."""
        return np.concatenate(
            [self.pool(seen, [seen.whole]) for seen in (self.features([text]) for text in texts)]
            or [np.zeros((0, VECTOR_SIZE), np.float32)]
        )

    def pool(self, seen: TokenFeatures, chosen: Sequence[Places]) -> Floats:
        """Return the unit vector of each choice of tokens, (chosen, 512); none may be empty."""
        sums = np.stack([seen.rows[places].sum(0) for places in chosen])
        counts = np.array([[len(seen.rows[places])] for places in chosen], np.float32)
        return self.average(sums, counts)

    def average(self, sums: Floats, counts: Floats) -> Floats:
        """Turn sums of token rows (n, 1280) over `counts` (n, 1) tokens into unit vectors (n, 512)."""
        self.load()
        assert self._weights is not None
        parts = self._weights.parts
        mean = (sums @ parts["cnn_W"] + counts * parts["cnn_b"]) / np.sqrt(counts)
        first = np.maximum(mean @ parts["p1"] + np.maximum(mean @ parts["d0"], 0) @ parts["d1"], 0)
        vector = np.tanh(first @ parts["p3"] + np.maximum(first @ parts["d2"], 0) @ parts["d3"])
        norm = np.sqrt(np.maximum((vector * vector).sum(1, keepdims=True), self._weights.epsilon))
        return np.asarray(vector / norm, np.float32)

    def _rows(self, tokens: NDArray[np.int64], lengths: Sequence[int]) -> Floats:
        assert self._weights is not None
        parts, epsilon = self._weights.parts, self._weights.epsilon
        rows = np.empty((len(tokens), FEATURE_SIZE), np.float32)
        block = tokens % _BLOCKS
        words = rows[:, :VECTOR_SIZE]
        words[:] = self._weights.table[tokens] * parts["scale"][block, None] + parts["lo"][block, None]
        inner = _normed(
            words @ parts["proj_all"] + parts["proj_b_all"], parts["ln_g_all"], parts["ln_b_all"], epsilon
        )
        around = _neighbours(lengths)
        for number, (size, before) in enumerate(_WINDOWS):
            branch = inner[:, number * _WIDTH : (number + 1) * _WIDTH]
            seen = around[:, _LEFT - before : _LEFT - before + size]
            for layer in ("1", "2"):
                branch = branch + np.maximum(
                    _padded(branch)[seen].reshape(len(tokens), -1) @ parts[f"w{layer}_{size}"]
                    + parts[f"b{layer}_{size}"],
                    0,
                )
            start = VECTOR_SIZE + number * _WIDTH
            rows[:, start : start + _WIDTH] = branch
        return _normed(rows, parts["ln_g"], parts["ln_b"], epsilon)


def _normed(rows: Floats, gain: Floats, shift: Floats, epsilon: float) -> Floats:
    rows = rows - rows.mean(-1, keepdims=True)
    spread = np.sqrt(np.einsum("ij,ij->i", rows, rows) / rows.shape[1] + epsilon)
    return np.asarray(rows / spread[:, None] * gain + shift, np.float32)


def _padded(rows: Floats) -> Floats:
    """`rows` and one row of zeros, at which places beyond the text's edges point."""
    return np.concatenate([rows, np.zeros((1, rows.shape[1]), np.float32)])


def _neighbours(lengths: Sequence[int]) -> NDArray[np.int64]:
    """The places two before to two after each token of each text; beyond its edges, the row of zeros."""
    ends = np.cumsum(lengths)
    first, last = (np.repeat(edge, lengths)[:, None] for edge in (ends - lengths, ends))
    places = np.arange(ends[-1])[:, None] + np.arange(-_LEFT, _RIGHT + 1)
    return np.where((places >= first) & (places < last), places, ends[-1])


@functools.cache
def hold_to_one_thread() -> None:
    """
    Hold this process's linear algebra to one thread, for good.

    On shared cores two wait for each other: small texts take several times as long.  A limit for the length
    of a look would not hold, for the number is the process's: another look that ends would lift it.
    """
    from threadpoolctl import threadpool_limits

    threadpool_limits(limits=1, user_api="blas")
