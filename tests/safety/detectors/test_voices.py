"""Whose voice it is: listed people are recognised where they speak, others and our own voices are nobody."""

import itertools
from pathlib import Path

import numpy as np
import pytest

from generator.backends.embedded.sounds.speech import say
from policies.bundle import load_policy
from policies.decide import decide
from policies.facts import Facts, Surface
from policies.finding import Evidence, Finding, Match, Reading, Seconds, Stage
from policies.ruling import Verdict
from safety.detector import Sound
from safety.detectors import voice_encoder
from safety.detectors.hearing import at_rate, voiced
from safety.detectors.voice_encoder import WINDOW, EmbeddedVoices, mel_frames
from safety.detectors.voices import Voices, voice_windows
from safety.likeness.voice_bank import MATCH, REVIEW, ListedVoices
from safety.likeness.voice_listing import list_voices
from safety.models.store import ModelStore
from safety.sampling import sample_sound

ENROLLED = 3


@pytest.fixture(scope="module")
def encoder(models: ModelStore) -> EmbeddedVoices:
    return EmbeddedVoices(models)


@pytest.fixture(scope="module")
def recordings(data_folder: Path) -> dict[str, list[Sound]]:
    """Five people who read aloud, five recordings each."""
    found: dict[str, list[Sound]] = {}
    for path in sorted((data_folder / "speech" / "librispeech").rglob("*.flac")):
        found.setdefault(path.parent.name, []).append(sample_sound(path))
    return found


@pytest.fixture(scope="module")
def vectors(recordings: dict[str, list[Sound]], encoder: EmbeddedVoices) -> dict[str, list[np.ndarray]]:
    """The windows of each recording as vectors."""
    return {
        name: [encoder.vectors(voice_windows(sound).samples) for sound in sounds]
        for name, sounds in recordings.items()
    }


def enrolled(vectors: dict[str, list[np.ndarray]], chosen: tuple[int, ...]) -> ListedVoices:
    """A bank that lists everybody by these of their recordings."""
    rows = [(name, given[at].mean(axis=0)) for name, given in vectors.items() for at in chosen]
    return ListedVoices(
        bank="voices.public_figures",
        model_id="ge2e@1.quiet",
        references=tuple(name for name, _ in rows),
        vectors=np.stack([row / np.linalg.norm(row) for _, row in rows]),
    )


def ours(*said: tuple[str, str, float]) -> list[Sound]:
    """What our offline voices say, at 16 kHz."""
    spoken = [say(text, language, pitch=pitch).astype(np.float32) for text, language, pitch in said]
    return [at_rate(Sound(samples=one, rate_hz=48_000), 16_000) for one in spoken]


EN = "Good evening everyone, I would like to tell you a story about the sea and the old town behind it."
FR = "Bonsoir à tous, je voudrais vous raconter une histoire de la mer et de la vieille ville derrière elle."
VOICES = [
    (EN, "en", 1.0),
    (EN, "en", 0.8),
    (EN, "en", 1.15),
    (FR, "fr", 1.0),
    (FR, "fr", 0.8),
    (FR, "de", 1.0),
]


def test_listed_voices_are_recognised_and_no_others(vectors: dict[str, list[np.ndarray]]) -> None:
    """By any three of a person's recordings the other two are recognised, and nobody is taken for another."""
    told = {"own": 0, "other": 0}
    for chosen in itertools.combinations(range(5), ENROLLED):
        bank = enrolled(vectors, chosen)
        for name, given in vectors.items():
            for at in set(range(5)) - set(chosen):
                heard = {
                    one.match.reference: 1 - one.match.distance
                    for one in bank.match(given[at], "ge2e@1.quiet")
                }
                told["own"] += heard.pop(name, 0.0) >= MATCH
                told["other"] += len(heard)
    assert {"own": 100, "other": 0} == told


def test_a_stranger_is_taken_for_nobody(vectors: dict[str, list[np.ndarray]]) -> None:
    """Someone who is not listed is not stopped for any of the four who are; at most one in ten is held."""
    held = stopped = asked = 0
    for name in vectors:
        bank = enrolled({one: given for one, given in vectors.items() if one != name}, (0, 1, 2))
        for given in vectors[name]:
            best = max((1 - one.match.distance for one in bank.match(given, "ge2e@1.quiet")), default=0.0)
            asked, held, stopped = asked + 1, held + (best >= REVIEW), stopped + (best >= MATCH)
    assert (25, 0) == (asked, stopped)
    assert held <= 2


