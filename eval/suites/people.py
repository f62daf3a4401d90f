"""
People who speak in the data: where their recordings lie, and who of them can be listed.

Readers of LibriSpeech, the voices of telephone systems and of a children's game; the latter two lie in
packages of Debian, unpacked as they are: ``dpkg-deb -x PACKAGE.deb DATA/debian/PACKAGE``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from eval.sample import NoData
from generator.errors import InvalidMedia
from safety.detector import Sound
from safety.sampling import sample_sound

READERS, PROMPTS, GAME = "readers", "telephone voices", "game voices"
LICENCES = {
    READERS: "CC BY 4.0",
    PROMPTS: "CC BY-SA 3.0, CC BY 3.0, GPL-2, BSD",
    GAME: "GPL-2+",
}

_SHIPPED = "usr/share"
_MOST_RECORDINGS = 8
LISTED_S, PROBE_S = 20.0, 10.0
"""How much of a recording a bank is given, and how much of one is held against it: a clip's length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """
    Somebody who speaks: `recordings` are files, or folders whose files are heard one after another.

    `abroad` are recordings in another language than `lang`, by the same person.
    """

    name: str
    source: str
    lang: str
    recordings: tuple[Path, ...]
    abroad: tuple[Path, ...] = ()


def people(data: Path | None) -> tuple[Person, ...]:
    """
    Return who can be listed: each with enough recordings to be known by some and heard in others.

    Raises:
        NoData: nobody is there.
    """
    found = () if data is None else (*_readers(data), *_prompt_voices(data))
    if not found:
        raise NoData("not run: no data (neither speech/librispeech nor debian/asterisk-* is under the data)")
    return tuple(found)


def strangers(data: Path | None) -> tuple[Person, ...]:
    """
    Return who is never listed: one voice for each language of the game.

    Raises:
        NoData: nobody is there.
    """
    folders = (
        [] if data is None else sorted(data.glob(f"debian/ktuberling-data/{_SHIPPED}/ktuberling/sounds/*"))
    )
    # Of a language in two alphabets the recordings are the same.
    told = [folder for folder in folders if folder.is_dir() and "@" not in folder.name]
    if not told:
        raise NoData("not run: no data (debian/ktuberling-data is not under the data)")
    return tuple(
        Person(name=folder.name, source=GAME, lang=folder.name, recordings=(folder,)) for folder in told
    )


def heard(recording: Path, most_s: float) -> Sound:
    """
    Return the first seconds of a recording, or of those of a folder one after another, mono at 16 kHz.

    Raises:
        InvalidMedia: there is no sound in it.
    """
    parts: list[Sound] = []
    length = 0.0
    for path in [recording] if recording.is_file() else sorted(recording.iterdir()):
        if length >= most_s:
            break
        try:
            parts.append(sample_sound(path))
        except InvalidMedia:
            continue  # one of many words; a folder of which nothing can be read is told below
        length += len(parts[-1].samples) / parts[-1].rate_hz
    if not parts:
        raise InvalidMedia(f"nothing in {recording.name} can be heard")
    samples = np.concatenate([part.samples for part in parts])
    return Sound(samples=samples[: round(most_s * parts[0].rate_hz)], rate_hz=parts[0].rate_hz)


def _readers(data: Path) -> Iterator[Person]:
    for folder in sorted(path for path in data.glob("speech/librispeech/*") if path.is_dir()):
        files = tuple(sorted(path for path in folder.iterdir() if path.suffix in {".flac", ".wav"}))
        yield Person(name=folder.name, source=READERS, lang="en", recordings=files[:_MOST_RECORDINGS])


_VOICES: tuple[tuple[str, str, str], ...] = (
    ("asterisk-core-sounds-en-g722", "en", "Allison Smith"),
    ("asterisk-core-sounds-fr-g722", "fr", "June Wallack"),
    ("asterisk-core-sounds-it-g722", "it", "Carlo Flora"),
    ("asterisk-core-sounds-ru-g722", "ru", "ivrvoice.ru"),
    ("asterisk-prompt-fr-armelle", "fr", "Armelle Desjardins"),
    ("asterisk-prompt-es-co", "es", "July E. Jiménez"),
)
_ABROAD = {"Allison Smith": "asterisk-core-sounds-es-g722"}


def name_of(recording: Path) -> str:
    """Return whose recording it is, as `people` calls them."""
    for package, _lang, name in _VOICES:
        if {package, _ABROAD.get(name)} & set(recording.parts):
            return name
    return recording.parent.name


def _prompt_voices(data: Path) -> Iterator[Person]:
    for package, lang, name in _VOICES:
        recordings = _longest(data, package)
        if recordings:
            abroad = _longest(data, _ABROAD[name])[:3] if name in _ABROAD else ()
            yield Person(name=name, source=PROMPTS, lang=lang, recordings=recordings, abroad=abroad)


def _longest(data: Path, package: str) -> tuple[Path, ...]:
    """The longest prompts of a package, in the order of their names: most are single words."""
    folder = data / "debian" / package / _SHIPPED / "asterisk/sounds"
    files = [path for path in folder.rglob("*") if path.suffix in {".g722", ".gsm", ".wav"}]
    longest = sorted(files, key=lambda path: (-path.stat().st_size, path.name))[:_MOST_RECORDINGS]
    return tuple(sorted(longest))
