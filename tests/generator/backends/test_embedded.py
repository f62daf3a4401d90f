"""The embedded engine: repeatable, in time, and gone when its parent is."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import psutil
import pytest

from generator.backends.embedded.engine import EmbeddedBackend
from generator.errors import GenerationFailed, GenerationStopped
from generator.media.pictures import read_picture
from generator.media.view import decode, read_sound

ROOT = Path(__file__).parents[3]


def made(backend: EmbeddedBackend, request, place: Path):
    return backend.generate(request, place, lambda share: None, lambda frame: None)


def pictures(clip) -> np.ndarray:
    return np.stack([frame.rgb for frame in decode(clip.path)])


@pytest.fixture(scope="module")
def pooled():
    """An engine with one drawing process, ended with the module."""
    backend = EmbeddedBackend(processes=1)
    yield backend
    backend.close()


def test_equal_requests_give_equal_files(submission, folder, pooled) -> None:
    """Same request, same bytes, whether drawn here or in another process; another seed, another picture."""
    here = made(EmbeddedBackend(processes=0), submission(), folder())
    there = made(pooled, submission(), folder())
    other = made(pooled, submission(seed=8), folder())
    assert here.digest == there.digest
    assert (pictures(here) != pictures(other)).any()


@pytest.mark.parametrize("seed", [0, -5, 2**63])
def test_any_seed_is_taken(submission, folder, pooled, seed: int) -> None:
    """Seeds are the caller's: none is too large, none negative enough to fail, and the clip tells it."""
    assert seed == made(pooled, submission(seed=seed), folder()).seed


def test_stop_ends_pooled_work(submission, folder, pooled) -> None:
    """A stop at the second preview leaves nothing, and the same processes draw the next clip."""
    place, seen = folder(), []

    def look(frame: np.ndarray) -> None:
        seen.append(frame.shape)
        if len(seen) == 2:
            raise GenerationStopped("enough")

    with pytest.raises(GenerationStopped):
        pooled.generate(submission(duration_s=4), place, lambda share: None, look)
    assert ([], [(64, 96, 3)] * 2) == (list(place.iterdir()), seen)
    assert 1.0 == made(pooled, submission(), place).duration_s


def test_dead_process_is_a_failure_and_is_replaced(submission, folder) -> None:
    """A drawing process that is killed fails the clip, not the engine."""
    backend, place = EmbeddedBackend(processes=1), folder()
    before = set(psutil.Process().children(recursive=True))

    def look(frame: np.ndarray) -> None:
        for child in set(psutil.Process().children(recursive=True)) - before:
            if "spawn_main" in " ".join(child.cmdline()):
                child.kill()

    with pytest.raises(GenerationFailed, match="died"):
        backend.generate(submission(duration_s=4), place, lambda share: None, look)
    assert [] == list(place.iterdir())
    assert made(backend, submission(), place).path.exists()
    backend.close()


def test_no_process_outlives_its_parent(tmp_path: Path) -> None:
    """When the parent is killed outright, the drawing processes end too."""
    code = (
        "import datetime as dt, sys, pathlib\n"
        "from generator.backends.embedded.engine import EmbeddedBackend\n"
        "from generator.request import Submission\n"
        "def look(frame):\n    print('drawing', flush=True); sys.stdin.read()\n"
        "if __name__ == '__main__':\n"
        "    asked = Submission(id='v', creator_id='a', prompt='a fox', duration_s=1, width_px=96, height_px=64,"
        " seed=1, submitted_at=dt.datetime.now(dt.UTC))\n"
        f"    EmbeddedBackend(processes=1).generate(asked, pathlib.Path({str(tmp_path)!r}), lambda s: None, look)\n"
    )
    script = tmp_path / "parent.py"
    script.write_text(code)
    parent = subprocess.Popen(
        [sys.executable, str(script)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert b"drawing\n" == parent.stdout.readline()
    children = psutil.Process(parent.pid).children(recursive=True)
    assert children
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    _, alive = psutil.wait_procs(children, timeout=60)
    assert [] == alive


def test_reference_picture_is_what_is_seen(submission, folder, pooled, vectors, failure) -> None:
    """With a reference the clip is that picture, moved; a bad one fails the clip."""
    clip = made(pooled, submission(references=(vectors / "good.png",)), folder())
    seen, given = pictures(clip)[0].mean(axis=(0, 1)), read_picture(vectors / "good.png").mean(axis=(0, 1))
    assert np.abs(seen - given).max() < 45
    failure(pooled, submission(references=(vectors / "cut.jpg",)))


def test_speech_is_heard(submission, folder, pooled) -> None:
    """A quoted line is in the sound: the voice's band is louder than in the same clip without it."""

    def voice(prompt: str) -> float:
        clip = made(pooled, submission(prompt=prompt, duration_s=3), folder())
        spectrum = np.abs(np.fft.rfft(read_sound(clip.path, channels=1).samples[:, 0]))
        hz = np.fft.rfftfreq(2 * (len(spectrum) - 1), 1 / 48_000)
        return float((spectrum[(hz > 1_500) & (hz < 3_500)] ** 2).sum())

    assert voice('a fox in a room says "Hello my friend, how are you today"') > 2 * voice("a fox in a room")
