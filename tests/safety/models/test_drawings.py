"""Every drawing that the vocabulary names is where the served engine looks for it."""

from api.settings import Settings
from api.wiring import backends
from generator.backends.embedded.drawn import PREFIX, is_there, natures
from generator.backends.embedded.grammar import read_prompt
from safety.models.drawings import drawings_folder


def test_the_vocabulary_has_its_drawings(models) -> None:
    """No word that promises a drawing is played by the stand-in."""
    folder = drawings_folder(models)
    assert [] == [code for code in natures() if not is_there(PREFIX + code, folder)]


def test_the_served_engine_is_given_them(models) -> None:
    """An elephant is an elephant, as the service is wired."""
    (engine,) = backends(Settings(models=models.folder))
    plan = read_prompt("An elephant walks", duration_s=2, drawings=engine._drawings)
    assert "drawing:1f418" == plan.shots[0].subjects[0].kind
