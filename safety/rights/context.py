"""
Whether what stands around a name agrees that it is that name.

A rose, a prince, Lincoln (a car, a town) and the rue Victor Hugo are no likeness of anybody; the
singer Prince is. Words are compared as skeletons: small, without accents.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from safety.rights.bank import Kind

BLOCKS = 0.5
"""From here a hit is taken as the name; below, people look or nobody does."""

LOOKS = 0.35
"""Below this a hit is dropped: as well a rose."""

UNTOLD = 0.3
"""The most a word of the language scores for a capital, where nothing around says that it is a name."""

MENTIONED = 0.6
"""The most a brand scores that is named for its thing, a red Ferrari, and not for its sign."""

VOCABULARY = Path(__file__).parent / "surroundings.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """The words of `surroundings.yaml`."""

    place_before: frozenset[str]
    place_after: frozenset[str]
    links: frozenset[str]
    roles: Mapping[Kind, frozenset[str]]
    actions: frozenset[str]
    human_actions: frozenset[str]
    media: frozenset[str]
    playing: frozenset[str]
    papers: frozenset[str]
    determiners: frozenset[str]
    articles: frozenset[str]
    naming: frozenset[str]
    likeness: frozenset[str]
    signs: frozenset[str]
    given_names: frozenset[str]
    style: frozenset[tuple[str, ...]]


@functools.cache
def vocabulary() -> Vocabulary:
    """Return the words, read once."""
    read = yaml.safe_load(VOCABULARY.read_text(encoding="utf-8"))
    roles = {Kind(kind): frozenset(words.split()) for kind, words in read.pop("roles").items()}
    style = frozenset(tuple(phrase.split()) for phrase in read.pop("style"))
    return Vocabulary(
        roles=roles, style=style, **{key: frozenset(words.split()) for key, words in read.items()}
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """
    What stands around a name: skeleton words `before` and `after` it (nearest last, nearest first), all
    words of the text, and how the name itself is written. `is_shared`: private people bear it too;
    `is_common`: it is made of words of the language; `is_tale`: a tale or history that somebody made their
    own; `is_elsewhere`: something else bears the same name and capital (a planet, a town); `is_telling`:
    its capital opens no sentence; `is_part`: a neighbour has a capital too, so that it may be part of a
    longer name; `is_joined`: no sign parts it from the word before; `is_quoted`: marks of quotation do;
    `is_in_company`: another name of the
    same owner confirms it; `is_filed`: its owner filed it.
    """

    before: Sequence[str]
    after: Sequence[str]
    words: frozenset[str]
    is_capitalised: bool
    is_telling: bool
    is_part: bool
    is_joined: bool
    is_quoted: bool
    is_in_company: bool
    is_filed: bool
    is_shared: bool
    is_tale: bool
    is_elsewhere: bool
    is_common: bool
    word_count: int
    kin: frozenset[str]


def names_a_place(before: Sequence[str], after: Sequence[str], kin: frozenset[str]) -> bool:
    """Tell whether the name stands in an address or a monument's: ``rue Victor Hugo``, ``Lincoln Park``."""
    if after and after[0] in vocabulary().place_after:
        return True
    heads = [word for word in before if word not in vocabulary().links and word not in kin]
    return bool(heads) and heads[-1] in vocabulary().place_before


def is_likeness(before: Sequence[str], after: Sequence[str]) -> bool:
    """Tell whether the text asks for somebody's likeness in so many words."""
    return not vocabulary().likeness.isdisjoint((*before[-4:], *after[:3]))


def is_on_paper(before: Sequence[str], after: Sequence[str]) -> bool:
    """Tell whether a name stands in or on papers, which show nobody: ``Clark Kent's bank statement``."""
    papers = vocabulary().papers
    if after[:1] == ("s",) and not papers.isdisjoint(after[1:]):
        return True
    return before[-1:] in _OF and not papers.isdisjoint(before[:-1])


_OF = (("of",), ("for",), ("by",), ("to",), ("de",), ("pour",))


def asks_for_sign(words: frozenset[str]) -> bool:
    """Tell whether a text asks for what makes a brand known: its logo, its advertisement, a copy of it."""
    return not vocabulary().signs.isdisjoint(words)


