"""Token features of many texts, computed once and kept."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from safety.embedding import SentenceEncoder


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """All tokens of all texts in one array of half floats, (tokens, 1280), and where each text's lie."""

    encoder: SentenceEncoder
    rows: NDArray[np.float16]
    spans: dict[str, tuple[int, int]]

    def places(self, text: str) -> NDArray[np.int64]:
        """The rows of one text, its edge marks included."""
        return np.arange(*self.spans[text])


def library(texts: Sequence[str], encoder: SentenceEncoder, folder: Path) -> Library:
    """Return the features of `texts`, from `folder` where these very texts were seen before."""
    unique = list(dict.fromkeys(texts))
    name = hashlib.sha256("\x00".join(unique).encode()).hexdigest()[:24]
    kept, edges = folder / f"{name}.rows.npy", folder / f"{name}.edges.npy"
    if not edges.exists():
        folder.mkdir(parents=True, exist_ok=True)
        _fill(unique, encoder, kept, edges)
    ends = np.load(edges)
    starts = np.concatenate([[0], ends[:-1]])
    spans = {text: (int(a), int(b)) for text, a, b in zip(unique, starts, ends, strict=True)}
    return Library(encoder=encoder, rows=np.load(kept, mmap_mode="r"), spans=spans)


def _fill(texts: Sequence[str], encoder: SentenceEncoder, kept: Path, edges: Path) -> None:
    found = [encoder.features([text]).rows.astype(np.float16) for text in texts]
    np.save(kept, np.concatenate(found))
    np.save(edges, np.cumsum([len(rows) for rows in found]))
