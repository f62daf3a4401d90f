"""
Sounds that are no words, and words: what the listening part of the look makes of each.

Recordings of Debian's packages where they are, and what our own engine plays.  Each gives a line for the
answer of the policy (all are harmless), one for whether words were heard, and where a detector of sounds is
installed one for each of its tags.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from eval.kept import key_of
from eval.sample import Draw, Sample, Stage
from eval.score import Score, counted, scored
from eval.suites.suite import Drawn, Source
from eval.system import System
from generator.backends.embedded.plan import MOODS
from generator.backends.embedded.sounds import ambience
from generator.backends.embedded.sounds.music import music
from generator.backends.embedded.sounds.speech import say
from policies.facts import Surface
from policies.finding import Evidence
from policies.finding import Stage as Seen
from safety.detector import Footage, Sound
from safety.detectors.hearing import at_rate
from safety.detectors.sound_tags import TAGS
from safety.evidence import as_json, from_json
from safety.sampling import sample_sound
from safety.screen import screen_clip

MOST = 30
"""Of a kind: each is decoded and listened to by everything."""

WORDS = "words"
_HEARD_S = 10.0
_ENGINE_HZ = 48_000
_PLAYED, _BEDS, _SAID = "our music", "our places", "our voices"
_TAGS = {"music": "has music", "gunfire": "sounds like gunfire", "explosion": "sounds like an explosion"}

_BED_LAYERS = ("breeze", "gale", "foliage", "surf", "town", "indoors", "depths", "rainfall", "birds", "gulls")
_SENTENCES = {
    "en": "We walked along the river until the bridge, where the lamps had just been lit.",
    "fr": "Nous avons marché le long de la rivière jusqu'au pont, où l'on venait d'allumer les lampes.",
    "de": "Wir gingen am Fluss entlang bis zur Brücke, wo man gerade die Lampen angezündet hatte.",
    "es": "Caminamos por la orilla del río hasta el puente, donde acababan de encender las farolas.",
    "it": "Abbiamo camminato lungo il fiume fino al ponte, dove avevano appena acceso i lampioni.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """One kind of recordings: `tag` is what is to be told of it, `is_said` whether somebody speaks."""

    name: str
    licence: str
    files: tuple[str, ...]
    tag: str | None
    is_said: bool


class Sounds:
    """Music, shots, places, chimes and voices, through what listens in the look at a clip."""

    name = "sounds"

    def draw(self, data: Path | None, dice: Draw) -> Drawn:
        """Return our own sounds, and of each kind of recordings so many; the absent ones are told."""
        samples = list(_own())
        sources = [
            Source(name=name, licence="Apache-2.0", rows=count, drawn=count)
            for name in (_PLAYED, _BEDS, _SAID)
            if (count := sum(one.source == name for one in samples))
        ]
        missing: dict[str, str] = {}
        for kind in _kinds():
            found = _files(data, kind)
            if not found:
                missing[kind.name] = "not run: no data (its packages are not under debian/ of the data)"
                continue
            drawn = dice.of(found, f"sounds {kind.name}", MOST)
            samples += drawn
            sources.append(Source(name=kind.name, licence=kind.licence, rows=len(found), drawn=len(drawn)))
        return Drawn(samples=samples, sources=sources, missing=missing)

    def key(self, sample: Sample) -> str:
        """Return the name of the recording's bytes, or of what our engine plays."""
        if sample.media is None:
            return key_of("sound", sample.id, *sample.texts)
        return key_of("sound", hashlib.sha256(sample.media.read_bytes()).hexdigest())

    def look(self, system: System, sample: Sample) -> Any:
        """Return what is heard, as in a clip without pictures, and whether there were words."""
        sound = _heard(sample)
        seen = screen_clip(system.screen, Footage(pictures=()), sound)
        digest = hashlib.sha256(sound.samples.tobytes()).hexdigest()
        evidence = Evidence(subject_digest=digest, stage=Seen.OUTPUT, readings=seen.readings)
        return {"evidence": as_json(evidence), "words": len(seen.words)}

    def score(self, system: System, sample: Sample, seen: Any) -> Iterable[Score]:
        """Return the line of the policy, that of words, and those of the tags where somebody tells them."""
        evidence = from_json(seen["evidence"])
        ruling = system.judge(evidence, Surface.OUTPUT)
        yield scored(sample, Stage.OUTPUT, system.policy, Surface.OUTPUT, evidence, ruling)
        yield _told(sample, WORDS, float(seen["words"] > 0))
        tags = [one for one in evidence.readings if one.detector.startswith("sound.")]
        for name, why in _TAGS.items() if tags else ():
            found = [one for reading in tags for one in reading.findings if one.why == why]
            yield _told(sample, name, max((one.score / _weight(why) for one in found), default=0.0))


