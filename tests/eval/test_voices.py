"""Voices: who is listed is heard again under their own name, strangers pass, and nobody to list is no pass."""

import itertools
import wave
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.figures import by_key, figures
from eval.metrics import equal_error
from eval.sample import PLAIN, Draw, NoData
from eval.suites.people import GAME, PROMPTS, READERS, name_of, people, strangers
from eval.suites.sound_changes import CHANGES, RATE_HZ, coded
from eval.suites.voices import SYNTHESISED, VARIANTS, Voices
from generator.backends.embedded.sounds.speech import say
from safety.detector import Sound
from safety.detectors.hearing import at_rate
from safety.errors import ModelUnavailable

SAID = (
    "The ferry leaves the harbour at seven, and nobody has seen the captain since Thursday.",
    "My grandmother kept her recipes in a tin box behind the flour and the sugar.",
    "We walked along the river until the bridge, where the lamps had just been lit.",
    "Please bring two chairs and the long table from the other room before they come.",
    "It rained all night, so the children built a boat out of an old wooden door.",
)


@pytest.fixture(scope="module")
def listed_data(tmp_path_factory) -> Path:
    """Two synthetic people with five recordings each, and a game with one language."""
    data = tmp_path_factory.mktemp("data")
    for name, lang, pitch in (("ann", "en", 0.8), ("bob", "de", 1.25)):
        for number, text in enumerate(SAID):
            _write(data / "speech" / "librispeech" / name / f"{number}.wav", _said(text, lang, pitch))
    game = data / "debian/ktuberling-data/usr/share/ktuberling/sounds"
    for number, text in enumerate(SAID[:2]):
        _write(game / "it" / f"{number}.wav", _said(text, "it", 1.0))
    (game / "it" / "2.ogg").write_bytes(b"no sound")
    (game / "sr@latin").mkdir()
    return data


def _said(text: str, lang: str, pitch: float) -> np.ndarray:
    voice = Sound(samples=say(text, lang, pitch=pitch).astype(np.float32), rate_hz=48_000)
    return at_rate(voice, RATE_HZ).samples


def _write(path: Path, samples: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())


def test_without_people_there_is_no_run(tmp_path: Path) -> None:
    """No data, a single person or too few recordings list nobody: the suite was not run."""
    for data in (None, tmp_path):
        with pytest.raises(NoData, match="not run: no data"):
            Voices().draw(data, Draw())
    for number in range(5):
        _write(tmp_path / f"speech/librispeech/ann/{number}.wav", np.zeros(RATE_HZ, np.float32))
    with pytest.raises(NoData, match="fewer than two"):
        Voices().draw(tmp_path, Draw())


def test_every_probe_is_asked_in_every_variant(listed_data: Path) -> None:
    """No recording that lists somebody is also a probe, and who is a stranger is held against all or all others."""
    drawn = Voices().draw(listed_data, Draw())
    assert len(drawn.samples) == len(VARIANTS) * sum(source.drawn for source in drawn.sources)
    assert {READERS: 8, GAME: 1, SYNTHESISED: 18} == {one.name: one.drawn for one in drawn.sources}
    assert {PROMPTS} == set(drawn.missing)
    for sample in drawn.samples:
        assert sample.media not in sample.beside
        listed = set(map(name_of, sample.beside))
        own = sample.media is not None and name_of(sample.media)
        assert (own in listed) == sample.is_harmful
    keys = {Voices().key(sample) for sample in drawn.samples}
    assert len(keys) == len(drawn.samples)


def test_voices_in_packages_are_found(tmp_path: Path) -> None:
    """A voice of two languages is one person, whose second language is heard and never listed."""
    for package, folder in (
        ("asterisk-core-sounds-en-g722", "en"),
        ("asterisk-core-sounds-es-g722", "es"),
        ("asterisk-prompt-fr-armelle", "fr"),
    ):
        place = tmp_path / "debian" / package / "usr/share/asterisk/sounds" / folder
        place.mkdir(parents=True)
        for number in range(12):
            (place / f"{number}.gsm").write_bytes(b"0" * (100 + number))
    allison, armelle = people(tmp_path)
    assert ("Allison Smith", 8, 3) == (allison.name, len(allison.recordings), len(allison.abroad))
    assert ("fr", ()) == (armelle.lang, armelle.abroad)
    assert {"Allison Smith"} == set(map(name_of, (*allison.recordings, *allison.abroad)))
    with pytest.raises(NoData, match="ktuberling"):
        strangers(tmp_path)


