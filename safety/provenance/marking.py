"""Step 8: a clip that passed is labelled, marked in picture and sound, signed, and read back."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2

from safety.errors import SigningFailed
from safety.provenance import fingerprint as fp
from safety.provenance import sound_mark
from safety.provenance.clip_file import (
    RATE_HZ,
    ClipFacts,
    Planes,
    luma_of,
    probe,
    read_planes,
    read_sound,
    recoded_sound,
    write_clip,
)
from safety.provenance.credentials import Trust
from safety.provenance.fingerprint import Fingerprint, FingerprintSum
from safety.provenance.geometry import Search
from safety.provenance.label import Label, Word
from safety.provenance.manifest import ManifestFacts, SoftBinding, manifest_definition
from safety.provenance.mark_reader import MarkReader
from safety.provenance.payload import MarkKeys, Payload, compose
from safety.provenance.read_back import MEDIA_TYPE, Promised, read_back
from safety.provenance.residual import ResidualSum
from safety.provenance.sign import Signed, Signer, sign_file
from safety.provenance.sound_mark import MarkedSound, SoundMarker, SoundMarkKind
from safety.provenance.strength import least_strength
from safety.provenance.tile import Tile
from safety.provenance.watermark import ALGORITHM, SECOND_OFFSET_PX, MarkWriter

_SAMPLE_FRAMES = 24
_THUMBNAIL_PX = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """Who marks and signs: the marks' keys, the signer, whom we believe, a time-stamp authority or None."""

    keys: MarkKeys
    signer: Signer
    trust: Trust
    time_stamp_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasedClip:
    """A clip as released; every digest is SHA-256, hex."""

    digest_before: str
    digest_after: str
    payload: Payload
    manifest_digest: str
    label: Word | None
    decision_id: str
    released_at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedClip:
    """
    A clip that bears everything it must and was read back.

    `fingerprint` and `payload` go into the registry, `manifest` is kept beside them; `earlier_marks` are
    marks of ours that the source bore already (kept legible beside the new one); `psnr_db` is the strength
    the picture mark needed.
    """

    path: Path
    digest_before: str
    digest_after: str
    payload: Payload
    fingerprint: Fingerprint
    manifest: bytes
    thumbnail: bytes
    label: Word | None
    sound: SoundMarkKind
    earlier_marks: tuple[Payload, ...]
    psnr_db: float
    is_time_stamped: bool

    @property
    def manifest_digest(self) -> str:
        """The SHA-256 of the manifest, hex."""
        return hashlib.sha256(self.manifest).hexdigest()

    def released(self, decision_id: str, at: dt.datetime) -> ReleasedClip:
        """Return the record of its release."""
        return ReleasedClip(
            digest_before=self.digest_before,
            digest_after=self.digest_after,
            payload=self.payload,
            manifest_digest=self.manifest_digest,
            label=self.label,
            decision_id=decision_id,
            released_at=at,
        )


def mark_and_sign(
    source: Path,
    folder: Path,
    *,
    counter: int,
    facts: ManifestFacts,
    issuer: Issuer,
    word: Word | None = Word.ENGLISH,
) -> MarkedClip:
    """
    Return `source` marked and signed, as a new file in `folder`.

    The steps stand in one place, longer than elsewhere: each needs what those before it found, and their
    order is the promise.  The source is read twice: the MAC in the mark covers the fingerprint of the whole
    clip, so that must be known before the first frame is marked, and frames of a long clip do not fit in
    memory.

    Args:
        source: a clip of constant frame rate, as `generator` leaves it.
        folder: an empty directory of the caller's; what lies in it after a failure is of no use.
        counter: this clip's number among all ever marked, given once (a database sequence).
        facts: what the manifest tells.
        issuer: keys and trust.
        word: the word of the visible label; None leaves it out, which only stills' sources may ask.

    Raises:
        SigningFailed: something could not be made or was not read back; the clip must not be released.
        InvalidMedia: the source cannot be read.
    """
    about = probe(source)
    label = None if word is None else Label(about.width_px & ~1, about.height_px & ~1, word)
    survey = _Survey.of(source, about, label, issuer.keys)
    payload = compose(counter, survey.fingerprint.to_bytes(), issuer.keys)
    sound = _marked_sound(source, payload, issuer.keys)
    strength = least_strength(survey.sample, about.fps, payload, issuer.keys)
    bare, final = folder / "marked.mp4", folder / "signed.mp4"
    planes = _marked(_labelled(source, about, label), _writer(about, survey, payload, issuer.keys, strength))
    write_clip(bare, planes, fps=about.fps, sound=None if sound is None else sound.samples)
    kind = SoundMarkKind.NONE if sound is None else sound.kind
    bindings = _bindings(payload, survey.fingerprint, kind)
    signed = _signed(
        bare, final, facts=facts, bindings=bindings, survey=survey, issuer=issuer, has_label=label is not None
    )
    bare.unlink()
    promised = Promised(payload=payload, fingerprint=survey.fingerprint, sound=kind, bindings=bindings)
    read_back(final, promised, issuer.keys, issuer.trust)
    return MarkedClip(
        path=final,
        digest_before=_digest(source),
        digest_after=_digest(final),
        payload=payload,
        fingerprint=survey.fingerprint,
        manifest=signed.manifest,
        thumbnail=survey.thumbnail,
        label=word,
        sound=kind,
        earlier_marks=survey.earlier,
        psnr_db=strength,
        is_time_stamped=signed.is_time_stamped,
    )


