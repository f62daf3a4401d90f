"""Asks a server of OpenAI's Moderations API that the operator chose; what it answers is not trusted."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx2

from generator.answers import AnswerTooLong, bounded
from safety.errors import DetectorFailed

_LARGEST_ANSWER_BYTES = 200_000
_PATIENCE_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ModerationServer:
    """
    Sends one text at a time.

    Args:
        base_url: up to and including the version: "https://api.openai.com/v1".
        model: the server's model name.
        key: sent as a bearer token; never logged, never in an error.
    """

    base_url: str
    model: str
    key: str = field(repr=False)

    def __call__(self, text: str) -> Mapping[str, float]:
        """
        Return the server's score of each category.

        Raises:
            DetectorFailed: it cannot be reached, refuses, or answers in another form.
        """
        try:
            with (
                httpx2.Client(timeout=_PATIENCE_S, follow_redirects=False, trust_env=False) as client,
                client.stream(
                    "POST",
                    f"{self.base_url.rstrip('/')}/moderations",
                    json={"model": self.model, "input": text},
                    headers={"Authorization": f"Bearer {self.key}"},
                ) as response,
            ):
                body = bounded(response.iter_bytes(), _LARGEST_ANSWER_BYTES)
        except AnswerTooLong as error:
            raise DetectorFailed(
                "the moderation server's answer is longer than any answer should be"
            ) from error
        except httpx2.HTTPError as error:
            raise DetectorFailed(
                f"the moderation server cannot be reached ({type(error).__name__})"
            ) from error
        if response.status_code != 200:
            raise DetectorFailed(f"the moderation server answered {response.status_code}")
        return _scores(body)


def _scores(body: bytes) -> dict[str, float]:
    try:
        (result,) = json.loads(body)["results"]
        scores = {str(label): float(score) for label, score in result["category_scores"].items()}
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise DetectorFailed("the moderation server answers in a form that we do not know") from error
    if not all(0.0 <= score <= 1.0 for score in scores.values()):  # also what is not a number
        raise DetectorFailed("the moderation server's scores lie outside 0 to 1")
    return scores
