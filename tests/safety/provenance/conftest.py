"""Small clips drawn by the tests, and an issuer with development certificates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest

from safety.provenance.certificates import SigningFiles, development_certificates
from safety.provenance.clip_file import write_clip
from safety.provenance.credentials import Trust
from safety.provenance.manifest import ManifestFacts
from safety.provenance.marking import Issuer, MarkedClip, mark_and_sign
from safety.provenance.payload import MarkKeys
from safety.provenance.sign import FileSigner

NOW = dt.datetime(2026, 11, 21, 12, 0, tzinfo=dt.UTC)
FPS = Fraction(24)


def textured(index: int, width: int, height: int, seed: int = 1) -> np.ndarray:
    """A frame of soft noise drifting to the right, with a moving disc: like filmed foliage."""
    rng = np.random.default_rng(seed)
    field = cv2.GaussianBlur(rng.normal(0, 60, (height, width + 200)).astype(np.float32), (0, 0), 3)
    field += cv2.resize(
        rng.normal(0, 45, (5, 8)).astype(np.float32), (width + 200, height), interpolation=cv2.INTER_CUBIC
    )
    luma = np.clip(120 + field[:, index : index + width], 16, 235).astype(np.uint8)
    cv2.circle(luma, (width // 4 + 3 * index, height // 2), height // 6, 200, -1, cv2.LINE_AA)
    return _planes(luma)


def drawn(index: int, width: int, height: int, seed: int = 1) -> np.ndarray:
    """A frame as the embedded engine draws: sky in a slow gradient, flat hills, a flat ball that moves."""
    rng = np.random.default_rng(seed)
    light, base = rng.integers(150, 210), rng.uniform(0.5, 0.75)
    rows = np.linspace(light, light - 60, height, dtype=np.float32)[:, None]
    luma = np.repeat(rows, width, 1).astype(np.uint8)
    for hill in range(3):
        top = base + 0.1 * hill + 0.08 * np.sin(np.linspace(0, 6, width) * (hill + 1) + rng.uniform(0, 6))
        for column, share in enumerate(top):
            luma[int(share * height) :, column] = 120 - 30 * hill
    cv2.circle(luma, (width // 5 + 4 * index, int(height * 0.6)), height // 8, 90, -1, cv2.LINE_AA)
    return _planes(luma)


def _planes(luma: np.ndarray) -> np.ndarray:
    height, width = luma.shape
    return np.concatenate([luma, np.full((height // 2, width), 120, np.uint8)])


def tones(seconds: float, rate: int = 48_000, seed: int = 3) -> np.ndarray:
    """A voice-like sound: harmonics that glide, with breath between them; (samples, 2)."""
    rng = np.random.default_rng(seed)
    at = np.arange(int(seconds * rate)) / rate
    pitch = 140 + 40 * np.sin(2 * np.pi * 0.7 * at)
    phase = 2 * np.pi * np.cumsum(pitch) / rate
    voice = sum(np.sin(part * phase) / part for part in range(1, 30)) * (
        0.6 + 0.4 * np.sin(2 * np.pi * 3 * at)
    )
    sound = 0.12 * voice + 0.02 * rng.standard_normal(len(at))
    return np.repeat(sound[:, None], 2, 1).astype(np.float32)


@pytest.fixture(scope="session", name="textured")
def _textured():
    return textured


@pytest.fixture(scope="session", name="drawn")
def _drawn():
    return drawn


@pytest.fixture(scope="session", name="tones")
def _tones():
    return tones


@pytest.fixture(scope="session")
def keys() -> MarkKeys:
    return MarkKeys.from_secret(b"a secret of the tests alone")


@pytest.fixture(scope="session")
def signing_files(tmp_path_factory: pytest.TempPathFactory) -> SigningFiles:
    return development_certificates(tmp_path_factory.mktemp("certificates"), now=dt.datetime.now(dt.UTC))


@pytest.fixture(scope="session")
def trust(signing_files: SigningFiles) -> Trust:
    return Trust(ours_pem=signing_files.root.read_bytes())


@pytest.fixture(scope="session")
def issuer(keys: MarkKeys, signing_files: SigningFiles, trust: Trust) -> Issuer:
    return Issuer(keys=keys, signer=FileSigner(signing_files), trust=trust)


@pytest.fixture(scope="session")
def facts() -> ManifestFacts:
    return ManifestFacts(
        video_id="video_1",
        provider="Tests",
        system="Filigrane",
        system_version="0.1.0",
        engine="embedded",
        is_model=False,
        made_at=NOW,
    )


@pytest.fixture(scope="session")
def make_clip(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Write a clip: `make_clip(draw, width, height, seconds, seed=…, with_sound=…)`."""

    def make(
        draw,
        width: int = 480,
        height: int = 270,
        seconds: float = 1.0,
        *,
        seed: int = 1,
        with_sound: bool = False,
    ) -> Path:
        path = tmp_path_factory.mktemp("clip") / "source.mp4"
        frames = (draw(index, width, height, seed) for index in range(round(seconds * FPS)))
        write_clip(path, frames, fps=FPS, sound=tones(seconds) if with_sound else None)
        return path

    return make


@pytest.fixture(scope="session")
def released(
    make_clip, issuer: Issuer, facts: ManifestFacts, tmp_path_factory: pytest.TempPathFactory
) -> MarkedClip:
    """One clip of two seconds with sound, marked and signed."""
    source = make_clip(textured, 480, 270, 2.0, with_sound=True)
    return mark_and_sign(source, tmp_path_factory.mktemp("released"), counter=1, facts=facts, issuer=issuer)
