"""A policy is checked whole before it may decide, and says where it is wrong."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from policies.bundle import EXAMPLES, PARTS, default_folder, load_policy
from policies.cases import read_examples, run_examples
from policies.errors import PolicyError
from policies.facts import AgeBand, Surface, Tier
from policies.quota import Caller, Quota, Rate, RouteGroup
from policies.ruling import Verdict

POLICY = load_policy()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the bundle that ships, to be spoilt."""
    return Path(shutil.copytree(default_folder(), tmp_path / "bundle"))


def faults(folder: Path) -> list[str]:
    """What is wrong with a bundle, as told."""
    with pytest.raises(PolicyError) as caught:
        load_policy(folder)
    return str(caught.value).splitlines()


def spoil(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / f"{file}.yaml"
    text = path.read_text()
    assert 1 == text.count(old), f"{old!r} stands {text.count(old)} times in {file}.yaml"
    path.write_text(text.replace(old, new))


def at(file: str, needle: str) -> tuple[int, int]:
    """Line and column (from 1) of the only place where `needle` stands in the bundle that ships."""
    text = (default_folder() / f"{file}.yaml").read_text()
    assert 1 == text.count(needle), f"{needle!r} stands {text.count(needle)} times"
    before = text[: text.index(needle)]
    return before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1


# file, what is written, what is written instead, where in it the fault lies, and what is said of it.
GOLDEN = [
    (
        "taxonomy",
        'title: {en: "Nudity", fr: "Nudité"}',
        'title: {en: "Nudity"}',
        '{en: "Nudity"',
        "missing: fr",
    ),
    (
        "taxonomy",
        "openai: [sexual/minors, sexual]",
        "openai: [sexual/minor, sexual]",
        "sexual/minor,",
        "unknown moderation category `sexual/minor`; did you mean `sexual/minors`?",
    ),
    ("taxonomy", "sealed: true", "seeled: true", "seeled", "unknown key `seeled`; did you mean `sealed`?"),
    (
        "taxonomy",
        "sealed: true",
        "sealed: perhaps",
        "perhaps",
        "unknown truth value `perhaps`; known: false, true",
    ),
    (
        "limits",
        "{category: privacy, review: 0.6, block: 0.9}",
        "{category: privasy, review: 0.6, block: 0.9}",
        "privasy",
        "unknown category `privasy`; did you mean `privacy`?",
    ),
    (
        "limits",
        "{category: privacy, review: 0.6, block: 0.9}",
        "{category: privacy, review: 0.6, block: 1.9}",
        "1.9",
        "1.9 is out of range: from 0 to 1",
    ),
    (
        "limits",
        "{category: privacy, review: 0.6, block: 0.9}",
        "{category: privacy, review: soon}",
        "soon",
        "expected a number, not `soon`",
    ),
    (
        "limits",
        "{category: privacy, review: 0.6, block: 0.9}",
        "{category: privacy, review: 0.9, block: 0.6}",
        "0.9, block",
        "`review` at 0.9 is never reached: `block` begins at 0.6; move one of them",
    ),
    (
        "limits",
        "{category: privacy, review: 0.6, block: 0.9}",
        "{category: privacy, surface: feeed, review: 0.6}",
        "feeed",
        "unknown surface `feeed`; did you mean `feed`?",
    ),
    (
        "limits",
        "{category: privacy, review: 0.6, block: 0.9}",
        "{category: privacy, territory: [FR, UK], review: 0.6}",
        "UK",
        "unknown territory `UK`; known: AD, AE, AF, AG, AI, AL, AM, AO, AQ, AR, AS, AT",
    ),
    (
        "limits",
        "{category: privacy, review: 0.6, block: 0.9}",
        "{category: privacy, review: 0.6, review: 0.7}",
        "review: 0.7",
        "`review` is given twice; the first is at limits.yaml:<{category: privacy, review>",
    ),
    (
        "limits",
        "{category: rights, bank: optouts.verified",
        "{category: rights, bank: optouts.trusted",
        "optouts.trusted",
        "unknown bank `optouts.trusted`; did you mean `optouts.verified`?",
    ),
    (
        "limits",
        "{category: privacy, review: 0.6, block: 0.9}",
        "{category: privacy}",
        "{category: privacy}",
        "say from which score to `label`, `review` or `block`; or `allow: true` and nothing else",
    ),
    (
        "rules",
        "when: opt_out_count > 0",
        "when: opt_outs > 0",
        "opt_outs",
        "undeclared reference to 'opt_outs'",
    ),
    (
        "rules",
        "when: opt_out_count > 0",
        "when: score.rigths > 0.5",
        ".rigths",
        "undeclared reference to 'score.rigths'",
    ),
    (
        "rules",
        "when: opt_out_count > 0",
        "when: score.rights > 1",
        "> 1",
        "found no matching overload for '_>_' applied to '(double, int)'; scores have a decimal point: write 1.0, not 1",
    ),
    (
        "rules",
        "when: opt_out_count > 0",
        'when: surface == "outptu"',
        '== "outptu"',
        "found no matching overload for '_==_' applied to '(int, string)'",
    ),
    (
        "rules",
        "when: opt_out_count > 0",
        "when: surface == Surface.outptu",
        ".outptu",
        "undeclared reference to 'Surface.outptu'",
    ),
    (
        "rules",
        "when: opt_out_count > 0",
        "when: opt_out_count",
        "opt_out_count\n    then",
        "not a yes-or-no question; compare it with something",
    ),
    (
        "rules",
        "when: opt_out_count > 0",
        "when: surface == Tier.free",
        "surface == Tier.free",
        "rule `rights.opt_out_in_force` never fires: no values make this true",
    ),
    (
        "rules",
        "when: opt_out_count > 0",
        "when: score.rights >= 1.5",
        "score.rights >= 1.5",
        "rule `rights.opt_out_in_force` never fires: no values make this true",
    ),
    (
        "rules",
        "when: opt_out_count > 0",
        "when: surface == Surface.publish && stage == Stage.prompt",
        "surface == Surface.publish && stage",
        "rule `rights.opt_out_in_force` never fires: no values make this true",
    ),
    (
        "rules",
        "when: opt_out_count > 0",
        "when: opt_out_count >= 0",
        "opt_out_count >= 0",
        "rule `rights.opt_out_in_force` always fires: it asks about nothing",
    ),
    (
        "rules",
        "when: opt_out_count > 0",
        "when: opt_out_count > 0 && score.rights < 0.5",
        "opt_out_count > 0 && score",
        "rule `rights.opt_out_in_force` stops firing as score.rights rises: more evidence must never soften",
    ),
    (
        "rules",
        "when: opt_out_count > 0",
        "when: opt_out_count > 0 && !unchecked.rights",
        "opt_out_count > 0 && !",
        "rule `rights.opt_out_in_force` stops firing as unchecked.rights rises: more evidence must never soften",
    ),
    (
        "rules",
        "when: opt_out_count > 0",
        "when: 10 / opt_out_count > 2",
        "10 / opt",
        "cannot be worked out for opt_out_count = 0",
    ),
    (
        "rules",
        "id: hate.violence",
        "id: hate.symbols",
        "hate.symbols\n    when: score.hate >= 0.35",
        "rule `hate.symbols` is already written at rules.yaml:<id: hate.symbols>",
    ),
    (
        "rules",
        "id: hate.violence",
        "id: limit.hate",
        "limit.hate",
        "`limit.hate` is no rule id: lower case, parts joined by dots, not beginning with limit or law",
    ),
    (
        "rules",
        "when: score.hate >= 0.35 && score.violence.incitement >= 0.35\n    then: block",
        "when: score.hate >= 0.35 && score.violence.incitement >= 0.35\n    then: blok",
        "blok",
        "unknown verdict `blok`; did you mean `block`?",
    ),
    (
        "looks",
        "categories: [likeness.public_figure, rights.character]",
        "categories: [likeness.public_figure, rights.character]\n    missing: allow",
        "allow",
        "likeness.public_figure is severe: unseen, it holds (`review`) or stops (`block`)",
    ),
    (
        "looks",
        "categories: [likeness.public_figure, rights.character]",
        "categories: [likeness.public_figure, sexual_minors]",
        "sexual_minors]\n",
        "sexual_minors on prompt is already asked for",
    ),
    (
        "looks",
        "{detector: text.guard-*, from: 0, below: 0.95}",
        "{detector: text.guard-*, from: 0.95, below: 0.5}",
        "0.5}",
        "nothing lies between `from` and `below`: nobody would ever be asked",
    ),
    (
        "reasons",
        'what: {en: "nudity", fr: "de la nudité"}',
        'waht: {en: "nudity", fr: "de la nudité"}',
        "waht",
        "unknown key `waht`; did you mean `what`?",
    ),
    (
        "reasons",
        '{en: "Your prompt asks for {what}."',
        '{en: "Your prompt asks for that."',
        '{en: "Your prompt asks for that."',
        "the blank {what} is missing",
    ),
    (
        "quotas",
        "free: {clips_per_day: 30,",
        "free: {clips_per_day: 0,",
        "0,",
        "0 is out of range: from 1 to 1e+06",
    ),
    (
        "quotas",
        "pro: {clips_per_day: 300, concurrent_jobs: 8, longest_clip_s: 20",
        "pro: {clips_per_day: 300, concurrent_jobs: 8, longest_clip_s: 20.5",
        "20.5",
        "expected a whole number, not `20.5`",
    ),
    (
        "roster",
        "names.works: {kind: names,",
        "names.works: {kind: nams,",
        "nams",
        "unknown kind of bank `nams`; did you mean `names`?",
    ),
]


@pytest.mark.parametrize(
    ("file", "old", "new", "needle", "message"), GOLDEN, ids=[f"{i:02}" for i in range(len(GOLDEN))]
)
def test_fault_is_told_at_its_place(folder, file, old, new, needle, message) -> None:
    """Each fault is told once, at its file, line and column, with what to do."""
    line, column = at(file, old)
    before = new[: new.index(needle.partition("\n")[0])]
    line += before.count("\n")
    column = len(before.rpartition("\n")[2]) + (column if "\n" not in before else 1)
    spoil(folder, file, old, new)
    message = re.sub("<(.*)>", lambda other: str(at(file, other[1])[0]), message)
    assert [f"{file}.yaml:{line}:{column}: {message}"] == faults(folder)


def test_faults_are_told_together(folder) -> None:
    """One look names the faults of several files, in order."""
    spoil(folder, "quotas", "free: {clips_per_day: 30,", "free: {clips_per_day: many,")
    spoil(
        folder,
        "limits",
        "{category: privacy, review: 0.6, block: 0.9}",
        "{category: privacy, review: 2, block: 3}",
    )
    spoil(folder, "rules", "when: opt_out_count > 0", "when: opt_outs > 0")
    assert ["limits.yaml", "quotas.yaml", "rules.yaml"] == [
        fault.partition(":")[0] for fault in faults(folder)
    ]


def test_multi_line_condition_is_told_at_its_own_line(folder) -> None:
    """In a block of several lines, the fault stands on the line that holds it."""
    spoil(
        folder, "rules", "when: opt_out_count > 0", "when: |\n      opt_out_count > 0 &&\n      nonsense > 1"
    )
    line, _ = at("rules", "when: opt_out_count > 0")
    assert [f"rules.yaml:{line + 2}:7: undeclared reference to 'nonsense'"] == faults(folder)


@pytest.mark.parametrize("name", PARTS)
def test_empty_file_is_refused(folder, name) -> None:
    """An empty policy is no policy."""
    (folder / f"{name}.yaml").write_text("# nothing\n")
    assert [f"{name}.yaml:1:1: the file is empty"] == faults(folder)


@pytest.mark.parametrize("name", PARTS)
def test_missing_file_is_refused(folder, name) -> None:
    """A policy without one of its parts is refused by the name of the part."""
    (folder / f"{name}.yaml").unlink()
    assert faults(folder)[0].startswith(f"{name}.yaml:1:1: not found in")


def test_empty_tables_are_refused(folder) -> None:
    """No limits and no rules would allow everything: refused."""
    (folder / "limits.yaml").write_text("limits: []\n")
    (folder / "rules.yaml").write_text("rules: []\n")
    expected = "expected a list with at least one item"
    assert [f"limits.yaml:1:9: {expected}", f"rules.yaml:1:8: {expected}"] == faults(folder)


def test_stray_file_is_refused(folder) -> None:
    """A file that no policy has is a mistyped one, or somebody's secret: refused."""
    (folder / "limit.yaml").write_text("limits: []\n")
    assert ["limit.yaml:1:1: no part of a policy; remove it or correct its name"] == faults(folder)


@pytest.mark.parametrize(
    "text",
    ["a: [1", "\tlimits: 1", "a: &x [*x]", "? [complex]\n: key", "!!python/object:os.system {}", "\x00"],
)
def test_hostile_yaml_is_refused(folder, text) -> None:
    """Whatever stands in a file, it is refused in words; nothing is constructed from it."""
    (folder / "limits.yaml").write_text(text)
    assert all(fault.startswith("limits.yaml:") for fault in faults(folder))


def test_binary_file_is_refused(folder) -> None:
    """Bytes that are no text are refused in words."""
    (folder / "limits.yaml").write_bytes(b"\xff\xfe\x00")
    assert "cannot be read" in faults(folder)[0]


def test_category_without_limit_is_refused(folder) -> None:
    """What nobody thought about is not silently allowed."""
    spoil(
        folder,
        "limits",
        "  - {category: privacy, review: 0.6, block: 0.9}\n",
        "  - {category: privacy, surface: feed, review: 0.6}\n",
    )
    assert [
        "limits.yaml:8:1: no limit for privacy on moderation, output, prompt, publish; write `allow: true` where all is allowed"
    ] == faults(folder)


def test_contradicting_lines_are_refused(folder) -> None:
    """Two lines of equal weight for one square: no line wins."""
    line = "  - {category: privacy, review: 0.6, block: 0.9}\n"
    spoil(folder, "limits", line, line + "  - {category: privacy, review: 0.5, block: 0.8}\n")
    row, _ = at("limits", line)
    assert [
        f"limits.yaml:{row + 1}:5: as specific as limits.yaml:{row} for privacy on prompt: no line wins; narrow one"
    ] == faults(folder)


def test_words_in_a_clip_may_have_limits_of_their_own(folder) -> None:
    """By who read them; a line for a surface, a tier or an age still decides before it."""
    line = "  - {category: privacy, review: 0.6, block: 0.9}\n"
    narrow = "".join(
        f"  - {{category: privacy, {what}}}\n"
        for what in ("reader: speech.*, review: 0.3", "surface: publish, review: 0.2")
    )
    spoil(folder, "limits", line, line + narrow)
    limits = load_policy(folder).limits
    asked = [
        (Surface.OUTPUT, ""),
        (Surface.OUTPUT, "speech.whisper@1"),
        (Surface.OUTPUT, "on_screen.ocr@1"),
        (Surface.PUBLISH, "speech.whisper@1"),
    ]
    told = [
        limits.thresholds("privacy", surface, Tier.FREE, AgeBand.ADULT, "ZZ", "text.x@1", None, reader).review
        for surface, reader in asked
    ]
    assert [0.6, 0.3, 0.6, 0.2] == told


def test_line_that_never_decides_is_refused(folder) -> None:
    """A line that narrower ones cover wholly says nothing; it was meant to."""
    line = "  - {category: privacy, review: 0.6, block: 0.9}\n"
    narrow = "".join(f"  - {{category: privacy, surface: {surface}, review: 0.5}}\n" for surface in Surface)
    spoil(folder, "limits", line, line + narrow)
    row, _ = at("limits", line)
    assert [
        f"limits.yaml:{row}:5: never decides anything about privacy: narrower lines always win"
    ] == faults(folder)


def test_softer_limit_for_teens_is_refused(folder) -> None:
    """A teenager is never allowed more than an adult, on purpose or by the order of lines."""
    line = "  - {category: privacy, review: 0.6, block: 0.9}\n"
    spoil(folder, "limits", line, line + "  - {category: privacy, age_band: teen, review: 0.7, block: 0.9}\n")
    row, _ = at("limits", line)
    assert [
        f"limits.yaml:{row + 1}:5: would allow a teen more than an adult: privacy on prompt (label; for adults limits.yaml:{row})"
    ] == faults(folder)


def test_rule_that_changes_no_answer_is_refused(folder) -> None:
    """A rule that another of its category always outdoes is dead."""
    rule = "  - id: rights.opt_out_in_force\n"
    twin = (
        "  - id: rights.twice\n    when: opt_out_count > 1\n    then: review\n    category: rights\n"
        "    why: {en: a, fr: b}\n    advice: {en: a, fr: b}\n\n"
    )
    spoil(folder, "rules", rule, twin + rule)
    row, _ = at("rules", rule)
    assert [
        f"rules.yaml:{row + 1}:11: rule `rights.twice` changes no answer: `rights.opt_out_in_force` "
        f"(rules.yaml:{row + 7}) fires whenever it does, with `review`"
    ] == faults(folder)


def test_condition_too_wide_to_check_is_refused(folder) -> None:
    """What cannot be tried on every value that matters is not believed."""
    many = " || ".join(
        f"score.{name} > 0.{digit}" for digit, name in enumerate(list(POLICY.taxonomy.categories)[:9], 1)
    )
    spoil(folder, "rules", "when: opt_out_count > 0", f"when: {many}")
    line, column = at("rules", "opt_out_count > 0\n")
    assert [
        f"rules.yaml:{line}:{column}: asks about too many things at once to be checked; split it into rules"
    ] == faults(folder)


def test_norway_is_a_country(folder) -> None:
    """NO is read as written, not as *false*."""
    line = "  - {category: privacy, review: 0.6, block: 0.9}\n"
    spoil(
        folder, "limits", line, line + "  - {category: privacy, territory: [NO], review: 0.5, block: 0.9}\n"
    )
    policy = load_policy(folder)
    limits = [
        policy.limits.thresholds(
            "privacy", Surface.PROMPT, Tier.FREE, AgeBand.ADULT, territory, "text.x@1", None
        )
        for territory in ("NO", "ZZ")
    ]
    assert [0.5, 0.6] == [limit.review for limit in limits]


def test_writing_does_not_change_the_digest(folder) -> None:
    """Comments, key order, quotes, blank lines and line breaks decide nothing and do not count."""
    spoil(
        folder,
        "limits",
        "{category: privacy, review: 0.6, block: 0.9}",
        "{block: .90, 'review': 0.60, # so\n     category: \"privacy\"}\n",
    )
    spoil(folder, "rules", "when: opt_out_count > 0", "when: >-\n      opt_out_count\n      > 0")
    (folder / EXAMPLES).unlink()
    assert POLICY.digest == load_policy(folder).digest


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (
            "limits",
            "{category: privacy, review: 0.6, block: 0.9}",
            "{category: privacy, review: 0.61, block: 0.9}",
        ),
        ("reasons", "a threat against someone", "a threat against somebody"),
        ("quotas", "free: {clips_per_day: 30,", "free: {clips_per_day: 31,"),
        ("rules", "when: opt_out_count > 0", "when: opt_out_count > 1"),
    ],
)
def test_content_changes_the_digest(folder, file, old, new) -> None:
    """What decides or is told belongs to the digest."""
    spoil(folder, file, old, new)
    assert POLICY.digest != load_policy(folder).digest


