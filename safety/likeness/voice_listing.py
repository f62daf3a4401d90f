"""From a folder of recordings to a bank of listed voices."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from generator.errors import InvalidMedia
from safety.detectors.voice_encoder import Vector, VoiceEncoder
from safety.detectors.voices import voice_windows
from safety.likeness.listing import named_files
from safety.likeness.voice_bank import ListedVoices
from safety.sampling import sample_sound

_KINDS = {".wav", ".flac", ".mp3", ".ogg", ".opus", ".m4a", ".aac", ".mp4", ".webm"}
_LEAST_WINDOWS = 5
"""Some five seconds of speech."""

_LEAST_ALIKE = 0.75
"""
Cosine to their mean that nine of ten windows of one voice reach: .83 to .90 in 17 recordings; more than half
of those made of two voices (.57 to .81) do not.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceListing:
    """A bank made of a folder, and the recordings that could not be used, each with its reason."""

    voices: ListedVoices
    refused: tuple[tuple[Path, str], ...]


def list_voices(folder: Path, encoder: VoiceEncoder, bank: str = "voices.public_figures") -> VoiceListing:
    """
    Make a bank of the recordings in `folder`: ``jane-doe.wav``, or ``jane-doe/1.wav`` and others.

    A recording is used when it holds some five seconds of speech by one voice throughout.

    Raises:
        OSError: the folder cannot be read.
        ModelUnavailable: the encoder's weights are absent.
    """
    used: list[tuple[str, Vector]] = []
    refused: list[tuple[Path, str]] = []
    for reference, path in named_files(folder, _KINDS):
        answer = _vector(path, encoder)
        if isinstance(answer, str):
            refused.append((path, answer))
        else:
            used.append((reference, answer))
    vectors = np.stack([vector for _, vector in used]) if used else np.zeros((0, 0), np.float32)
    voices = ListedVoices(
        bank=bank, model_id=encoder.model_id, references=tuple(name for name, _ in used), vectors=vectors
    )
    return VoiceListing(voices=voices, refused=tuple(refused))


def _vector(path: Path, encoder: VoiceEncoder) -> Vector | str:
    """The one voice's vector, or why there is none."""
    try:
        windows = voice_windows(sample_sound(path))
    except InvalidMedia:
        return "not a recording that can be read"
    if len(windows.places) < _LEAST_WINDOWS:
        return "holds less than five seconds of speech"
    vectors = encoder.vectors(windows.samples)
    mean = vectors.mean(axis=0)
    mean /= max(float(np.linalg.norm(mean)), 1e-9)
    if float(np.quantile(vectors @ mean, 0.1)) < _LEAST_ALIKE:
        return "does not sound like one voice throughout"
    return np.asarray(mean, np.float32)
