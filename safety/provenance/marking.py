"""Step 8: a clip that passed is labelled, marked in picture and sound, signed, and read back."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from safety.provenance import fingerprint as fp
from safety.provenance import sound_mark
from safety.provenance.clip_file import (
    RATE_HZ,
    Planes,
    luma_of,
    read_sound,
    recoded_sound,
    write_clip,
)
from safety.provenance.credentials import Trust
from safety.provenance.fingerprint import Fingerprint
from safety.provenance.label import Word
from safety.provenance.manifest import ManifestFacts, SoftBinding, manifest_definition
from safety.provenance.payload import MarkKeys, Payload, compose
from safety.provenance.read_back import MEDIA_TYPE, Promised, read_back
from safety.provenance.sign import Signed, Signer, sign_file
from safety.provenance.sound_mark import MarkedSound, SoundMarker, SoundMarkKind
from safety.provenance.strength import least_strength
from safety.provenance.survey import Source, Survey
from safety.provenance.tile import Tile
from safety.provenance.watermark import ALGORITHM, SECOND_OFFSET_PX, MarkWriter


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

    The order of the steps is the promise.  The source is read twice: the MAC in the mark covers the
    fingerprint of the whole clip, so that must be known before the first frame is marked, and frames of a
    long clip do not fit in memory.

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
    clip = Source.of(source, word)
    survey = Survey.of(clip, issuer.keys)
    marks = _Marks.of(clip, survey, counter, issuer.keys)
    bare, final = folder / "marked.mp4", folder / "signed.mp4"
    _write_marked(clip, bare, survey, marks, issuer.keys)
    promised = marks.promised(survey.fingerprint)
    signed = _signed(bare, final, facts, promised, survey, issuer, has_label=word is not None)
    bare.unlink()
    read_back(final, promised, issuer.keys, issuer.trust)
    return _marked_clip(source, final, survey, marks, signed, word)


@dataclass(frozen=True, slots=True)
class _Marks:
    """What is written into a clip: the payload, how strong the picture's mark is, and the marked sound."""

    payload: Payload
    strength_db: float
    sound: MarkedSound | None

    @classmethod
    def of(cls, clip: Source, survey: Survey, counter: int, keys: MarkKeys) -> _Marks:
        payload = compose(counter, survey.fingerprint.to_bytes(), keys)
        sound = _marked_sound(clip.path, payload, keys)
        return cls(payload, least_strength(survey.sample, clip.about.fps, payload, keys), sound)

    @property
    def kind(self) -> SoundMarkKind:
        """What the sound bears."""
        return SoundMarkKind.NONE if self.sound is None else self.sound.kind

    def promised(self, prints: Fingerprint) -> Promised:
        """Return what must be found in the finished clip."""
        bindings = _bindings(self.payload, prints, self.kind)
        return Promised(payload=self.payload, fingerprint=prints, sound=self.kind, bindings=bindings)


def _write_marked(clip: Source, target: Path, survey: Survey, marks: _Marks, keys: MarkKeys) -> None:
    """Write the clip with its marks; beside an earlier one of ours the picture's stands aside."""
    writer = MarkWriter(
        Tile(keys.pattern),
        marks.payload,
        width_px=clip.about.width_px & ~1,
        height_px=clip.about.height_px & ~1,
        psnr_db=marks.strength_db,
        offset_px=SECOND_OFFSET_PX if survey.earlier else 0,
    )
    sound = None if marks.sound is None else marks.sound.samples
    write_clip(target, _marked(clip.frames(), writer), fps=clip.about.fps, sound=sound)


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
    facts: ManifestFacts,
    promised: Promised,
    survey: Survey,
    issuer: Issuer,
    *,
    has_label: bool,
) -> Signed:
    return sign_file(
        bare,
        final,
        media_type=MEDIA_TYPE,
        definition=manifest_definition(facts, promised.bindings, has_label=has_label),
        facts=facts,
        thumbnail=survey.thumbnail,
        signer=issuer.signer,
        trust=issuer.trust,
        time_stamp_url=issuer.time_stamp_url,
    )


def _marked_clip(
    source: Path, final: Path, survey: Survey, marks: _Marks, signed: Signed, word: Word | None
) -> MarkedClip:
    return MarkedClip(
        path=final,
        digest_before=_digest(source),
        digest_after=_digest(final),
        payload=marks.payload,
        fingerprint=survey.fingerprint,
        manifest=signed.manifest,
        thumbnail=survey.thumbnail,
        label=word,
        sound=marks.kind,
        earlier_marks=survey.earlier,
        psnr_db=marks.strength_db,
        is_time_stamped=signed.is_time_stamped,
    )


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
