"""The system under measurement: the screening that serves, built here without a database."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import safety
from policies.bundle import Policy, load_policy
from policies.facts import Facts, Surface
from policies.finding import Evidence
from policies.ruling import Ruling
from safety.detector import Text
from safety.detectors.sets import clip_looks, text_looks
from safety.models.places import models_folder
from safety.models.store import ModelStore
from safety.pipeline import Looked, rule, screen_request
from safety.screen import Screen, detector_versions

_FLOOR = 0.0
"""The service does not tell scores that no policy asks for; without them half of the rows would be ties."""


@dataclass(frozen=True, kw_only=True)
class System:
    """
    What serves: a screen and a policy.  `digest` names everything that decides what is seen: code, lists,
    weights, and the policy, which says who is asked at all.
    """

    screen: Screen
    policy: Policy
    digest: str
    models: dict[str, str] = field(default_factory=dict)

    @cached_property
    def versions(self) -> tuple[str, ...]:
        """The names, with versions, of all that look."""
        return detector_versions(self.screen)

    def examine(self, texts: tuple[str, ...]) -> Evidence:
        """Return what the prompt's gate sees in the fields of a request (step 2 of the pipeline)."""
        digest = hashlib.sha256("\0".join(texts).encode("utf-8", "surrogatepass")).hexdigest()
        return screen_request(self.screen, digest, [Text(text=text) for text in texts], None).evidence

    def judge(self, evidence: Evidence, surface: Surface) -> Ruling:
        """Return what the policy answers an unknown adult of the free tier (step 4)."""
        return rule(self.policy, Facts(surface=surface), Looked(evidence=evidence))


def shipped_system(store: ModelStore | None = None, policy: Path | None = None) -> System:
    """
    Return the system as it serves without settings: every detector, the shipped lists and the policy.

    No opt-out is filed and nobody is enrolled.  Weights are loaded when first needed.
    """
    store = store or ModelStore(models_folder(os.environ))
    law = load_policy(policy)
    models = model_digests(store)
    return System(
        screen=clip_looks(store).beside(text_looks(store, floor=_FLOOR), law.looks.is_asked),
        policy=law,
        digest=looking_digest(Path(safety.__file__).parent, {**models, "policy": law.digest}),
        models=models,
    )


def model_digests(store: ModelStore) -> dict[str, str]:
    """Return the digest of the recipe of every model that is installed, by role."""
    return {model.role: model.recipe_digest for model in store.installed()}


def looking_digest(package: Path, models: dict[str, str]) -> str:
    """Return the SHA-256, hex, of the code and lists that look, and of the weights they look with."""
    told = hashlib.sha256()
    for path in sorted(package.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            told.update(f"{path.relative_to(package)}\0".encode())
            told.update(hashlib.sha256(path.read_bytes()).digest())
    for role, digest in sorted(models.items()):
        told.update(f"{role}\0{digest}\0".encode())
    return told.hexdigest()