def test_our_own_voices_are_nobody(vectors: dict[str, list[np.ndarray]], encoder: EmbeddedVoices) -> None:
    """Voices of the embedded engine, whatever they say and how high, are like no listed person's."""
    detector = Voices(encoder=encoder, banks=(enrolled(vectors, (0, 1, 2, 3, 4)),))
    assert [()] * len(VOICES) == [detector.examine(sound) for sound in ours(*VOICES)]


def test_a_voice_is_found_where_it_speaks(
    recordings: dict[str, list[Sound]], vectors: dict[str, list[np.ndarray]], encoder: EmbeddedVoices
) -> None:
    """After four seconds of another voice and two of silence, the listed one is told with its own seconds."""
    name, sounds = next(iter(recordings.items()))
    (other,) = ours((EN, "en", 1.0))
    before = np.concatenate([other.samples[:64_000], np.zeros(32_000, np.float32)])
    samples = np.concatenate([before, sounds[4].samples, np.zeros(16_000, np.float32)])
    detector = Voices(encoder=encoder, banks=(enrolled(vectors, (0, 1, 2)),))
    (finding,) = detector.examine(Sound(samples=samples, rate_hz=16_000))
    assert ("likeness.voice", name, "voices.public_figures", "voice") == (
        finding.category, finding.match.reference, finding.match.bank, finding.match.method,
    )  # fmt: skip
    assert isinstance(finding.where, Seconds)
    # A window may begin with the last half second of the other voice, and span the silence.
    assert 3.5 < finding.where.start_s < 7.0 < finding.where.end_s <= len(samples) / 16_000 - 0.5
    assert round(1 - finding.match.distance, 6) == round(finding.score, 6)


def test_loudness_and_rate_change_no_voice(
    recordings: dict[str, list[Sound]], encoder: EmbeddedVoices
) -> None:
    """A quarter as loud, or brought at another rate, a voice keeps its vector."""
    sound = next(iter(recordings.values()))[0]
    quiet = Sound(samples=sound.samples / 4, rate_hz=16_000)
    means = []
    for one in (sound, quiet, at_rate(sound, 48_000)):
        mean = encoder.vectors(voice_windows(one).samples).mean(axis=0)
        means.append(mean / np.linalg.norm(mean))
    assert min(float(means[0] @ other) for other in means[1:]) > 0.97


@pytest.fixture
def noisy(recordings: dict[str, list[Sound]]) -> list[tuple[str, np.ndarray]]:
    """Two recordings of each person over even noise ten decibels below them, as windows."""
    dice, found = np.random.default_rng(1), []
    for name, sounds in recordings.items():
        for sound in sounds[ENROLLED:]:
            level = float(np.sqrt(np.mean(sound.samples**2))) * 10 ** (-10 / 20)
            noise = dice.normal(0, level, len(sound.samples)).astype(np.float32)
            found.append((name, voice_windows(Sound(samples=sound.samples + noise, rate_hz=16_000)).samples))
    return found