def agreement(kind: Kind, around: Surroundings) -> float:
    """Return from 0 to 1 how far the surroundings say that a name with other meanings is meant as one."""
    is_place = names_a_place(around.before, around.after, around.kin)
    if is_place and around.before[-1:] and around.before[-1] not in vocabulary().roles[kind]:
        return 0.0
    if around.is_tale and not _is_somebodys(around):
        return 0.0
    told = 0.4 * _is_role_near(kind, around) + max(0.5 * _is_kin_near(around), 0.4 * around.is_tale)
    told += (
        0.4 * (_is_style(around) or _is_played(kind, around))
        + _action(kind, around)
        + 0.2 * _is_title(kind, around)
    )
    score = _alone(around) + _capital(kind, around) + told
    if around.is_common and around.word_count == 1 and not (told or around.is_filed):
        score = min(
            score, UNTOLD
        )  # A Persian rug, a Storm in a title: a capital alone makes no name of a word.
    return round(min(max(score, 0.0), 1.0), 2)


def _is_bare_word(kind: Kind, around: Surroundings) -> bool:
    """
    Tell whether a capital alone makes no name of a word: a Persian rug, a Storm in the calendar.

    Titles are what writers give a capital for in the middle of a sentence: people look.
    """
    is_title = kind is Kind.WORK and not around.is_elsewhere
    return around.is_common and around.word_count == 1 and not (is_title or around.is_filed)


def _is_kin_near(around: Surroundings) -> bool:
    return around.is_in_company or not around.kin.isdisjoint(around.words)


def _is_somebodys(around: Surroundings) -> bool:
    """Tell whether a tale is told as its owner's: Cinderella may dance, Disney's is Disney's."""
    return _is_kin_near(around) or not vocabulary().media.isdisjoint(around.words)


def _is_title(kind: Kind, around: Surroundings) -> bool:
    """Tell whether something is taken `from` several words, or whether they are quoted as titles are."""
    is_source = around.word_count > 1 and around.before[-1:] == ("from",)
    return kind is Kind.WORK and (is_source or (around.is_quoted and around.is_capitalised))


def _alone(around: Surroundings) -> float:
    """Weigh the name by itself: several words that are no others of the language say more than one."""
    if around.is_shared:
        return 0.3 if around.word_count > 1 else 0.1
    if around.is_common:
        return 0.2 if around.word_count > 1 else 0.1
    return 0.6 if around.word_count > 1 else 0.25


def _capital(kind: Kind, around: Surroundings) -> float:
    nearest = around.before[-1] if around.before else ""
    if not around.is_capitalised:
        return -0.3 if nearest in vocabulary().determiners else 0.0
    if around.is_shared or nearest in vocabulary().naming:
        return 0.0  # Everybody's name has a capital, a dog's too.
    if kind is Kind.PERSON and nearest in vocabulary().articles:
        return -0.1  # The Netherlands (la Hollande), an Angel: people bear no article.
    if around.is_elsewhere or (around.is_part and around.word_count == 1):
        return 0.0
    return 0.3 if around.is_telling else 0.1


def _is_role_near(kind: Kind, around: Surroundings) -> bool:
    """Tell whether a role stands beside the name; right before it, for a small word (`the rapper drake`)."""
    if around.is_common and not around.is_capitalised:
        is_apt = kind in (Kind.PERSON, Kind.CHARACTER) or around.word_count > 1
        near = around.before[-1:] if is_apt and around.is_joined else ()
    else:
        near = (*around.before[-2:], *around.after[:2])
    return not vocabulary().roles[kind].isdisjoint(near)


def _is_style(around: Surroundings) -> bool:
    """Tell whether the name is imitated; a small word of the language is not (`featuring rocky cliffs`)."""
    if not around.is_capitalised and around.is_common:
        return False
    return any(tuple(around.before[-count:]) in vocabulary().style for count in range(1, 5))


def _is_played(kind: Kind, around: Surroundings) -> bool:
    """Tell whether somebody plays a character, written as a name: ``playing the Joker``."""
    before = [word for word in around.before if word not in vocabulary().articles]
    is_name = kind is Kind.CHARACTER and around.is_capitalised
    return is_name and not vocabulary().playing.isdisjoint(before[-1:])


def _action(kind: Kind, around: Surroundings) -> float:
    """Weigh the verb after a name: what only people do; what animals do too, after a capital."""
    if kind not in (Kind.PERSON, Kind.CHARACTER):
        return 0.0
    nearest = set(around.after[: 1 if around.is_elsewhere else 2])
    if not vocabulary().human_actions.isdisjoint(nearest):
        return 0.2 if around.is_shared and around.word_count == 1 else 0.4
    return 0.2 if around.is_capitalised and not vocabulary().actions.isdisjoint(nearest) else 0.0
