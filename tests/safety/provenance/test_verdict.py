"""The closed set of answers, each row of its table, and the order between them."""

from __future__ import annotations

import dataclasses

import pytest

from policies.ruling import Sentence
from safety.provenance import fingerprint as fp
from safety.provenance import words
from safety.provenance.case import VerifyVerdict
from safety.provenance.credentials import Credentials, ManifestState
from safety.provenance.fingerprint import Fingerprint
from safety.provenance.label import LabelSeen
from safety.provenance.manifest import SoftBinding
from safety.provenance.observation import Confidence, Observations, PictureReading, confidence_of
from safety.provenance.payload import MarkKeys, Payload, compose
from safety.provenance.registry import RegisteredClip, RegistryInMemory, SecondState, Way, follow
from safety.provenance.sound_mark import SoundMark, SoundMarkKind
from safety.provenance.verdict import RULES, conclude
from safety.provenance.watermark import ALGORITHM

KEYS = MarkKeys.from_secret(b"a secret of the tests alone")


def _print(seed: int, seconds: int = 4) -> Fingerprint:
    import numpy as np

    rng = np.random.default_rng(seed)
    one = rng.integers(0, 256, 512).astype(np.uint8).tobytes()
    return Fingerprint(width_px=1280, height_px=720, seconds=(one,) * seconds)


OURS, OTHERS = _print(1), _print(2)
PAYLOAD = compose(1, OURS.to_bytes(), KEYS)
CLIP = RegisteredClip(video_id="video_1", mark_id=PAYLOAD.mark_id, fingerprint=OURS, manifest=b"kept")
BINDINGS = (
    SoftBinding(algorithm=ALGORITHM, value=PAYLOAD.text),
    SoftBinding(algorithm=fp.ALGORITHM, value=fp.hashes_to_text(OURS.hashes)),
)
SIGNED = Credentials(
    state=ManifestState.VALID,
    is_trusted=True,
    is_ours=True,
    signer="us",
    bindings=BINDINGS,
    disclosure={"unique_id": "video_1"},
)
BROKEN = dataclasses.replace(SIGNED, state=ManifestState.INVALID, failures=("assertion.bmffHash.mismatch",))
STRANGER = Credentials(state=ManifestState.VALID, signer="someone")
STRANGERS_BROKEN = Credentials(
    state=ManifestState.INVALID, signer="someone", failures=("assertion.dataHash.mismatch",)
)
LABEL = LabelSeen(seen_count=2, looked_count=2, is_where_ours_stands=True)
NO_LABEL = LabelSeen(seen_count=0, looked_count=2, is_where_ours_stands=False)
STRONG = (Confidence.STRONG,) * 4


def _mark(payload: Payload = PAYLOAD, seconds: tuple[Confidence, ...] = STRONG) -> PictureReading:
    return PictureReading(payload=payload, seconds=seconds, across_px=1280, down_px=720, is_mirrored=False)


def _seen(**fields) -> Observations:
    return Observations(**{"duration_s": 4.0, "fingerprint": OTHERS, "label": NO_LABEL, **fields})


FORGED = Payload(key_number=0, mark_id=PAYLOAD.mark_id, mac=PAYLOAD.mac ^ 1)
UNKNOWN = compose(99, OURS.to_bytes(), KEYS)
SPLICED = dataclasses.replace(OURS, seconds=(*OURS.seconds[:2], *OTHERS.seconds[:2]))
HALF = (Confidence.STRONG, Confidence.STRONG, Confidence.NONE, Confidence.NONE)
IDENTIFIED = SoundMark(kind=SoundMarkKind.PAYLOAD, mark_id=PAYLOAD.mark_id)
PRESENT = SoundMark(kind=SoundMarkKind.PRESENCE)