def test_listed_people_are_held_as_themselves(small_system, listed_data, models) -> None:
    """Both are held under their own names; without them in the bank, and as somebody else, they are not."""
    del models  # fetched
    suite = Voices()
    chosen = [
        sample
        for sample in suite.draw(listed_data, Draw()).samples
        if sample.variant == PLAIN and sample.source == READERS
    ]
    seen = {sample.id: suite.look(small_system, sample) for sample in chosen}
    lines = [line for sample in chosen for line in suite.score(small_system, sample, seen[sample.id])]
    assert [line.is_harmful for line in lines] == [line.is_held for line in lines]
    told = by_key(figures("voices", lines, {"likeness"}, 1))
    assert 4 == told["voices/recall/stage=output/variant=plain/source=readers"].estimate.hits
    ann, bob = (
        next(one for one in chosen if one.is_harmful and f"/{name}/" in one.id) for name in ("ann", "bob")
    )
    (mistaken,) = suite.score(small_system, ann, seen[bob.id])
    assert not mistaken.is_held


def test_a_listener_that_could_not_hear_is_unscored(small_system, listed_data, monkeypatch) -> None:
    """Absent weights leave a line that is counted as unscored, never as a stranger who passed."""
    from eval.suites import voices

    def absent(_recordings):
        raise ModelUnavailable("no weights")

    monkeypatch.setattr(voices, "_bank", absent)
    sample = Voices().draw(listed_data, Draw()).samples[0]
    (line,) = Voices().score(small_system, sample, Voices().look(small_system, sample))
    assert (None, "ModelUnavailable") == (line.severity, line.unscored)


@pytest.mark.parametrize("name", CHANGES)
def test_changes_leave_a_sound(name: str) -> None:
    """Each change keeps the tone that was there, at about its length, and gives the same twice."""
    time = np.arange(2 * RATE_HZ) / RATE_HZ
    tone = (0.3 * np.sin(2 * np.pi * 440 * time)).astype(np.float32)
    changed, again = CHANGES[name](tone), CHANGES[name](tone)
    np.testing.assert_array_equal(changed, again)
    assert 0.9 < len(changed) / len(tone) < 1.1
    loudest = np.abs(np.fft.rfft(changed * np.hanning(len(changed)))).argmax() * RATE_HZ / len(changed)
    factor = {"speed.faster_8": 1.08, "speed.slower_8": 0.92}.get(name, 1.0)
    assert abs(loudest - 440 * factor) < 5


def test_a_telephone_has_no_heights() -> None:
    """What lies above four kilohertz is gone."""
    high = (0.3 * np.sin(2 * np.pi * 6_000 * np.arange(RATE_HZ) / RATE_HZ)).astype(np.float32)
    assert np.abs(coded(high, "wav", "pcm_mulaw", 8_000)[1000:-1000]).max() < 0.02


@given(
    harmful=st.lists(st.integers(0, 20), min_size=5, max_size=30),
    harmless=st.lists(st.integers(0, 20), min_size=5, max_size=30),
)
@settings(max_examples=60, deadline=None)
def test_equal_error_is_where_both_sides_err_alike(harmful, harmless) -> None:
    """No threshold brings both sides nearer together, and the figure lies within its interval."""
    told = equal_error(harmful, harmless, seed=1)

    def errors(line):
        return (
            sum(one < line for one in harmful) / len(harmful),
            sum(one >= line for one in harmless) / len(harmless),
        )

    thresholds = sorted({*harmful, *harmless})
    nearest = min(abs(missed - wronged) for missed, wronged in map(errors, thresholds))
    means = [sum(pair) / 2 for pair in map(errors, thresholds) if abs(pair[0] - pair[1]) <= nearest + 1e-12]
    assert any(told.value == pytest.approx(mean) for mean in means)
    assert told.low <= told.value <= told.high


def test_equal_error_of_few_is_withheld() -> None:
    """With fewer than five of either there is none; of what is wholly apart it is zero, of what is equal half."""
    assert equal_error([1.0] * 4, [0.0] * 9, seed=1) is None
    assert 0.0 == equal_error([1.0] * 5, [0.0] * 9, seed=1).value
    mixed = list(itertools.chain.from_iterable([(0.0, 1.0)] * 5))
    assert 0.5 == equal_error(mixed, mixed, seed=1).value
