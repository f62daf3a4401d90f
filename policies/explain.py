"""The policy as a document that people can read: every category, limit, rule and sentence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from policies.bundle import Policy
from policies.difference import told_thresholds
from policies.facts import Surface
from policies.limits import Limit
from policies.reasons import FOUND_IN
from policies.ruling import Sentence, Verdict
from policies.taxonomy import Category

_QUOTA_HEAD = (
    "tier|clips a day|at once|longest|attempts an hour|preflights an hour|blocked outputs an hour"
    "|appeals a day"
)
_HEAD = """\
# The policy

<!-- Written by `filigrane policy show --markdown`; the suite fails when it is not current. -->

What this bundle (`policies/rules`) answers, and in which words. Its digest is
`{digest}`.

A bundle is a folder of YAML, checked whole before it may decide anything; each fault is told as
`file:line:column`. The digest is the SHA-256 of the *content*: comments, key order, quotes and line breaks do
not count, so a decision names what decided and not how it was typed. `tests.yaml` decides nothing and is no
part of it.

A decision looks at four things and keeps every reason, the strictest first:

1. **What nobody could look for.** A severe category then holds; another is told as *not checked*.
2. **Limits.** Each finding's score is measured against the most specific line for its bank, detector,
   category, territory, age band, tier, surface and, for words in a clip, reader (in that order).
3. **Rules.** Conditions in CEL over the highest scores and the circumstances.
4. **Laws** that no rule can switch off: consent, a condition that fails, a category without a word.

