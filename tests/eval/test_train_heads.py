"""What making the text heads promises."""

import json
import random
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from eval.train.__main__ import LEFT_OUT, calibration
from eval.train.features import Library, Shelved, library
from eval.train.folds import FRAMES, framed
from eval.train.grammar import Row
from eval.train.heads import as_heads, exported, train
from eval.train.kept import Trainer
from eval.train.measure import BENIGN, auroc, doubt, harms, left_out, thresholds
from eval.train.measure import judged as judge_all
from eval.train.recipe import Recipe
from eval.train.rows import SEEDS, alone, ours, seeds, trainable
from safety.embedding import SentenceEncoder
from safety.heads import CATEGORIES, PATH, SECOND_PATH, Heads
from safety.models.store import ModelStore
from safety.transformer.encoder import Transformer

RECIPE = Recipe(epochs=6, batch=16)


@pytest.fixture(scope="module")
def few() -> list[Row]:
    """A few dozen seeds of every kind."""
    dice = random.Random(3)
    known = [row for row in seeds() if row.harm is not None and len(row.text) < 120]
    harmful = [row for row in known if row.harm]
    return dice.sample(harmful, 60) + dice.sample([row for row in known if not row.harm], 60)


@pytest.fixture(scope="module")
def known(few: list[Row], models: ModelStore, tmp_path_factory: pytest.TempPathFactory) -> Library:
    texts = [row.text for row in few]
    return library(texts, SentenceEncoder(models), tmp_path_factory.mktemp("features"))


def test_equal_seeds_give_equal_weights(few: list[Row], known: Library) -> None:
    """Training again from the same rows and the same seed gives the same file, and another seed another."""
    first, again = exported(train(few, known, RECIPE)), exported(train(few, known, RECIPE))
    other = exported(train(few, known, Recipe(epochs=6, batch=16, seed=1)))
    assert all(np.array_equal(first[name], again[name]) for name in first)
    assert not np.array_equal(first["hidden_w"], other["hidden_w"])


def test_training_learns(few: list[Row], known: Library) -> None:
    """After a short training, harmful rows score above harmless ones, and mostly under their own category."""
    heads = as_heads(exported(train(few, known, Recipe(epochs=30, batch=16, wrapped=0))))
    logits = {row.text: judged(heads, known, row.text) for row in few}
    harmful = np.array([logits[row.text][0] for row in few if row.harm])
    harmless = np.array([logits[row.text][0] for row in few if not row.harm])
    assert auroc(harmful, harmless) > 0.95
    named = [
        row.categories.get(CATEGORIES[int(logits[row.text][1:].argmax())], False) for row in few if row.harm
    ]
    assert np.mean(named) > 0.7


def judged(heads: Heads, known: Library, text: str) -> np.ndarray:
    rows = known.rows[known.places(text)].astype(np.float32)
    vector = known.encoder.average(rows.sum(0, keepdims=True), np.array([[len(rows)]], np.float32))
    return heads.judge(vector, rows, [slice(0, len(rows))])[0]


@pytest.fixture(scope="module")
def seen_twice(
    few: list[Row], known: Library, models: ModelStore, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Library]:
    """The features of both looks."""
    texts = [row.text for row in few[:40]]
    return {"first": known, "second": library(texts, Transformer(models), tmp_path_factory.mktemp("second"))}


@pytest.mark.parametrize("look", ["first", "second"])
def test_the_runtime_is_the_network(few: list[Row], seen_twice: dict[str, Library], look: str) -> None:
    """What the service computes with NumPy is what was trained, but for the rounding to half floats."""
    import torch

    known, few = seen_twice[look], few[:40]
    network = train(few, known, Recipe(epochs=1))
    heads = as_heads(exported(network))
    for row in few[:20]:
        rows = known.rows[known.places(row.text)].astype(np.float32)
        vector = known.encoder.average(rows.sum(0, keepdims=True), np.array([[len(rows)]], np.float32))
        with torch.inference_mode():
            told = network(torch.from_numpy(vector), torch.from_numpy(rows), [len(rows)])[0]
        expected = told.mean(0).numpy()
        np.testing.assert_allclose(expected, judged(heads, known, row.text), atol=0.02)


def test_the_library_remembers(few: list[Row], known: Library, models: ModelStore, tmp_path: Path) -> None:
    """A text is looked at once, whatever is asked for later, and what is remembered is what was seen."""
    encoder = _Counting(SentenceEncoder(models))
    texts = [row.text for row in few[:6]]
    first = library(texts[:4], encoder, tmp_path)
    again = library(texts, encoder, tmp_path)
    assert {text: known.rows[known.places(text)].tolist() for text in texts} == {
        text: again.rows[again.places(text)].tolist() for text in texts
    }
    assert first.spans.items() <= again.spans.items()
    assert sorted(texts) == sorted(text for text in encoder.looked if text != "a")
    for text in texts:
        seen, told = encoder.inner.features(text.split()), Shelved(library=again).features(text.split())
        assert seen.segments == told.segments
        np.testing.assert_allclose(seen.rows, told.rows, atol=0.02)


