"""A label that a request was given stays with its clip, whatever the look at the clip adds."""

from __future__ import annotations

import json

import c2pa
import pytest

from api.db.stores import decisions
from api.home import open_home
from api.replay import Result, replay
from generator.backends.given import GivenBackend
from policies.facts import Surface
from policies.finding import Finding

pytestmark = pytest.mark.anyio

BOTH = ["ai_generated", "regulated", "sexual.suggestive"]


@pytest.fixture
async def labelling(two_services, database, tmp_path, clip):
    """A studio whose words are labelled, not refused; and a maker of clients for it."""
    opened, over, word = two_services
    words = (word(score=0.6, category="regulated"),)
    async with opened(database, open_home(tmp_path / "home"), GivenBackend(clip), words) as studio:
        yield studio, over(studio)


async def shown(service, studio, video_id: str) -> dict:
    ada = service.speaking(await service.key("creator", studio.caller.account_id))
    return (await ada.get(f"/v1/videos/{video_id}")).json()


async def declared(studio, row) -> list[dict]:
    """What the released clip's manifest says it is labelled with."""
    path = studio.desk.home.spool / "released.mp4"
    await studio.desk.objects.fetch(row.marked_digest, path)
    with path.open("rb") as stream, c2pa.Reader("video/mp4", stream) as reader:
        store = json.loads(reader.json())
    found = store["manifests"][store["active_manifest"]]["assertions"]
    return [one["data"] for one in found if one["label"] == "org.filigrane.labels"]


async def test_a_label_of_the_prompt_joins_that_of_the_clip(labelling) -> None:
    """Shown before and after, declared in the manifest, once each; the decision is reached again when replayed."""
    studio, service = labelling
    admitted = await studio.submit("a zorg")
    assert ["ai_generated", "regulated"] == (await shown(service, studio, admitted.video_id))["labels"]
    studio.eye.findings = (Finding(category="sexual.suggestive", score=0.7, why="seen"),)
    row = await studio.through(admitted.video_id)
    told = await shown(service, studio, admitted.video_id)
    assert ("completed", BOTH) == (told["status"], told["labels"])
    assert [{"categories": BOTH[1:]}] == await declared(studio, row)
    async with studio.desk.pool.connection() as connection:
        decision = await decisions.find(connection, row.decision_id)
        assert Result.SAME == (await replay(connection, studio.desk.policy, decision)).result


async def test_a_clip_without_labels_declares_none(labelling) -> None:
    """Only that it was made by a machine, as every clip says."""
    studio, service = labelling
    admitted = await studio.submit("a fox")
    row = await studio.through(admitted.video_id)
    assert ["ai_generated"] == (await shown(service, studio, admitted.video_id))["labels"]
    assert [] == await declared(studio, row)


async def test_who_releases_a_clip_lifts_no_label(labelling) -> None:
    """A reviewer lifts what held it; what labels it was not asked about, and stays, decided again or not."""
    studio, service = labelling
    admitted = await studio.submit("a zorg")
    studio.eye.findings = (
        Finding(category="sexual.suggestive", score=0.7, why="seen"),
        Finding(category="sexual.nudity", score=0.6, why="seen"),
    )
    row = await studio.through(admitted.video_id, "generate", "look")
    assert "held_for_review" == row.error_code
    rita = await service.as_("reviewer")
    case = (await rita.post("/v1/review/cases/next")).json()
    answer = {"outcome": "does_not_violate", "reason": "a statue"}
    decided = await rita.post(f"/v1/review/cases/{case['id']}/decision", json=answer)
    assert "label" == decided.json()["verdict"]
    await studio.through(admitted.video_id, "mark", "release")
    assert BOTH == (await shown(service, studio, admitted.video_id))["labels"]


async def test_a_label_stays_when_a_clip_is_stopped_or_decided_anew(labelling) -> None:
    """It never softens what the look finds, and a second look at the same clip keeps it."""
    studio, service = labelling
    stopped = await studio.submit("a zorg")
    studio.eye.findings = (Finding(category="sexual.explicit", score=0.99, why="seen"),)
    row = await studio.through(stopped.video_id, "generate", "look")
    assert "output_blocked" == row.error_code
    studio.eye.findings = ()
    again = await studio.submit("a zorg")
    await studio.through(again.video_id, "generate", "look", "mark")
    async with studio.desk.pool.connection() as connection:
        await connection.execute("UPDATE generations SET value = value + 1 WHERE name = 'banks'")
    await studio.through(again.video_id, "release", "look", "mark", "release")
    assert ["ai_generated", "regulated"] == (await shown(service, studio, again.video_id))["labels"]
    async with studio.desk.pool.connection() as connection:
        newest = await decisions.latest(connection, "video", again.video_id, Surface.OUTPUT)
    assert ["law.label"] == [reason.rule for reason in newest.ruling.reasons]
