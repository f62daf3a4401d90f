from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.backends.embedded.grammar import read_prompt

SUBJECTS = [
    ("a red fox runs through the forest", ("fox", "red", 1, "run")),
    ("trois petits renards roux courent dans la forêt", ("fox", "orange", 3, "run")),
    ("le chat est noir", ("cat", "black", 1, "stand")),
    ("the cat is black", ("cat", "black", 1, "stand")),
    ("a white horse gallops in the desert", ("horse", "white", 1, "run")),
    ("deux chevaux blancs galopent dans le désert", ("horse", "white", 2, "run")),
    ("a paper boat sails on a lake", ("boat", None, 1, "sail")),
    ("un bateau en papier vogue sur un lac", ("boat", None, 1, "sail")),
    ("a sleeping dog", ("dog", None, 1, "sleep")),
    ("une chienne noire dort dans la maison", ("dog", "black", 1, "sleep")),
    ("the lighthouse stands by the sea", ("lighthouse", None, 1, "stand")),
    ("un phare se dresse au bord de la mer", ("lighthouse", None, 1, "stand")),
    ("wolves walk in the snow", ("wolf", None, 3, "walk")),
    ("une meute de loups marche dans la neige", ("wolf", None, 7, "walk")),
    ("a brown bear and a rabbit sit in a meadow", ("bear", "brown", 1, "sit")),
    ("a flock of birds flies over the mountains", ("bird", None, 7, "fly")),
    ("un vol d'oiseaux au-dessus des montagnes", ("bird", None, 7, "fly")),
    ("five blue butterflies", ("butterfly", "blue", 5, "fly")),
    ("cinq papillons bleus", ("butterfly", "blue", 5, "fly")),
    ("a whale leaps out of the sea", ("whale", None, 1, "jump")),
    ("une baleine saute hors de la mer", ("whale", None, 1, "jump")),
    ("a huge robot dances", ("robot", None, 1, "dance")),
    ("un robot géant danse", ("robot", None, 1, "dance")),
    ("a yellow tram passes at night", ("tram", "yellow", 1, "roll")),
    ("un tramway jaune passe dans la nuit", ("tram", "yellow", 1, "roll")),
    ("hot air balloons rise over the dunes", ("balloon", None, 3, "rise")),
    ("des montgolfières s'élèvent au-dessus des dunes", ("balloon", None, 3, "rise")),
    ("a red ball bounces", ("ball", "red", 1, "bounce")),
    ("une balle rouge rebondit", ("ball", "red", 1, "bounce")),
    ("two girls wave", ("person", None, 2, "wave")),
    ("deux fillettes saluent", ("person", None, 2, "wave")),
    ("an owl flies", ("owl", None, 1, "fly")),
    ("un hibou vole", ("owl", None, 1, "fly")),
    ("12 fish swim", ("fish", None, 9, "swim")),
    ("a glorbix dances", ("spirit", None, 1, "dance")),
    ("un zorglon endormi", ("spirit", None, 1, "sleep")),
]

SETTINGS = [
    ("a fox in the woods at dawn", ("forest", "dawn", "clear")),
    ("un renard dans les bois à l'aube", ("forest", "dawn", "clear")),
    ("a boat on the ocean at night in a storm", ("sea", "night", "storm")),
    ("un bateau sur l'océan la nuit pendant l'orage", ("sea", "night", "storm")),
    ("a cat in a rainy street at dusk", ("city", "sunset", "rain")),
    ("un chat dans une rue pluvieuse au crépuscule", ("city", "sunset", "rain")),
    ("a deer on a foggy mountain in the morning", ("mountains", "dawn", "fog")),
    ("un cerf sur une montagne brumeuse le matin", ("mountains", "dawn", "fog")),
    ("a rocket in outer space", ("space", None, "clear")),
    ("une fusée dans l'espace", ("space", None, "clear")),
    ("a turtle under the sea at noon", ("underwater", "day", "clear")),
    ("une tortue sous la mer à midi", ("underwater", "day", "clear")),
    ("a person walks in a windy field", ("meadow", None, "wind")),
    ("une personne marche dans un champ venteux", ("meadow", None, "wind")),
    ("a robot in a workshop, evening", ("room", "sunset", "clear")),
    ("un robot dans un atelier, le soir", ("room", "sunset", "clear")),
    ("a camel ride across the sahara under the moonlight", ("desert", "night", "clear")),
    ("une traversée du sahara au clair de lune", ("desert", "night", "clear")),
    ("a snowy landscape", ("snowfield", None, "clear")),
    ("un paysage enneigé", ("snowfield", None, "clear")),
]

CAMERAS = [
    ("zoom in on a fox", "push_in"),
    ("zoom avant sur un renard", "push_in"),
    ("a fox, zoom out", "pull_out"),
    ("un renard, travelling arrière", "pull_out"),
    ("travelling vers la gauche sur la ville", "pan_left"),
    ("pan left over the city", "pan_left"),
    ("the city, crane up", "rise"),
    ("la caméra monte au-dessus de la ville", "rise"),
    ("static shot of a cat", "still"),
    ("plan fixe sur un chat", "still"),
]

