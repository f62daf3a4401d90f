"""Reading a finished clip back before it is released."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from safety.errors import SigningFailed
from safety.provenance import fingerprint as fp
from safety.provenance.clip_file import RATE_HZ, Samples, luma_of, probe, read_planes, read_sound
from safety.provenance.credentials import Credentials, ManifestState, Trust, read_credentials
from safety.provenance.fingerprint import Fingerprint, FingerprintSum
from safety.provenance.manifest import SoftBinding
from safety.provenance.mark_reader import MarkReader
from safety.provenance.payload import MarkKeys, Payload, is_authentic
from safety.provenance.residual import READ_PX, ResidualSum, stride
from safety.provenance.sound_mark import SoundMarker, SoundMarkKind
from safety.provenance.strength import known_geometry

MEDIA_TYPE = "video/mp4"


@dataclass(frozen=True, slots=True, kw_only=True)
class Promised:
    """What was put into a clip and must be found in it."""

    payload: Payload
    fingerprint: Fingerprint
    sound: SoundMarkKind
    bindings: tuple[SoftBinding, ...]


def read_back(path: Path, promised: Promised, keys: MarkKeys, trust: Trust) -> None:
    """
    Read everything out of the finished file, as a stranger would.

    Raises:
        SigningFailed: something that was put in is not there.
    """
    _check_picture(path, promised, keys)
    _check_sound(read_sound(path), promised, keys)
    _check_credentials(read_credentials(path, MEDIA_TYPE, trust), promised)


def _check_picture(path: Path, promised: Promised, keys: MarkKeys) -> None:
    about = probe(path)
    fps, every = float(about.fps), stride(float(about.fps))
    prints, residuals = FingerprintSum(fps), ResidualSum(fps)
    for count, planes in enumerate(read_planes(path, every=every, short_px=READ_PX)):
        prints.add(luma_of(planes), count * every)
        residuals.add(luma_of(planes), count * every)
    plane = residuals.finish().whole()
    marks = MarkReader(keys).read_at(plane, known_geometry(about.width_px, about.height_px, plane))
    if promised.payload not in {mark.payload for mark in marks}:
        raise SigningFailed("the mark in the picture was not read back; try again with another clip")
    if not is_authentic(promised.payload, promised.fingerprint.to_bytes(), keys):
        raise SigningFailed("the mark read back does not fit the fingerprint it was made for")
    apart = fp.distance(prints.finish().hashes, promised.fingerprint.hashes)
    if apart is not None and apart > fp.SAME:
        raise SigningFailed("the finished clip no longer shows what was fingerprinted")


def _check_sound(samples: Samples | None, promised: Promised, keys: MarkKeys) -> None:
    if promised.sound is SoundMarkKind.NONE:
        return
    if samples is None:
        raise SigningFailed("the sound was lost")
    found = SoundMarker(keys).read(samples, RATE_HZ)
    is_id_wrong = promised.sound is SoundMarkKind.PAYLOAD and found.mark_id != promised.payload.mark_id
    if found.kind is not promised.sound or is_id_wrong:
        raise SigningFailed("the mark in the sound was not read back")


def _check_credentials(found: Credentials, promised: Promised) -> None:
    if found.state is not ManifestState.VALID or not found.is_ours:
        reason = ", ".join(found.failures) or "the signer is not ours"
        raise SigningFailed(f"the manifest does not validate: {reason}")
    if found.bindings != promised.bindings:
        raise SigningFailed("the manifest does not name the marks that were made")
