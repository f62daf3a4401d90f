"""Which aliases an opt-out may not claim: words that everybody needs."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from safety.normalise import skeleton
from safety.rights.bank import common_words

FEWEST_LETTERS = 4


class RefusedFor(enum.StrEnum):
    """Why an alias is refused."""

    TOO_SHORT = "too_short"
    ORDINARY_WORD = "ordinary_word"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A refused alias: the reason as a value, and as a sentence in English and in French."""

    alias: str
    reason: RefusedFor
    english: str
    french: str


def check_alias(alias: str) -> Refusal | None:
    """
    Return why an alias may not be claimed, or None.

    Refused: fewer than four letters or figures once disguises are off, and one or several words that
    are all common in French or English (`red apple`).
    """
    words = skeleton(alias).text.split()
    if len("".join(words)) < FEWEST_LETTERS:
        return Refusal(alias=alias, reason=RefusedFor.TOO_SHORT, english=_SHORT_EN, french=_SHORT_FR)
    if common_words().issuperset(words):
        return Refusal(alias=alias, reason=RefusedFor.ORDINARY_WORD, english=_COMMON_EN, french=_COMMON_FR)
    return None


_SHORT_EN = "A name of fewer than four letters would stop too many innocent texts. Give a longer one."
_SHORT_FR = "Un nom de moins de quatre lettres arrêterait trop de textes innocents. Donnez-en un plus long."
_COMMON_EN = "This is an ordinary word that everybody needs. Add what sets your name apart."
_COMMON_FR = "C’est un mot courant dont chacun a besoin. Ajoutez ce qui distingue votre nom."
