"""What a rights holder sends to file an opt-out, checked value by value."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from api.problems import Problem
from api.routes.accounts import Name, Territory
from policies.ruling import Sentence
from safety.rights.alias import check_alias

MOST_NAMES = 50
Stance = Literal["allow", "deny", "constrained"]


class Owner(BaseModel):
    """Who holds the right; `agent_of` where somebody files for another."""

    model_config = ConfigDict(extra="forbid")
    type: Literal["person", "organisation"]
    name: Name
    identifiers: list[Name] = Field(default_factory=list, max_length=10)
    agent_of: Name | None = None


class Subject(BaseModel):
    """What the right is about, and what it is called."""

    model_config = ConfigDict(extra="forbid")
    kind: Literal["character", "work", "franchise", "brand", "person"]
    names: list[Name] = Field(min_length=1, max_length=10)
    aliases: list[Name] = Field(default_factory=list, max_length=MOST_NAMES)


class Uses(BaseModel):
    """What may be done; what is not named is not spoken of.  `constrained` without detail is a deny."""

    model_config = ConfigDict(extra="forbid")
    generate: Stance | None = "deny"
    likeness: Stance | None = None
    voice: Stance | None = None
    style: Stance | None = None
    remix: Stance | None = None
    train_ai: Stance | None = None
    commercial: Stance | None = None


class Draft(BaseModel):
    """A new entry; nothing of it takes effect before it is submitted."""

    model_config = ConfigDict(extra="forbid")
    owner: Owner
    subject: Subject
    uses: Uses = Field(default_factory=Uses)
    territories: list[Territory] = Field(default_factory=list, max_length=250)
    valid_from: AwareDatetime | None = None
    valid_to: AwareDatetime | None = None
    stance: Literal["opt_out", "opt_in_only"] = "opt_out"


class Changes(BaseModel):
    """What to change of a draft; absent members stay."""

    model_config = ConfigDict(extra="forbid")
    owner: Owner | None = None
    subject: Subject | None = None
    uses: Uses | None = None
    territories: list[Territory] | None = Field(default=None, max_length=250)
    valid_from: AwareDatetime | None = None
    valid_to: AwareDatetime | None = None
    stance: Literal["opt_out", "opt_in_only"] | None = None


def content_of(body: Draft | Changes) -> dict[str, Any]:
    """
    Return the columns that a body names, with every name allowed.

    Raises:
        Problem: 422 naming the value that is wrong, and for a name the reason.
    """
    content = body.model_dump(exclude_none=True)
    subject = content.pop("subject", None)
    if subject is not None:
        _check_names(subject)
        content["kind"] = subject["kind"]
        content["names"] = list(dict.fromkeys(subject["names"]))
        content["aliases"] = list(dict.fromkeys(subject["aliases"]))
    if "territories" in content:
        content["territories"] = sorted(set(content["territories"]))
    if isinstance(body, Draft):
        check_dates(body.valid_from or dt.datetime.now(dt.UTC), body.valid_to)
    return content


def _check_names(subject: dict[str, Any]) -> None:
    if len(subject["names"]) + len(subject["aliases"]) > MOST_NAMES:
        raise Problem(
            "invalid",
            Sentence(
                en=f"At most {MOST_NAMES} names and aliases.", fr=f"Au plus {MOST_NAMES} noms et alias."
            ),
            pointer="/subject/aliases",
        )
    for member in ("names", "aliases"):
        for index, name in enumerate(subject[member]):
            refusal = check_alias(name)
            if refusal is not None:
                raise Problem(
                    "invalid",
                    Sentence(en=refusal.english, fr=refusal.french),
                    pointer=f"/subject/{member}/{index}",
                    members={"reason": refusal.reason.value},
                )


def check_dates(valid_from: dt.datetime, valid_to: dt.datetime | None) -> None:
    """
    Raises:
        Problem: 422 where it ends before it begins.
    """
    if valid_to is not None and valid_to <= valid_from:
        raise Problem(
            "invalid",
            Sentence(en="It must end after it begins.", fr="La fin doit suivre le début."),
            pointer="/valid_to",
        )
