"""The tree of what may be found, read from ``taxonomy.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from policies.ruling import Sentence
from policies.source import Complaints, Place

MODERATION_CATEGORIES = (
    "harassment",
    "harassment/threatening",
    "hate",
    "hate/threatening",
    "illicit",
    "illicit/violent",
    "self-harm",
    "self-harm/instructions",
    "self-harm/intent",
    "sexual",
    "sexual/minors",
    "violence",
    "violence/graphic",
)
"""The categories of OpenAI's moderation answer."""

ERROR_CODES = (
    "prompt_blocked",
    "input_blocked",
    "output_blocked",
    "public_figure_blocked",
    "likeness_permission_denied",
    "rights_opt_out",
    "minor_protection",
)
"""What a refusal's ``error.code`` may be."""

_INHERITED = "severe vague sealed ground code openai dsa"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """A term or a law that a decision relies upon; `is_illegal` says that it is a law."""

    id: str
    title: Sentence
    is_illegal: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementCategory:
    """What a statement of reasons to the Commission names (without their prefixes)."""

    category: str
    keywords: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorCodes:
    """The ``error.code`` of a refusal, by where the fault was found: prompt, reference or clip."""

    prompt: str
    input: str
    output: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """
    One node of the tree: a family (`family` equals `name`) or a part of one.

    `is_severe`: a missing reading holds.  `is_vague`: the creator is not told the place.
    `is_sealed`: nobody is.
    """

    name: str
    family: str
    title: Sentence
    is_severe: bool
    is_vague: bool
    is_sealed: bool
    ground: str
    codes: ErrorCodes
    openai: tuple[str, ...]
    statement: StatementCategory


@dataclass(frozen=True, slots=True, kw_only=True)
class Taxonomy:
    """All categories by name, families before their parts, and the grounds they name."""

    categories: Mapping[str, Category]
    grounds: Mapping[str, Ground]
    codes: Mapping[str, ErrorCodes]

    def named(self, place: Place) -> Category:
        """Return the category that a policy file names, or raise `PolicyError` there."""
        return self.categories[place.one_of(self.categories, "category")]

    def ground(self, place: Place) -> str:
        """Return the id of the ground that a policy file names, or raise `PolicyError` there."""
        return place.one_of(self.grounds, "ground")

    def error_codes(self, place: Place) -> ErrorCodes:
        """Return the family of error codes that a policy file names, or raise `PolicyError` there."""
        return self.codes[place.one_of(self.codes, "family of error codes")]

    def within(self, name: str) -> tuple[str, ...]:
        """Return a family's own name and those of its parts; a part's name alone."""
        return tuple(other.name for other in self.categories.values() if name in (other.name, other.family))


def read_taxonomy(root: Place) -> Taxonomy:
    """
    Read the tree.

    Raises:
        PolicyError: with every fault found in the file.
    """
    top = root.fields("grounds categories codes")
    complaints = Complaints()
    grounds, codes = {}, {}
    for key, value in top["grounds"].entries():
        with complaints.gather():
            grounds[key.text()] = _read_ground(key.text(), value)
    for key, value in top["codes"].entries():
        with complaints.gather():
            codes[key.text()] = _read_codes(value)
    complaints.raise_any()
    tree = Taxonomy(categories={}, grounds=MappingProxyType(grounds), codes=MappingProxyType(codes))
    categories: dict[str, Category] = {}
    for key, value in top["categories"].entries():
        with complaints.gather():
            categories |= _read_family(tree, key, value)
    complaints.raise_any()
    return Taxonomy(categories=MappingProxyType(categories), grounds=tree.grounds, codes=tree.codes)


def _read_ground(name: str, place: Place) -> Ground:
    fields = place.fields("illegal en fr")
    title = Sentence(en=fields["en"].text(), fr=fields["fr"].text())
    return Ground(id=name, title=title, is_illegal=fields["illegal"].truth())


def _read_codes(place: Place) -> ErrorCodes:
    fields = place.fields("prompt input output")
    return ErrorCodes(**{name: value.one_of(ERROR_CODES, "error code") for name, value in fields.items()})


def _read_family(tree: Taxonomy, key: Place, place: Place) -> dict[str, Category]:
    own = place.fields("title ground code openai dsa", "severe vague sealed parts")
    name = key.text()
    found = {name: _read_category(tree, name, name, own)}
    inherited = {field: value for field, value in own.items() if field in _INHERITED.split()}
    for part_key, part in own["parts"].entries() if "parts" in own else ():
        part_name = f"{name}.{part_key.text()}"
        found[part_name] = _read_category(tree, part_name, name, inherited | part.fields("title", _INHERITED))
    return found


def _read_category(tree: Taxonomy, name: str, family: str, fields: Mapping[str, Place]) -> Category:
    def says(flag: str) -> bool:
        return flag in fields and fields[flag].truth()

    return Category(
        name=name,
        family=family,
        title=fields["title"].sentence(),
        is_severe=says("severe"),
        is_vague=says("vague"),
        is_sealed=says("sealed"),
        ground=tree.ground(fields["ground"]),
        codes=tree.error_codes(fields["code"]),
        openai=moderation_categories(fields["openai"]),
        statement=read_statement_category(fields["dsa"]),
    )


def moderation_categories(place: Place) -> tuple[str, ...]:
    """Read the categories of OpenAI's answer that something counts for; ``[]`` is none, on purpose."""
    if place.is_empty_list():
        return ()
    return tuple(item.one_of(MODERATION_CATEGORIES, "moderation category") for item in place.items())


def read_statement_category(place: Place) -> StatementCategory:
    """Read ``{category, keywords}`` of a statement of reasons."""
    fields = place.fields("category keywords")
    keywords = tuple(item.text() for item in fields["keywords"].items())
    return StatementCategory(category=fields["category"].text(), keywords=keywords)
