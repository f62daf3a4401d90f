"""
Any server that speaks OpenAI's Videos API: create, poll, download.

The server's address is the operator's choice; what it answers is not trusted: bodies are bounded, identifiers
are checked before they enter an address, redirects are not followed, the clip is probed and written anew.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx2

from generator.answers import AnswerTooLong, bounded
from generator.backend import Look, Progress
from generator.backends.foreign import part_of, taken_in
from generator.clip import Clip
from generator.errors import GenerationFailed
from generator.request import Submission

OPENAI_LENGTHS_S = (4, 8, 12)
OPENAI_SIZES = ((720, 1280), (1280, 720), (1024, 1792), (1792, 1024))

_LARGEST_ANSWER_BYTES = 1_000_000
_ID = re.compile(r"[A-Za-z0-9_-]{1,200}")
_CODE = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_TRANSIENT = frozenset({408, 409, 425, 429, 500, 502, 503, 504})
_REFUSALS = frozenset({400, 403, 422, 451})
_TRIES = 4
_WAITED_SHARE = 0.8  # of the progress; the rest is downloading and writing anew


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """
    What the server takes and how long we wait for it.

    `lengths_s` and `sizes` are the ones it accepts, None for any; the nearest that covers the request is
    asked for, and the clip cut to the request.
    """

    lengths_s: tuple[int, ...] | None = OPENAI_LENGTHS_S
    sizes: tuple[tuple[int, int], ...] | None = OPENAI_SIZES
    poll_s: float = 2.0
    longest_wait_s: float = 1800.0
    answer_s: float = 60.0
    largest_clip_bytes: int = 512 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAIVideosBackend:
    """
    Asks another service for the clip.

    Args:
        base_url: up to and including the version: "https://api.openai.com/v1".
        key: sent as a bearer token; never logged, never in an error.
        model: the server's model name.
        terms: what it accepts, and our patience.
        wait: how to wait; tests do not.
        clock: seconds that only rise.
    """

    base_url: str
    key: str = field(repr=False)
    model: str
    terms: Terms = field(default_factory=Terms)
    wait: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic

    @property
    def name(self) -> str:
        """The server's model name."""
        return self.model

    @property
    def is_model(self) -> bool:
        """True: services of this kind run trained models."""
        return True

    def generate(self, request: Submission, folder: Path, progress: Progress, look: Look) -> Clip:
        """
        Ask, wait, download, and take the clip in at the size, rate and length asked for.

        What came is kept beside it (`Clip.received`): it may bear the server's own manifest.

        Raises:
            GenerationFailed: `code` is the server's own; `is_refusal` when it would refuse again.
        """
        raw = folder / "download"
        with _connected(self) as client:
            try:
                video_id = self._waited_for(client, self._asked(client, request), progress)
                try:
                    self._download(client, video_id, raw)
                    rest = part_of(progress, _WAITED_SHARE, 1.0)
                    clip = taken_in(raw, folder, request, backend=self.name, progress=rest, look=look)
                    return replace(clip, received=raw.replace(folder / "received"))
                finally:
                    _forgotten(client, video_id)
            finally:
                raw.unlink(missing_ok=True)

    def _asked(self, client: httpx2.Client, request: Submission) -> dict[str, Any]:
        """Create the job; return the server's first word on it."""
        width, height = _nearest_size(request, self.terms.sizes)
        fields = {
            "model": self.model,
            "prompt": request.prompt,
            "seconds": str(_covering_length(request, self.terms.lengths_s)),
            "size": f"{width}x{height}",
        }
        if not request.references:
            return self._answer(client, "POST", "videos", json=fields)
        reference = request.references[0]
        files = {"input_reference": (f"reference{reference.suffix}", reference.read_bytes())}
        return self._answer(client, "POST", "videos", data=fields, files=files)

    def _waited_for(self, client: httpx2.Client, video: dict[str, Any], progress: Progress) -> str:
        """Poll until the job is done; return its id."""
        video_id = _checked_id(video)
        until, told = self.clock() + self.terms.longest_wait_s, 0.0
        while video.get("status") != "completed":
            if video.get("status") not in {"queued", "in_progress"}:
                raise _failure(video.get("error"), "the server could not make the clip", is_refusal=None)
            told = max(told, _share(video.get("progress")))
            progress(_WAITED_SHARE * told)
            if self.clock() > until:
                _forgotten(client, video_id)
                raise GenerationFailed(f"no clip after {self.terms.longest_wait_s:.0f} s; try again")
            self.wait(self.terms.poll_s)
            video = self._answer(client, "GET", f"videos/{video_id}")
        return video_id

    def _answer(self, client: httpx2.Client, method: str, path: str, **body: Any) -> dict[str, Any]:
        """
        Return the JSON object a call answers; calls that fail for a moment are made again, with longer waits.

        Creating is repeated only when the server said that it did nothing (429, 503).
        """
        for attempt in range(1, _TRIES + 1):
            status, headers, data = _called(client, method, path, body)
            again = status in _TRANSIENT if method == "GET" else status in {429, 503}
            if again and attempt < _TRIES:
                self.wait(_pause_s(headers, attempt))
                continue
            return _object(status, data)
        raise AssertionError  # the last attempt returns or raises

    def _download(self, client: httpx2.Client, video_id: str, target: Path) -> None:
        until, size = self.clock() + self.terms.longest_wait_s, 0
        with _transport(), client.stream("GET", f"videos/{video_id}/content") as response:
            if response.status_code != 200:
                _object(response.status_code, _bounded(response))
            with target.open("wb") as file:
                for part in response.iter_bytes():
                    size += len(part)
                    if size > self.terms.largest_clip_bytes:
                        raise GenerationFailed("the clip is larger than we take")
                    if self.clock() > until:
                        raise GenerationFailed("the clip takes too long to download; try again")
                    file.write(part)


