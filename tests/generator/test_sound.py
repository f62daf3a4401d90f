"""The embedded engine's sound: loud enough, never clipped, in time, the same each time."""

from __future__ import annotations

import math

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.backends.embedded.plan import (
    MOODS,
    PLACES,
    TIMES,
    WEATHERS,
    Contact,
    ContactKind,
    Line,
    Material,
    ScenePlan,
    Shot,
)
from generator.backends.embedded.sound import make_sound
from generator.backends.embedded.sounds.foley import GROUNDS, effect, effects
from generator.backends.embedded.sounds.loudness import levelled, limited, loudness_lufs, true_peak_db
from generator.backends.embedded.sounds.music import STYLES, music
from generator.backends.embedded.sounds.speech import say, spoken
from generator.media.encode import encode
from generator.media.view import read_sound

KINDS = ContactKind.__args__
MATERIALS = Material.__args__


def shot(start_s: float, end_s: float, **changes: object) -> Shot:
    facts = {
        "place": "meadow",
        "time": "day",
        "weather": "clear",
        "mood": "calm",
        "camera": "still",
        **changes,
    }
    return Shot(start_s=start_s, end_s=end_s, subjects=(), **facts)


def plan(*shots: Shot, seed: int = 4, events: tuple[Contact, ...] = (), duration_s: float = 2.0) -> ScenePlan:
    shots = shots or (shot(0, duration_s),)
    return ScenePlan(
        duration_s=shots[-1].end_s,
        fps=24,
        width_px=96,
        height_px=64,
        seed=seed,
        shots=shots,
        mood=shots[0].mood,
        events=events,
    )


def contact(
    at_s: float, kind: str = "bounce", material: str = "wood", strength: float = 0.8, pan: float = 0.0
):
    return Contact(at_s=at_s, kind=kind, material=material, strength=strength, pan=pan)


def ebur128(samples: np.ndarray) -> tuple[float, float]:
    """FFmpeg's own answer: integrated loudness and true peak."""
    graph = av.filter.Graph()
    source = graph.add_abuffer(format="flt", sample_rate=48_000, layout="stereo", time_base="1/48000")
    meter = graph.add("ebur128", "metadata=1:peak=true")
    sink = graph.add("abuffersink")
    source.link_to(meter)
    meter.link_to(sink)
    graph.configure()
    frame = av.AudioFrame.from_ndarray(
        np.ascontiguousarray(samples.astype(np.float32).reshape(1, -1)), format="flt", layout="stereo"
    )
    frame.sample_rate, frame.pts = 48_000, 0
    graph.push(frame)
    graph.push(None)
    told: dict[str, str] = {}
    while True:
        try:
            told.update(graph.pull().metadata)
        except (av.error.BlockingIOError, av.error.EOFError):
            break
    peaks = [float(value) for key, value in told.items() if "true_peaks_ch" in key]
    return float(told["lavfi.r128.I"]), 20 * math.log10(max(peaks))


