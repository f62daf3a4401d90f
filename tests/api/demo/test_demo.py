"""The demo is made by the real service: every outcome is there, once, whatever interrupts it."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx2
import openai
import pytest

from api.demo.acts import Acts
from api.demo.notes import Notes
from api.demo.story import Refused, read_story
from api.demo.summary import outcomes
from api.demo.takes import Takes
from eval.system import System, shipped_system
from policies.facts import AgeBand, Facts, Surface, Tier
from policies.ruling import Verdict
from safety.pipeline import Looked, rule

ROOT = Path(__file__).parents[3]
PATIENCE_S = 900.0
OBJECTED = ("proven",)
"""Refused for an opt-out that the demo itself files."""


def demo(home: Path, *options: str) -> subprocess.Popen:
    """Start a demo that hears Ctrl-C, also where the suite itself runs in the background and does not."""
    environment = {**os.environ, "FILIGRANE_HOME": str(home), "PYTHONPATH": str(ROOT), "COLUMNS": "200"}
    return subprocess.Popen(
        [sys.executable, "-m", "api.cli", "demo", "--quick", "--leave", "--port", "0", *options],
        cwd=home.parent, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip


def wait_for(condition) -> None:
    until = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.1)


@pytest.mark.slow
def test_a_stopped_demo_goes_on_and_shows_every_outcome(tmp_path: Path, models) -> None:
    """Ctrl-C after the first clip: the same command finishes it, asks for nothing twice, and the log agrees."""
    home = tmp_path / "home"
    kept = home / "demo" / "quick.json"
    first = demo(home)
    wait_for(lambda: kept.exists() and '"clip:fox"' in kept.read_text())
    first.send_signal(signal.SIGINT)
    told = first.communicate(timeout=PATIENCE_S)[0]
    assert 130 == first.returncode, told
    before = json.loads(kept.read_text())
    second = demo(home)
    told = second.communicate(timeout=PATIENCE_S)[0]
    assert 0 == second.returncode, told[-3000:] + (home / "demo" / "journal.log").read_text()[-3000:]
    after = json.loads(kept.read_text())
    assert before == {act: after[act] for act in before}
    notes, story = Notes(kept), read_story(is_quick=True)
    assert {} == {kind: names for kind, names in outcomes(story, notes).items() if not names}
    assert ends_as_told(story, notes)
    film = after["film"]
    assert "confirmed" == after[f"verified:{film}.mp4"]["verdict"]
    assert "manifest_recovered" == after[f"verified:{film}-written-anew.mp4"]["verdict"]
    assert after["verified:montgolfieres.mp4"]["withdrawn"]
    assert {"overturned"} == {after[f"answered:{one.against}"] for one in story.appeals}
    assert "completed" == after["released:obama"]["status"]
    assert 30 < after["log"]["entries"]
    assert re.search(r"stopped after it was made\s+│ 1 ", told), told


def ends_as_told(story, notes: Notes) -> bool:
    """
    Every clip ended as the story says; every prompt that is refused was.

    Seeds are chance: a harmless scene that a detector holds is a matter of `tests/eval/test_drawn_clips.py`.
    """
    wanted = {"labelled": "completed", "held": "failed", "stopped": "failed"}
    for clip in story.every_clip:
        end = notes[f"end:{clip.name}"]
        if clip.ends == "completed":
            assert "generator_failed" != end["code"], clip.name
            continue
        assert wanted[clip.ends] == end["status"], (clip.name, end)
        assert (clip.ends == "held") == (end["stage"] == "held_for_review"), (clip.name, end)
        assert (clip.ends == "labelled") == (len(end["labels"]) > 1), (clip.name, end)
    assert all(notes[f"refused:{one.name}"]["code"] for one in story.refused)
    return True


def test_a_home_with_clips_is_left_alone(tmp_path: Path, database, monkeypatch) -> None:
    """Where somebody else's clips lie, the demo says so, writes nothing and ends with status 1."""
    import psycopg

    with psycopg.connect(database.owner) as owner:
        owner.execute(
            "INSERT INTO accounts (id, display_name) VALUES ('acct_' || repeat('0', 32), 'somebody')"
        )
        owner.execute(
            "INSERT INTO submissions (id, account_id, kind, prompt, model, duration_s, width_px, height_px, seed,"
            " cameo_ids, submitted_at, expires_at) VALUES ('sub_' || repeat('0', 32), 'acct_' || repeat('0', 32),"
            " 'create', 'a fox', 'given', 1, 320, 240, 1, '{}', now(), now() + interval '1 day')"
        )
    monkeypatch.setenv("FILIGRANE_DATABASE_URL", database.owner)
    monkeypatch.setenv("FILIGRANE_DATABASE_APP_URL", database.app)
    monkeypatch.setenv("FILIGRANE_DATABASE_LOG_URL", database.log)
    refused = demo(tmp_path / "home")
    told = refused.communicate(timeout=PATIENCE_S)[0]
    assert 1 == refused.returncode, told
    assert "--add" in told
    assert not (tmp_path / "home" / "demo" / "quick.json").exists()


