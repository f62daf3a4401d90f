"""How a list of names is read, and what is said of one that cannot be."""

from pathlib import Path

import pytest

from safety.normalise import skeleton
from safety.rights.bank import BankInvalid, Kind, NameBank, common_words, near_names, shipped_banks

HEADING = "id,kind,name,aliases,weak_aliases,living,public_domain,ordinary_word,ambiguous_with,owner,territory,maker,source"


def written(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "list.csv"
    path.write_text("\n".join((HEADING, *lines)) + "\n", encoding="utf-8")
    return path


def test_row_is_read_whole(tmp_path: Path) -> None:
    """Every column comes out as what it says."""
    path = written(tmp_path, "p:1,person,Ann Lee,A. Lee; Annie,Ann,yes,no,yes,street; place,,FR,yes,hand")
    bank = NameBank.load(path)
    entry = bank.entries[0]
    assert ("names.list", 0) == (bank.name, bank.generation)
    assert ("p:1", Kind.PERSON, "Ann Lee", ("A. Lee", "Annie"), ("Ann",)) == (
        entry.id, entry.kind, entry.name, entry.aliases, entry.weak_aliases,
    )  # fmt: skip
    assert (True, False, True, True) == (
        entry.living, entry.public_domain, entry.ordinary_word, entry.maker,
    )  # fmt: skip
    assert (frozenset({"street", "place"}), "FR", "hand") == (
        entry.ambiguous_with,
        entry.territory,
        entry.source,
    )


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ((), "no entry"),
        (
            ("p:1,person,Ann,,,yes,no,no,,,,no,hand", "p:1,person,Bob,,,yes,no,no,,,,no,hand"),
            r"list.csv:3: the id 'p:1' is taken",
        ),
        (("p:1,wizard,Ann,,,yes,no,no,,,,no,hand",), r"list.csv:2: 'wizard' is not a valid Kind"),
        (("p:1,person,,,,yes,no,no,,,,no,hand",), r"list.csv:2: 'name' is empty"),
        (("p:1,person,Ann,,,perhaps,no,no,,,,no,hand",), r"list.csv:2: 'perhaps'"),
        (("p:1,person,Ann",), r"list.csv:2: the column 'aliases' is missing"),
        (("p:1,person,Ann,,,yes,no,no,,,,no,",), r"list.csv:2: 'source' is empty"),
    ],
)
def test_wrong_list_is_refused_with_its_line(tmp_path: Path, lines: tuple[str, ...], said: str) -> None:
    """A list that cannot be right does not load, and the message says where."""
    with pytest.raises(BankInvalid, match=said):
        NameBank.load(written(tmp_path, *lines))


def test_common_words_are_skeletons_of_both_languages() -> None:
    """The common words hold everyday French and English, bare."""
    assert {"rose", "prince", "table", "ete", "foret", "house", "lake", "maison"} <= common_words()
    assert all(
        word.isascii() and word.islower() for word in common_words() if word.isalpha() and word.isascii()
    )
    assert not {"pikachu", "macron", "lego", "batman"} & common_words()


def test_words_near_names_are_no_names() -> None:
    """What is nearly a name is a word of a dictionary, and no name or alias of any list."""
    names = {
        skeleton(written).text
        for bank in shipped_banks()
        for entry in bank.entries
        for written in (entry.name, *entry.aliases, *entry.weak_aliases)
    }
    assert {"drowsy", "paysage", "sitter"} <= near_names()
    assert set() == names & near_names()
