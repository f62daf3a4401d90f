"""The public check on real files, in its child process."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from safety.provenance.case import VerifyVerdict
from safety.provenance.child import (
    Limits,
    examine_in_child,
    observations_as_json,
    observations_from_json,
)
from safety.provenance.clip_file import luma_of, probe, read_planes, write_clip
from safety.provenance.examine import Examiner, examine_media
from safety.provenance.marking import Issuer, MarkedClip
from safety.provenance.observation import Medium
from safety.provenance.registry import RegisteredClip, RegistryInMemory, Way, follow
from safety.provenance.sound_mark import SoundMarkKind
from safety.provenance.tile import Tile
from safety.provenance.verdict import Answer, conclude
from safety.provenance.verify import answer_as_json, verify_file
from safety.provenance.watermark import MarkWriter

HARD = 28


@pytest.fixture(scope="module")
def examiner(issuer: Issuer) -> Examiner:
    return Examiner(keys=issuer.keys, trust=issuer.trust)


@pytest.fixture(scope="module")
def registry(released: MarkedClip) -> RegistryInMemory:
    return RegistryInMemory(
        [
            RegisteredClip(
                video_id="video_1",
                mark_id=released.payload.mark_id,
                fingerprint=released.fingerprint,
                manifest=released.manifest,
            )
        ]
    )


@pytest.fixture
def check(registry: RegistryInMemory, examiner: Examiner):
    """Check a file in this process."""

    def ask(path: Path) -> Answer:
        seen = examine_media(path, examiner)
        return conclude(seen, follow(seen, registry, examiner.keys))

    return ask


def _rewritten(source: Path, path: Path, change=lambda planes: planes, keep=lambda index: True) -> Path:
    frames = (change(planes) for index, planes in enumerate(read_planes(source)) if keep(index))
    write_clip(path, frames, fps=probe(source).fps, sound=None, crf=HARD)
    return path


def test_the_released_file_is_confirmed(
    released: MarkedClip, registry: RegistryInMemory, examiner: Examiner
) -> None:
    """As it left us: valid, trusted, marked, alike; asked through the child process."""
    answer = verify_file(released.path, registry, examiner)
    assert (VerifyVerdict.CONFIRMED, True, True, "video_1") == (
        answer.verdict,
        answer.is_valid,
        answer.is_trusted,
        answer.video_id,
    )
    assert "video_1" == answer.disclosure["unique_id"]


def test_re_encoded_hard_it_leads_back_to_its_manifest(
    check, released: MarkedClip, examiner: Examiner, tmp_path: Path
) -> None:
    """CRF 28 strips the manifest; the mark brings it back, readable and ours."""
    answer = check(_rewritten(released.path, tmp_path / "hard.mp4"))
    assert (VerifyVerdict.MANIFEST_RECOVERED, Way.MARK, None) == (
        answer.verdict,
        answer.recovered_by,
        answer.is_valid,
    )
    told = answer_as_json(answer, examiner)
    assert {"valid": True, "trusted": True} == {
        name: told["recovered_manifest"][name] for name in ("valid", "trusted")
    }
    json.dumps(told)


def test_a_fifth_of_the_frames_dropped(check, released: MarkedClip, tmp_path: Path) -> None:
    """A mark that stands still survives a stuttering copy."""
    answer = check(_rewritten(released.path, tmp_path / "drop.mp4", keep=lambda index: index % 5))
    assert VerifyVerdict.MANIFEST_RECOVERED is answer.verdict


def test_our_mark_on_another_picture_is_told(
    check, released: MarkedClip, issuer: Issuer, make_clip, textured, tmp_path: Path
) -> None:
    """The same 64 bits laid over other footage are recognised as stolen."""
    other = make_clip(textured, 480, 270, 1.0, seed=9)
    writer = MarkWriter(
        Tile(issuer.keys.pattern), released.payload, width_px=480, height_px=270, psnr_db=42.0
    )

    def stolen(planes: np.ndarray) -> np.ndarray:
        luma_of(planes)[:] = writer.write(luma_of(planes))
        return planes

    assert (
        VerifyVerdict.MARK_TRANSPLANTED is check(_rewritten(other, tmp_path / "stolen.mp4", stolen)).verdict
    )


def test_one_changed_bit_breaks_the_seal(check, released: MarkedClip, tmp_path: Path) -> None:
    """Our manifest no longer fits: altered, with the signer still told as trusted."""
    changed = bytearray(released.path.read_bytes())
    changed[-3000] ^= 1
    path = tmp_path / "changed.mp4"
    path.write_bytes(changed)
    answer = check(path)
    assert (VerifyVerdict.CONFIRMED_ALTERED, False, True) == (
        answer.verdict,
        answer.is_valid,
        answer.is_trusted,
    )


def test_a_still_of_a_clip_leads_to_it(check, released: MarkedClip, tmp_path: Path) -> None:
    """One frame as PNG is looked at as a picture."""
    planes = list(read_planes(released.path))[12]
    cv2.imwrite(str(tmp_path / "still.png"), cv2.cvtColor(planes, cv2.COLOR_YUV2BGR_I420))
    answer = check(tmp_path / "still.png")
    assert (Medium.PICTURE, VerifyVerdict.MANIFEST_RECOVERED, ()) == (
        answer.medium,
        answer.verdict,
        answer.stretches,
    )


def test_an_unmarked_clip_gives_no_signal(check, make_clip, textured) -> None:
    """Nothing is found where nothing is, and that is not called real."""
    answer = check(make_clip(textured, 480, 270, 1.0, seed=21, with_sound=True))
    assert VerifyVerdict.NO_SIGNAL is answer.verdict
    assert "does not make it real" in answer.detail.en


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"\x00\x00\x00\x18ftypmp42" + b"\x00" * 64, b"RIFF\xff\xff\xff\xffWAVEfmt "]
)
def test_what_cannot_be_read_is_unreadable(check, content: bytes, tmp_path: Path) -> None:
    """Empty, foreign and broken files get an answer, not an exception."""
    path = tmp_path / "broken.mp4"
    path.write_bytes(content)
    assert VerifyVerdict.UNREADABLE is check(path).verdict


def test_a_sliver_of_a_picture_is_not_searched(check, tmp_path: Path) -> None:
    """A picture of one line and thirty thousand columns is refused before it costs anything."""
    cv2.imwrite(str(tmp_path / "sliver.png"), np.zeros((1, 30_000), np.uint8))
    assert VerifyVerdict.UNREADABLE is check(tmp_path / "sliver.png").verdict


def test_a_child_out_of_its_limits_answers_unreadable(released: MarkedClip, examiner: Examiner) -> None:
    """Too little memory or time ends the child, not the service."""
    small = examine_in_child(released.path, examiner, Limits(memory_bytes=64 << 20))
    hurried = examine_in_child(released.path, examiner, Limits(timeout_s=0.05))
    assert all(seen.problem is not None for seen in (small, hurried))


def test_observations_cross_the_process_border_whole(released: MarkedClip, examiner: Examiner) -> None:
    """What the child tells is what it saw."""
    seen = examine_media(released.path, examiner)
    assert SoundMarkKind.PRESENCE is seen.sound.kind
    assert seen == observations_from_json(json.loads(json.dumps(observations_as_json(seen))))


def test_a_clip_in_a_letter_box(check, released: MarkedClip, tmp_path: Path) -> None:
    """Shown small inside a portrait frame, the mark is read, and the fingerprint is not called another's."""

    def boxed(planes: np.ndarray) -> np.ndarray:
        frame = np.full((640, 480), 16, np.uint8)
        frame[185:455] = luma_of(planes)
        return np.concatenate([frame, np.full((320, 480), 128, np.uint8)])

    assert (
        VerifyVerdict.MANIFEST_RECOVERED
        is check(_rewritten(released.path, tmp_path / "box.mp4", boxed)).verdict
    )
