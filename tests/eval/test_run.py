"""A run draws by seed, looks once, goes on where it stopped, and calls no data what it is."""

import json
import multiprocessing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.kept import Kept, key_of
from eval.looking import SideBySide
from eval.run import run
from eval.sample import Draw, NoData
from eval.suites.prompts import Prompts
from eval.system import shipped_system


def go(system, data, out: Path, dice: Draw = Draw(), **rest):
    """Run the prompts suite and return its outcome and the file it wrote."""
    (outcome,) = run([Prompts()], system, data=data, out=out, cache=out / "kept", dice=dice, **rest)
    return outcome, (out / "prompts.json").read_text(encoding="utf-8")


def test_equal_seeds_give_equal_bytes(small_system, few_data, tmp_path) -> None:
    """Seed, data and system make the file; another seed draws other rows."""
    dice = Draw(seed=3, most=8)
    first = go(small_system, few_data, tmp_path / "1", dice)[1]
    assert first == go(small_system, few_data, tmp_path / "2", dice)[1]
    assert first != go(small_system, few_data, tmp_path / "3", Draw(seed=4, most=8))[1]


def test_a_killed_run_goes_on(small_system, few_data, tmp_path, words) -> None:
    """What was looked at before the kill is not looked at again, and the result is that of a run in one go."""
    whole = go(small_system, few_data, tmp_path / "whole")[1]
    words.asked = 0

    def dies(_suite, samples):
        for number, sample in enumerate(samples):
            if number == 20:
                raise KeyboardInterrupt
            yield sample

    with pytest.raises(KeyboardInterrupt):
        go(small_system, few_data, tmp_path / "cut", follow=dies)
    assert not (tmp_path / "cut" / "prompts.json").exists()
    assert 20 == words.asked
    assert whole == go(small_system, few_data, tmp_path / "cut")[1]
    texts = {text for sample in Prompts().draw(few_data, Draw()).samples for text in sample.texts}
    assert len(texts) == words.asked


def test_another_system_looks_anew(small_system, few_data, tmp_path, words) -> None:
    """What another set of weights saw is no answer of this one."""
    import dataclasses

    go(small_system, few_data, tmp_path)
    before = words.asked
    go(dataclasses.replace(small_system, digest="e" * 64), few_data, tmp_path)
    assert 2 * before == words.asked


def test_several_look_as_one_does(few_data, tmp_path, models) -> None:
    """Two processes with systems of their own give the bytes of one, and each content is looked at once."""
    system, dice = shipped_system(models), Draw(most=4)
    alone = go(system, few_data, tmp_path / "alone", dice)[1]
    with SideBySide(2, shipped_system) as look:
        assert alone == go(system, few_data, tmp_path / "beside", dice, look=look)[1]
    kept = [(tmp_path / name / "kept" / "prompts.jsonl").read_text() for name in ("alone", "beside")]
    assert kept[0] == kept[1]


def test_who_looks_side_by_side_starts_nothing_for_nothing() -> None:
    """Where everything was seen before no process is started."""
    with SideBySide(2, shipped_system) as look:
        assert [] == list(look(Prompts(), []))
    assert not multiprocessing.active_children()


@pytest.mark.parametrize("data", [None, Path("/nowhere")])
def test_no_data_is_not_run(small_system, tmp_path, data) -> None:
    """Without data nothing was measured, and the file says so; it is never a pass."""
    outcome, written = go(small_system, data, tmp_path)
    assert not outcome.was_run
    assert "not run: no data" in json.loads(written)["why"]


def test_a_missing_set_is_named(small_system, few_data, tmp_path) -> None:
    """Sets that are not there are told one by one beside those that were measured."""
    told = json.loads(go(small_system, few_data, tmp_path)[1])
    assert "not run: no data" in told["missing"]["t2i_risky"]
    assert ["t2v_unsafe", "benign_t2v_2", "benign_users"] == [source["name"] for source in told["sources"]]


def test_no_text_is_written(small_system, few_data, tmp_path) -> None:
    """Neither the result nor what is kept holds a prompt: sets without a licence are not quoted."""
    go(small_system, few_data, tmp_path)
    written = "".join(path.read_text() for path in tmp_path.rglob("*.json*") if "data" not in path.parts)
    assert "calm lake" not in written
    assert "a scene" not in written


@given(
    sizes=st.tuples(st.integers(0, 60), st.integers(0, 60)), most=st.integers(1, 30), seed=st.integers(0, 99)
)
@settings(max_examples=100, deadline=None)
def test_a_draw_is_a_sample_in_order(sizes, most, seed) -> None:
    """At most so many, none twice, in their order; another set's size changes nothing; all is everything."""
    rows = list(range(sizes[0]))
    drawn = Draw(seed=seed, most=most).of(rows, "one")
    assert min(most, len(rows)) == len(drawn)
    assert sorted(set(drawn)) == drawn
    Draw(seed=seed, most=most).of(list(range(sizes[1])), "two")
    assert drawn == Draw(seed=seed, most=most).of(rows, "one")
    assert rows == Draw(seed=seed, most=None).of(rows, "one")


def test_a_torn_line_is_looked_at_again(tmp_path) -> None:
    """A crash in the middle of a line loses that line and no other."""
    path = tmp_path / "kept.jsonl"
    with Kept(path) as kept:
        kept.put("a", {"seen": 1})
        kept.put("b", {"seen": 2})
    path.write_bytes(path.read_bytes()[:-4])
    with Kept(path) as kept:
        assert ({"seen": 1}, None) == (kept.get("a"), kept.get("b"))
        kept.put("c", [3])
    assert [3] == Kept(path).get("c")
    assert 2 == len(Kept(path))


def test_keys_tell_fields_apart() -> None:
    """Words moved from one field to the next are another content."""
    assert key_of("ab", "c") != key_of("a", "bc")


def test_a_folder_without_sets_has_no_data(tmp_path) -> None:
    """An empty folder is no data, not an empty success."""
    with pytest.raises(NoData, match="not run: no data"):
        Prompts().draw(tmp_path, Draw())
