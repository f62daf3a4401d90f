"""A clip as clients see it: the object of OpenAI's SDK, and what we add."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from api.db.stores.submissions import SubmissionRow
from api.db.stores.videos import VideoRow
from api.problems import kinds
from policies.ruling import Ruling, Sentence, Verdict
from policies.wire import Json, client_reasons
from safety.decision import Decision

_HELD = Sentence(
    en="A person will look at it; follow it here: the same id completes or is refused.",
    fr="Une personne va l’examiner ; suivez-la ici : le même identifiant aboutira ou sera refusé.",
)


def video_object(
    row: VideoRow, asked: SubmissionRow, decision: Decision | None, language: str, address: str
) -> dict[str, Any]:
    """Return the video object; reasons in `language`, without scores."""
    return {
        "id": row.id,
        "object": "video",
        "status": row.status,
        "progress": row.progress,
        "created_at": unix(row.created_at),
        "completed_at": unix(row.completed_at),
        "expires_at": unix(row.expires_at),
        "model": asked.model,
        "prompt": asked.prompt,
        "seconds": str(asked.duration_s),
        "size": f"{asked.width_px}x{asked.height_px}",
        "remixed_from_video_id": asked.parent_video_id,
        "error": error_object(row, language),
        "stage": row.stage,
        "decision_id": row.decision_id,
        "reasons": [] if decision is None else reasons_of(decision.ruling, language, address, decision.id),
        "visibility": row.visibility,
        "withdrawn_reason": row.withdrawn_reason,
        "labels": labels_of(decision),
        "provenance": row.provenance,
    }


def error_object(row: VideoRow, language: str) -> dict[str, str] | None:
    """Return ``{code, message}`` of a clip that failed, was refused, or is held."""
    if row.error_code is None:
        return None
    if row.error_code == "held_for_review":
        return {"code": row.error_code, "message": _HELD.in_language(language)}
    kind = kinds()[row.error_code]
    message = f"{kind.title.in_language(language)}. {kind.advice.in_language(language)}"
    return {"code": row.error_code, "message": message}


def labels_of(decision: Decision | None) -> Sequence[str]:
    """Return the labels a clip bears beside the one that all bear."""
    labels = decision.ruling.labels if decision and decision.ruling.verdict is Verdict.LABEL else ()
    return ["ai_generated", *sorted(labels)]


def reasons_of(
    ruling: Ruling, language: str, address: str, decision_id: str | None = None
) -> list[dict[str, Json]]:
    """Return the reasons as a creator sees them; without a decision there is nothing to appeal."""
    address_of_appeal = appeal_url(address, decision_id) if decision_id else None
    return client_reasons(ruling, language=language, appeal_url=address_of_appeal)


def appeal_url(address: str, decision_id: str) -> str:
    """Return where an appeal against a decision is posted and read."""
    return f"{address}/v1/appeals?decision_id={decision_id}"


def unix(moment: dt.datetime | None) -> int | None:
    """Return seconds since 1970, as OpenAI's objects count."""
    return None if moment is None else int(moment.timestamp())
