"""What people are told, composed once when the policy is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from policies.ruling import Sentence, Verdict
from policies.source import Complaints, Place
from policies.taxonomy import Category, Taxonomy

FOUND_IN = ("prompt", "input", "output")
LAWS = ("consent", "unseen", "condition", "category")
_FOLLOWS = {verdict.word: verdict for verdict in Verdict if verdict > Verdict.ALLOW}


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """The words of one law of the decision itself, which no rule can switch off."""

    ground: str
    why: Sentence
    advice: Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Reasons:
    """
    The sentences of a policy.

    `why` is keyed by category and place (``prompt``, ``input`` or ``output``), `advice` by category and
    verdict.
    """

    why: Mapping[tuple[str, str], Sentence]
    advice: Mapping[tuple[str, Verdict], Sentence]
    laws: Mapping[str, Law]

    def unseen(self, category: Category) -> Sentence:
        """Say that a category could not be looked for."""
        return _filled(self.laws["unseen"].why, "title", category.title)


def _filled(frame: Sentence, name: str, words: Sentence) -> Sentence:
    return Sentence(
        en=frame.en.replace(f"{{{name}}}", words.en).strip(),
        fr=frame.fr.replace(f"{{{name}}}", words.fr).strip(),
    )


def read_reasons(root: Place, taxonomy: Taxonomy) -> Reasons:
    """
    Read and compose the sentences.

    Raises:
        PolicyError: a category, place, verdict or law has no words, or a frame forgets its blank.
    """
    top = root.fields("leads verdicts categories laws")
    leads = {name: _frame(place, "{what}") for name, place in top["leads"].fields(" ".join(FOUND_IN)).items()}
    follows = {
        _FOLLOWS[name]: place.sentence() for name, place in top["verdicts"].fields(" ".join(_FOLLOWS)).items()
    }
    why: dict[tuple[str, str], Sentence] = {}
    advice: dict[tuple[str, Verdict], Sentence] = {}
    complaints = Complaints()
    for name, place in top["categories"].fields(" ".join(taxonomy.categories)).items():
        with complaints.gather():
            fields = place.fields("advice", "what why")
            own = fields["advice"].sentence()
            why |= {(name, found): _why(place, fields, lead) for found, lead in leads.items()}
            advice |= {(name, verdict): _filled(frame, "advice", own) for verdict, frame in follows.items()}
    laws = {
        name: _read_law(name, place, taxonomy) for name, place in top["laws"].fields(" ".join(LAWS)).items()
    }
    complaints.raise_any()
    return Reasons(why=MappingProxyType(why), advice=MappingProxyType(advice), laws=MappingProxyType(laws))


def _why(place: Place, fields: Mapping[str, Place], lead: Sentence) -> Sentence:
    if ("what" in fields) == ("why" in fields):
        raise place.wrong("give `what` (words for the lead) or `why` (a whole sentence), one of them")
    return _filled(lead, "what", fields["what"].sentence()) if "what" in fields else fields["why"].sentence()


def _read_law(name: str, place: Place, taxonomy: Taxonomy) -> Law:
    fields = place.fields("ground why advice")
    why = _frame(fields["why"], "{title}") if name == "unseen" else fields["why"].sentence()
    return Law(ground=taxonomy.ground(fields["ground"]), why=why, advice=fields["advice"].sentence())


def _frame(place: Place, blank: str) -> Sentence:
    frame = place.sentence()
    if blank not in frame.en or blank not in frame.fr:
        raise place.wrong(f"the blank {blank} is missing")
    return frame