What detectors must keep to: the first word of a detector's name is what it looks at
({media}).
Text scores are calibrated so that 0.5 is worth a person's look; a name scores 0.35 where it may be meant and
0.5 where the context agrees; a face or voice, the cosine of the two embeddings; an opt-out scores 1.0, and
its bank says whether its owner is verified.
"""


def markdown(policy: Policy) -> str:
    """Return the whole policy as Markdown."""
    media = ", ".join(f"`{word}.` {medium}" for word, medium in sorted(policy.looks.media.items()))
    parts = (
        _HEAD.format(digest=policy.digest, media=media),
        "## Categories\n",
        _table("category|English|français|severe|vague|OpenAI|statement of reasons", _categories(policy)),
        "## What must be looked for\n",
        _table("category|on|by|else", _duties(policy)),
        "Asked only where the highest score before them lies from one number to below another:\n",
        _table("detector|from|below", _second_looks(policy)),
        "## Limits\n",
        "From which score a finding leads to which verdict.\n",
        _table("line|category|where it applies|from which score", _limits(policy)),
        "## Rules\n",
        _table("rule|when|verdict|category|ground|why|pourquoi", _rules(policy)),
        "## What people are told\n",
        "Why, for what is found in a prompt, in a picture given, in a clip; then what to change.\n",
        *(_section(policy, category) for category in _all(policy)),
        "### Laws\n",
        _table("law|why|pourquoi|advice|conseil", _laws(policy)),
        "## Quotas\n",
        _table(
            _QUOTA_HEAD,
            _quotas(policy),
        ),
        "Requests a minute (and at once); staff and admin are unlimited unless set.\n",
        _table("requests|anonymous|free|pro", _rates(policy)),
        "## Grounds\n",
        _table("ground|kind|English|français", _grounds(policy)),
    )
    return "\n".join(part.strip("\n") + "\n" for part in parts)


def _table(head: str, rows: Iterable[tuple[str, ...]]) -> str:
    names = head.split("|")
    lines = [names, ["---"] * len(names), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _all(policy: Policy) -> Iterable[Category]:
    return policy.taxonomy.categories.values()


def _categories(policy: Policy) -> Iterator[tuple[str, ...]]:
    for category in _all(policy):
        statement = f"{category.statement.category}: {', '.join(category.statement.keywords)}"
        yield (
            f"`{category.name}`",
            category.title.en,
            category.title.fr,
            "severe" if category.is_severe else "",
            "sealed" if category.is_sealed else "vague" if category.is_vague else "",
            ", ".join(category.openai),
            statement,
        )


def _duties(policy: Policy) -> Iterator[tuple[str, ...]]:
    joined: dict[tuple[str, str | None, Verdict], list[Surface]] = {}
    for surface, duties in policy.looks.duties.items():
        for duty in duties:
            joined.setdefault((duty.category, duty.medium, duty.missing), []).append(surface)
    for (category, medium, missing), surfaces in joined.items():
        yield f"`{category}`", ", ".join(surfaces), medium or "any", missing.word


def _second_looks(policy: Policy) -> Iterator[tuple[str, ...]]:
    for line in policy.looks.second_looks:
        yield f"`{line.detector}`", str(line.unsure_from), str(line.below)


def _limits(policy: Policy) -> Iterator[tuple[str, ...]]:
    for line in policy.limits.lines:
        names = ", ".join(f"`{name}`" for name in sorted(line.categories))
        yield str(line.place), names, _scope(line), told_thresholds(line.thresholds)


def _scope(line: Limit) -> str:
    parts = [
        ", ".join(sorted(part))
        for part in (line.surfaces, line.tiers, line.age_bands, line.territories)
        if part
    ]
    parts += [f"detector `{line.detector}`"] if line.detector else []
    parts += [f"bank `{line.bank}`"] if line.bank else []
    parts += [f"words of `{line.reader}`"] if line.reader else []
    return "; ".join(parts) or "everywhere"


def _rules(policy: Policy) -> Iterator[tuple[str, ...]]:
    for rule in policy.rules:
        yield (
            f"`{rule.id}`",
            f"`{' '.join(rule.when.split())}`",
            rule.verdict.word,
            f"`{rule.category.name}`",
            policy.taxonomy.grounds[rule.ground].title.en,
            f"{rule.why.en} {rule.advice.en}",
            f"{rule.why.fr} {rule.advice.fr}",
        )


def _section(policy: Policy, category: Category) -> str:
    return f"### {category.title.en} · {category.title.fr}\n\n{_words(policy, category)}"


def _words(policy: Policy, category: Category) -> str:
    codes = {"prompt": category.codes.prompt, "input": category.codes.input, "output": category.codes.output}
    whys = [(f"`{codes[found]}`", policy.reasons.why[category.name, found]) for found in FOUND_IN]
    advice = [
        (verdict.word, policy.reasons.advice[category.name, verdict])
        for verdict in Verdict
        if verdict > Verdict.ALLOW
    ]
    return _table("|English|français", (_said(name, sentence) for name, sentence in [*whys, *advice]))


def _said(name: str, sentence: Sentence) -> tuple[str, ...]:
    return name, sentence.en, sentence.fr


def _laws(policy: Policy) -> Iterator[tuple[str, ...]]:
    for name, law in policy.reasons.laws.items():
        yield f"`law.{name}`", law.why.en, law.why.fr, law.advice.en, law.advice.fr


def _quotas(policy: Policy) -> Iterator[tuple[str, ...]]:
    for tier, quota in policy.quotas.tiers.items():
        yield (
            tier,
            str(quota.clips_per_day),
            str(quota.concurrent_jobs),
            f"{quota.longest_clip_s} s",
            str(quota.attempts_per_hour),
            str(quota.preflights_per_hour),
            str(quota.output_blocks_per_hour),
            str(quota.appeals_per_day),
        )


def _rates(policy: Policy) -> Iterator[tuple[str, ...]]:
    rates: dict[str, list[str]] = {}
    for (group, _), rate in policy.quotas.rates.items():
        rates.setdefault(group, []).append(f"{rate.per_minute} ({rate.burst})")
    for requests, told in rates.items():
        yield requests, *told


def _grounds(policy: Policy) -> Iterator[tuple[str, ...]]:
    for ground in policy.taxonomy.grounds.values():
        yield f"`{ground.id}`", "law" if ground.is_illegal else "terms", ground.title.en, ground.title.fr