@contextmanager
def _connected(backend: OpenAIVideosBackend) -> Iterator[httpx2.Client]:
    with httpx2.Client(
        base_url=backend.base_url.rstrip("/") + "/",
        headers={"Authorization": f"Bearer {backend.key}"},
        timeout=backend.terms.answer_s,
        follow_redirects=False,
        trust_env=False,
    ) as client:
        yield client


@contextmanager
def _transport() -> Iterator[None]:
    """Turn whatever the network does into GenerationFailed, without the address or the key."""
    try:
        yield
    except httpx2.HTTPError as error:
        raise GenerationFailed(f"the server cannot be reached ({type(error).__name__}); try again") from error


def _called(
    client: httpx2.Client, method: str, path: str, body: Mapping[str, Any]
) -> tuple[int, httpx2.Headers, bytes]:
    with _transport(), client.stream(method, path, **body) as response:
        return response.status_code, response.headers, _bounded(response)


def _bounded(response: httpx2.Response) -> bytes:
    """Return a body of at most `_LARGEST_ANSWER_BYTES`; the rest of a longer one is not read."""
    try:
        return bounded(response.iter_bytes(), _LARGEST_ANSWER_BYTES)
    except AnswerTooLong as error:
        raise GenerationFailed("the server's answer is longer than any answer should be") from error


def _object(status: int, data: bytes) -> dict[str, Any]:
    """Return the object a good answer holds; raise what a bad one means."""
    try:
        answer = json.loads(data)
    except ValueError:
        answer = None
    if status in {401, 407}:
        raise GenerationFailed("the server refuses our key; check it in the settings", code="unauthorized")
    if not 200 <= status < 300:
        error = answer.get("error") if isinstance(answer, dict) else None
        raise _failure(error, f"the server answered {status}", is_refusal=status in _REFUSALS)
    if not isinstance(answer, dict):
        raise GenerationFailed("the server's answer is not what the Videos API answers")
    return answer


def _failure(error: object, otherwise: str, *, is_refusal: bool | None) -> GenerationFailed:
    """
    Return the failure for a server's `error` object, its code kept, its message cut to a line.

    Without a status to go by (a job that failed later) the code tells refusals: OpenAI's end in these words.
    """
    said: dict[str, Any] = error if isinstance(error, dict) else {}
    code = said.get("code")
    known = code if isinstance(code, str) and _CODE.fullmatch(code) else None
    if is_refusal is None:
        is_refusal = known is not None and known.endswith(("_blocked", "_violation", "_denied", "_opt_out"))
    message = " ".join(str(said.get("message") or otherwise).split())[:300]
    return GenerationFailed(message, code=known, is_refusal=is_refusal)


def _checked_id(video: dict[str, Any]) -> str:
    video_id = video.get("id")
    if not isinstance(video_id, str) or not _ID.fullmatch(video_id):
        raise GenerationFailed("the server's answer holds no usable id")
    return video_id


def _share(progress: object) -> float:
    """Return OpenAI's per cent as a share; 0 for anything else."""
    if isinstance(progress, bool) or not isinstance(progress, int | float):
        return 0.0
    return min(1.0, max(0.0, float(progress) / 100))


def _pause_s(headers: httpx2.Headers, attempt: int) -> float:
    asked = headers.get("retry-after", "")
    return min(60.0, float(asked)) if asked.isdigit() else 2.0**attempt


def _forgotten(client: httpx2.Client, video_id: str) -> None:
    """Ask the server to delete its copy; a promise to the creator, not a condition of the clip."""
    try:
        client.delete(f"videos/{video_id}")
    except httpx2.HTTPError:
        return


def _covering_length(request: Submission, lengths_s: tuple[int, ...] | None) -> int:
    if lengths_s is None:
        return request.duration_s
    enough = [length for length in lengths_s if length >= request.duration_s]
    if not enough:
        raise GenerationFailed(
            f"this model makes at most {max(lengths_s)} s; ask for less", code="too_long", is_refusal=True
        )
    return min(enough)


def _nearest_size(request: Submission, sizes: tuple[tuple[int, int], ...] | None) -> tuple[int, int]:
    """Return the accepted size that loses little when cut to the request's shape, large enough, and cheap."""
    if sizes is None:
        return request.width_px, request.height_px
    wanted = request.width_px / request.height_px

    def cost(size: tuple[int, int]) -> tuple[int, bool, int]:
        shape = size[0] / size[1]
        loss = 1 - min(shape, wanted) / max(shape, wanted)
        return round(20 * loss), size[0] < request.width_px, size[0] * size[1]  # a twentieth cut is no matter

    return min(sizes, key=cost)
