"""Which names are found, in what disguise, and which innocent sentences pass."""

import sys
import unicodedata
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from safety.rights.bank import Kind, Name, NameBank, shipped_banks
from safety.rights.context import BLOCKS, LOOKS, MENTIONED
from safety.rights.names import NameHit, NameMatcher

SENTENCES = Path(__file__).parent / "sentences"
POLICY = Path(__file__).parents[3] / "policies" / "rules" / "limits.yaml"
FRENCH_SPEAKING = set("FR BE CH CA SN CI CM CD GA CG TD ML BF GN TG BJ NE RW BI MG MA DZ TN LU MC HT".split())

CYRILLIC = str.maketrans("aeopcyxisjABEKMHOPCTX", "аеорсухіѕјАВЕКМНОРСТХ")
LEET = str.maketrans("aeio", "4310")


def rows(file: str) -> list[list[str]]:
    lines = (SENTENCES / file).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if not line.startswith("#")]


INNOCENT = rows("innocent.txt")
NAMED = rows("named.txt")
STYLES = rows("styles.txt")


@pytest.fixture(scope="module")
def matcher() -> NameMatcher:
    return NameMatcher(shipped_banks())


def found(matcher: NameMatcher, text: str, at_least: float = BLOCKS) -> dict[str, str]:
    """What is surely named, and the signs that name it."""
    return {hit.reference: text[hit.start : hit.end] for hit in matcher.find(text) if hit.score >= at_least}


def test_lists_are_large_and_speak_french() -> None:
    """There are 500 people, 500 owned names and 150 people of the French-speaking world, each with a source."""
    people, *others = (bank.entries for bank in shipped_banks())
    owned = [entry for entries in others for entry in entries]
    by_hand = [entry for entry in people if entry.source == "hand"]
    assert len(by_hand) >= 500
    assert len([entry for entry in owned if entry.source == "hand" and not entry.public_domain]) >= 500
    assert len([entry for entry in by_hand if entry.territory in FRENCH_SPEAKING and entry.living]) >= 150
    assert all(entry.source for entry in (*people, *owned))


def test_one_alias_leads_to_one_person() -> None:
    """No certain name of one person is a certain name of another."""
    for bank in shipped_banks():
        owners: dict[str, str] = {}
        for entry in bank.entries:
            for name in {entry.name, *entry.aliases}:
                if not entry.ambiguous_with and not entry.ordinary_word:
                    assert entry.id == owners.setdefault(name.casefold(), entry.id), name


def test_thresholds_are_those_of_the_policy() -> None:
    """What we call sure is what the policy blocks, what we drop is below what it holds."""
    limits = {
        str(row["category"]): row for row in yaml.safe_load(POLICY.read_text())["limits"] if "bank" not in row
    }
    for category in ("likeness.public_figure", "rights"):
        assert (LOOKS, BLOCKS) == (limits[category]["review"], limits[category]["block"])


def test_innocent_sentences_pass(matcher: NameMatcher) -> None:
    """Of the sentences with streets, places and ordinary words that are also names, at most 2 % are stopped."""
    assert len(INNOCENT) >= 150
    assert {"en", "fr"} == {language for language, _ in INNOCENT}
    stopped = [(text, found(matcher, text, LOOKS)) for _, text in INNOCENT if matcher.find(text)]
    print(f"innocent sentences stopped: {len(stopped)} of {len(INNOCENT)}")
    assert len(stopped) <= 0.02 * len(INNOCENT), stopped


def spaced(text: str, hit: NameHit) -> str:
    """The name with its letters set apart."""
    return f"{text[: hit.start]}  {' '.join(text[hit.start : hit.end].replace(' ', '  '))}  {text[hit.end :]}"


DISGUISES = {
    "plain": lambda text, hit: text,
    "small letters": lambda text, hit: (
        text[: hit.start] + text[hit.start : hit.end].lower() + text[hit.end :]
    ),
    "capitals": lambda text, hit: text.upper(),
    "no accents": lambda text, hit: "".join(
        c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c)
    ),
    "decomposed": lambda text, hit: unicodedata.normalize("NFD", text),
    "cyrillic": lambda text, hit: text.translate(CYRILLIC),
    "full width": lambda text, hit: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text),
    "mathematical": lambda text, hit: "".join(
        chr(0x1D41A + ord(c) - 97)
        if "a" <= c <= "z"
        else chr(0x1D400 + ord(c) - 65)
        if "A" <= c <= "Z"
        else c
        for c in text
    ),
    "zero width": lambda text, hit: "\u200b".join(text),
    "soft hyphens": lambda text, hit: (
        text[: hit.start] + "\u00ad".join(text[hit.start : hit.end]) + text[hit.end :]
    ),
    "combining": lambda text, hit: "".join(c + "\u0336" if c.isalpha() else c for c in text),
    "leet": lambda text, hit: text[: hit.start] + text[hit.start : hit.end].translate(LEET) + text[hit.end :],
    "spaced": spaced,
    "dotted": lambda text, hit: (
        f"{text[: hit.start]}{'.'.join(text[hit.start : hit.end].replace(' ', '_'))}{text[hit.end :]}"
    ),
    "joined": lambda text, hit: (
        f"{text[: hit.start]}#{text[hit.start : hit.end].replace(' ', '')}{text[hit.end :]}"
    ),
    "hyphens": lambda text, hit: (
        text[: hit.start] + text[hit.start : hit.end].replace(" ", "-") + text[hit.end :]
    ),
}