SPOKEN = [
    ('a robot says "Hello my friend"', ("Hello my friend", "en", "robot")),
    ("Un robot dit « Bonjour, je suis là »", ("Bonjour, je suis là", "fr", "robot")),
    ("“Guten Tag, ich bin die Eule” says an owl", ("Guten Tag, ich bin die Eule", "de", "owl")),
    ('a cat says "hola, buenos dias" to us', ("hola, buenos dias", "es", "cat")),
    ("un chat dit « ciao, sono il gatto »", ("ciao, sono il gatto", "it", "cat")),
    ('a voice over an empty sea: "It is quiet."', ("It is quiet.", "en", None)),
]


def _plan(prompt, **more):
    return read_prompt(prompt, **{"duration_s": 6, **more})


@pytest.mark.parametrize(("prompt", "expected"), SUBJECTS)
def test_subjects(prompt, expected):
    """Kind, colour, number and action are read in both languages, with their agreements."""
    subject = _plan(prompt).shots[0].subjects[0]
    assert expected == (subject.kind, subject.colour, subject.count, subject.action)


@pytest.mark.parametrize(("prompt", "expected"), SETTINGS)
def test_settings(prompt, expected):
    """Place, hour and weather are read in both languages; an hour not named is chosen."""
    shot = _plan(prompt).shots[0]
    assert expected == (shot.place, shot.time if expected[1] else None, shot.weather)


@pytest.mark.parametrize(("prompt", "expected"), CAMERAS)
def test_cameras(prompt, expected):
    """The words of film-makers move the camera."""
    assert expected == _plan(prompt).shots[0].camera


@pytest.mark.parametrize(("prompt", "expected"), SPOKEN)
def test_spoken_lines(prompt, expected):
    """What stands in quotation marks is a spoken line with its language and its speaker."""
    (line,) = _plan(prompt).spoken
    assert expected == (line.text, line.language, line.speaker)


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("a fox runs, then it sleeps", [("fox", "run"), ("fox", "sleep")]),
        ("un renard court, puis il dort", [("fox", "run"), ("fox", "sleep")]),
        ("a cat sits. Cut to a dog running", [("cat", "sit"), ("dog", "run")]),
        (
            "Un chat assis. Ensuite un chien court. Enfin un oiseau vole",
            [("cat", "sit"), ("dog", "run"), ("bird", "fly")],
        ),
    ],
)
def test_shots(prompt, expected):
    """A prompt is cut where it says so; a pronoun keeps the one it stands for."""
    assert expected == [(shot.subjects[0].kind, shot.subjects[0].action) for shot in _plan(prompt).shots]


def test_shots_keep_what_is_not_said_anew():
    """The second shot stays in the place and the weather of the first."""
    first, second = _plan("a fox in the forest in the rain, then a deer").shots
    assert (first.place, first.weather) == (second.place, second.weather) == ("forest", "rain")


def test_quoted_words_are_not_scenery():
    """A spoken word never becomes a thing that is seen."""
    assert ["cat"] == [
        subject.kind for subject in _plan('a cat says "look at the whale in the sea"').shots[0].subjects
    ]


def test_size_and_two_colours():
    """Each adjective goes with its own noun."""
    small, large = _plan("a small red ball and a huge blue balloon").shots[0].subjects
    assert (("red", True), ("blue", True)) == ((small.colour, small.size < 1), (large.colour, large.size > 1))


def test_names_of_drawings(tmp_path: Path):
    """With drawings at hand their names are vocabulary in both languages; without, a stand-in plays."""
    (tmp_path / "1f984.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 36 36'/>")
    kinds = [_plan(prompt, drawings=folder).shots[0].subjects[0].kind for prompt, folder in (
        ("a unicorn", tmp_path), ("une licorne", tmp_path), ("a unicorn", None), ("a penguin", tmp_path))]  # fmt: skip
    assert ["drawing:1f984", "drawing:1f984", "spirit", "spirit"] == kinds


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300), st.integers(0, 2**31), st.integers(1, 20))
def test_any_text_gives_a_plan(prompt, seed, duration_s):
    """No text is an error, and shots always fill the clip without gaps."""
    plan = read_prompt(prompt, duration_s=duration_s, seed=seed)
    assert 0 == plan.shots[0].start_s
    assert duration_s == plan.shots[-1].end_s
    assert all(a.end_s == b.start_s for a, b in zip(plan.shots, plan.shots[1:], strict=False))
    assert plan == read_prompt(prompt, duration_s=duration_s, seed=seed)


WORDS = 'fox renards red rouge deux run courent sea forêt then puis night nuit zoom , . " « and et glorp the les 3'.split()


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=40), st.integers(1, 20))
def test_any_order_of_known_words_gives_a_plan(words, duration_s):
    """Known words in senseless order give a plan too, with shots long enough to be seen."""
    plan = read_prompt(" ".join(words), duration_s=duration_s)
    assert all(shot.end_s - shot.start_s >= min(1.0, duration_s) for shot in plan.shots)
    assert all(1 <= subject.count <= 9 for shot in plan.shots for subject in shot.subjects)


@pytest.mark.parametrize(
    "prompt",
    ["Une montgolfière vole au-dessus de la montagne enneigée", "A balloon flies over snowy mountains"],
)
def test_a_snowy_mountain_is_where_one_is(prompt, tmp_path):
    """It is the place of the scene, not a drawing set down in another one."""
    (tmp_path / "1f3d4.svg").write_text("<svg/>")
    shot = read_prompt(prompt, duration_s=2, drawings=tmp_path).shots[0]
    assert ("mountains", ["balloon"]) == (shot.place, [subject.kind for subject in shot.subjects])