V = VerifyVerdict
TABLE = {
    "nothing could be decoded": (V.UNREADABLE, Observations(problem="broken")),
    "a mark of ours on another picture": (V.MARK_TRANSPLANTED, _seen(marks=(_mark(),))),
    "a mark whose MAC is wrong": (V.MARK_TRANSPLANTED, _seen(marks=(_mark(FORGED),), fingerprint=OURS)),
    "a transplant beside a label": (V.MARK_TRANSPLANTED, _seen(marks=(_mark(),), label=LABEL)),
    "a transplant under another's signature": (
        V.MARK_TRANSPLANTED,
        _seen(marks=(_mark(),), credentials=STRANGER),
    ),
    "our sound under another picture": (V.MARK_TRANSPLANTED, _seen(sound=IDENTIFIED)),
    "everything agrees": (V.CONFIRMED, _seen(marks=(_mark(),), fingerprint=OURS, credentials=SIGNED)),
    "our manifest, content hash failing": (
        V.CONFIRMED_ALTERED,
        _seen(marks=(_mark(),), fingerprint=OURS, credentials=BROKEN),
    ),
    "our manifest broken, content alone agrees": (
        V.CONFIRMED_ALTERED,
        _seen(fingerprint=OURS, credentials=BROKEN),
    ),
    "half of it is another clip": (
        V.CONFIRMED_ALTERED,
        _seen(marks=(_mark(seconds=HALF),), fingerprint=SPLICED),
    ),
    "a valid manifest of ours but no mark": (
        V.CONFIRMED_ALTERED,
        _seen(fingerprint=OURS, credentials=SIGNED),
    ),
    "our presence in the sound alone": (V.CONFIRMED_ALTERED, _seen(sound=PRESENT)),
    "a strangers' broken manifest, our mark": (
        V.CONFIRMED_ALTERED,
        _seen(marks=(_mark(),), fingerprint=OURS, credentials=STRANGERS_BROKEN),
    ),
    "stripped of its manifest": (V.MANIFEST_RECOVERED, _seen(marks=(_mark(),), fingerprint=OURS)),
    "stripped and unmarked, but it looks the same": (V.MANIFEST_RECOVERED, _seen(fingerprint=OURS)),
    "signed again by someone else": (
        V.MANIFEST_RECOVERED,
        _seen(marks=(_mark(),), fingerprint=OURS, credentials=STRANGER),
    ),
    "another signer's clip": (V.OTHER_PROVENANCE, _seen(credentials=STRANGER)),
    "another signer's clip with our label drawn on": (
        V.OTHER_PROVENANCE,
        _seen(credentials=STRANGER, label=LABEL),
    ),
    "another signer's clip, changed": (V.MANIFEST_INVALID, _seen(credentials=STRANGERS_BROKEN)),
    "our manifest copied onto another clip": (V.MANIFEST_INVALID, _seen(credentials=BROKEN)),
    "our label alone": (V.VISIBLE_MARK_ONLY, _seen(label=LABEL)),
    "a mark that nobody registered": (V.NO_SIGNAL, _seen(marks=(_mark(UNKNOWN),))),
    "nothing": (V.NO_SIGNAL, _seen()),
}


def _answer(seen: Observations, clip: RegisteredClip = CLIP):
    return conclude(seen, follow(seen, RegistryInMemory([clip]), KEYS))


@pytest.mark.parametrize("row", TABLE)
def test_every_row_of_the_table(row: str) -> None:
    """What is observed decides the answer, and nothing else does."""
    expected, seen = TABLE[row]
    assert expected is _answer(seen).verdict


def test_the_table_reaches_every_verdict_and_the_rules_keep_its_order() -> None:
    """The set is closed: rules and enumeration name the same, in the same order."""
    assert list(VerifyVerdict) == [verdict for verdict, _ in RULES]
    assert set(VerifyVerdict) == {expected for expected, _ in TABLE.values()}