def onsets(samples: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Spectral flux, (times, strength), every 5 ms: how much energy appears in any band."""
    mono, hop, window = samples.mean(axis=1), 240, 960
    starts = range(0, len(mono) - window, hop)
    spectra = np.abs(
        np.fft.rfft(np.stack([mono[i : i + window] for i in starts]) * np.hanning(window), axis=1)
    )
    flux = np.maximum(0, np.diff(np.log1p(50 * spectra), axis=0)).sum(axis=1)
    return (np.arange(len(flux)) + 1) * hop / 48_000 + window / 96_000, flux


@pytest.mark.parametrize("level", [0.02, 0.3])
@pytest.mark.parametrize("kind", ["tone", "noise", "bursts"])
def test_meter_agrees_with_ffmpeg(level: float, kind: str) -> None:
    """Our loudness and true peak are those of an independent meter, gates included."""
    rng, t = np.random.default_rng(1), np.arange(48_000 * 4) / 48_000
    made = {
        "tone": np.sin(2 * np.pi * 997 * t),
        "noise": 0.3 * rng.standard_normal(len(t)),
        "bursts": np.sin(2 * np.pi * 440 * t) * ((t % 2) < 0.6),
    }[kind]
    samples = level * np.stack([made, 0.7 * made], axis=1)
    loudness, peak = ebur128(samples)
    assert pytest.approx(loudness, abs=0.11) == loudness_lufs(samples)  # FFmpeg tells one decimal
    assert pytest.approx(peak, abs=0.5) == true_peak_db(samples)


def test_silence_has_no_loudness() -> None:
    """Silence is minus infinity, and stays silent when levelled."""
    silence = np.zeros((48_000, 2))
    assert (-math.inf, -math.inf) == (loudness_lufs(silence), true_peak_db(silence))
    assert not levelled(silence).any()


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32), gain=st.floats(0.1, 30), ceiling_db=st.floats(-6, -0.5))
def test_limiter_never_lets_a_peak_through(seed: int, gain: float, ceiling_db: float) -> None:
    """Whatever comes in, no true peak is above the ceiling, and what was below is untouched."""
    rng = np.random.default_rng(seed)
    samples = gain * rng.standard_normal((9_600, 2)) * rng.random((9_600, 1)) ** 8
    made = limited(samples, ceiling_db)
    assert true_peak_db(made) <= ceiling_db + 0.1
    if true_peak_db(samples) <= ceiling_db:
        assert (made == samples).all()


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("weather", ["clear", "storm"])
def test_every_place_is_at_the_promised_loudness(place: str, weather: str) -> None:
    """-16 ± 2 LUFS and no clipping, by FFmpeg's meter, with effects as hard as they come."""
    time = TIMES[(len(place) + len(weather)) % len(TIMES)]
    mood = MOODS[(len(place) * 3 + len(weather)) % len(MOODS)]
    events = (contact(0.4, strength=1.0), contact(1.1, "splash", "water", 1.0))
    made = make_sound(plan(shot(0, 2, place=place, weather=weather, time=time, mood=mood), events=events))
    loudness, peak = ebur128(made.samples)
    assert (96_000, 2) == made.samples.shape
    assert abs(loudness - -16) <= 2
    assert peak < -1.0


@pytest.mark.parametrize("place", ["sea", "city", "forest", "room"])
def test_effects_are_heard_at_their_contacts(tmp_path, place: str) -> None:
    """In the finished, encoded mix the onset nearest to each contact lies within 40 ms of it."""
    kinds = [
        ("bounce", "sand"),
        ("splash", "water"),
        ("collision", "stone"),
        ("bell", "metal"),
        ("bounce", "wood"),
    ]
    events = tuple(contact(0.5 + 0.61 * i, kind, material, 0.8) for i, (kind, material) in enumerate(kinds))
    scene = plan(shot(0, 4, place=place, mood="joyful"), events=events)
    black = [np.zeros((64, 96, 3), np.uint8)] * scene.frame_count
    clip = encode(
        black, make_sound(scene), tmp_path / "c.mp4", fps=24, width_px=96, height_px=64, backend="embedded"
    )
    times, strength = onsets(read_sound(clip.path).samples)
    for event in events:
        near = np.abs(times - event.at_s) < 0.15
        found = times[near][strength[near].argmax()]
        assert abs(found - event.at_s) <= 0.040, event


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("material", MATERIALS)
def test_effect_begins_at_once(kind: str, material: str) -> None:
    """Each effect reaches a fifth of its height within 25 ms, so that placing it is timing it."""
    made = effect(contact(0, kind, material), np.random.default_rng(2))
    assert pytest.approx(1.0) == np.abs(made).max()
    assert np.flatnonzero(np.abs(made) > 0.2)[0] <= 1_200


def test_every_material_sounds() -> None:
    """No contact the physics can tell is without a sound of its own."""
    assert set(MATERIALS) == set(GROUNDS)
    heard = [
        effect(contact(0, "collision", material), np.random.default_rng(2))[:4_800] for material in MATERIALS
    ]
    likeness = np.corrcoef(np.stack([np.abs(np.fft.rfft(one)) for one in heard]))
    assert likeness[~np.eye(len(heard), dtype=bool)].max() < 0.995


def test_harder_is_louder_and_sides_are_kept() -> None:
    """Strength raises the level; a contact on the left is louder on the left."""
    soft, hard = (effects((contact(0.1, strength=s),), 24_000, 1) for s in (0.2, 1.0))
    assert np.abs(soft).max() < 0.6 * np.abs(hard).max()
    left = effects((contact(0.1, pan=-1.0),), 24_000, 1)
    assert np.abs(left[:, 0]).max() > 4 * np.abs(left[:, 1]).max()


def test_contacts_outside_the_clip_are_harmless() -> None:
    """Before the start or after the end nothing is heard and nothing breaks."""
    assert not effects((contact(5.0), contact(-9.0)), 4_800, 1).any()


def test_equal_plans_sound_equal_and_seeds_differ() -> None:
    """Without a voice the sound is a function of the plan, the seed included."""
    first, again, other = (make_sound(plan(seed=seed)).samples for seed in (4, 4, 5))
    assert (first == again).all()
    assert (first != other).any()


@settings(max_examples=8, deadline=None)
@given(
    place=st.sampled_from(PLACES),
    weather=st.sampled_from(WEATHERS),
    time=st.sampled_from(TIMES),
    mood=st.sampled_from(MOODS),
    cut_s=st.floats(0.05, 0.95),
    seed=st.integers(0, 2**31),
)
def test_every_combination_sounds(place, weather, time, mood, cut_s, seed) -> None:
    """Any place, weather, hour and mood, with a cut anywhere, gives finite sound of the exact length."""
    look = {"place": place, "weather": weather, "time": time, "mood": mood}
    made = make_sound(plan(shot(0, cut_s, **look), shot(cut_s, 1.0, place="city"), seed=seed))
    assert (48_000, 2) == made.samples.shape
    assert np.isfinite(made.samples).all()
    assert np.abs(made.samples).max() < 1


@pytest.mark.parametrize("mood", MOODS)
def test_music_comes_home_quietly(mood: str) -> None:
    """Every mood has a style; the bed ends in silence, so that a clip does not stop short."""
    made = music(mood, 48_000 * 3, 9)
    assert set(MOODS) == set(STYLES)
    assert np.abs(made[-480:]).max() < 0.05 * np.abs(made).max()


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "Bonjour à tous."),
        ("en", "Hello everyone."),
        ("de", "Guten Tag."),
        ("es", "Hola a todos."),
        ("it", "Ciao a tutti."),
        ("xx", "Hello."),
    ],
)
def test_voices_speak(language: str, text: str) -> None:
    """Each language is said, trimmed, within the time such a sentence takes, at one level."""
    voice = say(text, language)
    assert 0.3 < len(voice) / 48_000 < 3
    assert pytest.approx(0.1, rel=0.1) == np.sqrt((voice**2).mean())