@pytest.mark.parametrize("disguise", DISGUISES)
def test_named_sentences_are_caught(matcher: NameMatcher, disguise: str) -> None:
    """In every disguise at least 95 % of the sentences that name somebody are caught, by the entry named."""
    assert len(NAMED) >= 100
    caught, missed = 0, []
    for _, reference, text in NAMED:
        plain = next((hit for hit in matcher.find(text) if hit.reference == reference), None)
        written = DISGUISES[disguise](text, plain) if plain else text
        if reference in found(matcher, written):
            caught += 1
        else:
            missed.append(written)
    print(f"{disguise}: recall {caught / len(NAMED):.3f} of {len(NAMED)}")
    assert caught >= (0.95 if disguise not in SOFTER else SOFTER[disguise]) * len(NAMED), missed


SOFTER = {"small letters": 0.88, "capitals": 0.92, "zero width": 0.95}
"""A small `prince` is a prince, and a loud one too: what only a capital tells apart may pass where none does."""


@pytest.mark.parametrize(
    ("text", "signs"),
    [
        ("see Pikachu's tail", "Pikachu"),
        ("les Schtroumpfs dansent", "Schtroumpfs"),
        ("l'Astérix court", "Astérix"),
        ("l’Astérix court", "Astérix"),
        ("#TaylorSwiftFan", "TaylorSwift"),
        ("a p i k a c h u runs", "p i k a c h u"),
        ("T\u200baylor  \u202eSwift!", "T\u200baylor  \u202eSwift"),
        ("Kylian M'bappé danse", "Kylian M'bappé"),
        ("draw spider man now", "spider man"),
        ("spiderman2 in 4k", "spiderman"),
        ("Taaaylor Swiiift", "Taaaylor Swiiift"),
        ("Marine LePen", "Marine LePen"),
        ("un T@y1or $w1ft", "T@y1or $w1ft"),
        ("Путин танцует", "Путин"),
        ("ピカチュウ", "ピカチュウ"),
        ("a 🎤Beyoncé🎤", "Beyoncé"),
    ],
)
def test_hits_point_at_the_signs_as_written(matcher: NameMatcher, text: str, signs: str) -> None:
    """The place of a hit is that of the name in the original, disguise, plural and all but what clings to it."""
    hits = matcher.find(text)
    assert signs.removesuffix("s") in {text[hit.start : hit.end].removesuffix("s") for hit in hits}


@pytest.mark.parametrize(
    "text",
    [
        "obamacarestudio",
        "pikachoo",
        "spidermanic",
        "macronesia",
        "batmanesque",
        "trumpet",
        "supermanifold",
        "a moth era",
    ],
)
def test_a_piece_of_a_word_is_no_name(matcher: NameMatcher, text: str) -> None:
    """Names begin and end where words do."""
    assert () == matcher.find(text)


def test_public_domain_is_free_unless_a_likeness_is_asked_for(matcher: NameMatcher) -> None:
    """Sherlock Holmes and the long dead may be shown; their deepfake is looked at."""
    assert () == matcher.find("Sherlock Holmes and Napoléon Bonaparte meet Robin Hood")
    assert {"person:napoleon-bonaparte"} == set(found(matcher, "a deepfake of Napoléon Bonaparte", LOOKS))


def test_longer_name_hides_the_shorter(matcher: NameMatcher) -> None:
    """Robin in Robin Hood is not Batman's; Tesla in Nikola Tesla is no car."""
    assert {} == found(matcher, "Robin Hood and Nikola Tesla")
    assert ["person:robin-williams"] == [hit.reference for hit in matcher.find("Robin Williams tells a joke")]


