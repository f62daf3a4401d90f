"""Words of a clip are judged together as they are read and heard, and found where they stand."""

from hypothesis import given, settings
from hypothesis import strategies as st

from policies.finding import Box, Characters, Finding, Match, Seconds
from safety import screen
from safety.detector import Footage, Sound, Text, Words
from safety.running_text import MOST_WORDS, RunningText, read_in_order, running_texts


def line(text: str, left: float, top: float, *, at_s: float | None = 0.0, height: float = 0.125) -> Words:
    return Words(text=text, where=Box(left=left, top=top, width=0.25, height=height, at_s=at_s))


def phrase(text: str, start_s: float) -> Words:
    return Words(text=text, where=Seconds(start_s=start_s, end_s=start_s + 1))


class Phrase:
    """Finds a phrase wherever it stands in a text; made for these tests."""

    name = "text.phrase@1"
    categories = frozenset({"hate"})

    def __init__(self, phrase: str, score: float = 0.9) -> None:
        self.phrase, self.score = phrase, score

    def examine(self, content: Text, /) -> tuple[Finding, ...]:
        at = content.text.find(self.phrase)
        place = Characters(start=at, end=at + len(self.phrase), part=content.part)
        return () if at < 0 else (Finding(category="hate", score=self.score, why="it", where=place),)


class Subtitles:
    name = "on_screen.fixed@1"

    def __init__(self, *words: Words) -> None:
        self.words = words

    def read(self, _content: object, /) -> tuple[Words, ...]:
        return self.words


def places(detector: Phrase, *words: Words) -> list:
    looks = screen.Screen(text=(detector,), on_screen=Subtitles(*words))
    seen = screen.screen_footage(looks, Footage(pictures=()))
    return [finding.where for reading in seen.readings for finding in reading.findings]


def test_a_sentence_over_several_lines_is_one() -> None:
    """It is found though no line holds it, in the box around the lines it covers and no others."""
    lines = (line("we will", 0.125, 0.125), line("burn it", 0.125, 0.25), line("tickets here", 0.125, 0.75))
    whole = Box(left=0.125, top=0.125, width=0.25, height=0.25, at_s=0.0)
    assert [whole] == places(Phrase("will burn"), *lines)


def test_a_sentence_over_several_phrases_is_one() -> None:
    """It is found in the seconds from the first to the last of the phrases it covers."""
    looks = screen.Screen(
        text=(Phrase("will burn"),),
        speech=Subtitles(phrase("hello", 0), phrase("we will", 2), phrase("burn it", 4)),
    )
    sound = Sound(samples=[], rate_hz=16_000)
    seen = screen.screen_clip(looks, Footage(pictures=()), sound)
    assert [Seconds(start_s=2, end_s=5)] == [f.where for r in seen.readings for f in r.findings]


def test_what_a_line_tells_by_itself_is_told_once() -> None:
    """The whole adds nothing where it is not surer than the line alone."""
    first = line("burn it", 0.1, 0.1)
    assert [first.where] == places(Phrase("burn"), first, line("all", 0.1, 0.3))


def test_what_the_whole_tells_more_surely_is_told() -> None:
    """A finding of another kind, of another reference, or surer than the pieces', is kept."""
    text = RunningText.of((line("a", 0, 0), line("b", 0, 0.5)))
    weak = Finding(category="hate", score=0.4, why="", where=text.pieces[0].where)
    whole = Characters(start=0, end=3)
    match = Match(reference="r", bank="b", method="m", value="v", distance=0, threshold=0)
    told = {
        "same": Finding(category="hate", score=0.4, why="", where=whole),
        "surer": Finding(category="hate", score=0.5, why="", where=whole),
        "other": Finding(category="illicit", score=0.1, why="", where=whole),
        "named": Finding(category="hate", score=0.1, why="", where=whole, match=match),
    }
    kept = {name for name, finding in told.items() if list(text.placed([finding], [weak]))}
    assert {"surer", "other", "named"} == kept


def test_a_caption_that_goes_on_in_the_next_picture_is_one() -> None:
    """It is placed in the picture in which it begins; words of the voice are not mixed with those written."""
    first, then = line("we will", 0.1, 0.1), line("burn it", 0.4, 0.2, at_s=2.5)
    assert [first.where] == places(Phrase("will burn"), first, then)
    mixed = list(running_texts((line("we will", 0, 0), phrase("burn it", 0))))
    assert ["we will", "burn it"] == [text.text for text in mixed]


def test_lines_are_read_in_rows() -> None:
    """From top to bottom, and within one height from left to right, however they were found."""
    given = [
        line("four", 0.6, 0.52), line("two", 0.5, 0.1), line("three", 0.1, 0.5), line("one", 0.1, 0.12),
    ]  # fmt: skip
    assert ["one", "two", "three", "four"] == [one.text for one in read_in_order(given)]


def test_a_divided_word_is_put_together() -> None:
    """A line that ends in a hyphen goes on without a blank."""
    pieces = [line("a self-", 0, 0), line("portrait", 0, 0.2), line("Never-", 0, 0.4), line("Ever", 0, 0.6)]
    assert "a self-portrait Never- Ever" == RunningText.of(pieces).text


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(1, 2 * MOST_WORDS), max_size=12))
def test_every_neighbours_meet(counts: list[int]) -> None:
    """Each piece is judged alone; two short neighbours meet in some run; no run of several is too long."""
    words = tuple(phrase(" ".join(["w"] * count), float(at)) for at, count in enumerate(counts))
    texts = list(running_texts(words))
    assert list(words) == [text.pieces[0] for text in texts[: len(words)]]
    runs = [text.pieces for text in texts[len(words) :]]
    assert all(sum(len(piece.text.split()) for piece in run) <= MOST_WORDS for run in runs)
    for one, other in zip(words, words[1:], strict=False):
        together = any(one in run and other in run for run in runs)
        size = len(one.text.split()) + len(other.text.split())
        assert together or size > MOST_WORDS
    for text in texts:
        assert [piece.text for piece in text.pieces] == [text.text[a:b] for a, b in text.spans]