class _Counting:
    """An encoder that knows what it was asked to look at."""

    def __init__(self, inner: SentenceEncoder) -> None:
        self.inner, self.looked = inner, []

    def tokens(self, segments: list[str]):
        return self.inner.tokens(segments)

    def features(self, segments: list[str]):
        self.looked.append(" ".join(segments))
        return self.inner.features(segments)


@pytest.mark.parametrize("path", [PATH, SECOND_PATH], ids=["first", "second"])
def test_the_shipped_files_are_small_and_whole(path: Path) -> None:
    """Our weights lie beside the code: at most 1.2 MB, finite, and calibrated with review below block."""
    heads = Heads.read(path)
    assert path.stat().st_size < 1_200_000
    assert all(np.isfinite(part).all() for member in heads.members for part in member.values())
    assert heads.slope > 0
    assert heads.margin > 0


def test_the_lines_are_drawn_from_sources_left_out() -> None:
    """The calibration that ships is what the written rule makes of the scores that are committed."""
    shipped = [Heads.read(path) for path in (PATH, SECOND_PATH)]
    drawn = pytest.approx(calibration(LEFT_OUT), abs=1e-6)
    assert [drawn] * 2 == [(one.slope, one.offset, one.margin, one.doubt) for one in shipped]


def test_each_figure_has_its_seeds() -> None:
    """Every member was measured by itself on the same sources as all of them together."""
    both, members = (json.loads((LEFT_OUT / f"{name}.json").read_text()) for name in ("both", "members"))
    assert {f"member-{number + 1}" for number in range(len(Heads.read(PATH).members))} == set(members)
    assert len(members) >= 3
    sources = {name.rpartition(" ")[0] for name in both if name.endswith(" harmful")}
    assert [sources | {"lines"}] * len(members) == [set(told) for told in members.values()]


def test_frames_are_put_around_the_same_seeds(few: list[Row], known: Library, tmp_path: Path) -> None:
    """Each seed is judged plain and in every frame, by the name of its source; plain is what it is told alone."""
    look = Trainer(library=known, folder=tmp_path, recipe=Recipe(epochs=1, members=1)).look(few)
    told = dict(framed("seeds harmful", few[:3], (look, look)))
    assert [f"seeds harmful, {frame}" for frame in ("plain", *FRAMES)] == list(told)
    assert {3} == {len(found) for found in told.values()}
    alone_told = harms(judge_all([row.text for row in few[:3]], look, look))
    np.testing.assert_allclose(alone_told, told["seeds harmful, plain"])


def test_a_frame_hides_little() -> None:
    """Of harmful seeds kept apart that are held plainly, at least 17 in 20 are held in every frame."""
    held = json.loads((LEFT_OUT / "framed.json").read_text())
    review, _block = thresholds({name: np.array(of) for name, of in scores_left_out().items()})
    for lang in ("en", "fr"):
        plain = np.array(held[f"seeds {lang} harmful, plain"]) >= review
        assert plain.sum() > 80
        for frame in FRAMES:
            kept = np.array(held[f"seeds {lang} harmful, {frame}"])[plain] >= review
            assert kept.mean() >= 0.85, (lang, frame)


def scores_left_out() -> dict[str, list[float]]:
    return json.loads((LEFT_OUT / "both.json").read_text())


def test_what_was_trained_is_kept(few: list[Row], known: Library, tmp_path: Path) -> None:
    """The same rows are trained on once; other rows, or one other truth, are another training."""
    trainer = Trainer(library=known, folder=tmp_path, recipe=Recipe(epochs=1, members=1))
    first, again = trainer.arrays(few), trainer.arrays(few)
    assert all(np.array_equal(first[name], again[name]) for name in first)
    assert 1 == len(list(tmp_path.iterdir()))
    other = trainer.arrays([replace(few[0], harm=not few[0].harm), *few[1:]])
    assert not np.array_equal(first["hidden_w"], other["hidden_w"])
    assert 2 == len(list(tmp_path.iterdir()))


def test_a_second_look_is_asked_for_before_the_lines() -> None:
    """The first look never holds by itself: wherever its score could reach a line the second has its say."""
    first, second = Heads.read(PATH), Heads.read(SECOND_PATH)
    assert (first.slope, first.offset) == (second.slope, second.offset)
    assert first.doubt < -first.offset / first.slope


def test_doubt_keeps_the_harmful() -> None:
    """Of harmful texts that the second look holds, one in fifty is not looked at again."""
    logits = np.random.default_rng(2).normal(0, 1, 2000)
    held = np.where(np.arange(2000) % 2, 3.0, -3.0)
    line = doubt({"a harmful": logits, "b harmless": logits}, {"a harmful": held, "b harmless": held}, 1.0)
    assert 0.02 == pytest.approx(np.mean(logits[held > 0] < line), abs=0.002)


