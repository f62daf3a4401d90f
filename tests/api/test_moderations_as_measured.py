"""What the moderations endpoint tells is what the evaluation measures."""

import random
from dataclasses import replace

import pytest

from api.settings import Settings
from api.wiring import build_screen
from eval.system import shipped_system
from eval.train.rows import seeds
from policies.facts import Surface
from policies.wire import openai_moderation
from safety.detector import FLOOR

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def system():
    return shipped_system()


async def test_scores_are_those_of_the_report(studio, two_services, system) -> None:
    """The screen that is wired and the system under measurement score and flag every text alike."""
    _opened, service_over, _word = two_services
    screen = build_screen(Settings(home=studio.desk.home.root), studio.desk.policy)
    serving = service_over(replace(studio, desk=replace(studio.desk, screen=screen)))
    client = await serving.as_("creator")
    texts = [
        row.text for row in random.Random(4).sample([row for row in seeds() if row.harm is not None], 24)
    ]
    answer = await client.post("/v1/moderations", json={"input": texts})
    assert 200 == answer.status_code, answer.text
    told = [(result["flagged"], result["category_scores"]) for result in answer.json()["results"]]
    expected = [_measured(system, text) for text in texts]
    assert [flagged for flagged, _scores in expected] == [flagged for flagged, _scores in told]
    assert {True, False} == {flagged for flagged, _scores in told}
    for (_flagged, measured), (_told, scores) in zip(expected, told, strict=True):
        assert pytest.approx(measured, abs=1e-6) == scores


def _measured(system, text: str) -> tuple[bool, dict[str, float]]:
    """The verdict and the scores of the report, without those that the service does not tell."""
    evidence = system.examine((text,))
    result = openai_moderation(system.policy, evidence, system.judge(evidence, Surface.MODERATION))
    scores = {name: score if score >= FLOOR else 0.0 for name, score in result["category_scores"].items()}
    return result["flagged"], scores