def _told(sample: Sample, variant: str, chance: float) -> Score:
    """A line that asks whether something is there: of what has it, it is recall, else a false alarm."""
    is_there = sample.pair == variant
    truth = dataclasses.replace(
        sample, is_harmful=is_there, category=variant if is_there else None, variant=variant, pair=""
    )
    return counted(truth, Stage.OUTPUT, severity=min(chance, 1.0), reason=None)


@functools.cache
def _weight(why: str) -> float:
    return next(tag.weight for tag in TAGS if tag.why == why)


def _own() -> Iterator[Sample]:
    """Yield what our engine plays, lets be heard and says; the numbers are seeds."""
    for number, mood in enumerate(MOODS):
        yield _sample(_PLAYED, f"{mood} {number}", "music", (mood, str(number)))
    for number, layer in enumerate(_BED_LAYERS):
        yield _sample(_BEDS, f"{layer} {number}", "", (layer, str(number)))
    for lang, pitch in itertools.product(_SENTENCES, ("0.8", "1.0", "1.2")):
        yield _sample(_SAID, f"{lang} {pitch}", WORDS, (_SENTENCES[lang], pitch), lang)


def _sample(source: str, name: str, what: str, texts: tuple[str, ...], lang: str = "none") -> Sample:
    """Return a harmless sample; `pair` says what is in it, which its lines ask for."""
    return Sample(id=f"{source}/{name}", source=source, is_harmful=False, lang=lang, texts=texts, pair=what)


@functools.cache
def _kinds() -> tuple[_Kind, ...]:
    listed = yaml.safe_load(Path(__file__).with_name("sounds.yaml").read_text(encoding="utf-8"))
    return tuple(
        _Kind(
            name=one["kind"],
            licence=one["licence"],
            files=tuple(one["files"]),
            tag=one.get("tag"),
            is_said=one.get("said", False),
        )
        for one in listed
    )


def _files(data: Path | None, kind: _Kind) -> list[Sample]:
    if data is None:
        return []
    patterns = [plain for pattern in kind.files for plain in _spelled_out(pattern)]
    found = sorted({path for pattern in patterns for path in (data / "debian").glob(pattern)})
    what = WORDS if kind.is_said else kind.tag or ""
    return [
        Sample(
            id=f"{kind.name}/{path.relative_to(data / 'debian').parts[0]}/{path.stem}",
            source=kind.name,
            is_harmful=False,
            lang="none",
            media=path,
            pair=what,
        )
        for path in found
    ]


def _spelled_out(pattern: str) -> Iterator[str]:
    """Yield a pattern with one of its choices each: ``{a,b}.ogg`` is two."""
    choices = re.search(r"\{([^}]*)\}", pattern)
    if choices is None:
        yield pattern
        return
    for one in choices.group(1).split(","):
        yield pattern[: choices.start()] + one + pattern[choices.end() :]


def _heard(sample: Sample) -> Sound:
    """Ten seconds from the middle: what begins softly is heard where it plays."""
    sound = sample_sound(sample.media) if sample.media is not None else _played(sample)
    most = round(_HEARD_S * sound.rate_hz)
    start = max(0, (len(sound.samples) - most) // 2)
    return Sound(samples=sound.samples[start : start + most], rate_hz=sound.rate_hz)


_LEVEL = 0.1
"""RMS of what our engine plays: layers come at one of about 1."""


def _played(sample: Sample) -> Sound:
    what, number = sample.texts
    count = round(_HEARD_S * _ENGINE_HZ)
    wave = _PLAYERS[sample.source](what, number, count, sample.lang)
    mono = wave.mean(axis=1) if wave.ndim == 2 else wave
    level = float(np.sqrt(np.mean(mono**2)))
    even = (mono * (_LEVEL / max(level, 1e-9))).clip(-1, 1).astype(np.float32)
    return at_rate(Sound(samples=even, rate_hz=_ENGINE_HZ), 16_000)


_PLAYERS: Mapping[str, Any] = {
    _PLAYED: lambda mood, seed, count, _lang: music(mood, count, int(seed)),
    _BEDS: lambda layer, seed, count, _lang: getattr(ambience, layer)(
        np.random.default_rng(int(seed)), count
    ),
    _SAID: lambda text, pitch, _count, lang: say(text, lang, pitch=float(pitch)),
}
