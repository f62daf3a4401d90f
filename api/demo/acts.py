"""What the people of the demo do beside asking for clips; each act is done once, whatever interrupts it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import psycopg

from api.audit_cli import HttpLog
from api.db.stores.reconcile import reconcile
from api.demo.notes import Notes
from api.demo.people import People, Person
from api.demo.story import REFUSED_SECONDS, Appeal, OptOut, Refused, Story
from api.errors import ActRefused
from api.served import owner_address
from generator.media.reencode import reencode
from safety.audit import auditor
from safety.audit.checkpoint import VerifierKey
from safety.audit.receipt import Receipt, verify_receipt

_RECEIPT_DEADLINE_S = 120.0


class Acts:
    """The acts of a story; files that they leave lie in `folder`."""

    def __init__(self, story: Story, people: People, notes: Notes, folder: Path) -> None:
        self._story = story
        self._people = people
        self._notes = notes
        self._folder = folder

    def welcome(self) -> None:
        """The operator admits the people."""
        for name, told in self._story.people.items():
            self._people.welcome(name, told)

    def opt_out(self) -> None:
        """The rights holder files entries by name; the operator proves some."""
        for entry in self._story.optouts:
            self._once(f"optout:{entry.name}", partial(self._file, entry))
        self._once("optout refused", self._ask_for_an_ordinary_word)

    def ask_beforehand(self) -> None:
        """A creator asks what would be answered, and takes the rewrite that is offered."""
        for clip in self._story.refused[:3]:
            self._once(f"preflight:{clip.name}", partial(self._preflight, clip.who, clip.prompt))
        self._once("moderation", self._moderate)

    def be_refused(self) -> None:
        """Prompts that the policy refuses: stored, explained, never charged."""
        for asked in self._story.refused:
            self._once(f"refused:{asked.name}", partial(self._refused, asked))

    def publish(self) -> None:
        """Some clips become public, some go by their link, one comes back."""
        after = self._story.after
        for visibility, names in (("public", after.published), ("unlisted", after.unlisted)):
            for name in filter(self._is_made, names):
                self._once(f"{visibility}:{name}", partial(self._publish, name, visibility))
        for name in filter(self._is_made, after.unpublished):
            self._once(f"unpublished:{name}", partial(self._on_clip, name, "POST", "/unpublish"))

    def appeal(self) -> None:
        """Creators ask for another look at what was refused or stopped."""
        for one in self._story.appeals:
            self._once(f"appeal:{one.against}", partial(self._appeal, one))

    def oppose_late(self) -> None:
        """An opt-out that comes after a clip was made, and is proven, keeps it from being published."""
        after = self._story.after
        self._once(f"optout:{after.late_optout.name}", partial(self._file, after.late_optout))
        if self._is_made(after.refused_publication):
            self._once("publication refused", partial(self._not_published, after.refused_publication))

    def take_back(self) -> None:
        """Creators delete clips; the mark of a deleted clip stays known as withdrawn."""
        for name in filter(self._is_made, self._story.after.deleted):
            self._once(f"deleted:{name}", partial(self._delete, name))

    def check(self) -> None:
        """Anybody asks about files: ours, ours written anew by a stranger, and one that was taken back."""
        self._once("film", self._first_made)
        film = str(self._notes["film"])
        original, again = self._folder / f"{film}.mp4", self._folder / f"{film}-written-anew.mp4"
        self._once("downloaded", partial(self._download, film, original))
        if not again.exists():
            reencode(original, again, backend="a stranger")
        deleted = [name for name in self._story.after.deleted if f"deleted:{name}" in self._notes]
        for path in (original, again, *(self._folder / f"{name}.mp4" for name in deleted[:1])):
            self._once(f"verified:{path.name}", partial(self._verify, path))

    def keep_keys(self) -> None:
        """A key is made, and revoked."""
        self._once("revoked", self._make_and_revoke_a_key)

    def audit(self) -> None:
        """An auditor reads, recomputes the whole log, and keeps a receipt that can be checked offline."""
        self._once("audited", self._read_as_auditor)
        self._once("receipt", self._keep_receipt)
        self._notes.note("log", self._recomputed())

    def _once(self, act: str, do: Callable[[], Any]) -> None:
        if act not in self._notes:
            self._notes.note(act, do())

    def _file(self, entry: OptOut) -> str:
        holder, admin = self._people["rights"], self._people["admin"]
        subject = {"kind": entry.kind, "names": list(entry.names), "aliases": list(entry.aliases)}
        owner = {"type": "organisation", "name": "Éditions Pampille"}
        draft = {"owner": owner, "subject": subject}
        made = str(holder.tell("POST", "/v1/optouts", key=f"demo-optout-{entry.name}", json=draft)["id"])
        steps = {
            "drafted": (),
            "submitted": ("preview", "submit"),
            "verified": ("preview", "submit", "verify"),
            "withdrawn": ("submit", "withdraw"),
        }
        state = admin.tell("GET", f"/v1/optouts/{made}")
        for step in _left(steps[entry.until], state):
            who = admin if step == "verify" else holder
            who.tell("POST", f"/v1/optouts/{made}/{step}")
        return made

    def _ask_for_an_ordinary_word(self) -> str:
        draft = {
            "owner": {"type": "organisation", "name": "Éditions Pampille"},
            "subject": {"kind": "brand", "names": ["red apple"]},
        }
        answer = self._people["rights"].http.post("/v1/optouts", json=draft)
        return str(answer.json()["detail"])

    def _preflight(self, who: str, prompt: str) -> dict[str, Any]:
        person = self._people[who]
        first = person.tell("POST", "/v1/videos/preflight", json={"prompt": prompt, "model": "filigrane-1"})
        for rewrite in first["rewrites"][:1]:
            person.tell("POST", "/v1/videos/preflight", json={"prompt": rewrite, "model": "filigrane-1"})
        return {"verdict": first["verdict"], "rewrites": first["rewrites"]}

    def _moderate(self) -> bool:
        client = self._people["ines"].client
        said = client.moderations.create(input="Un renard et une chouette se saluent dans la forêt")
        return bool(said.results[0].flagged)

    def _refused(self, asked: Refused) -> dict[str, Any]:
        import openai

        try:
            made = self._people[asked.who].client.videos.create(
                prompt=asked.prompt,
                model="filigrane-1",
                seconds=str(REFUSED_SECONDS),
                size=self._story.imports[0].size,
                extra_headers={"Idempotency-Key": f"demo-refused-{asked.name}"},
            )
        except openai.BadRequestError as refused:
            told = refused.response.json()
            return {"code": refused.code, "decision_id": told["decision_id"], "rewrites": told["rewrites"]}
        raise ActRefused(f"a prompt that the policy refuses was taken: {made.id}")

    def _publish(self, name: str, visibility: str) -> str:
        told = self._on_clip(name, "POST", "/publish", json={"visibility": visibility})
        return str(told["visibility"])

    def _not_published(self, name: str) -> dict[str, Any]:
        path = f"/v1/videos/{self._clip(name)}/publish"
        answer = self._owner(name).http.post(path, json={"visibility": "public"})
        told = answer.json()
        if answer.status_code < 400:
            raise ActRefused(f"a clip that a proven opt-out names was published: {self._clip(name)}")
        return {"code": told["error"]["code"], "decision_id": told["decision_id"]}

    def _appeal(self, asked: Appeal) -> str:
        refused = self._notes.get(f"refused:{asked.against}") or self._notes[f"end:{asked.against}"]
        body = {"decision_id": refused["decision_id"], "reason": asked.reason}
        who = self._who(asked.against)
        return str(who.tell("POST", "/v1/appeals", key=f"demo-appeal-{asked.against}", json=body)["id"])

    def _delete(self, name: str) -> bool:
        self._download(name, self._folder / f"{name}.mp4")
        self._owner(name).client.videos.delete(self._clip(name))
        return True

    def _download(self, name: str, path: Path) -> str:
        if not path.exists():
            fresh = path.with_suffix(".part")
            self._owner(name).client.videos.download_content(self._clip(name)).write_to_file(fresh)
            fresh.replace(path)
        return path.name

    def _verify(self, path: Path) -> dict[str, Any]:
        with path.open("rb") as content:
            answer = self._people["ines"].tell("POST", "/v1/verify", files={"file": (path.name, content)})
        return {"verdict": answer["verdict"], "says": answer["says"]["en"], "withdrawn": answer["withdrawn"]}

    def _make_and_revoke_a_key(self) -> str:
        person = self._people["malik"]
        made = person.tell("POST", "/v1/keys", key="demo-key-spare", json={"name": "a lost laptop"})
        person.tell("DELETE", f"/v1/keys/{made['id']}")
        return str(made["id"])

    def _read_as_auditor(self) -> int:
        asked = {"purpose": "yearly sampling", "action": "video:publish", "limit": "100"}
        found = self._people["auditor"].tell("GET", "/v1/audit/events", params=asked)
        return len(found["data"])

    def _keep_receipt(self) -> str:
        film = str(self._notes["film"])
        owner = self._owner(film)
        decision_id = self._notes[f"end:{film}"]["decision_id"]
        path = f"/v1/decisions/{decision_id}/receipt"
        until = time.monotonic() + _RECEIPT_DEADLINE_S
        while (answer := owner.http.get(path)).status_code != 200:
            if time.monotonic() > until:
                raise ActRefused("the decision's entry was not sequenced; is the sequencer running?")
            time.sleep(0.2)
        (self._folder / f"{film}.tlog-proof").write_text(answer.text)
        key = self._people.nobody.get("/log/key").text.split()[-1]
        (self._folder / "log.key").write_text(key)
        verify_receipt(Receipt.parse(answer.text), VerifierKey.parse(key))
        return str(decision_id)

    def _recomputed(self) -> dict[str, int]:
        key = VerifierKey.parse((self._folder / "log.key").read_text())
        with self._people.nobody as public:
            seen = auditor.audit(HttpLog(str(public.base_url).rstrip("/")), key)

        async def both_ways() -> str | None:
            async with await psycopg.AsyncConnection.connect(owner_address(), autocommit=True) as owner:
                gap = (await reconcile(owner)).gap
                return None if gap is None else f"{gap.what}: {gap.id}"

        if (gap := asyncio.run(both_ways())) is not None:
            raise ActRefused(f"an act and the log disagree: {gap}")
        return {"entries": seen.size}

    def _is_made(self, name: str) -> bool:
        """Tell whether a clip completed: a detector may hold a harmless one; the demo goes on without."""
        return bool((self._notes.get(f"end:{name}") or {}).get("status") == "completed")

    def _first_made(self) -> str:
        """Return the first clip that completed and stays, to be downloaded and checked."""
        kept = (clip.name for clip in self._story.clips if clip.name not in self._story.after.deleted)
        return next(filter(self._is_made, kept))

    def _on_clip(self, name: str, method: str, path: str, **sent: Any) -> Any:
        return self._owner(name).tell(method, f"/v1/videos/{self._clip(name)}{path}", **sent)

    def _clip(self, name: str) -> str:
        return str(self._notes[f"clip:{name}"])

    def _owner(self, name: str) -> Person:
        return self._people[next(clip.who for clip in self._story.every_clip if clip.name == name)]

    def _who(self, name: str) -> Person:
        """Return who asked for something, whether it was refused or not."""
        asked = {one.name: one.who for one in self._story.refused}
        return self._people[asked[name]] if name in asked else self._owner(name)


def _left(steps: tuple[str, ...], state: dict[str, Any]) -> tuple[str, ...]:
    """Return the steps that an entry has still to take, after an interruption."""
    done = {
        "submit": state["submitted_at"],
        "verify": state["verified_at"],
        "withdraw": state["withdrawn_at"],
    }
    return tuple(step for step in steps if not done.get(step))
