"""What the reviewers of the demo do: take what waits, decide some of it, answer appeals, leave the rest."""

from __future__ import annotations

from typing import Any

from api.demo.notes import Notes
from api.demo.people import People, Person
from api.demo.story import Appeal, Clip, Story
from api.errors import ActRefused

_MOST_REVIEWERS = 8

_ANSWERS = {
    "released": {"outcome": "does_not_violate", "reason": "Another captain: the name alone is not the work."},
    "refused": {
        "outcome": "violates",
        "policy_ids": ["rights.character"],
        "reason": "It is the captain of the books, rocket included.",
        "evidence_ranges": [{"start_s": 0, "end_s": 3}],
    },
}


class Reviewing:
    """The review of a story's held clips and appeals."""

    def __init__(self, story: Story, people: People, notes: Notes) -> None:
        self._story = story
        self._people = people
        self._notes = notes

    def review(self) -> None:
        """
        Take what waits; who meets a case that is to stay keeps its lease, and a colleague goes on.

        At the end what was kept is given back, or passed to the lead reviewers.
        """
        held = {self._notes[f"clip:{clip.name}"]: clip for clip in self._judged()}
        left: list[tuple[Person, dict[str, Any], Clip | None]] = []
        for number in range(1, _MOST_REVIEWERS + 1):
            reviewer = self._reviewer(number)
            while (case := reviewer.tell("POST", "/v1/review/cases/next")) is not None:
                clip = held.get(case["subject"]["id"])
                self._look(reviewer, case)
                if self._answered(reviewer, case):
                    continue
                if case["appeal"] is not None or clip is None or clip.judged not in _ANSWERS:
                    left.append((reviewer, case, clip))
                    break
                self._decide(reviewer, case, clip)
            else:
                break
        for reviewer, case, clip in left:
            self._give_back(reviewer, case, clip)
        self._note_what_took_effect()
        wanted = [f"judged:{clip.name}" for clip in held.values() if clip.judged in _ANSWERS]
        wanted += [f"answered:{one.against}" for one in self._story.appeals if one.answer != "waiting"]
        if missing := [act for act in wanted if act not in self._notes]:
            raise ActRefused(f"somebody else holds these cases, for 15 minutes at most: {missing}")

    def _judged(self) -> list[Clip]:
        """The clips that a person is to answer, but for those that a rule refused at once."""
        return [clip for clip in self._story.every_clip if clip.judged and f"clip:{clip.name}" in self._notes]

    def _note_what_took_effect(self) -> None:
        """Note the answers that took effect just before an interruption: their cases are closed."""
        for clip in self._judged():
            if clip.judged in _ANSWERS and f"judged:{clip.name}" not in self._notes:
                video = self._people[clip.who].client.videos.retrieve(self._notes[f"clip:{clip.name}"])
                if video.model_extra["stage"] != "held_for_review":
                    self._notes.note(f"judged:{clip.name}", clip.judged)
        for one in self._story.appeals:
            if f"answered:{one.against}" not in self._notes:
                self._note_answer(one)

    def _note_answer(self, asked: Appeal) -> None:
        refused = {one.name: one.who for one in self._story.refused}
        who = refused.get(asked.against) or next(
            clip.who for clip in self._story.every_clip if clip.name == asked.against
        )
        told = self._people[who].tell("GET", f"/v1/appeals/{self._notes[f'appeal:{asked.against}']}")
        if told["outcome"] is None:
            return
        self._notes.note(f"answered:{asked.against}", told["outcome"])
        if told["restored_video_id"] is not None:
            self._notes.note(f"clip:{asked.against}", told["restored_video_id"])

    def _reviewer(self, number: int) -> Person:
        name = f"reviewer-{number}"
        told = {"role": "reviewer", "display_name": f"Reviewer {number}", "territory": "FR", "locale": "fr"}
        self._people.welcome(name, told)
        return self._people[name]

    def _answered(self, reviewer: Person, case: dict[str, Any]) -> bool:
        """Answer the appeal that a case is about, if it is one that the story answers."""
        appeal_id = (case["appeal"] or {}).get("id")
        for one in self._story.appeals:
            if appeal_id is None or self._notes[f"appeal:{one.against}"] != appeal_id:
                continue
            if one.answer == "waiting":
                return False
            body = {"outcome": one.answer, "reply": one.reply}
            reviewer.tell("POST", f"/v1/appeals/{appeal_id}/decision", json=body)
            self._note_answer(one)
            return True
        return False

    def _look(self, reviewer: Person, case: dict[str, Any]) -> None:
        for still in case["stills"][:1]:
            reviewer.http.get(still)  # a clip that was held before it was made has none

    def _decide(self, reviewer: Person, case: dict[str, Any], clip: Clip) -> None:
        judged = clip.judged or ""
        reviewer.tell("POST", f"/v1/review/cases/{case['id']}/decision", json=_ANSWERS[judged])
        self._notes.note(f"judged:{clip.name}", judged)

    def _give_back(self, reviewer: Person, case: dict[str, Any], clip: Clip | None) -> None:
        is_escalated = clip is not None and clip.judged == "escalated"
        reviewer.tell("POST", f"/v1/review/cases/{case['id']}/{'escalate' if is_escalated else 'skip'}")
