"""
The way of a clip, from a request to a release.  Read this file first; the numbers are used everywhere.

 1  admit     who asks, from where, within which quota; the request is stored and logged     (the caller)
 2  screen    the prompt, its clauses, the reference picture, names: evidence                `screen_request`
 3  resolve   every cameo asked for → a live grant for this creator and use                  `resolve`
 4  decide    policy, facts and evidence → allow, label, review or block, with reasons       `heed`, `rule`
 5  generate  a back-end makes a clip; it may be stopped by what a preview shows             `generate`
 6  look      frames, faces, words on screen, speech, sound: evidence                        `look`
 7  decide    as 4, with the grants of 3 and the opt-outs in force now                       `heed`, `rule`
 8  mark      label, invisible mark, manifest; read back                       `safety.provenance`
 9  release   one transaction; what moved since 7 sends the clip back to 7                   (the caller)
10  publish   a second, stricter decision, with the consent and opt-outs in force then       (the caller)

Nothing here opens a connection or knows a key: parts come in as arguments.  A refusal is a value, never
an exception; a detector that could not look is a reading that says so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from generator.backend import Backend, Progress
from generator.clip import Clip
from generator.errors import GenerationStopped
from generator.request import Submission
from policies.bundle import Policy
from policies.decide import decide
from policies.facts import Facts
from policies.finding import Evidence, Stage
from policies.ruling import Ruling
from safety.detector import Detector, Text, Words
from safety.sampling import sample_clip, sample_pixels
from safety.screen import Screen, Seen, screen_clip, screen_footage, screen_text, screen_words


class Grants(Protocol):
    """Which likenesses may be used; read when it matters, never remembered."""

    def live(self, cameo_ids: Iterable[str], creator_id: str, territory: str) -> frozenset[str]:
        """Return those of the cameos that this creator may use here and now."""
        ...


class NoGrants:
    """Nobody is enrolled: every likeness asked for is refused."""

    def live(self, cameo_ids: Iterable[str], creator_id: str, territory: str) -> frozenset[str]:
        """Return none, whoever asks: default deny."""
        del cameo_ids, creator_id, territory
        return frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What a screening left: the evidence a decision stands on, and the words found in a clip."""

    evidence: Evidence
    words: tuple[Words, ...] = ()


def screen_request(
    screen: Screen, subject_digest: str, texts: Iterable[Text], reference: NDArray[np.uint8] | None
) -> Looked:
    """Step 2: look at everything a creator sent; a reference picture passes every picture detector."""
    seen = Seen(readings=screen_text(screen, texts))
    if reference is not None:
        pictured = screen_footage(screen, sample_pixels(reference))
        seen = Seen(readings=(*seen.readings, *pictured.readings), words=pictured.words)
    evidence = Evidence(subject_digest=subject_digest, stage=Stage.PROMPT, readings=seen.readings)
    return Looked(evidence=evidence, words=seen.words)


def heed(opt_outs: Detector[Text], looked: Looked, texts: Iterable[Text] = ()) -> Looked:
    """
    Steps 4 and 7: add what the opt-outs in force now say of texts and of the words found in a clip.

    It costs a search through words that are known already, so it is done last, at the decision itself.
    """
    reading = screen_words(opt_outs, texts, looked.words)
    evidence = replace(looked.evidence, readings=(*looked.evidence.readings, reading))
    return replace(looked, evidence=evidence)


def resolve(grants: Grants, cameo_ids: Iterable[str], creator_id: str, facts: Facts) -> Facts:
    """Step 3: tell granted likenesses from refused ones; unknown ids are refused like any other."""
    asked = frozenset(cameo_ids)
    granted = grants.live(asked, creator_id, facts.territory) & asked
    return replace(facts, granted_cameo_ids=granted, refused_cameo_ids=asked - granted)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruled:
    """A ruling with what it was reached from: told and seen."""

    facts: Facts
    looked: Looked
    ruling: Ruling


def ruled(policy: Policy, facts: Facts, looked: Looked) -> Ruled:
    """As `rule`, keeping what the ruling was reached from, so that it can be reached again."""
    return Ruled(facts=facts, looked=looked, ruling=rule(policy, facts, looked))


def rule(policy: Policy, facts: Facts, looked: Looked) -> Ruling:
    """Steps 4 and 7: answer what may happen, given all that was seen."""
    return decide(policy, facts, looked.evidence)


def generate(
    backend: Backend, request: Submission, folder: Path, progress: Progress, screen: Screen
) -> Clip | Looked:
    """
    Step 5: have a clip made; return what a preview showed instead, where that stopped the work.

    A back-end is never trusted: it gives back a file that was decoded and encoded anew here.

    Raises:
        GenerationFailed: no clip came, or not a readable one.
    """
    watch = _Watch(screen, request)
    try:
        return backend.generate(request, folder, progress, watch.look)
    except GenerationStopped:
        return watch.looked()


class _Watch:
    """
    Looks at previews with the cheap detectors; unfinished as they are, only certainty stops the work.

    As in a finished clip, one frame does not decide: two previews must be certain.
    """

    CERTAIN = 0.95
    AGREEING = 2

    def __init__(self, screen: Screen, request: Submission) -> None:
        self._screen = Screen(footage=screen.preview)
        self._request = request
        self._certain = 0
        self._seen = Seen(readings=())

    def look(self, preview: NDArray[np.uint8]) -> None:
        """Raise `GenerationStopped` at what may never be released."""
        seen = screen_footage(self._screen, sample_pixels(preview))
        scores = (finding.score for reading in seen.readings for finding in reading.findings)
        self._certain += any(score >= self.CERTAIN for score in scores)
        if self._certain >= self.AGREEING:
            self._seen = seen
            raise GenerationStopped("previews show what may not be released")

    def looked(self) -> Looked:
        """Return what stopped the work, as evidence about the request."""
        digest = hashlib.sha256(self._request.id.encode()).hexdigest()
        return Looked(
            evidence=Evidence(subject_digest=digest, stage=Stage.OUTPUT, readings=self._seen.readings)
        )


def look(screen: Screen, clip: Path, subject_digest: str) -> Looked:
    """
    Step 6: look at a finished clip with every detector, in one decode.

    Raises:
        InvalidMedia: it cannot be read.
    """
    sample = sample_clip(clip)
    seen = screen_clip(screen, sample.footage, sample.sound)
    evidence = Evidence(subject_digest=subject_digest, stage=Stage.OUTPUT, readings=seen.readings)
    return Looked(evidence=evidence, words=seen.words)
