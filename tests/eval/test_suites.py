"""Each suite draws what it says, and its lines say what happened."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from eval.figures import by_key, figures
from eval.latency import LENGTHS, measure, prompts_of, read_timings, write_timings
from eval.run import run
from eval.sample import PLAIN, Draw, Learned, Sample, Stage
from eval.score import counted, merged
from eval.suites import given_texts, pictures, redteam
from eval.suites.attacks import OURS, Attacks
from eval.suites.disguise import DISGUISES
from eval.suites.images import Images
from eval.suites.marks import CHANGES, Marks
from eval.suites.pairs import SPLIT, Pairs
from eval.suites.redteam import EMBEDDED, SPOKEN, WRITTEN, RedTeam
from eval.suites.registry import suites
from eval.train.rows import seeds
from policies.finding import Finding
from safety.detector import Footage
from safety.detectors.lexicon import shipped
from safety.heads import CATEGORIES
from safety.normalise import skeleton
from safety.screen import Screen

FEW = Draw(seed=5, most=6)


def test_every_suite_has_a_name_of_its_own() -> None:
    """And is drawn the same twice, without data, wherever it can do without."""
    assert {"pairs", "prompts", "attacks", "images", "marks", "sounds", "voices", "redteam"} == set(suites())
    for name in ("pairs", "attacks", "images", "marks", "sounds", "redteam"):
        drawn, again = (suites()[name].draw(None, FEW) for _ in range(2))
        assert drawn == again
        assert drawn.samples, name
        keys = [suites()[name].key(sample) for sample in drawn.samples]
        assert keys == [suites()[name].key(sample) for sample in again.samples]


def test_every_row_is_asked_in_every_disguise(few_data) -> None:
    """As many disguised as plain rows, harmless ones among them; who needs more than words is left out."""
    drawn = Attacks().draw(few_data, FEW)
    counts = Counter(sample.variant for sample in drawn.samples)
    assert {PLAIN, *DISGUISES} == set(counts)
    assert 1 == len(set(counts.values()))
    assert {"t2v_unsafe", "benign_t2v_2", OURS} == {sample.source for sample in drawn.samples}
    assert {"rights"}.isdisjoint(sample.category for sample in drawn.samples)
    assert {"t2v_unsafe", "benign_t2v_2"} == set(Attacks().draw(None, FEW).missing)


def test_recall_kept_is_of_what_was_held(small_system, few_data, tmp_path) -> None:
    """Only rows held plainly can be lost: the small system reads capitals, and not the wide letters."""
    list(
        run(
            [Attacks()],
            small_system,
            data=few_data,
            out=tmp_path / "o",
            cache=tmp_path / "k",
            dice=Draw(most=30),
        )
    )
    from eval.report import build, read_runs
    from eval.suites.sets import apart

    report = build(read_runs(tmp_path / "o", ["attacks"]), small_system.policy, apart())
    told = {figure["key"]: figure for figure in report["figures"]}
    plain = told["attacks/recall/stage=prompt/variant=plain"]
    upper = told["attacks/recall_kept/family=spelling/variant=spelling.uppercase"]
    wide = told["attacks/recall_kept/family=unicode/variant=unicode.fullwidth"]
    assert (plain["hits"], 1.0) == (upper["n"], upper["value"])
    assert (plain["hits"], 0.0) == (wide["n"], wide["value"])


def test_pairs_are_drawn_whole() -> None:
    """Where one side of a pair is drawn, so is the other; the French split is known as never learned."""
    drawn = Pairs().draw(None, Draw(seed=5, most=60))
    for source in (SPLIT, "our pairs"):
        sides: dict[str, set] = {}
        for sample in drawn.samples:
            if sample.source == source and sample.pair:
                sides.setdefault(sample.pair, set()).add(sample.is_harmful)
        assert sides, source
        assert {frozenset({True, False})} == set(map(frozenset, sides.values()))
    learned = {sample.source: sample.learned for sample in drawn.samples}
    assert {SPLIT: Learned.NEVER, "our pairs": Learned.ROW} == learned
    assert {sample.lang for sample in drawn.samples if sample.source == SPLIT} == {"fr"}


class Bright:
    """Finds gore in bright pictures; made for these tests."""

    name = "picture.bright@1"

    def __init__(self, categories) -> None:
        self.categories = categories

    def examine(self, content: Footage, /) -> tuple[Finding, ...]:
        light = float(np.mean([picture.rgb.mean() for picture in content.pictures]))
        return (Finding(category="violence.graphic", score=0.9, why="bright"),) if light > 150 else ()


def test_pictures_pass_the_look_at_a_clip(small_system, words, tmp_path) -> None:
    """A bright photograph is held by the picture detector, a dark one passes; both are harmless."""
    import dataclasses

    from PIL import Image

    system = dataclasses.replace(
        small_system, screen=Screen(text=(words,), footage=(Bright(words.categories),))
    )
    lines = []
    for name, grey in (("dark", 20), ("bright", 240)):
        path = tmp_path / "data" / "faces" / "orl" / name / "1.png"
        path.parent.mkdir(parents=True)
        Image.fromarray(np.full((40, 40, 3), grey, np.uint8)).save(path)
    suite = Images()
    for sample in suite.draw(tmp_path / "data", FEW).samples:
        if sample.media is not None:
            lines += suite.score(system, sample, suite.look(system, sample))
    assert [("bright/1.png", True), ("dark/1.png", False)] == [(line.id, line.is_held) for line in lines]
    told = by_key(figures("images", lines, {"likeness"}, 1))
    assert (
        0.5 == told["images/false_alarms/stage=output/variant=plain/scope=words/source=faces"].estimate.value
    )


def test_a_mark_is_read_and_none_is_claimed() -> None:
    """The unchanged clip bears its own mark, the unmarked one none: both by the real writer and reader."""
    suite = Marks()
    samples = {sample.id: sample for sample in suite.draw(None, FEW).samples}
    assert len(CHANGES) * 4 + 4 == len(samples)
    marked, bare = (suite.look(None, samples[name]) for name in ("0/none", "0/unmarked"))
    assert ({"read": 1, "right": True}, {"read": 0, "right": False}) == (marked, bare)
    lines = [
        line
        for name, seen in (("0/none", marked), ("0/unmarked", bare))
        for line in suite.score(None, samples[name], seen)
    ]
    assert [True, False] == [line.is_held for line in lines]


def test_the_red_team_covers_what_it_names() -> None:
    """Every category of the heads through the engine, in both languages, with harmless twins everywhere."""
    drawn = RedTeam().draw(None, FEW).samples
    engine = {
        (sample.category, sample.lang) for sample in drawn if sample.source == EMBEDDED and sample.is_harmful
    }
    assert 14 == len(engine)
    for source in (EMBEDDED, WRITTEN, SPOKEN):
        assert {True, False} == {sample.is_harmful for sample in drawn if sample.source == source}


@pytest.mark.parametrize(("source", "least"), [(WRITTEN, 20), (SPOKEN, 12)])
def test_given_media_is_enough_to_mean_something(source, least) -> None:
    """Each category in both languages, a dozen harmless clips at least, and texts that nobody learned."""
    drawn = [sample for sample in RedTeam().draw(None, Draw()).samples if sample.source == source]
    harmful = [sample for sample in drawn if sample.is_harmful]
    assert len(harmful) >= least
    assert len(drawn) - len(harmful) >= 12
    families = {(sample.category, sample.lang) for sample in harmful}
    assert {(name, lang) for name in CATEGORIES for lang in ("en", "fr")} <= families
    assert {Learned.NEVER, Learned.ROW} == {sample.learned for sample in harmful}
    assert len(drawn) == len({sample.texts for sample in drawn})


def test_words_of_the_list_are_the_lists_own() -> None:
    """No slur is written for a suite: each is a term of the shipped list, which finds it by itself."""
    words = [*given_texts.slurs(), *(one for one in given_texts.said() if one.kind == given_texts.WORDS)]
    assert len(words) > 40
    unfound = [one.text for one in words if not shipped().findings(skeleton(one.text), "prompt")]
    assert [] == unfound


def test_bad_media_is_made_and_looked_at(small_system, words, monkeypatch) -> None:
    """What is written on screen is read and held at the clip and in the whole, though the prompt was harmless."""
    import dataclasses

    from policies.finding import Box
    from safety.detector import Words

    class Reads:
        name = "on_screen.fixed@1"

        def read(self, _content, /):
            return (Words(text="VIOLENCE95", where=Box(left=0, top=0, width=1, height=1)),)

    system = dataclasses.replace(
        small_system, screen=Screen(text=(words,), footage=(Bright(words.categories),), on_screen=Reads())
    )
    suite = RedTeam()
    sample = next(one for one in suite.draw(None, FEW).samples if one.source == WRITTEN and one.is_harmful)
    lines = list(suite.score(system, sample, suite.look(system, sample)))
    assert [(Stage.OUTPUT, True), (Stage.WHOLE, True)] == [(line.stage, line.is_held) for line in lines]


def test_a_clip_that_did_not_come_is_unscored(small_system, monkeypatch) -> None:
    """A broken back-end leaves the clip and the whole unscored; a prompt that is held is held all the same."""
    from generator.errors import GenerationFailed

    def breaks(*_arguments):
        raise GenerationFailed("no clip")

    monkeypatch.setattr(redteam, "_made", breaks)
    suite = RedTeam()
    for text, held in (("a calm lake", [False, None, None]), ("VIOLENCE95", [True, None, True])):
        sample = Sample(
            id="1", source=EMBEDDED, is_harmful=True, lang="en", category="violence", texts=(text,)
        )
        lines = list(suite.score(small_system, sample, suite.look(small_system, sample)))
        assert held == [None if line.severity is None else line.is_held for line in lines]


def test_merging_takes_the_gravest() -> None:
    """The whole is as severe as its worst stage, and unknown only where nothing holds it."""
    sample = Sample(id="1", source="a", is_harmful=True, lang="en")
    low, high, unknown = (
        counted(sample, Stage.PROMPT, severity=one, reason=None, why="broken") for one in (0.2, 0.9, None)
    )
    told = [merged(pair, Stage.WHOLE).severity for pair in ((low, high), (high, unknown), (low, unknown))]
    assert [0.9, 0.9, None] == told


def test_latency_is_told_apart(small_system, tmp_path: Path) -> None:
    """Every detector, the policy and the gate at every length; a file of its own, absent until measured."""
    assert [] == read_timings(tmp_path)
    rows = measure(small_system)
    assert [(what, length) for length in LENGTHS for what in ("text.words@1", "policy", "gate")] == [
        (row["what"], row["characters"]) for row in rows
    ]
    assert all(0 <= row["p50_ms"] <= row["p95_ms"] <= row["p99_ms"] for row in rows)
    write_timings(tmp_path, rows)
    assert rows == read_timings(tmp_path)
    assert {120} == {len(prompt) for prompt in prompts_of(120, seeds())}


@pytest.mark.parametrize("size", [(64, 64), (30, 90)])
def test_pictures_become_clips(size, tmp_path) -> None:
    """A picture of any shape fills a clip of even sides; its first frame is that picture, about."""
    from eval.suites.given_media import shown

    clip = shown(np.full((*size, 3), 200, np.uint8), tmp_path / "clip.mp4")
    frame = pictures.first_frame(clip.path)
    assert (360, 640, 3) == frame.shape
    assert abs(int(frame[180, 320].mean()) - 200) < 8