def test_examples_are_answered_as_promised() -> None:
    """The bundle that ships answers its own examples."""
    found = run_examples(POLICY, read_examples(default_folder(), POLICY))
    assert {} == {example.name: said for example, said in found.items() if said}
    assert len(found) >= 40


def test_every_rule_and_law_has_an_example() -> None:
    """No rule ships that no example shows first."""
    shown = {example.rule for example in read_examples(default_folder(), POLICY)}
    assert set() == {rule.id for rule in POLICY.rules} - shown


@pytest.mark.parametrize("surface", Surface)
def test_every_category_has_limits(surface) -> None:
    """Whatever may be found has a limit on every surface, for every band and tier."""
    for name in POLICY.taxonomy.categories:
        for cell in POLICY.limits.cells(name):
            assert POLICY.limits.line(cell) is not None, cell


def test_publication_is_never_softer_than_a_draft() -> None:
    """What a draft would be held for is not published without a look."""
    for name in POLICY.taxonomy.categories:
        for cell in POLICY.limits.cells(name):
            if cell.surface is Surface.OUTPUT:
                parts = (cell.tier, cell.age_band, cell.territory, cell.detector, cell.bank, cell.reader)
                draft = POLICY.limits.thresholds(name, Surface.OUTPUT, *parts)
                for surface in (Surface.PUBLISH, Surface.FEED):
                    public = POLICY.limits.thresholds(name, surface, *parts)
                    assert public.at(Verdict.REVIEW) <= draft.at(Verdict.REVIEW), (cell, surface)
                    assert public.at(Verdict.BLOCK) <= draft.at(Verdict.BLOCK), (cell, surface)