def test_seeds_are_in_order() -> None:
    """Every seed says its language, pair and why; no text stands twice with two truths; half are harmless."""
    rows = [
        json.loads(line) for path in sorted(SEEDS.glob("*.jsonl")) for line in path.open(encoding="utf-8")
    ]
    assert all({"text", "lang", "category", "label", "pair", "why"} == set(row) for row in rows)
    assert all(row["why"] and row["pair"] and row["lang"] in ("en", "fr") for row in rows)
    assert all((row["category"] is None) == (row["label"] == 0) for row in rows)
    truths = Counter((row["text"].casefold(), row["label"]) for row in rows)
    assert not {text for text, label in truths if (text, 1 - label) in truths}
    assert sum(not row["label"] for row in rows) >= len(rows) / 2
    assert 0.25 < np.mean([row["lang"] == "fr" for row in rows]) < 0.75


def test_minimal_pairs_have_two_sides() -> None:
    """A pair has a harmful and a harmless side in both languages."""
    rows = [json.loads(line) for line in (SEEDS / "pairs.jsonl").open(encoding="utf-8")]
    sides = {(row["pair"], row["lang"], row["label"]) for row in rows}
    assert {4} == set(Counter(pair for pair, _lang, _label in sides).values())


def test_implied_harm_has_an_innocent_twin() -> None:
    """Nearly every prompt that only implies its harm stands beside one that borrows its words and means well."""
    rows = [json.loads(line) for line in (SEEDS / "implicit-en.jsonl").open(encoding="utf-8")]
    sides: dict[str, set[int]] = {}
    for row in rows:
        sides.setdefault(row["pair"], set()).add(row["label"])
    assert 1 in set.intersection(*sides.values())
    assert np.mean([found == {0, 1} for found in sides.values()]) >= 0.9
    assert {row["category"] for row in rows} == {*CATEGORIES, None}


def test_growing_is_seeded() -> None:
    """What grows from the seeds is the same for the same dice, and every child knows its seed's group."""
    assert ours(5) == ours(5)
    groups = {row.group for row in seeds()}
    assert {row.group for row in ours(5) if row.source == "dressed"} <= groups


def test_sentences_of_harmless_texts_are_learned_alone() -> None:
    """A sentence of a harmless text is a row of its own, once, at half weight; of a harmful one it is none."""
    told = Row(
        text="A cat sleeps. Warm rain falls!", lang="en", source="benign_t2v", harm=False, categories={}
    )
    rows = [
        told,
        replace(told, text="Warm rain falls! A dog runs"),
        replace(told, text="A dog runs"),
        replace(told, text="Two boats sail. A man is stabbed", harm=True),
        replace(told, text="The fire burns. The snow melts", source="paragraphs"),
    ]
    found = alone(rows, 10, random.Random(1))
    assert {("A cat sleeps", 0.5), ("Warm rain falls!", 0.5)} == {(row.text, row.weight) for row in found}
    assert {False} == {row.harm for row in found}
    assert 1 == len(alone(rows, 1, random.Random(1)))


def test_a_source_left_out_is_wholly_out(few: list[Row]) -> None:
    """No row of a left-out source, nor anything grown from a kept-apart seed, is trained on."""
    rows = ours(5)
    kept, out = left_out(rows, ["seeds"])
    apart = {row.group for found in out.values() for row in found}
    assert apart
    assert not apart & {row.group for row in kept}
    sentences = {row.text.rstrip(".").casefold() for found in out.values() for row in found}
    grown = [row.text.casefold() for row in kept if row.source == "paragraphs"]
    assert len(grown) == 800
    assert [] == [text for text in grown if any(sentence in text for sentence in sentences)]
    assert {"plain"}.isdisjoint(row.source for row in left_out(rows, ["plain"])[0])


def test_thresholds_hold_every_benign_source() -> None:
    """The review threshold lets at most three in a hundred of the worst source be held, and block lies above."""
    dice = np.random.default_rng(1)
    scores = {f"{name} harmless": dice.normal(place, 1, 1000) for place, name in enumerate(BENIGN)}
    review, block = thresholds(scores)
    assert max(np.mean(found > review) for found in scores.values()) <= 0.03
    assert max(np.mean(found > block) for found in scores.values()) <= 0.01


@pytest.mark.parametrize(
    ("harmful", "harmless", "expected"),
    [([2, 3], [0, 1], 1.0), ([0, 1], [2, 3], 0.0), ([0, 2], [1, 3], 0.25)],
)
def test_auroc_counts_ordered_pairs(harmful: list, harmless: list, expected: float) -> None:
    """It is the share of pairs in which the harmful text scores higher."""
    assert expected == auroc(np.array(harmful, float), np.array(harmless, float))


def test_sets_are_read_with_what_is_known(data_folder: Path) -> None:
    """Rows of the sets carry a truth or a category; sets without a licence are never trained on."""
    rows = trainable(data_folder, 1)
    assert len(rows) > 5000
    assert all(row.harm is not None or row.categories for row in rows)
    assert {"t2v_unsafe", "t2i_risky", "benign_t2v_2", "benign_t2v_compositional"}.isdisjoint(
        row.source for row in rows
    )
    assert {*BENIGN} <= {row.source for row in rows}