@pytest.mark.parametrize("text", ["", " ", "\u200b", "...", "<break time='9s'/>", "?!"])
def test_nothing_to_say_is_silence(text: str) -> None:
    """Empty lines and commands to the synthesiser make at most the words in them."""
    assert len(say(text, "fr")) < 48_000 * 4


@pytest.mark.parametrize("language", ["fr", "en"])
def test_equal_lines_sound_equal(language: str) -> None:
    """A line is the same sound each time, whatever was said before it."""
    first = say("Le renard, the fox.", language)
    say("Something else entirely.", language)
    assert (first == say("Le renard, the fox.", language)).all()


@settings(max_examples=25, deadline=None)
@given(text=st.text(max_size=60), language=st.sampled_from(["fr", "en", "de"]))
def test_any_text_is_said_or_left(text: str, language: str) -> None:
    """No text breaks or holds up the voices: digits of other scripts, control characters, emoji."""
    assert np.isfinite(say(text, language)).all()


@pytest.mark.parametrize(
    "text", ["A" * 300, "1234567890 " * 2, "₆ᐩ ⑹ ➍", "日本語のテスト", "U.S.A. 3h30 e=mc^2 %s%n"]
)
def test_awkward_text_is_said_or_left(text: str) -> None:
    """Texts that once broke or never ended."""
    assert len(say(text, "fr")) < 48_000 * 20
    assert len(say(text, "en")) < 48_000 * 20


def test_lines_fit_the_clip_one_after_the_other() -> None:
    """Lines never overlap or leave the clip, even those wished for at once or far too long."""
    lines = (
        Line(text="Hello there, my friend.", language="en", start_s=0.5, speaker="fox"),
        Line(text="Bonjour.", language="fr", start_s=0.6, speaker="cat"),
        Line(text="word " * 5000, language="en", start_s=2.0),
        Line(text="And this one found no room at all.", language="en", start_s=3.0),
    )
    made = spoken(lines, 4.0)
    edges = [edge for line in made.lines for edge in (line.start_s, line.end_s)]
    assert sorted(edges) == edges
    assert (192_000, 2) == made.track.shape
    assert edges[-1] <= 4.0
    assert 3 <= len(made.lines)


def test_beds_sink_under_speech() -> None:
    """While someone speaks, what lies under the voice is at least 4 dB quieter than beside it."""
    scene = plan(shot(0, 4, mood="epic"))
    track = np.zeros((192_000, 2))
    t = np.arange(48_000) / 48_000
    track[72_000:120_000] = 0.1 * np.sin(2 * np.pi * 3_000 * t)[:, None]
    under = make_sound(scene, track).samples.mean(axis=1)
    without = make_sound(scene).samples.mean(axis=1)

    def low(samples: np.ndarray, part: slice) -> float:
        """The level below 1 kHz, where the tone that stands for the voice is not."""
        return float((np.abs(np.fft.rfft(samples[part]))[: (part.stop - part.start) // 48] ** 2).sum())

    speaking, beside = slice(84_000, 108_000), slice(132_000, 156_000)
    sunk = low(under, speaking) / low(under, beside) / (low(without, speaking) / low(without, beside))
    assert 10 * math.log10(sunk) < -4