def test_every_sentence_stands_in_both_languages() -> None:
    """Each thing people are told is written in English and in French, ends as a sentence, and holds no blank."""
    said = [*POLICY.reasons.why.values(), *POLICY.reasons.advice.values()]
    said += [text for law in POLICY.reasons.laws.values() if law for text in (law.advice,)]
    said += [text for rule in POLICY.rules for text in (rule.why, rule.advice)]
    said += [POLICY.reasons.unseen(category) for category in POLICY.taxonomy.categories.values()]
    assert len(said) > 300
    for sentence in said:
        assert sentence.en != sentence.fr, sentence
        for words in (sentence.en, sentence.fr):
            assert words.endswith((".", "?")), words
            assert words[0].isupper(), words
            assert not {"{", "}", "  "} & set(words), words
        assert "'" not in sentence.fr, sentence.fr


@pytest.mark.parametrize(
    ("category", "statement"),
    [
        ("sexual", ("OTHER_VIOLATION_TC", ("ADULT_SEXUAL_MATERIAL", "NUDITY"))),
        ("sexual_minors", ("PROTECTION_OF_MINORS", ("CHILD_SEXUAL_ABUSE_MATERIAL_DEEPFAKE",))),
        ("minors", ("PROTECTION_OF_MINORS", ("AGE_SPECIFIC_RESTRICTIONS_MINORS",))),
        ("self_harm", ("SELF_HARM", ("SUICIDE", "SELF_MUTILATION"))),
        ("violence", ("VIOLENCE", ("INCITEMENT_VIOLENCE_HATRED", "COORDINATED_HARM"))),
        ("extremism", ("RISK_FOR_PUBLIC_SECURITY", ("TERRORIST_CONTENT", "ILLEGAL_ORGANIZATIONS"))),
        ("hate", ("ILLEGAL_OR_HARMFUL_SPEECH", ("HATE_SPEECH", "DISCRIMINATION"))),
        ("harassment", ("CYBER_VIOLENCE", ("CYBER_HARASSMENT", "CYBER_BULLYING_INTIMIDATION"))),
        (
            "political",
            ("NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS", ("MISINFORMATION_DISINFORMATION",)),
        ),
        (
            "likeness",
            (
                "DATA_PROTECTION_AND_PRIVACY_VIOLATIONS",
                ("MISSING_PROCESSING_GROUND", "BIOMETRIC_DATA_BREACH"),
            ),
        ),
        ("deception", ("SCAMS_AND_FRAUD", ("IMPERSONATION_ACCOUNT_HIJACKING",))),
        (
            "rights",
            ("INTELLECTUAL_PROPERTY_INFRINGEMENTS", ("COPYRIGHT_INFRINGEMENT", "TRADEMARK_INFRINGEMENT")),
        ),
    ],
)
def test_family_names_the_commissions_category(category, statement) -> None:
    """Each family names the category and keywords of the Commission's form."""
    named = POLICY.taxonomy.categories[category].statement
    assert statement == (named.category, named.keywords)


