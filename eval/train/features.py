"""Token features of many texts, computed once and kept."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from safety.embedding import Encoder, Floats, Places, TokenFeatures

_SHELF = 2000
"""Texts written together: a run that is cut short loses at most so many."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Library:
    """All tokens of all texts in one array of half floats, (tokens, features), and where each text's lie."""

    encoder: Encoder
    rows: NDArray[np.float16]
    spans: dict[str, tuple[int, int]]

    def places(self, text: str) -> NDArray[np.int64]:
        """The rows of one text, its edge marks included."""
        return np.arange(*self.spans[text])

    def vectors(self, rows: Floats, lengths: NDArray[np.int64]) -> Floats:
        """Return the encoder's vector of each text, from their concatenated rows."""
        # One sum a text: `np.add.reduceat` is several times slower along the first axis.
        sums = np.stack([part.sum(0) for part in np.split(rows, np.cumsum(lengths)[:-1])])
        return self.encoder.average(sums, lengths[:, None].astype(np.float32))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shelved:
    """An encoder that takes from a library what stands there, so that nothing is looked at twice."""

    library: Library

    def load(self) -> None:
        """Read the encoder's weights."""
        self.library.encoder.load()

    def tokens(self, segments: Sequence[str]) -> tuple[NDArray[np.int64], tuple[slice, ...]]:
        """Return the tokens of a text by number, and those of each of its segments."""
        return self.library.encoder.tokens(segments)

    def features(self, segments: Sequence[str]) -> TokenFeatures:
        """Look at the text made of `segments`, or remember it."""
        span = self.library.spans.get(" ".join(segments))
        if span is None:
            return self.library.encoder.features(segments)
        rows = self.library.rows[slice(*span)].astype(np.float32)
        return TokenFeatures(rows=rows, segments=self.tokens(segments)[1])

    def each(self, texts: Sequence[Sequence[str]]) -> list[TokenFeatures]:
        """Look at several texts, or remember them."""
        return [self.features(segments) for segments in texts]

    def pool(self, seen: TokenFeatures, chosen: Sequence[Places]) -> Floats:
        """Return one vector for each choice of tokens."""
        return self.library.encoder.pool(seen, chosen)

    def average(self, sums: Floats, counts: Floats) -> Floats:
        """Return the vectors of sums of token rows over `counts` tokens."""
        return self.library.encoder.average(sums, counts)


def library(texts: Sequence[str], encoder: Encoder, folder: Path) -> Library:
    """Return the features of `texts`; `folder` keeps those of one encoder, by the digest of the text."""
    folder.mkdir(parents=True, exist_ok=True)
    catalogue, file = folder / "catalogue.jsonl", folder / "rows.f16"
    known = _known(catalogue)
    unknown = [text for text in dict.fromkeys(texts) if _digest(text) not in known]
    for start in range(0, len(unknown), _SHELF):
        _append(unknown[start : start + _SHELF], encoder, catalogue, file)
    known = _known(catalogue)
    spans = {text: known[_digest(text)] for text in texts}
    shape = max(stop for _start, stop in known.values()), encoder.features(["a"]).rows.shape[1]
    return Library(encoder=encoder, rows=np.memmap(file, np.float16, "r", shape=shape), spans=spans)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _known(catalogue: Path) -> dict[str, tuple[int, int]]:
    if not catalogue.exists():
        return {}
    lines = catalogue.read_text(encoding="utf-8").splitlines()
    return {digest: (start, stop) for digest, start, stop in map(json.loads, lines)}


def _append(texts: Sequence[str], encoder: Encoder, catalogue: Path, file: Path) -> None:
    """Write the rows first: what the catalogue does not name yet is written again over."""
    found = [encoder.features(text.split()).rows.astype(np.float16) for text in texts]
    start = max((stop for _start, stop in _known(catalogue).values()), default=0)
    with file.open("r+b" if file.exists() else "w+b") as shelf:
        shelf.seek(start * found[0].shape[1] * 2)
        for rows in found:
            shelf.write(rows.tobytes())
    ends = start + np.cumsum([len(rows) for rows in found])
    with catalogue.open("a", encoding="utf-8") as lines:
        for text, rows, stop in zip(texts, found, ends.tolist(), strict=True):
            lines.write(json.dumps([_digest(text), stop - len(rows), stop]) + "\n")
