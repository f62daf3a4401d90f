"""Other people's prompts, requests and tweets: every set of the evaluation data, each by itself."""

from __future__ import annotations

from pathlib import Path

from eval.sample import Draw, Learned, NoData, Sample
from eval.suites.sets import PromptSet, lessons_in, prompt_sets, samples
from eval.suites.suite import Drawn, Source
from eval.suites.texts import TextSuite


class Prompts(TextSuite):
    """Every set under ``prompts/``; one that is not there is told as not run."""

    name = "prompts"

    def draw(self, data: Path | None, dice: Draw) -> Drawn:
        """
        Return rows of every set.

        Raises:
            NoData: no folder was given, or none of the sets is in it.
        """
        data = given(data)
        taken: list[Sample] = []
        sources: list[Source] = []
        missing: dict[str, str] = {}
        for one in prompt_sets():
            try:
                drawn, source = draw_set(one, data, dice)
            except NoData as error:
                missing[one.name] = str(error)
                continue
            taken += drawn
            sources.append(source)
        if not sources:
            raise NoData(f"not run: no data (no set lies under {data / 'prompts'})")
        return Drawn(samples=taken, sources=sources, missing=missing)


def given(data: Path | None) -> Path:
    """
    Return the folder of the evaluation data.

    Raises:
        NoData: none was given.
    """
    if data is None:
        raise NoData("not run: no data (give --data or FILIGRANE_EVAL_DATA)")
    return data


def draw_set(
    one: PromptSet,
    data: Path,
    dice: Draw,
    most: int | None = None,
    outside: frozenset[str] = frozenset(),
) -> tuple[list[Sample], Source]:
    """
    Return rows of one set, those of no family `outside`, and what is known of it.

    Raises:
        NoData: it is not there.
    """
    if not one.path(data).is_file():
        raise NoData(f"not run: no data ({one.name} is not there)")
    lessons = lessons_in(data)
    rows = [sample for sample in samples(one, data, lessons) if sample.category not in outside]
    drawn = dice.of(rows, one.name, most)
    source = Source(
        name=one.name,
        licence=one.licence,
        rows=len(rows),
        drawn=len(drawn),
        learned=lessons.of(one.name, ""),
        known=sum(sample.learned is Learned.ROW for sample in drawn),
        is_quotable=one.is_quotable,
    )
    return drawn, source