def test_intimate_likeness_names_its_own_keyword() -> None:
    """A sexual scene with a real person is told to the Commission as non-consensual material."""
    assert "NON_CONSENSUAL_MATERIAL_DEEPFAKE" in POLICY.rule("likeness.intimate").statement.keywords


def test_severe_categories_are_those_promised() -> None:
    """Sexual, child safety, graphic violence, extremism, self-harm and likeness hold when unseen."""
    severe = {category.name for category in POLICY.taxonomy.categories.values() if category.is_severe}
    families = {"sexual", "sexual_minors", "extremism", "self_harm", "likeness"}
    expected = {name for family in families for name in POLICY.taxonomy.within(family)} | {"violence.graphic"}
    assert expected == severe


def test_quotas_are_read_by_tier_and_caller() -> None:
    """A tier has its quota; creators and strangers have rates; administrators none unless set."""
    expected = Quota(
        clips_per_day=30,
        concurrent_jobs=2,
        longest_clip_s=10,
        attempts_per_hour=60,
        preflights_per_hour=300,
        output_blocks_per_hour=6,
        appeals_per_day=5,
    )
    assert expected == POLICY.quotas.of(Tier.FREE)
    assert 20 == POLICY.quotas.of(Tier.PRO).longest_clip_s
    assert Rate(per_minute=20, burst=5) == POLICY.quotas.rate(RouteGroup.CREATE, Caller.FREE)
    assert {None} == {POLICY.quotas.rate(group, Caller.ADMIN) for group in RouteGroup}


def test_unknown_territory_is_answered_as_elsewhere() -> None:
    """A territory that no line names, or that is none, is answered as any other place."""
    assert ["ZZ", "FR", "ZZ"] == [
        POLICY.limits.known_territory(word) for word in ("JP", "FR", "not a country")
    ]
