"""Opt-outs in force: looked for as one set, each where it holds."""

from __future__ import annotations

from policies.finding import Box, Characters, Seconds
from safety.detector import Text, Words
from safety.detectors.opt_outs import OptOutsDetector
from safety.rights.bank import Kind
from safety.rights.filed import FiledName, FiledNames, Standing
from safety.screen import screen_words


def entry(number: int, name: str, standing: Standing = Standing.VERIFIED, *territories: str) -> FiledName:
    return FiledName.of(
        optout_id=f"optout_{number}",
        kind=Kind.CHARACTER,
        names=[name],
        standing=standing,
        territories=territories,
    )


def test_a_set_holds_its_entries_and_no_other() -> None:
    """What followed is found under its standing's bank; what left is not; the earlier set stays as it was."""
    first = FiledNames().followed_by([entry(1, "Zorblax"), entry(2, "Quibblon", Standing.SELF_DECLARED)])
    second = first.followed_by([entry(2, "Quibblon"), entry(3, "Florbit")])
    text = "Zorblax, Quibblon and Florbit"
    assert [("optout_1", "optouts.verified"), ("optout_2", "optouts.self_declared")] == [
        (hit.reference, hit.bank) for hit in first.find(text, "FR")
    ]
    assert [("optout_2", "optouts.verified"), ("optout_3", "optouts.verified")] == [
        (hit.reference, hit.bank) for hit in second.find(text, "FR")
    ]
    assert () == FiledNames().find(text, "FR")


def test_an_entry_holds_in_its_territories_and_wherever_the_territory_is_unknown() -> None:
    """Unknown is not elsewhere."""
    filed = FiledNames().followed_by([entry(1, "Zorblax", Standing.VERIFIED, "JP", "KR")])
    found = [len(filed.find("Zorblax", territory)) for territory in ("JP", "KR", "FR", "ZZ")]
    assert [1, 1, 0, 1] == found


def test_an_ordinary_word_needs_its_context() -> None:
    """A character called Rose is not every rose."""
    filed = FiledNames().followed_by([entry(1, "Rose")])
    assert () == filed.find("a red rose in a vase", "FR")


def test_words_are_told_where_they_stand() -> None:
    """In a prompt by characters, in a clip by seconds or box; one reading says it all."""
    filed = FiledNames().followed_by([entry(1, "Zorblax")])
    detector = OptOutsDetector(filed=filed, territory="FR")
    seconds, box = Seconds(start_s=1, end_s=2), Box(left=0, top=0, width=1, height=1, at_s=3)
    words = [Words(text="hello Zorblax", where=seconds), Words(text="ZORBLAX", where=box)]
    reading = screen_words(detector, [Text(text="a Zorblax")], words)
    assert [Characters(start=2, end=9), seconds, box] == [finding.where for finding in reading.findings]
    assert (detector.name, None) == (reading.detector, reading.failure)


def test_a_set_that_cannot_be_searched_says_so() -> None:
    """Unknown is not none: the reading fails, with what it would have looked for."""

    class Broken(FiledNames):
        def find(self, text: str, territory: str) -> tuple:
            raise RuntimeError(text)

    detector = OptOutsDetector(filed=Broken(), territory="FR")
    for texts, words in (([Text(text="a")], []), ([], [Words(text="a", where=Seconds(start_s=0, end_s=1))])):
        reading = screen_words(detector, texts, words)
        assert ("RuntimeError", detector.categories) == (reading.failure, reading.categories)