@dataclass(frozen=True, slots=True)
class _Survey:
    """What the first reading tells: fingerprint and sample of the labelled clip, and marks it bore before."""

    fingerprint: Fingerprint
    sample: list[Planes]
    thumbnail: bytes
    earlier: tuple[Payload, ...]

    @classmethod
    def of(cls, source: Path, about: ClipFacts, label: Label | None, keys: MarkKeys) -> _Survey:
        fps = float(about.fps)
        prints, residuals, sample = FingerprintSum(fps), ResidualSum(fps), list[Planes]()
        start = int(0.4 * about.duration_s * fps)
        for index, planes in enumerate(_labelled(source, about, label)):
            prints.add(luma_of(planes), index)
            residuals.add(luma_of(planes), index)
            if index == 0 or start <= index < start + _SAMPLE_FRAMES:
                sample.append(planes)
        if not sample:
            raise SigningFailed("the clip has no frame; nothing can be marked")
        marks = MarkReader(keys).read(residuals.finish().whole(), search=Search.SCALES)
        # The first frame stands in for clips shorter than they say; it is no neighbour of the others.
        usable = sample[1:] or sample
        return cls(prints.finish(), usable, _thumbnail(usable[0]), tuple(mark.payload for mark in marks))


def _writer(
    about: ClipFacts, survey: _Survey, payload: Payload, keys: MarkKeys, strength_db: float
) -> MarkWriter:
    """Return what writes the mark; beside an earlier one of ours it stands aside."""
    return MarkWriter(
        Tile(keys.pattern),
        payload,
        width_px=about.width_px & ~1,
        height_px=about.height_px & ~1,
        psnr_db=strength_db,
        offset_px=SECOND_OFFSET_PX if survey.earlier else 0,
    )


def _labelled(source: Path, about: ClipFacts, label: Label | None) -> Iterator[Planes]:
    for index, planes in enumerate(read_planes(source)):
        yield planes if label is None else label.draw(planes, index / float(about.fps))


def _marked(frames: Iterator[Planes], writer: MarkWriter) -> Iterator[Planes]:
    for planes in frames:
        luma = luma_of(planes)
        luma[:] = writer.write(luma)
        yield planes


def _marked_sound(source: Path, payload: Payload, keys: MarkKeys) -> MarkedSound | None:
    samples = read_sound(source)
    if samples is None or len(samples) == 0:
        return None
    return SoundMarker(keys).write(samples, RATE_HZ, payload.mark_id, worn=recoded_sound)


def _bindings(payload: Payload, prints: Fingerprint, sound: SoundMarkKind) -> tuple[SoftBinding, ...]:
    """The ways back to the manifest; which of them the sound offers is thereby told."""
    found = [SoftBinding(algorithm=ALGORITHM, value=payload.text)]
    if sound is SoundMarkKind.PAYLOAD:
        found.append(SoftBinding(algorithm=sound_mark.ALGORITHM, value=f"{payload.mark_id:08x}"))
    elif sound is SoundMarkKind.PRESENCE:
        found.append(SoftBinding(algorithm=sound_mark.PRESENCE_ALGORITHM, value="present"))
    found.append(SoftBinding(algorithm=fp.ALGORITHM, value=fp.hashes_to_text(prints.hashes)))
    return tuple(found)


def _signed(
    bare: Path,
    final: Path,
    *,
    facts: ManifestFacts,
    bindings: tuple[SoftBinding, ...],
    survey: _Survey,
    issuer: Issuer,
    has_label: bool,
) -> Signed:
    return sign_file(
        bare,
        final,
        media_type=MEDIA_TYPE,
        definition=manifest_definition(facts, bindings, has_label=has_label),
        facts=facts,
        thumbnail=survey.thumbnail,
        signer=issuer.signer,
        trust=issuer.trust,
        time_stamp_url=issuer.time_stamp_url,
    )


def _thumbnail(planes: Planes) -> bytes:
    picture = cv2.cvtColor(planes, cv2.COLOR_YUV2BGR_I420)
    ratio = min(1.0, _THUMBNAIL_PX / max(picture.shape[:2]))
    small = cv2.resize(picture, None, fx=ratio, fy=ratio, interpolation=cv2.INTER_AREA)
    return bytes(cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 85])[1])


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
