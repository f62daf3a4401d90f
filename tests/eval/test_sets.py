"""What is said of the sets is what they hold."""

from eval.sample import Learned
from eval.suites.sets import Lessons, apart, prompt_sets, samples
from safety.heads import CATEGORIES

NOTHING = Lessons(texts=frozenset(), sets=frozenset())


def test_families_are_of_the_taxonomy(policy) -> None:
    """Every category of every set means a family there is, or "other"; the heads' families are not apart."""
    families = {category.family for category in policy.taxonomy.categories.values()} | {"other"}
    named = {family for one in prompt_sets() for family in one.categories.values()}
    assert set() == (named | apart()) - families
    assert set() == apart() & set(CATEGORIES)


def test_every_set_is_read(data_folder) -> None:
    """Each file there is has a line in sets.yaml and rows with a truth; sets without a licence are not quoted."""
    files = {path.name.removesuffix(".jsonl.gz") for path in (data_folder / "prompts").glob("*.jsonl.gz")}
    assert files == {one.name for one in prompt_sets()}
    for one in prompt_sets():
        rows = samples(one, data_folder, NOTHING)
        assert rows, one.name
        assert all((row.category is None) == (row.is_harmful is not True) for row in rows)
        assert len(rows) == len({row.id for row in rows})
    unlicensed = {"t2v_unsafe", "t2i_risky", "benign_t2v_2", "benign_t2v_compositional"}
    assert unlicensed == {one.name for one in prompt_sets() if not one.is_quotable}


def test_a_row_that_was_learned_is_told() -> None:
    """By its text, whatever its blanks; else by its set; else it was never learned."""
    lessons = Lessons(texts=frozenset({"a red boat"}), sets=frozenset({"benign_t2v"}))
    told = [
        lessons.of(*row) for row in (("other", "a  red\nboat"), ("benign_t2v", "a dog"), ("other", "a dog"))
    ]
    assert [Learned.ROW, Learned.SET, Learned.NEVER] == told
