"""Rules: a condition, what follows, the ground, and the words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from policies.looks import VERDICTS
from policies.ruling import Sentence, Verdict
from policies.source import Complaints, Place
from policies.taxonomy import (
    Category,
    ErrorCodes,
    StatementCategory,
    Taxonomy,
    moderation_categories,
    read_statement_category,
)

_ID = re.compile(r"[a-z][a-z0-9_]*([./-][a-z0-9_]+)*")
_SCORE = re.compile(r"(?<![\w.])(?:score|pictured)\.([a-z_]+(?:\.[a-z_]+)*)")
_RESERVED = ("limit.", "law.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """
    One rule.

    `when` is a CEL condition; `asks_about` are the categories whose scores it reads (a family with its
    parts).  `codes`, `openai` and `statement` are the category's unless the rule says otherwise.
    """

    id: str
    when: str
    verdict: Verdict
    category: Category
    ground: str
    why: Sentence
    advice: Sentence
    codes: ErrorCodes
    openai: tuple[str, ...]
    statement: StatementCategory
    asks_about: frozenset[str]
    place: Place = field(compare=False, repr=False)
    when_place: Place = field(compare=False, repr=False)


def read_rules(root: Place, taxonomy: Taxonomy) -> tuple[Rule, ...]:
    """
    Read the rules, in their order.

    Raises:
        PolicyError: with every fault found; an id may be used once.
    """
    complaints = Complaints()
    rules: dict[str, Rule] = {}
    for item in root.fields("rules")["rules"].items():
        with complaints.gather():
            rule = _read_rule(item, taxonomy, rules)
            rules[rule.id] = rule
    complaints.raise_any()
    return tuple(rules.values())


def _read_rule(place: Place, taxonomy: Taxonomy, before: Mapping[str, Rule]) -> Rule:
    fields = place.fields("id when then category why advice", "ground code openai dsa")
    category = taxonomy.named(fields["category"])
    return Rule(
        id=_read_id(fields["id"], before),
        when=fields["when"].text(),
        verdict=VERDICTS[fields["then"].one_of(VERDICTS.keys() - {"allow"}, "verdict")],
        category=category,
        ground=taxonomy.ground(fields["ground"]) if "ground" in fields else category.ground,
        why=fields["why"].sentence(),
        advice=fields["advice"].sentence(),
        codes=taxonomy.error_codes(fields["code"]) if "code" in fields else category.codes,
        openai=moderation_categories(fields["openai"]) if "openai" in fields else category.openai,
        statement=read_statement_category(fields["dsa"]) if "dsa" in fields else category.statement,
        asks_about=_asked(fields["when"].text(), taxonomy),
        place=fields["id"],
        when_place=fields["when"],
    )


def _asked(condition: str, taxonomy: Taxonomy) -> frozenset[str]:
    named = (path for path in _SCORE.findall(condition) if path in taxonomy.categories)
    return frozenset(name for path in named for name in taxonomy.within(path))


def _read_id(place: Place, before: Mapping[str, Rule]) -> str:
    name = place.text()
    if name.startswith(_RESERVED) or not _ID.fullmatch(name):
        raise place.wrong(
            f"`{name}` is no rule id: lower case, parts joined by dots, not beginning with limit or law"
        )
    if name in before:
        raise place.wrong(f"rule `{name}` is already written at {before[name].place}")
    return name
