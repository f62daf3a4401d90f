"""How far what was found is meant as the name: its disguise, its place, and what stands around it."""

from __future__ import annotations

from dataclasses import dataclass

from safety.rights import context
from safety.rights.bank import Kind
from safety.rights.context import Surroundings
from safety.rights.forms import Form
from safety.rights.reading import Reading, is_capitalised, is_odd_split

SHORT = 4
"""A name of fewer letters counts only where its capitals agree too."""

ODDLY_SPLIT = 0.4
"""The most a single word cut in pieces (``face book``) scores: people look."""

Words = tuple[str, ...]

_NEAR = 4
"""Words on each side that a name is weighed by."""


@dataclass(frozen=True, slots=True)
class Found:
    """A form at a place where words begin and end: whether it is meant is not asked yet."""

    bank: str
    form: Form
    reading: Reading
    start: int
    end: int
    stop: int

    @property
    def is_telling(self) -> bool:
        """Whether the form confirms others of its owner: it is no weak one, or has several words."""
        return not self.form.entry.public_domain and (not self.form.is_weak or self.form.word_count > 1)

    @property
    def is_written_as_name(self) -> bool:
        """Whether a form that needs its context has a capital that a sentence or a title does not explain."""
        if self.form.entry.public_domain or not is_capitalised(self.reading.original(self.start, self.stop)):
            return False
        is_opening = not self.reading.is_telling(self.start)
        return not (is_opening and (self.form.is_common or self.reading.is_in_capitals))


def score_of(found: Found, *, is_in_company: bool) -> float:
    """
    Return from 0 to 1 how far the text means the entry.

    `is_in_company`: another name of the same owner confirms it.
    """
    if not _is_written_so(found):
        return 0.0
    form, reading = found.form, found.reading
    if len(form.ends) == 1 and (
        cuts := [at - found.start for at in reading.edges_within(found.start, found.end)]
    ):
        is_odd = is_odd_split(found.end - found.start, cuts) and not form.is_weak
        return ODDLY_SPLIT if is_odd and not reading.is_of_words(found.start, found.end) else 0.0
    before, after = reading.before(found.start, _NEAR), reading.after(found.stop, _NEAR)
    score = _meant(found, before, after, is_in_company=is_in_company)
    return score if is_filed(found.bank) else _excused(found, score, before, after)


def _is_written_so(found: Found) -> bool:
    """Tell whether a short name has its capitals."""
    name = found.form.written
    is_long = found.end - found.start >= SHORT or not name.isupper()
    return is_long or found.reading.original(found.start, found.end).isupper()


def _meant(found: Found, before: Words, after: Words, *, is_in_company: bool) -> float:
    form = found.form
    if form.entry.public_domain:
        return 0.4 if context.is_likeness(before, after) else 0.0
    if form.is_weak:
        around = _around(found, before, after, is_in_company=is_in_company)
        return context.agreement(form.entry.kind, around)
    if form.entry.kind is Kind.PERSON and context.names_a_place(before, after, form.kin):
        return 0.4 if form.entry.living else 0.0
    return 1.0


def _excused(found: Found, score: float, before: Words, after: Words) -> float:
    """Return what is left of the score where a character stands on papers, or a brand for its thing."""
    if found.form.entry.kind is Kind.CHARACTER and context.is_on_paper(before, after):
        return 0.0
    is_sign = found.form.entry.kind is not Kind.BRAND or context.asks_for_sign(found.reading.word_set)
    return score if is_sign else min(score, context.MENTIONED)


def _around(found: Found, before: Words, after: Words, *, is_in_company: bool) -> Surroundings:
    form, reading = found.form, found.reading
    written = reading.original(found.start, found.stop)
    inner = (found.start + at for at in form.ends if found.start + at < found.end)
    # In French, the first word of a title has the only capital.
    is_title = form.entry.kind is Kind.WORK and form.word_count > 1
    return Surroundings(
        before=before,
        after=after,
        words=reading.word_set,
        is_capitalised=is_capitalised(written) or (is_title and written[:1].isupper()),
        is_telling=reading.is_telling(found.start) or reading.has_capital(inner),
        is_part=reading.is_part(found.start, found.stop),
        is_joined=reading.is_joined(found.start),
        is_quoted=reading.is_quoted(found.start, found.stop),
        is_in_company=is_in_company,
        is_filed=is_filed(found.bank),
        is_shared=form.is_shared,
        is_tale=form.is_tale,
        is_elsewhere=form.is_elsewhere,
        is_common=form.is_common,
        word_count=form.word_count,
        kin=form.kin,
    )


def is_filed(bank: str) -> bool:
    """Tell whether rights holders filed the names of a bank: nothing excuses these."""
    return bank.startswith("optouts.")
