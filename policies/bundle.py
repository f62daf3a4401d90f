"""A policy: a folder of YAML, checked whole before it may decide anything."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from policies.condition import Conditions, vocabulary
from policies.errors import Diagnostic, PolicyError
from policies.limit_reader import read_limits
from policies.limits import Limits
from policies.looks import Looks, read_looks
from policies.quota import Quotas, read_quotas
from policies.reach import refuse_useless
from policies.reasons import Reasons, read_reasons
from policies.roster import Roster, read_roster
from policies.rule import Rule, read_rules
from policies.ruling import Reason
from policies.source import Complaints, Place, read_yaml
from policies.taxonomy import StatementCategory, Taxonomy, read_taxonomy

PARTS = ("taxonomy", "roster", "looks", "limits", "rules", "reasons", "quotas")
"""The files of a bundle, each ``NAME.yaml``."""

EXAMPLES = "tests.yaml"
"""Cases that a bundle promises to answer so; they decide nothing and are no part of its digest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """
    A checked bundle.

    `digest` is the SHA-256 (hex) of its content: comments, key order, quotes and line breaks are no content,
    so two bundles that cannot decide differently by their writing alone have one digest.  `texts` are
    the files as they were read, by name: whoever keeps them can decide again.
    """

    digest: str
    taxonomy: Taxonomy
    roster: Roster
    looks: Looks
    limits: Limits
    rules: tuple[Rule, ...]
    conditions: Conditions = field(repr=False)
    reasons: Reasons = field(repr=False)
    quotas: Quotas
    texts: Mapping[str, str] = field(repr=False, default_factory=dict)

    def statement_category(self, reason: Reason) -> StatementCategory:
        """Return what a statement of reasons names for this reason (without the Commission's prefixes)."""
        if rule := self.rule(reason.rule):
            return rule.statement
        known = self.taxonomy.categories.get(reason.category)
        return (
            known.statement
            if known
            else StatementCategory(category="OTHER_VIOLATION_TC", keywords=("OTHER",))
        )

    def moderation_categories(self, reason: Reason) -> tuple[str, ...]:
        """Return the categories of OpenAI's moderation answer that this reason counts for."""
        if rule := self.rule(reason.rule):
            return rule.openai
        known = self.taxonomy.categories.get(reason.category)
        return known.openai if known else ()

    def is_sealed(self, category: str) -> bool:
        """Tell whether what is found of a category is shown to nobody but who may export it."""
        known = self.taxonomy.categories.get(category)
        return known is not None and known.is_sealed

    def rule(self, name: str) -> Rule | None:
        """Return a rule by its id; None for what a limit or a law decided."""
        return next((rule for rule in self.rules if rule.id == name), None)


def default_folder() -> Path:
    """Return the folder of the bundle that ships."""
    return Path(__file__).parent / "rules"


def load_policy(folder: Path | None = None) -> Policy:
    """
    Read and check a bundle (the one that ships, unless a folder is given).

    Raises:
        PolicyError: with every fault that could be found, each at file:line:column.
    """
    folder = folder or default_folder()
    parts = _read_parts(folder)
    taxonomy = read_taxonomy(parts["taxonomy"])
    roster = read_roster(parts["roster"], taxonomy)
    complaints = Complaints()
    with complaints.gather():
        limits = read_limits(parts["limits"], taxonomy, roster)
    with complaints.gather():
        rules, conditions = _read_conditions(parts["rules"], taxonomy)
    with complaints.gather():
        looks = read_looks(parts["looks"], taxonomy)
    with complaints.gather():
        reasons = read_reasons(parts["reasons"], taxonomy)
    with complaints.gather():
        quotas = read_quotas(parts["quotas"])
    complaints.raise_any()
    return Policy(
        digest=_digest(parts),
        taxonomy=taxonomy,
        roster=roster,
        looks=looks,
        limits=limits,
        rules=rules,
        conditions=conditions,
        reasons=reasons,
        quotas=quotas,
        texts={f"{name}.yaml": (folder / f"{name}.yaml").read_text(encoding="utf-8") for name in PARTS},
    )


def _read_parts(folder: Path) -> Mapping[str, Place]:
    """Read every file; one that is missing or that no bundle has is a fault like any other."""
    complaints = Complaints()
    found = {path.name for path in folder.glob("*.y*ml")} if folder.is_dir() else set()
    known = {f"{name}.yaml" for name in PARTS}
    for name in sorted(known - found):
        with complaints.gather():
            raise _at_start(name, f"not found in {folder}; a policy has {', '.join(sorted(known))}")
    for name in sorted(found - known - {EXAMPLES}):
        with complaints.gather():
            raise _at_start(name, "no part of a policy; remove it or correct its name")
    complaints.raise_any()
    parts = {}
    for name in PARTS:
        with complaints.gather():
            parts[name] = read_yaml(folder / f"{name}.yaml")
    complaints.raise_any()
    return parts


def _at_start(file: str, message: str) -> PolicyError:
    return PolicyError(Diagnostic(file=file, line=1, column=1, message=message))


def _read_conditions(root: Place, taxonomy: Taxonomy) -> tuple[tuple[Rule, ...], Conditions]:
    rules = read_rules(root, taxonomy)
    words = vocabulary(taxonomy)
    complaints = Complaints()
    for rule in rules:
        with complaints.gather():
            Conditions(words, [(rule.when, rule.when_place)])
    complaints.raise_any()
    refuse_useless(words, rules)
    return rules, Conditions(words, [(rule.when, rule.when_place) for rule in rules])


def _digest(parts: Mapping[str, Place]) -> str:
    content = {name: place.canonical() for name, place in parts.items()}
    canonical = json.dumps(
        content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return hashlib.sha256(canonical.encode()).hexdigest()
