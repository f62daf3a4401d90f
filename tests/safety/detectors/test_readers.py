"""Words in the picture and in the sound come out with their place."""

import re
from pathlib import Path
from types import SimpleNamespace

import av
import matplotlib
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from generator.backends.embedded.grammar import read_prompt
from generator.backends.embedded.motion import simulate
from generator.backends.embedded.showcase import showcase
from generator.backends.embedded.sound import make_sound
from policies.finding import Box, Seconds
from safety.detector import Footage, Picture, Sound
from safety.detectors import speech
from safety.detectors.hearing import at_rate
from safety.detectors.on_screen_text import OnScreenText, _worth_reading
from safety.detectors.speech import Speech
from safety.errors import ModelUnavailable
from safety.models.store import ModelStore

FONT = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"


def card(
    text: str = "", *, size_px: int = 60, at_s: float | None = None, is_scene_change: bool = False
) -> Picture:
    """A 720p frame with soft hills and, where given, a line of writing a third from the top."""
    y, x = np.mgrid[0:720, 0:1280]
    ground = (120 + 60 * np.sin(x / 200) * np.cos(y / 140)).astype(np.uint8)
    image = Image.fromarray(np.stack([ground, ground // 2 + 40, 255 - ground], 2))
    if text:
        ImageDraw.Draw(image).text((200, 240), text, fill="white", font=ImageFont.truetype(FONT, size_px))
    return Picture(rgb=np.asarray(image), at_s=at_s, is_scene_change=is_scene_change)


@pytest.fixture(scope="module")
def reader() -> OnScreenText:
    return OnScreenText()


@pytest.fixture(scope="module")
def listener(models: ModelStore) -> Speech:
    return Speech(models)


def spoken(text: str, voice: str) -> Sound:
    """What the offline voice says, at its own 16 kHz."""
    from py_nanotts import NanoTTS

    samples = np.frombuffer(NanoTTS().speak(text, voice=voice), np.int16).astype(np.float32) / 32768
    return Sound(samples=samples, rate_hz=16_000)


def letters(text: str) -> str:
    return re.sub(r"[^a-zàâçéèêëîïôùûü]", "", text.lower())


@pytest.mark.parametrize(
    ("text", "size_px"), [("MEET ME AT MIDNIGHT", 60), ("Les élections sont annulées", 28)]
)
def test_writing_is_read_where_it_stands(reader: OnScreenText, text: str, size_px: int) -> None:
    """A line is read with its accents, and its box covers it as shares of the frame."""
    (line,) = reader.read(Footage(pictures=(card(text, size_px=size_px, at_s=1.5),)))
    assert letters(text) == letters(line.text)
    assert isinstance(line.where, Box)
    assert 1.5 == line.where.at_s
    assert abs(line.where.left - 200 / 1280) < 0.02 and abs(line.where.top - 240 / 720) < 0.04
    assert line.confidence > 0.8


def test_picture_without_writing_gives_no_words(reader: OnScreenText) -> None:
    """Hills are not letters; nor is a clip of no frames, or a frame of one line of pixels."""
    assert () == reader.read(Footage(pictures=(card(),)))
    assert () == reader.read(Footage(pictures=()))
    assert () == reader.read(Footage(pictures=(Picture(rgb=np.zeros((1, 400, 3), np.uint8)),)))


def test_line_that_stands_on_is_told_once(reader: OnScreenText) -> None:
    """A caption over several frames is one finding at its first; another caption is another."""
    texts = ["BUY NOW"] * 3 + ["SELL NOW"]
    shown = tuple(card(text, at_s=3.0 * at, is_scene_change=True) for at, text in enumerate(texts))
    told = [(letters(words.text), words.where.at_s) for words in reader.read(Footage(pictures=shown))]
    assert [("buynow", 0.0), ("sellnow", 9.0)] == told


def test_caption_that_fades_in_is_worth_reading() -> None:
    """Writing that comes without a scene change is read within a second; a calm picture seldom is."""
    plain = [card(at_s=at / 2, is_scene_change=at == 0) for at in range(3)]
    captioned = [card("NEW WORDS HERE", at_s=1.5 + at / 2) for at in range(3)]
    assert [0.0, 1.5] == [picture.at_s for picture in _worth_reading(Footage(pictures=(*plain, *captioned)))]
    calm = Footage(pictures=tuple(card(at_s=at / 2, is_scene_change=at == 0) for at in range(12)))
    assert [0.0, 2.5, 5.0] == [picture.at_s for picture in _worth_reading(calm)]


@pytest.mark.parametrize(
    ("text", "voice", "language", "said"),
    [
        ("The president announced that the election is cancelled.", "en-US", "en", "election"),
        ("Le président a annoncé que les élections sont annulées.", "fr-FR", "fr", "élections"),
    ],
)
def test_speech_is_heard_in_its_language(
    listener: Speech, text: str, voice: str, language: str, said: str
) -> None:
    """The offline voices are understood, with the language and the seconds of what was said."""
    sound = spoken(text, voice)
    words = listener.read(sound)
    assert {language} == {one.language for one in words}
    assert said in " ".join(one.text for one in words).lower()
    duration_s = len(sound.samples) / sound.rate_hz
    for one in words:
        assert isinstance(one.where, Seconds)
        assert 0.0 <= one.where.start_s < one.where.end_s <= duration_s


def test_speech_after_silence_is_placed(listener: Speech) -> None:
    """Seconds are those of the clip, not of the speech cut out of it."""
    speech = spoken("I will come back tomorrow.", "en-US").samples
    late = np.concatenate([np.zeros(48_000, np.float32), speech])
    (words,) = listener.read(Sound(samples=late, rate_hz=16_000))
    assert 2.6 <= words.where.start_s <= 3.6


@pytest.mark.parametrize("kind", ["silence", "noise", "tone", "nothing", "blink"])
def test_what_is_not_speech_gives_no_words(listener: Speech, kind: str) -> None:
    """Silence, noise and music are not made into sentences."""
    rng = np.random.default_rng(1)
    time = np.arange(48_000) / 16_000
    samples = {
        "silence": np.zeros(48_000),
        "noise": rng.normal(0, 0.1, 48_000),
        "tone": 0.4 * np.sin(2 * np.pi * 440 * time),
        "nothing": np.zeros(0),
        "blink": rng.normal(0, 0.1, 500),
    }[kind]
    assert () == listener.read(Sound(samples=samples.astype(np.float32), rate_hz=16_000))


def test_a_scene_without_a_voice_gives_no_words(listener: Speech, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bounce that passes for a voice is not made into words, though it could be."""
    scene = next(one for one in showcase() if one.name == "ball")
    plan = read_prompt(scene.prompt, duration_s=5, fps=24, width_px=320, height_px=180, seed=1, drawings=None)
    assert not plan.spoken
    samples = make_sound(simulate(plan), None).samples.mean(axis=1)
    sound = at_rate(Sound(samples=samples.astype(np.float32), rate_hz=48_000), 16_000)
    assert () == listener.read(sound)
    monkeypatch.setattr(speech, "_is_made_up", lambda _segment: False)
    assert () != listener.read(sound)


def segment(no_speech_prob: float, avg_logprob: float) -> SimpleNamespace:
    return SimpleNamespace(
        text=" you", start=0.0, end=1.0, no_speech_prob=no_speech_prob, avg_logprob=avg_logprob
    )


@pytest.mark.parametrize(
    ("no_speech_prob", "avg_logprob", "is_kept"),
    [(0.55, -1.06, False), (0.55, -0.3, True), (0.05, -1.3, True), (0.05, -0.3, True)],
)
def test_words_are_left_out_only_by_both_doubts(
    models: ModelStore,
    monkeypatch: pytest.MonkeyPatch,
    no_speech_prob: float,
    avg_logprob: float,
    is_kept: bool,
) -> None:
    """A phrase that the recogniser doubts is kept where it hears speech, and one it is sure of always."""
    listener = Speech(models)
    answer = [segment(no_speech_prob, avg_logprob)]
    recogniser = SimpleNamespace(
        detect_language=lambda _voice: ("en", 0.9, [("en", 0.9)]), transcribe=lambda *_, **__: (answer, None)
    )
    monkeypatch.setattr(listener, "_recogniser", recogniser)
    monkeypatch.setattr(speech, "voiced", lambda _sound: ((0, 16_000),))
    words = listener.read(Sound(samples=np.zeros(16_000, np.float32), rate_hz=16_000))
    assert is_kept == bool(words)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (("el", 0.4, [("el", 0.4), ("fr", 0.3), ("en", 0.1)]), "fr"),
        (("el", 0.9, [("el", 0.9), ("fr", 0.05)]), "el"),
        (("nn", 0.5, [("nn", 0.5), ("br", 0.3), ("en", 0.1)]), "en"),
        (("es", 0.4, [("es", 0.4), ("fr", 0.3)]), "es"),
        (("yo", 0.2, [("yo", 0.2)]), "yo"),
    ],
)
def test_a_doubtful_language_is_a_plausible_one(told: tuple, expected: str) -> None:
    """What may be Greek and may be French is French; what is Greek beyond doubt stays so."""
    recogniser = SimpleNamespace(detect_language=lambda _voice: told)
    assert expected == speech._language(recogniser, np.zeros(16_000, np.float32))


def test_recorded_speech_is_heard(listener: Speech, data_folder: Path) -> None:
    """A speech of 1961 is understood word for word, from 44.1 kHz."""
    with av.open(str(data_folder / "speech" / "jfk.flac")) as container:
        resampler = av.AudioResampler(format="flt", layout="mono", rate=44_100)
        parts = [
            part.to_ndarray()[0] for frame in container.decode(audio=0) for part in resampler.resample(frame)
        ]
    words = listener.read(Sound(samples=np.concatenate(parts), rate_hz=44_100))
    heard = " ".join(one.text for one in words).lower()
    assert "ask what you can do for your country" in re.sub(r"[^a-z ]", "", heard)


def test_other_rates_keep_pitch_and_length() -> None:
    """A tone of 300 Hz is one at any rate, and a high one does not fold back."""
    time = np.arange(48_000) / 48_000
    tone = Sound(samples=np.sin(2 * np.pi * 300 * time).astype(np.float32), rate_hz=48_000)
    at_16k = at_rate(tone, 16_000)
    assert abs(16_000 - len(at_16k.samples)) <= 64
    assert 300 == int(np.abs(np.fft.rfft(at_16k.samples[:16_000], 16_000)).argmax())
    high = Sound(samples=np.sin(2 * np.pi * 12_000 * time).astype(np.float32), rate_hz=48_000)
    assert np.abs(at_rate(high, 16_000).samples[500:-500]).max() < 0.05


def test_absent_speech_weights_are_said(tmp_path: Path) -> None:
    """A reader without weights could not listen; nothing said is not what it says."""
    with pytest.raises(ModelUnavailable, match="speech"):
        Speech(ModelStore(tmp_path)).read(Sound(samples=np.zeros(16_000, np.float32), rate_hz=16_000))


def test_absent_package_is_said(monkeypatch: pytest.MonkeyPatch, models: ModelStore) -> None:
    """What is installed without its dependencies may be missing: then it is said how to get it."""
    import sys

    monkeypatch.setitem(sys.modules, "rapidocr", None)
    monkeypatch.setitem(sys.modules, "faster_whisper", None)
    with pytest.raises(ModelUnavailable, match="no-deps"):
        OnScreenText().read(Footage(pictures=(card("WORDS"),)))
    with pytest.raises(ModelUnavailable, match="no-deps"):
        Speech(models).read(Sound(samples=np.zeros(16_000, np.float32), rate_hz=16_000))
