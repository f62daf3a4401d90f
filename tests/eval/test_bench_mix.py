"""The bench looks at prompts of all kinds, and counts the second looks."""

from eval.bench import mix
from safety.detector import Text
from safety.detectors.prompt import TextHeads
from safety.models.store import ModelStore
from safety.screen import Screen, screen_text

FRIGHTENING = "The wizard poisons the well with arsenic so that the village dies."


def test_a_second_look_is_counted(models: ModelStore) -> None:
    """What the first look is sure of asks for no second; what frightens it does; the readings are the same."""
    screen = Screen(text=(TextHeads.of(models),))
    counted, watched = mix._watched(screen)
    asked = []
    for prompt in ("A red boat on a calm sea.", FRIGHTENING):
        texts = [Text(text=prompt)]
        assert screen_text(screen, texts) == screen_text(watched, texts)
        asked.append(counted.asked)
    assert [0, 1] == asked