@pytest.mark.parametrize("is_quick", [True, False])
def test_the_story_shows_every_outcome(is_quick: bool) -> None:
    """Whichever is told: each kind of ending, each answer of a reviewer, each fate afterwards."""
    story = read_story(is_quick=is_quick)
    names = [clip.name for clip in story.every_clip]
    assert len(names) == len(set(names))
    assert {"completed", "labelled", "held", "stopped"} == {clip.ends for clip in story.every_clip}
    assert {"released", "refused", "skipped"} <= {clip.judged for clip in story.every_clip}
    fates = (*story.after.published, *story.after.unlisted, *story.after.deleted, *story.after.unpublished)
    assert set(fates) <= set(names)
    assert story.remixes and story.imports and story.refused and story.after.deleted
    assert is_quick or 60 <= len(names) + len(story.refused)


@pytest.fixture(scope="module")
def gate(models) -> System:
    return shipped_system(models)


def asked_for() -> list:
    story = read_story(is_quick=False)
    made = [pytest.param(clip, id=clip.name) for clip in (*story.clips, *story.remixes)]
    return [*made, *(pytest.param(refused, id=refused.name) for refused in story.refused)]


@pytest.mark.parametrize("asked", asked_for())
def test_the_gate_answers_a_prompt_as_the_story_says(asked, gate: System) -> None:
    """What is to be refused is blocked, what is to be made is not; names objected to are held by their entries."""
    told = read_story(is_quick=False).people[asked.who]
    facts = Facts(
        surface=Surface.PROMPT, tier=Tier(told["tier"]), age_band=AgeBand(told["age_band"]),
        territory=told["territory"],
    )  # fmt: skip
    verdict = rule(gate.policy, facts, Looked(evidence=gate.examine((asked.prompt,)))).verdict
    if isinstance(asked, Refused):
        assert asked.name in OBJECTED or Verdict.BLOCK == verdict
    elif asked.ends == "held":
        assert verdict in (
            {Verdict.ALLOW} if re.search("marm[ae]l", asked.prompt, re.I) else {Verdict.REVIEW}
        )
    else:
        assert verdict <= Verdict.LABEL


@pytest.mark.filterwarnings("ignore:The Sora API")
def test_a_refusal_that_nobody_foresaw_ends_nothing(tmp_path: Path) -> None:
    """A prompt that a stricter policy refuses is noted as refused; nobody waits for it or answers it."""
    story, notes = read_story(is_quick=True), Notes(tmp_path / "notes.json")
    advanced: list[float] = []
    takes = Takes({clip.who: Refusing() for clip in story.clips}, notes, None, advanced.append)
    takes.make(story.clips)
    takes.finish(story.clips)
    assert {"refused"} == {notes[f"end:{clip.name}"]["stage"] for clip in story.clips}
    assert {"prompt_blocked"} == {notes[f"end:{clip.name}"]["code"] for clip in story.clips}
    assert sum(clip.weight for clip in story.clips) == pytest.approx(sum(advanced))
    assert not any(f"clip:{clip.name}" in notes for clip in story.clips)
    takes.make(story.clips)
    assert 2 * sum(clip.weight for clip in story.clips) == pytest.approx(sum(advanced)), (
        "of a second call too"
    )


class Refusing:
    """Somebody whose every prompt is refused, by the real client at a transport that says so."""

    client = openai.OpenAI(
        base_url="http://refusing.invalid/v1",
        api_key="none",
        http_client=httpx2.Client(
            transport=httpx2.MockTransport(
                lambda _request: httpx2.Response(
                    400, json={"error": {"code": "prompt_blocked", "message": "refused"}}
                )
            )
        ),
    )


def test_notes_survive_being_cut_short(tmp_path: Path) -> None:
    """What was noted is read again by the next call; a half-written file is never taken for the notes."""
    path = tmp_path / "notes.json"
    notes = Notes(path)
    assert notes.is_empty
    notes.note("clip:fox", "video_1")
    path.with_suffix(".new").write_text('{"clip:fo')
    again = Notes(path)
    assert "clip:fox" in again and "video_1" == again["clip:fox"]


def test_a_harmless_clip_that_is_held_ends_nothing(tmp_path: Path) -> None:
    """What a detector held is neither published, deleted nor checked; the demo asks nobody about it."""
    story, notes = read_story(is_quick=True), Notes(tmp_path / "notes.json")
    for clip in story.clips:
        notes.note(f"end:{clip.name}", {"status": "failed", "stage": "held_for_review"})
    before = (tmp_path / "notes.json").read_text()
    acts = Acts(story, None, notes, tmp_path)
    acts.publish()
    acts.take_back()
    assert before == (tmp_path / "notes.json").read_text()
