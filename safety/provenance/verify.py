"""The public check: is this file ours, and is it what we released?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from safety.provenance.child import Limits, examine_in_child
from safety.provenance.credentials import ManifestState, read_manifest_bytes
from safety.provenance.examine import Examiner
from safety.provenance.registry import Registry, follow
from safety.provenance.verdict import Answer, conclude


def verify_file(
    path: Path, registry: Registry, examiner: Examiner, *, limits: Limits | None = None
) -> Answer:
    """
    Return the answer for a file from anyone.

    The file is decoded in a child process under limits; the registry is asked by this one.  Nothing of the
    file is kept.
    """
    seen = examine_in_child(path, examiner, limits or Limits())
    return conclude(seen, follow(seen, registry, examiner.keys))


def answer_as_json(answer: Answer, examiner: Examiner | None = None) -> dict[str, Any]:
    """
    Return the answer as JSON-ready values, sentences in both languages.

    With an `examiner` the manifest that was recovered is read and what it tells is added; a withdrawn
    clip's is not.
    """
    return {
        "verdict": answer.verdict.value,
        "says": {"en": answer.says.en, "fr": answer.says.fr},
        "detail": {"en": answer.detail.en, "fr": answer.detail.fr},
        "lines": [
            {
                "subject": line.subject,
                "tone": line.tone.value,
                "text": {"en": line.text.en, "fr": line.text.fr},
            }
            for line in answer.lines
        ],
        "medium": answer.medium.value,
        "duration_s": round(answer.duration_s, 3),
        "video_id": answer.video_id,
        "withdrawn": answer.is_withdrawn,
        "signature": {"valid": answer.is_valid, "trusted": answer.is_trusted, "signer": answer.signer},
        "stretches": [
            {"start_s": one.start_s, "end_s": round(one.end_s, 3), "state": one.state.value}
            for one in answer.stretches
        ],
        "recovered_by": None if answer.recovered_by is None else answer.recovered_by.value,
        "recovered_manifest": None if examiner is None else _recovered(answer, examiner),
        "disclosure": answer.disclosure,
    }


def _recovered(answer: Answer, examiner: Examiner) -> dict[str, Any] | None:
    if answer.manifest is None or answer.is_withdrawn:
        return None
    told = read_manifest_bytes(answer.manifest, examiner.trust)
    return {
        "valid": told.state is ManifestState.VALID,
        "trusted": told.is_trusted,
        "signer": told.signer,
        "title": told.title,
        "disclosure": told.disclosure,
    }