@pytest.mark.parametrize(
    ("text", "is_meant"),
    [
        ("the singer Prince on stage", True),
        ("the prince on stage", False),
        ("Drake raps on a rooftop", True),
        ("a drake on a rooftop", False),
        ("in the style of Drake", True),
        ("rue Charles de Gaulle", False),
        ("Charles de Gaulle speaks on the radio", True),
        ("le quai François-Mitterrand", False),
        ("François Mitterrand danse", True),
        ("Mike Johnson goes shopping", False),
        ("senator Mike Johnson goes shopping", True),
        ("Hillary Clinton in a boat", True),
        ("my friend Hillary in a boat", False),
        ("the Disney movie Frozen", True),
        ("a frozen pond", False),
    ],
)
def test_context_decides_what_a_name_means(matcher: NameMatcher, text: str, is_meant: bool) -> None:
    """A name that is also a word, a place or a neighbour's counts only where what stands around agrees."""
    assert is_meant == bool(found(matcher, text))


def test_a_manner_is_told_apart_from_who_has_it(matcher: NameMatcher) -> None:
    """Of the sentences that name makers and works for how these look, nothing is told but that."""
    assert len(STYLES) >= 30
    wrong = [
        text
        for _, reference, text in STYLES
        if [(reference, True, MENTIONED)]
        != sorted({(hit.reference, hit.is_manner, max(hit.score, MENTIONED)) for hit in matcher.find(text)})
    ]
    assert [] == wrong


@pytest.mark.parametrize(
    "text",
    [
        "Wes Anderson eats a croissant",
        "a portrait of Wes Anderson in the style of a fresco",
        "the child is hugged by Tim Burton",
        "a deepfake of Quentin Tarantino, in the style of Wes Anderson",
        "red carpet, flashes, Tim Burton waves to the crowd",
        "Minecraft village at night",
        "a screenshot of a battle, final fantasy, 8k",
        "read a passage by Stephen King aloud",
        "Star Wars",
        "a hotel in the style of Taylor Swift",
    ],
)
def test_who_or_what_is_shown_is_no_manner(matcher: NameMatcher, text: str) -> None:
    """Makers who are seen, works that are copied and people without a manner are taken as what they are."""
    assert any(hit.score > MENTIONED and not hit.is_manner for hit in matcher.find(text))


def test_nothing_excuses_a_filed_name(matcher: NameMatcher) -> None:
    """A rights holder's opt-out counts in a style and on papers too, as what it is."""
    filed = NameBank(
        name="optouts.verified",
        generation=1,
        entries=(
            Name(id="optout_4", kind=Kind.WORK, name="Zorblax Saga", maker=True, source="filed"),
            Name(id="optout_5", kind=Kind.CHARACTER, name="Grimoul", source="filed"),
        ),
    )
    hits = matcher.with_bank(filed).find("Grimoul's passport in the style of Zorblax Saga")
    assert [("optout_5", 1.0, False), ("optout_4", 1.0, False)] == [
        (hit.reference, hit.score, hit.is_manner) for hit in hits
    ]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Clark Kent's bank statement on a desk", set()),
        ("a map of Gandalf, with coordinates", set()),
        ("Clark Kent reads a bank statement", {"character:superman"}),
        ("Michelle Obama's bank statement", {"person:michelle-obama"}),
        ("Pluto plays with Mickey Mouse", {"character:pluto", "character:mickey-mouse"}),
        ("Pluto hides behind a moon", set()),
        ('a poster that says "Frozen"', {"work:frozen"}),
        ("un épisode de la série Plus belle la vie", {"work:plus-belle-la-vie"}),
        ("Cinderella runs from the ball", set()),
        ("Disney's Cinderella runs from the ball", {"character:cinderella"}),
        ("a doctor who dances", set()),
        ("Doctor Who dances", {"character:doctor-who"}),
    ],
)
def test_company_owners_and_papers_say_what_is_meant(
    matcher: NameMatcher, text: str, meant: set[str]
) -> None:
    """A certain name of the same owner confirms another; a tale is everybody's; papers show no character."""
    named = {reference for reference in found(matcher, text) if not reference.startswith("brand:")}
    assert meant == named


FILED = NameBank(
    name="optouts.verified",
    generation=1,
    entries=(
        Name(
            id="optout_1", kind=Kind.CHARACTER, name="Zorblax", aliases=("Le Grand Zorblax",), source="filed"
        ),
    ),
)


