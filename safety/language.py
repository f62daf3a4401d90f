"""
Which language a text is in: fastText's answer where its weights are, ours where not.

Ours counts small words and the marks of a spelling, and looks at the script; it knows the languages in
which the encoder reads, and says ``und`` rather than guess.  fastText's weights are share-alike, so they
are there only where the operator accepted that licence.
"""

from __future__ import annotations

import functools
import re
import threading
import unicodedata
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from safety.errors import ModelUnavailable
from safety.models.store import ModelStore

UNKNOWN = "und"
_TABLE = Path(__file__).parent / "languages.yaml"
_WORDS = re.compile(r"[^\W\d_]+(?:['’](?=[^\W\d_]))?")
_ENOUGH = 3.0  # votes at which we are sure


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """A BCP 47 code, or ``und``, and how sure we are of it from 0 to 1."""

    code: str
    confidence: float


class Languages:
    """Tells languages apart; `models` may hold fastText's weights (role ``languages``)."""

    def __init__(self, models: ModelStore | None = None) -> None:
        self._models = models
        self._loading = threading.Lock()
        self._fasttext: Any = None
        self._is_looked_for = False

    def of(self, text: str) -> Language:
        """Return the language of a text; a text without letters has none."""
        if not any(map(str.isalpha, text)):
            return Language(code=UNKNOWN, confidence=0.0)
        model = self._model()
        if model is None:
            return by_words(text)
        ((label,), (confidence,)) = model.predict(text.replace("\n", " "), k=1)
        return Language(code=label.removeprefix("__label__"), confidence=min(1.0, float(confidence)))

    def _model(self) -> Any:
        with self._loading:
            if self._models is not None and not self._is_looked_for:
                self._is_looked_for = True
                try:
                    path = self._models.path("languages", "lid.176.ftz")
                except ModelUnavailable:
                    return None
                import fasttext

                self._fasttext = fasttext.load_model(str(path))
            return self._fasttext


@dataclass(frozen=True, slots=True)
class _Table:
    words: dict[str, frozenset[str]]
    spellings: dict[str, re.Pattern[str]]
    scripts: dict[str, str]


@functools.cache
def _table() -> _Table:
    told = yaml.safe_load(_TABLE.read_text(encoding="utf-8"))
    return _Table(
        {code: frozenset(row["words"].split()) for code, row in told["latin"].items()},
        {code: re.compile(row["spelling"]) for code, row in told["latin"].items()},
        told["scripts"],
    )


def by_words(text: str, among: Collection[str] | None = None) -> Language:
    """
    Return the language that the script, the small words and the spelling of a text speak for.

    `among` are the codes of the Latin-script languages it may be (all we know where None).
    """
    script = _script(text)
    if script != "LATIN":
        code = "ja" if re.search("[\u3040-\u30ff]", text) else _table().scripts.get(script, UNKNOWN)
        return Language(code=code, confidence=0.0 if code == UNKNOWN else 0.9)
    found = [word.rstrip("'’").casefold() for word in _WORDS.findall(text)]
    votes = dict.fromkeys(among or _table().words, 0.0)
    for word in found:
        for code, vote in _votes(word):
            if code in votes:
                votes[code] += vote
    (best, most), (_second, next_most) = sorted(votes.items(), key=lambda vote: -vote[1])[:2]
    if most <= next_most:
        return Language(code=UNKNOWN, confidence=0.0)
    return Language(code=best, confidence=(most - next_most) / most * min(1.0, most / _ENOUGH))


@functools.lru_cache(maxsize=8192)
def _votes(word: str) -> tuple[tuple[str, float], ...]:
    """What a word speaks for: one vote as a small word of a language, half a vote by its spelling."""
    table = _table()
    return tuple(
        (code, (word in words) + 0.5 * bool(table.spellings[code].search(word)))
        for code, words in table.words.items()
    )


def _script(text: str) -> str:
    """The script of most letters, by the first word of their names: LATIN, CYRILLIC, CJK, HANGUL, ARABIC."""
    names = Counter(unicodedata.name(sign, "LATIN").split()[0] for sign in text if sign.isalpha())
    return names.most_common(1)[0][0]
