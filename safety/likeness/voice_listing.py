"""From a folder of recordings to a bank of listed voices."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np

from generator.errors import InvalidMedia
from safety.detectors.voice_encoder import Vector, VoiceEncoder
from safety.detectors.voices import voice_windows
from safety.likeness.listing import Listing, listing_of
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


def list_voices(
    folder: Path, encoder: VoiceEncoder, bank: str = "voices.public_figures"
) -> Listing[ListedVoices]:
    """
    Make a bank of the recordings in `folder`: ``jane-doe.wav``, or ``jane-doe/1.wav`` and others.

    A recording is used when it holds some five seconds of speech by one voice throughout.

    Raises:
        OSError: the folder cannot be read.
        ModelUnavailable: the encoder's weights are absent.
    """
    return listing_of(
        folder, _KINDS, partial(_vector, encoder), kind=ListedVoices, bank=bank, model_id=encoder.model_id
    )


def _vector(encoder: VoiceEncoder, path: Path) -> Vector | str:
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