def test_filed_names_count_at_once_and_leave_at_once(matcher: NameMatcher) -> None:
    """An opt-out is found as soon as its bank is given, under its bank's name, and no longer when it is withdrawn."""
    given = matcher.with_bank(FILED)
    assert () == matcher.find("Z0rblax dances")
    assert [("optout_1", "optouts.verified", 1.0)] == [
        (hit.reference, hit.bank, hit.score) for hit in given.find("Z0rblax dances")
    ]
    assert given is given.with_bank(FILED)
    withdrawn = given.with_bank(NameBank(name="optouts.verified", generation=2, entries=()))
    assert () == withdrawn.find("Zorblax dances")
    assert 2 == withdrawn.generations["optouts.verified"]


def test_changed_bank_finds_what_a_new_one_finds(matcher: NameMatcher) -> None:
    """Rebuilding from what is known and building anew are the same."""
    more = Name(id="optout_3", kind=Kind.WORK, name="Les Zorblax en vacances", source="filed")
    bank = NameBank(name=FILED.name, generation=2, entries=(*FILED.entries, more))
    text = "Zorblax lit Les Zorblax en vacances"
    assert NameMatcher((bank,)).find(text) == NameMatcher((FILED,)).with_bank(bank).find(text) != ()


def test_large_bank_is_not_built_anew_for_one_entry() -> None:
    """One entry filed with many leaves the automaton of the many standing."""
    many = tuple(
        Name(id=f"o:{at}", kind=Kind.WORK, name=f"Keeper {'ab' * at}", source="filed") for at in range(30)
    )
    matcher = NameMatcher((NameBank(name="optouts.verified", entries=many),))
    changed = matcher.with_bank(
        NameBank(name="optouts.verified", generation=1, entries=(*many, *FILED.entries))
    )
    assert matcher._indexes["optouts.verified"].base is changed._indexes["optouts.verified"].base
    assert ["optout_1"] == [hit.reference for hit in changed.find("Zorblax")]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.dictionaries(st.integers(0, 30), st.sampled_from(["Zorblax", "Grimoul", "Vexatron", "Pilouface"])),
        max_size=5,
    )
)
def test_any_history_of_changes_ends_where_a_new_bank_begins(history: list[dict[int, str]]) -> None:
    """However entries came, changed and left, what is found is what a bank built anew finds."""
    old = {at: f"Keeper{chr(97 + at)}" for at in range(20)}
    bank = NameBank(name="optouts.verified", entries=())
    matcher = NameMatcher((bank,))
    text = "Zorblax Grimoul Vexatron Pilouface Keepera Keeperb Keepert"
    for generation, rows in enumerate([old, *history], start=1):
        entries = tuple(
            Name(id=f"o:{at}", kind=Kind.WORK, name=name, source="filed")
            for at, name in (old | rows).items()
            if at % 7 != generation
        )
        bank = NameBank(name="optouts.verified", generation=generation, entries=entries)
        matcher = matcher.with_bank(bank)
        assert NameMatcher((bank,)).find(text) == matcher.find(text)


def test_filed_name_is_not_hidden_by_a_longer_one(matcher: NameMatcher) -> None:
    """What a rights holder filed counts inside another's longer name too."""
    filed = NameBank(
        name="optouts.self_declared",
        generation=1,
        entries=(Name(id="optout_2", kind=Kind.CHARACTER, name="Holmes", source="filed"),),
    )
    assert {"optout_2"} == set(found(matcher.with_bank(filed), "Sherlock Holmes walks"))


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["Taylor", "Swift", "taylorswift", " ", "\u200b", "ѕ", "s", "'", "a", "1", "é", "\n", "Drake"]
        ),
        max_size=25,
    )
)
def test_hits_lie_in_the_text_in_order(matcher: NameMatcher, pieces: list[str]) -> None:
    """Whatever the text, each hit has its place in it, and the places follow one another."""
    text = "".join(pieces)
    hits = matcher.find(text)
    assert sorted(hit.start for hit in hits) == [hit.start for hit in hits]
    assert all(0 <= hit.start < hit.end <= len(text) and LOOKS <= hit.score <= 1 for hit in hits)


@pytest.mark.parametrize(
    "unit", ["Drake sings ", "pikachu", "Pikachu ", "t a y l o r ", "a\u200b", "T4yl0r ", "rue "]
)
def test_work_is_linear_in_the_length(matcher: NameMatcher, unit: str) -> None:
    """Eight times the text takes about eight times the calls, never its square (64 times)."""

    def steps(size: int) -> int:
        text, counted = unit * (size // len(unit)), 0

        def count(*_: object) -> None:
            nonlocal counted
            counted += 1

        sys.setprofile(count)
        try:
            matcher.find(text)
        finally:
            sys.setprofile(None)
        return counted

    steps(2_000)
    assert steps(32_000) < 16 * steps(4_000)
