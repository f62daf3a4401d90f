"""From what was observed to one answer of a closed set: pure, and decided in a fixed order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from policies.ruling import Sentence
from safety.provenance import words
from safety.provenance.case import Case, VerifyVerdict, is_contradicted
from safety.provenance.credentials import ManifestState
from safety.provenance.observation import Medium, Observations
from safety.provenance.registry import RegisteredClip, SecondState, Trail, Way
from safety.provenance.words import Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A stretch of the file in seconds and what it is."""

    start_s: float
    end_s: float
    state: SecondState


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """
    What the public check says.

    Validity and trust are two answers: `is_valid` whether the file's own manifest fits it (None: it has
    none), `is_trusted` whether its signer is one we believe.  `recovered_by` says what led to a manifest the
    file has lost, and `manifest` are its bytes.  A withdrawn clip keeps its answer; whoever shows it shows
    neither thumbnail nor prompt.
    """

    verdict: VerifyVerdict
    says: Sentence
    detail: Sentence
    lines: tuple[Line, ...]
    medium: Medium
    duration_s: float
    video_id: str | None = None
    is_withdrawn: bool = False
    is_valid: bool | None = None
    is_trusted: bool | None = None
    signer: str | None = None
    stretches: tuple[Stretch, ...] = ()
    recovered_by: Way | None = None
    manifest: bytes | None = None
    disclosure: dict[str, str] | None = None


def _is_transplanted(case: Case) -> bool:
    """A mark of ours leads to a clip that this is not, and nothing else speaks for the file."""
    by_mark = [trail for trail in case.trails if trail.way is not Way.FINGERPRINT]
    return bool(by_mark) and all(map(is_contradicted, by_mark))


def _is_confirmed(case: Case) -> bool:
    return case.credentials.state is ManifestState.VALID and case.is_own and case.fits_own_manifest


def _is_altered(case: Case) -> bool:
    """
    Ours, and changed since.

    A manifest of ours whose hash fails counts only beside a mark or a likeness: it may have been
    copied onto anything, and that must not make the thing ours.
    """
    own_but_broken = case.is_own and (
        case.best is not None or case.bears_named_mark or case.shows_named_content
    )
    broken = case.credentials.state is ManifestState.INVALID and case.best is not None
    return own_but_broken or broken or case.has_foreign_part or case.hears_presence_alone


def _is_recovered(case: Case) -> bool:
    return case.best is not None


def _has_other_provenance(case: Case) -> bool:
    return case.credentials.state is ManifestState.VALID


def _is_manifest_invalid(case: Case) -> bool:
    return case.credentials.state is ManifestState.INVALID


def _shows_label(case: Case) -> bool:
    return case.seen.label is not None and case.seen.label.is_present


# The order is the law (a file may satisfy several); the first that holds is the answer.
RULES: tuple[tuple[VerifyVerdict, Callable[[Case], bool]], ...] = (
    (VerifyVerdict.UNREADABLE, lambda case: case.seen.problem is not None),
    (VerifyVerdict.MARK_TRANSPLANTED, _is_transplanted),
    (VerifyVerdict.CONFIRMED, _is_confirmed),
    (VerifyVerdict.CONFIRMED_ALTERED, _is_altered),
    (VerifyVerdict.MANIFEST_RECOVERED, _is_recovered),
    (VerifyVerdict.OTHER_PROVENANCE, _has_other_provenance),
    (VerifyVerdict.MANIFEST_INVALID, _is_manifest_invalid),
    (VerifyVerdict.VISIBLE_MARK_ONLY, _shows_label),
    (VerifyVerdict.NO_SIGNAL, lambda _: True),
)

_OURS = frozenset(
    {
        VerifyVerdict.CONFIRMED,
        VerifyVerdict.CONFIRMED_ALTERED,
        VerifyVerdict.MANIFEST_RECOVERED,
    }
)


def conclude(seen: Observations, trails: tuple[Trail, ...]) -> Answer:
    """Return the answer for what was observed and the trails that followed from it."""
    case = Case(seen=seen, trails=trails)
    verdict = next(verdict for verdict, holds in RULES if holds(case))
    clip = _named_clip(case, verdict)
    is_recovered = verdict is VerifyVerdict.MANIFEST_RECOVERED and clip is not None
    has_manifest = seen.credentials.state is not ManifestState.ABSENT
    return Answer(
        verdict=verdict,
        says=words.SAYS[verdict],
        detail=words.detail(verdict, case),
        lines=words.lines(case, verdict),
        medium=seen.medium,
        duration_s=seen.duration_s,
        video_id=_video_id(case, clip, verdict),
        is_withdrawn=any(trail.clip.is_withdrawn for trail in trails if clip is trail.clip),
        is_valid=seen.credentials.state is ManifestState.VALID if has_manifest else None,
        is_trusted=seen.credentials.is_trusted if has_manifest else None,
        signer=seen.credentials.signer,
        stretches=stretches(case) if verdict in _OURS and seen.medium is Medium.VIDEO else (),
        recovered_by=case.best.way if is_recovered and case.best is not None else None,
        manifest=clip.manifest if is_recovered and clip is not None else None,
        disclosure=seen.credentials.disclosure if verdict in _OURS and case.is_own else None,
    )


def _named_clip(case: Case, verdict: VerifyVerdict) -> RegisteredClip | None:
    return case.best.clip if verdict in _OURS and case.best is not None else None


def _video_id(case: Case, clip: RegisteredClip | None, verdict: VerifyVerdict) -> str | None:
    if clip is not None:
        return clip.video_id
    if verdict in _OURS and case.is_own and case.credentials.disclosure is not None:
        return case.credentials.disclosure.get("unique_id")
    return None


def stretches(case: Case) -> tuple[Stretch, ...]:
    """Return the file's stretches by what they are; whole seconds, the last as long as the file."""
    if case.best is None:
        return ()
    found: list[Stretch] = []
    states, end = case.best.seconds, case.seen.duration_s
    for second, state in enumerate(states):
        until = end if second == len(states) - 1 else float(second + 1)
        if found and found[-1].state is state:
            found[-1] = Stretch(start_s=found[-1].start_s, end_s=until, state=state)
        else:
            found.append(Stretch(start_s=float(second), end_s=until, state=state))
    return tuple(found)
