"""A remote service: asked in OpenAI's words, waited for, never trusted."""

from __future__ import annotations

import dataclasses
import json

import pytest

from generator.backends.openai_videos import OpenAIVideosBackend, Terms


@pytest.fixture
def backend(video_server):
    return video_server.backend()


def test_request_is_in_openais_words(video_server, backend, submission, folder) -> None:
    """The body is what the SDK would send, the key is a bearer token, and the remote copy is deleted."""
    backend.generate(submission(duration_s=1), folder(), lambda s: None, lambda f: None)
    method, path, headers, body = video_server.calls[0]
    assert ("POST", "/v1/videos", "Bearer secret-key") == (method, path, headers["authorization"])
    assert {
        "model": "m-1",
        "prompt": "a red ball bounces on the beach",
        "seconds": "4",
        "size": "1280x720",
    } == json.loads(body)
    assert ("DELETE", "/v1/videos/video_9") == video_server.calls[-1][:2]


def test_reference_is_sent_as_a_file(video_server, backend, submission, folder, vectors) -> None:
    """A reference picture goes as multipart, its bytes whole."""
    backend.generate(submission(references=(vectors / "good.png",)), folder(), lambda s: None, lambda f: None)
    _, _, headers, body = video_server.calls[0]
    assert headers["content-type"].startswith("multipart/form-data")
    assert (vectors / "good.png").read_bytes() in body


def test_progress_follows_the_server(video_server, backend, submission, folder) -> None:
    """The server's per cent are told, and one that falls is held."""
    video_server.states = [
        ("queued", 0),
        ("in_progress", 60),
        ("in_progress", 20),
        ("in_progress", "soon"),
        ("completed", 100),
    ]
    told: list[float] = []
    backend.generate(submission(), folder(), told.append, lambda f: None)
    assert sorted(told) == told
    assert [pytest.approx(0.48)] * 3 == told[2:5]


@pytest.mark.parametrize(
    ("status", "code", "is_refusal"),
    [
        (400, "prompt_blocked", True),
        (403, "tier_required", True),
        (429, "quota_exceeded", False),
        (500, "server_error", False),
    ],
)
def test_refusal_keeps_its_code(video_server, backend, submission, failure, status, code, is_refusal) -> None:
    """A refused or failed request is a failure with the server's code; only a refusal says not to retry."""
    video_server.create = (status, {"error": {"code": code, "message": "No.", "param": None}})
    error = failure(backend, submission())
    assert (code, is_refusal, "No.") == (error.code, error.is_refusal, str(error))


def test_failed_job_keeps_its_code(video_server, backend, submission, failure) -> None:
    """A job that ends badly is a failure; a moderation code is a refusal."""
    video_server.states = [("in_progress", 10), ("failed", 10)]
    video_server.error = {"code": "output_blocked", "message": "Seen."}
    error = failure(backend, submission())
    assert ("output_blocked", True) == (error.code, error.is_refusal)


def test_busy_server_is_asked_again(video_server, backend, submission, folder) -> None:
    """A server that is busy for a moment is waited for as long as it asks, then asked again."""
    video_server.busy = [(503, "7"), (502, None)]
    waits: list[float] = []
    patient = dataclasses.replace(backend, wait=waits.append)
    video_server.busy_on = "GET"
    patient.generate(submission(), folder(), lambda s: None, lambda f: None)
    assert [7.0, 4.0] == [pause for pause in waits if pause != patient.terms.poll_s]


def test_creating_is_not_repeated_in_doubt(video_server, backend, submission, failure) -> None:
    """A 502 may have created a job that costs money: it is not asked for twice."""
    video_server.create = (502, {})
    failure(backend, submission())
    assert 1 == len(video_server.calls)


def test_patience_ends(video_server, backend, submission, failure) -> None:
    """A job that never ends is given up after the longest wait, and deleted."""
    video_server.states = [("in_progress", 1)]
    now = iter(range(0, 10_000, 100))
    error = failure(dataclasses.replace(backend, clock=lambda: next(now)), submission())
    assert "no clip after" in str(error)
    assert "DELETE" == video_server.calls[-1][0]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"<html>",
        b"null",
        b'{"id": "../../keys"}',
        b'{"id": 5}',
        b'{"object":"video"}',
        b"{" * 2_000_000,
    ],
)
def test_nonsense_answers_are_failures(video_server, backend, submission, failure, body: bytes) -> None:
    """Whatever a server answers to a creation, it is a clip's job or a failure; no odd id is asked for."""
    video_server.create = (200, body)
    assert "the server's answer" in str(failure(backend, submission()))
    assert [("POST", "/v1/videos")] == [call[:2] for call in video_server.calls]


@pytest.mark.parametrize("name", ["cut_in_half.mp4", "page.mp4", "empty.mp4", "too_large.mp4", "damaged.mp4"])
def test_hostile_clips_are_failures(video_server, backend, submission, failure, vectors, name: str) -> None:
    """A clip that is none, is cut short or is too large is a failure, and leaves nothing here or there."""
    video_server.clip = (vectors / name).read_bytes()
    assert "returned a clip that cannot be used" in str(failure(backend, submission()))
    assert ("DELETE", "/v1/videos/video_9") == video_server.calls[-1][:2]


def test_short_clip_is_a_failure(video_server, backend, submission, failure) -> None:
    """Half the length asked for is not the clip asked for."""
    assert "lasts 1.0 s where 4 s" in str(failure(backend, submission(duration_s=4)))


def test_heavy_clip_is_not_read_whole(video_server, backend, submission, failure) -> None:
    """A download is ended as soon as it is larger than we take."""
    tight = dataclasses.replace(backend, terms=Terms(largest_clip_bytes=1000, poll_s=0))
    assert "larger" in str(failure(tight, submission()))


def test_redirects_are_not_followed(video_server, backend, submission, failure) -> None:
    """A server cannot send us, with our key, somewhere else."""
    video_server.create = (302, {})
    failure(backend, submission())
    assert 1 == len(video_server.calls)


def test_unreachable_server_is_a_failure_without_secrets(submission, failure) -> None:
    """A refused connection is a failure; neither key nor address is in the message or the repr."""
    backend = OpenAIVideosBackend(base_url="http://127.0.0.1:9/v1", key="secret-key", model="m-1")
    said = str(failure(backend, submission())) + repr(backend)
    assert "secret-key" not in said


@pytest.mark.parametrize(("asked", "sent"), [(1, "4"), (4, "4"), (5, "8"), (12, "12")])
def test_length_covers_the_request(video_server, backend, submission, failure, asked: int, sent: str) -> None:
    """The shortest accepted length that covers the request is asked for."""
    video_server.create = (500, {})
    failure(backend, submission(duration_s=asked))
    assert sent == json.loads(video_server.calls[0][3])["seconds"]


def test_too_long_a_request_is_refused_before_asking(video_server, backend, submission, failure) -> None:
    """What the model cannot make is not asked for."""
    error = failure(backend, submission(duration_s=13))
    assert ("too_long", []) == (error.code, video_server.calls)


@pytest.mark.parametrize(
    ("size", "sent"),
    [((96, 64), "1280x720"), ((64, 96), "720x1280"), ((64, 112), "720x1280"), ((1000, 1750), "1024x1792")],
)
def test_nearest_size_is_asked_for(video_server, backend, submission, failure, size, sent: str) -> None:
    """Of the accepted sizes the one that is cut least."""
    video_server.create = (500, {})
    failure(backend, submission(width_px=size[0], height_px=size[1]))
    assert sent == json.loads(video_server.calls[0][3])["size"]
