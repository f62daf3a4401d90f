"""Step 8 from end to end: marked, signed, read back or not released."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

import pytest

from safety.errors import SigningFailed
from safety.provenance import fingerprint as fp
from safety.provenance.certificates import development_certificates
from safety.provenance.credentials import ManifestState, Trust, read_credentials
from safety.provenance.manifest import ManifestFacts
from safety.provenance.marking import Issuer, MarkedClip, mark_and_sign
from safety.provenance.payload import is_authentic
from safety.provenance.read_back import MEDIA_TYPE
from safety.provenance.sign import FileSigner
from safety.provenance.sound_mark import SoundMarkKind
from safety.provenance.watermark import ALGORITHM, MarkWriter


def test_a_clip_comes_back_with_everything(released: MarkedClip, trust: Trust, issuer: Issuer) -> None:
    """The finished file bears a valid manifest of ours that names the marks it was given."""
    credentials = read_credentials(released.path, MEDIA_TYPE, trust)
    assert (ManifestState.VALID, True, True) == (
        credentials.state,
        credentials.is_trusted,
        credentials.is_ours,
    )
    assert released.payload.text == credentials.binding(ALGORITHM)
    assert fp.hashes_to_text(released.fingerprint.hashes) == credentials.binding(fp.ALGORITHM)
    assert is_authentic(released.payload, released.fingerprint.to_bytes(), issuer.keys)
    assert SoundMarkKind.PRESENCE is released.sound
    assert b"\xff\xd8\xff" == released.thumbnail[:3]


def test_the_release_record_names_both_digests(released: MarkedClip) -> None:
    """What was looked at and what was released are both on record."""
    at = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)
    record = released.released("decision_1", at)
    assert (released.digest_before, released.digest_after, at) == (
        record.digest_before,
        record.digest_after,
        record.released_at,
    )
    assert record.digest_before != record.digest_after


def test_a_drawn_clip_is_released(
    make_clip, textured, drawn, issuer: Issuer, facts: ManifestFacts, tmp_path: Path
) -> None:
    """The embedded engine's flat scenes can be marked and read back."""
    marked = mark_and_sign(make_clip(drawn, 640, 360, 1.0), tmp_path, counter=3, facts=facts, issuer=issuer)
    assert marked.psnr_db >= 40


def test_a_clip_already_ours_is_told(
    released: MarkedClip, issuer: Issuer, facts: ManifestFacts, tmp_path: Path
) -> None:
    """Marking a marked clip keeps the first mark, and says which it is."""
    again = mark_and_sign(released.path, tmp_path, counter=2, facts=facts, issuer=issuer)
    assert (released.payload,) == again.earlier_marks
    assert again.payload != released.payload


def test_a_mark_not_read_back_is_not_released(
    make_clip, textured, issuer: Issuer, facts: ManifestFacts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were the writer to leave no mark, nothing would be released."""
    monkeypatch.setattr(MarkWriter, "write", lambda self, luma: luma.copy())
    with pytest.raises(SigningFailed, match="picture was not read back"):
        mark_and_sign(make_clip(textured, 320, 180, 1.0), tmp_path, counter=4, facts=facts, issuer=issuer)


def test_a_signer_without_its_key_stops_the_release(
    make_clip, textured, drawn, issuer: Issuer, facts: ManifestFacts, tmp_path: Path
) -> None:
    """A KMS that does not answer is SigningFailed, never an unsigned clip."""

    class Broken:
        chain_pem = issuer.signer.chain_pem

        def sign(self, data: bytes) -> bytes:
            raise RuntimeError("the key service is away")

    with pytest.raises(SigningFailed):
        source = make_clip(textured, 320, 180, 1.0)
        mark_and_sign(
            source, tmp_path, counter=5, facts=facts, issuer=dataclasses.replace(issuer, signer=Broken())
        )


def test_a_strangers_certificates_are_not_ours(
    make_clip, textured, drawn, issuer: Issuer, facts: ManifestFacts, tmp_path: Path
) -> None:
    """A clip signed by a chain that our trust does not hold is not released as ours."""
    other = development_certificates(tmp_path / "other", now=dt.datetime.now(dt.UTC))
    stranger = dataclasses.replace(issuer, signer=FileSigner(other))
    out = tmp_path / "out"
    out.mkdir()
    with pytest.raises(SigningFailed, match="not ours"):
        mark_and_sign(make_clip(textured, 320, 180, 1.0), out, counter=6, facts=facts, issuer=stranger)
