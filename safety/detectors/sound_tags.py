"""
Sounds that are not words: gunshots, explosions, screams, shouting, and whether there is music.

By YAMNet, which tells 521 classes of AudioSet in stretches of about a second.  A sound alone shows no harm:
fireworks crack and children scream on a swing.  So its score is far below what any policy line stops at, and
is there for people, for rules that ask what comes together, and for whoever looks for unlicensed music.

Source: Gemmeke et al., Audio Set, ICASSP 2017; the features are those of YAMNet's own description: 64 mel
bands from 125 to 7,500 Hz in frames of 25 ms, 96 frames a patch.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from policies.finding import Finding, Seconds
from safety.detector import Sound
from safety.detectors.hearing import at_rate
from safety.detectors.nets import Nets

ROLE = "sounds"
_RATE_HZ = 16_000
_FRAME, _HOP, _FFT = 400, 160, 512
_BANDS, _LOWEST_HZ, _HIGHEST_HZ = 64, 125.0, 7_500.0
_PATCH, _STRIDE = 96, 48  # frames
_STRIDE_S = _STRIDE * _HOP / _RATE_HZ
_PATCH_S = _PATCH * _HOP / _RATE_HZ

# The net is quantised: what its numbers stand for.
_INPUT_SCALE, _INPUT_ZERO = 0.04793788, 144
_OUTPUT_SCALE, _OUTPUT_ZERO = 0.7565417, 190

HEARD = 0.5
"""The probability from which a sound counts as heard."""

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """
    A kind of sound: its classes by their numbers in AudioSet's list, and what it says.

    `weight` is how much the sound by itself says of the category; below what holds a clip, by design.
    """

    classes: tuple[int, ...]
    category: str
    weight: float
    why: str


TAGS = (
    Tag(classes=(421, 422, 423, 424), category="violence", weight=0.4, why="sounds like gunfire"),
    Tag(classes=(420,), category="violence", weight=0.3, why="sounds like an explosion"),
    Tag(classes=(11,), category="violence", weight=0.3, why="sounds like screaming"),
    Tag(classes=(6, 9, 10), category="violence", weight=0.15, why="sounds like shouting"),
    Tag(classes=(132,), category="rights.music", weight=0.2, why="has music"),
)


@dataclass(frozen=True, slots=True)
class SoundTags:
    """Listens to a clip's sound; the weights are those of the role ``sounds``, which is optional."""

    nets: Nets
    name: str = "sound.yamnet@1"
    categories: frozenset[str] = field(default=frozenset(tag.category for tag in TAGS), repr=False)

    def examine(self, content: Sound, /) -> tuple[Finding, ...]:
        """
        Say which of the sounds are heard, each in the seconds where it is.

        Raises:
            ModelUnavailable: the weights are absent.
        """
        net = self.nets.net(ROLE, "tag.onnx")
        if not len(content.samples):
            return ()
        heard = np.stack([_chances(net(patch)["class_scores"]) for patch in patches(content)])
        duration_s = len(content.samples) / content.rate_hz
        return tuple(finding for tag in TAGS for finding in _findings(tag, heard, duration_s))


def patches(sound: Sound) -> Iterator[NDArray[np.uint8]]:
    """Yield the net's inputs in order, (1, 1, 96, 64) each, one every 0.48 s; a short sound is padded."""
    samples = at_rate(sound, _RATE_HZ).samples
    least = _FRAME + (_PATCH - 1) * _HOP
    samples = np.pad(samples, (0, max(0, least - len(samples))))
    frames = np.lib.stride_tricks.sliding_window_view(samples, _FRAME)[::_HOP]
    strength = np.abs(np.fft.rfft(frames * np.hanning(_FRAME + 1)[:-1], _FFT))
    bands = np.log(strength @ _mel_bands() + 0.001)
    levels = np.clip(np.round(bands / _INPUT_SCALE + _INPUT_ZERO), 0, 255).astype(np.uint8)
    for start in range(0, len(levels) - _PATCH + 1, _STRIDE):
        yield levels[None, None, start : start + _PATCH]


@functools.cache
def _mel_bands() -> NDArray[np.float64]:
    """The triangles that sum a spectrum (257 bins) into 64 bands, evenly spaced as we hear."""
    edges = np.linspace(_mel(np.array(_LOWEST_HZ)), _mel(np.array(_HIGHEST_HZ)), _BANDS + 2)
    bins = _mel(np.arange(_FFT // 2 + 1) * _RATE_HZ / _FFT)[:, None]
    rising = (bins - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - bins) / (edges[2:] - edges[1:-1])
    bands = np.maximum(0, np.minimum(rising, falling))
    bands[0] = 0
    return bands


def _mel(hertz: NDArray[np.float64]) -> NDArray[np.float64]:
    return 1127 * np.log(1 + hertz / 700)


def _chances(scores: NDArray[np.uint8]) -> Floats:
    logits = (scores[0].astype(np.float32) - _OUTPUT_ZERO) * np.float32(_OUTPUT_SCALE)
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -40, 40))), np.float32)


def _findings(tag: Tag, heard: Floats, duration_s: float) -> Iterator[Finding]:
    """Yield one finding for each stretch of neighbouring patches in which the sound is heard."""
    chances = heard[:, list(tag.classes)].max(1)
    loud = np.flatnonzero(chances >= HEARD)
    for stretch in np.split(loud, np.flatnonzero(np.diff(loud) > 1) + 1):
        if len(stretch):
            yield Finding(
                category=tag.category,
                score=round(tag.weight * float(chances[stretch].max()), 3),
                why=tag.why,
                where=Seconds(
                    start_s=float(stretch[0]) * _STRIDE_S,
                    end_s=min(duration_s, float(stretch[-1]) * _STRIDE_S + _PATCH_S),
                ),
            )
