import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.backends.embedded.grammar import read_prompt

SUBJECTS = [
    ("a red fox runs through the forest", ("fox", "red", 1, "run")),
    ("trois petits renards roux courent dans la forêt", ("fox", "orange", 3, "run")),
    ("le chat est noir", ("cat", "black", 1, "stand")),
    ("a white horse gallops in the desert", ("horse", "white", 1, "run")),
    ("deux chevaux blancs galopent dans le désert", ("horse", "white", 2, "run")),
    ("a paper boat sails on a lake", ("boat", None, 1, "sail")),
    ("un bateau en papier vogue sur un lac", ("boat", None, 1, "sail")),
    ("a sleeping dog", ("dog", None, 1, "stand")),
    ("une chienne noire dort dans la maison", ("dog", "black", 1, "sleep")),
    ("the lighthouse stands by the sea", ("lighthouse", None, 1, "stand")),
    ("un phare se dresse au bord de la mer", ("lighthouse", None, 1, "stand")),
    ("wolves walk in the snow", ("wolf", None, 3, "walk")),
    ("une meute de loups marche dans la neige", ("wolf", None, 7, "walk")),
    ("a brown bear and a rabbit sit in a meadow", ("bear", "brown", 1, "sit")),
]


@pytest.mark.parametrize(("prompt", "expected"), SUBJECTS)
def test_subjects(prompt, expected):
    """Kind, colour, number and action are read in both languages, with their agreements."""
    subject = read_prompt(prompt, duration_s=4).shots[0].subjects[0]
    assert expected == (subject.kind, subject.colour, subject.count, subject.action)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300), st.integers(0, 2**31), st.integers(1, 20))
def test_any_text_gives_a_plan(prompt, seed, duration_s):
    """No text is an error, and shots always fill the clip without gaps."""
    plan = read_prompt(prompt, duration_s=duration_s, seed=seed)
    assert 0 == plan.shots[0].start_s
    assert duration_s == plan.shots[-1].end_s
    assert all(a.end_s == b.start_s for a, b in zip(plan.shots, plan.shots[1:], strict=False))
    assert plan == read_prompt(prompt, duration_s=duration_s, seed=seed)