def test_noise_beside_a_voice_is_heard_through(
    vectors: dict[str, list[np.ndarray]],
    noisy: list[tuple[str, np.ndarray]],
    encoder: EmbeddedVoices,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Most listed people are still held over noise, as nobody else; with the noise left in, fewer are."""
    bank = enrolled(vectors, (0, 1, 2))

    def heard() -> list[tuple[str, str]]:
        return [
            (name, one.match.reference)
            for name, windows in noisy
            for one in bank.match(encoder.vectors(windows), encoder.model_id)
        ]

    held = heard()
    assert 10 == len(noisy)
    assert [name for name, _ in held] == [told for _, told in held]
    assert len(held) >= 6
    monkeypatch.setattr(voice_encoder, "_quiet", lambda bands: np.ascontiguousarray(bands, np.float32))
    assert len(heard()) < len(held)


def test_what_is_no_speech_has_no_voice(encoder: EmbeddedVoices) -> None:
    """Silence, noise, a tone and a word too short give no window, so nobody is compared."""
    rng, time = np.random.default_rng(1), np.arange(48_000) / 16_000
    sounds = [np.zeros(48_000), rng.normal(0, 0.1, 48_000), 0.4 * np.sin(2 * np.pi * 220 * time), np.zeros(0)]
    given = [Sound(samples=one.astype(np.float32), rate_hz=16_000) for one in sounds]
    assert [()] * 4 == [voice_windows(one).places for one in (*given[:3], *ours(("No.", "en", 1.0)))]
    assert () == voiced(given[3])
    assert (0, 256) == encoder.vectors(np.zeros((0, WINDOW), np.float32)).shape


def test_bands_tell_pitch() -> None:
    """A tone lies in the band of its pitch: even steps below 1 kHz, ratios above; at one level always."""
    time = np.arange(WINDOW) / 16_000
    tones = np.stack([np.sin(2 * np.pi * hertz * time) for hertz in (200, 1000, 4000)]).astype(np.float32)
    frames = mel_frames(tones)
    assert (160, 3, 40) == frames.shape
    loudest = frames[80].argmax(axis=1).tolist()
    assert sorted(set(loudest)) == loudest
    np.testing.assert_allclose(frames, mel_frames(tones / 10), rtol=1e-3, atol=1e-7)


def test_a_folder_becomes_a_bank(data_folder: Path, tmp_path: Path, encoder: EmbeddedVoices) -> None:
    """Recordings of one voice get in under their file's or folder's name; others are told with the reason."""
    from typer.testing import CliRunner

    from safety.likeness.cli import app

    people = sorted(path for path in (data_folder / "speech" / "librispeech").iterdir() if path.is_dir())
    one, other = (sorted(people[at].glob("*.flac"))[0].resolve() for at in (0, 1))
    folder = tmp_path / "voices"
    (folder / "ann").mkdir(parents=True)
    (folder / "ann" / "1.flac").symlink_to(one)
    (folder / "bob.flac").symlink_to(other)
    (folder / "broken.wav").write_bytes(b"no sound")
    (folder / "notes.txt").write_text("no sound either")
    _write_wav(folder / "short.wav", sample_sound(one).samples[:32_000])
    listing = list_voices(folder, encoder)
    assert ("ann", "bob") == listing.bank.references
    assert {"broken.wav", "short.wav"} == {path.name for path, _reason in listing.refused}
    runner = CliRunner(
        env={"FILIGRANE_HOME": str(tmp_path / "home"), "FILIGRANE_MODELS": str(encoder._store.folder)}
    )
    done = runner.invoke(app, ["voices", str(folder)])
    assert 0 == done.exit_code, done.output
    assert "people: 2, recordings: 2" in done.output
    kept = ListedVoices.read(tmp_path / "home" / "banks" / "public_figures.voices")
    np.testing.assert_array_equal(listing.bank.vectors, kept.vectors)


def _write_wav(path: Path, samples: np.ndarray) -> None:
    import wave

    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes((samples * 32767).astype("<i2").tobytes())


@pytest.mark.parametrize(("cosine", "expected"), [(0.8, Verdict.BLOCK), (0.76, Verdict.REVIEW)])
def test_the_policy_answers(cosine: float, expected: Verdict) -> None:
    """A voice that a bank knows stops a clip, one near it waits, each with its seconds."""
    match = Match(
        reference="ann", bank="voices.public_figures", method="voice", value="ge2e@1.quiet", distance=1 - cosine, threshold=0.22,
    )  # fmt: skip
    where = Seconds(start_s=1.0, end_s=4.0)
    finding = Finding(category="likeness.voice", score=cosine, why="", where=where, match=match)
    reading = Reading(
        detector="voices.likeness@2", categories=frozenset({"likeness.voice"}), findings=(finding,)
    )
    evidence = Evidence(subject_digest="0" * 64, stage=Stage.OUTPUT, readings=(reading,))
    ruling = decide(load_policy(), Facts(surface=Surface.OUTPUT), evidence)
    (reason,) = [one for one in ruling.reasons if one.category == "likeness.voice"]
    assert (expected, where) == (reason.verdict, reason.where)
