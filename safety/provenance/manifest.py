"""What our signed manifests say of a clip."""

from __future__ import annotations

import datetime as dt
import enum
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Json = dict[str, Any]

SPECIFICATION = "2.4.0"
DISCLOSURE = "org.filigrane.disclosure"
LABELS = "org.filigrane.labels"
_SOURCE_TYPES = "http://cv.iptc.org/newscodes/digitalsourcetype/"


class Origin(enum.StrEnum):
    """How a clip came to be; decides the first action of its manifest."""

    GENERATED = "generated"
    """Made here: `c2pa.created`."""

    REMIXED = "remixed"
    """Made here from other clips of ours: `c2pa.opened`, then `c2pa.edited`."""

    IMPORTED = "imported"
    """Brought finished by a platform: `c2pa.opened` alone.  We did not see it made and do not claim it."""

    COMMISSIONED = "commissioned"
    """Made by another service at our asking, which signed it: `c2pa.opened`, on its own manifest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingredient:
    """A file a clip was made from; `media_type` is what was probed, `title` is shown to everyone."""

    path: Path
    media_type: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SoftBinding:
    """One way back to the manifest when the file has lost it: an algorithm and what it reads in the clip."""

    algorithm: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestFacts:
    """
    What is told of a clip beside its marks.

    `provider`, `system`, `system_version`, `made_at` and `video_id` are the disclosure that SB 942 asks for;
    `engine` is the back-end's name and `is_model` whether a trained model made the picture.  `parents` are
    the clips it was made from (or the imported file itself), `references` the pictures that led it,
    `labels` the categories it is labelled with.
    """

    video_id: str
    provider: str
    system: str
    system_version: str
    engine: str
    is_model: bool
    made_at: dt.datetime
    origin: Origin = Origin.GENERATED
    title: str = "clip.mp4"
    parents: tuple[Ingredient, ...] = ()
    references: tuple[Ingredient, ...] = ()
    labels: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if self.made_at.tzinfo is None:
            raise ValueError("made_at must be an aware time")
        if (self.origin is not Origin.GENERATED) != bool(self.parents):
            raise ValueError("a remix or an import names its parents, a generated clip has none")

    @property
    def source_type(self) -> str:
        """The honest IPTC digital source type: a drawing program is no trained model."""
        kind = "trainedAlgorithmicMedia" if self.is_model else "algorithmicMedia"
        if self.origin is Origin.REMIXED and self.is_model:
            kind = "compositeWithTrainedAlgorithmicMedia"
        return _SOURCE_TYPES + kind


def manifest_definition(facts: ManifestFacts, bindings: tuple[SoftBinding, ...], *, has_label: bool) -> Json:
    """Return the manifest to be signed, without its ingredients (see `ingredient_definition`)."""
    generator = {"name": facts.system, "version": facts.system_version, "specVersion": SPECIFICATION}
    assertions = [
        _assertion(
            "c2pa.actions.v2",
            {"actions": _actions(facts, bindings, has_label=has_label), "allActionsIncluded": True},
        ),
        *(_soft_binding(binding) for binding in bindings),
        _assertion("cawg.training-mining", _no_training()),
        _assertion(DISCLOSURE, _disclosure(facts)),
        *([_assertion(LABELS, {"categories": sorted(facts.labels)})] if facts.labels else ()),
    ]
    return {
        "title": facts.title,
        "claim_generator_info": [generator],
        "thumbnail": {"format": "image/jpeg", "identifier": "thumbnail.jpg"},
        "assertions": assertions,
    }


def ingredient_definition(ingredient: Ingredient, index: int, *, is_parent: bool) -> Json:
    """Return how the manifest names one file the clip was made from."""
    name = ingredient_name(index, is_parent=is_parent)
    relationship = "parentOf" if is_parent and index == 0 else "componentOf" if is_parent else "inputTo"
    return {"title": ingredient.title, "relationship": relationship, "instance_id": name, "label": name}


def ingredient_name(index: int, *, is_parent: bool) -> str:
    """Return the label that ties an ingredient to the action that used it."""
    return f"{'parent' if is_parent else 'reference'}-{index}"


def _assertion(label: str, data: Json) -> Json:
    return {"label": label, "data": data, "created": True}


def _actions(facts: ManifestFacts, bindings: tuple[SoftBinding, ...], *, has_label: bool) -> list[Json]:
    actions = [_first_action(facts)]
    if facts.origin is Origin.REMIXED:
        inputs = _names(facts.parents[1:], is_parent=True, start=1) + _names(
            facts.references, is_parent=False
        )
        actions.append(
            _made_by(facts, {"action": "c2pa.edited", "digitalSourceType": facts.source_type}, inputs)
        )
    if has_label:
        actions.append({"action": "c2pa.addedText", "description": "Visible label: made with AI"})
    if bindings:
        actions.append({"action": "c2pa.watermarked.bound"})
    actions.append({"action": "c2pa.transcoded"})
    return actions


def _first_action(facts: ManifestFacts) -> Json:
    if facts.origin is Origin.GENERATED:
        created = {"action": "c2pa.created", "digitalSourceType": facts.source_type}
        return _made_by(facts, created, _names(facts.references, is_parent=False))
    opened: Json = {"action": "c2pa.opened", "when": _time(facts.made_at)}
    opened["parameters"] = {"ingredientIds": [ingredient_name(0, is_parent=True)]}
    return opened


def _made_by(facts: ManifestFacts, action: Json, inputs: list[str]) -> Json:
    made: Json = {**action, "when": _time(facts.made_at)}
    made["softwareAgent"] = {"name": facts.engine, "version": facts.system_version}
    if inputs:
        made["parameters"] = {"ingredientIds": inputs}
    return made


def _names(ingredients: tuple[Ingredient, ...], *, is_parent: bool, start: int = 0) -> list[str]:
    return [ingredient_name(index, is_parent=is_parent) for index, _ in enumerate(ingredients, start)]


def _soft_binding(binding: SoftBinding) -> Json:
    blocks = [{"scope": {}, "value": binding.value}]
    return _assertion("c2pa.soft-binding", {"alg": binding.algorithm, "blocks": blocks, "pad": ""})


def _no_training() -> Json:
    uses = ("cawg.ai_inference", "cawg.ai_generative_training", "cawg.ai_training", "cawg.data_mining")
    return {"entries": {use: {"use": "notAllowed"} for use in uses}}


def _disclosure(facts: ManifestFacts) -> Json:
    return {
        "provider": facts.provider,
        "system": facts.system,
        "system_version": facts.system_version,
        "engine": facts.engine,
        "made_at": _time(facts.made_at),
        "unique_id": facts.video_id,
        "origin": facts.origin.value,
    }


def _time(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