@pytest.mark.parametrize("row", TABLE)
def test_every_answer_speaks_both_languages(row: str) -> None:
    """Sentences and lines exist in English and French, and never hold a correlation."""
    answer = _answer(TABLE[row][1])
    told: list[Sentence] = [answer.says, answer.detail, *(line.text for line in answer.lines)]
    assert all(sentence.en and sentence.fr and sentence.en != sentence.fr for sentence in told)
    assert ["credentials", "mark", "fingerprint", "label"] == [line.subject for line in answer.lines]
    assert not any(
        "real" in sentence.en.lower().split() for sentence in told if answer.verdict is not V.NO_SIGNAL
    )


def test_validity_and_trust_are_two_answers() -> None:
    """A valid signature by someone unknown is valid and not trusted; a broken one of ours the reverse."""
    stranger, ours = (
        _answer(_seen(credentials=STRANGER)),
        _answer(_seen(fingerprint=OURS, credentials=BROKEN)),
    )
    assert ((True, False), (False, True)) == (
        (stranger.is_valid, stranger.is_trusted),
        (ours.is_valid, ours.is_trusted),
    )
    assert (None, None) == (_answer(_seen()).is_valid, _answer(_seen()).is_trusted)


def test_altered_stretches_are_named() -> None:
    """The part that was replaced is given in seconds."""
    answer = _answer(TABLE["half of it is another clip"][1])
    assert [(0.0, 2.0, SecondState.OURS), (2.0, 4.0, SecondState.FOREIGN)] == [
        (one.start_s, one.end_s, one.state) for one in answer.stretches
    ]
    assert "2 s" in answer.detail.en


def test_a_recovered_manifest_comes_with_what_led_to_it() -> None:
    """Mark before sound before fingerprint."""
    by_mark, by_print = (
        _answer(TABLE[row][1])
        for row in ("stripped of its manifest", "stripped and unmarked, but it looks the same")
    )
    assert ((Way.MARK, b"kept"), (Way.FINGERPRINT, b"kept")) == (
        (by_mark.recovered_by, by_mark.manifest),
        (by_print.recovered_by, by_print.manifest),
    )


def test_a_withdrawn_clip_keeps_its_answer() -> None:
    """The verdict stands and says that the clip was withdrawn."""
    seen = TABLE["stripped of its manifest"][1]
    answer = _answer(seen, dataclasses.replace(CLIP, is_withdrawn=True))
    assert (V.MANIFEST_RECOVERED, True, "video_1") == (answer.verdict, answer.is_withdrawn, answer.video_id)


def test_a_mirrored_crop_is_compared_through_its_window() -> None:
    """A cropped clip with our mark is not called transplanted for looking different as a whole."""
    import numpy as np

    rng = np.random.default_rng(5)
    import cv2

    smooth = cv2.resize(
        rng.normal(0, 40, (12, 20)).astype(np.float32), (1280, 720), interpolation=cv2.INTER_CUBIC
    )
    luma = np.clip(128 + smooth, 0, 255).astype(np.uint8)
    whole, part = fp.FingerprintSum(24.0), fp.FingerprintSum(24.0)
    whole.add(luma, 0)
    part.add(np.ascontiguousarray(luma[100:676, 150:1174][:, ::-1]), 0)
    registered = whole.finish()
    payload = compose(7, registered.to_bytes(), KEYS)
    clip = RegisteredClip(video_id="v", mark_id=payload.mark_id, fingerprint=registered)
    cut = PictureReading(
        payload=payload, seconds=(Confidence.FAINT,), across_px=1024, down_px=576, is_mirrored=True
    )
    assert V.MANIFEST_RECOVERED is _answer(_seen(marks=(cut,), fingerprint=part.finish()), clip).verdict


@pytest.mark.parametrize(("agreement", "step"), [(-3, 0), (4.4, 0), (4.6, 1), (8.9, 1), (9, 2), (40, 2)])
def test_confidence_has_three_steps(agreement: float, step: int) -> None:
    """No finer value leaves the reader."""
    assert step == confidence_of(agreement)


def test_all_verdicts_have_words() -> None:
    """No verdict is without its sentence."""
    assert set(VerifyVerdict) == set(words.SAYS)
