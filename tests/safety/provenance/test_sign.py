"""Certificates, manifests and signatures."""

from __future__ import annotations

import dataclasses
import datetime as dt
import http.server
import stat
import threading
from pathlib import Path

import c2pa
import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature

from safety.errors import SigningFailed
from safety.provenance.certificates import LEAF_LIFE, development_certificates
from safety.provenance.credentials import ManifestState, Trust, read_credentials, read_manifest_bytes
from safety.provenance.manifest import (
    Ingredient,
    ManifestFacts,
    Origin,
    SoftBinding,
    manifest_definition,
)
from safety.provenance.sign import FileSigner, sign_file

MP4 = "video/mp4"
NOW = dt.datetime.now(dt.UTC)
BINDINGS = (
    SoftBinding(algorithm="org.filigrane.wave.1", value="00ff"),
    SoftBinding(algorithm="org.filigrane.x.1", value="aa"),
)
THUMBNAIL = b"\xff\xd8\xff\xe0" + bytes(64)


@pytest.fixture(scope="module")
def source(make_clip, drawn) -> Path:
    return make_clip(drawn, 160, 90, 0.5)


@pytest.fixture
def sign(source: Path, facts: ManifestFacts, signing_files, trust: Trust, tmp_path: Path):
    """Sign the source under changed facts."""

    def make(name: str = "signed.mp4", *, changed: ManifestFacts | None = None, **settings):
        told, path = changed or facts, tmp_path / name
        signed = sign_file(
            source,
            path,
            media_type=MP4,
            definition=manifest_definition(told, BINDINGS, has_label=True),
            facts=told,
            thumbnail=settings.pop("thumbnail", THUMBNAIL),
            signer=settings.pop("signer", FileSigner(signing_files)),
            trust=trust,
            **settings,
        )
        return path, signed

    return make


def test_a_signed_file_is_valid_and_ours(sign, trust: Trust) -> None:
    """Everything that was told is read back, each part by its own word."""
    path, signed = sign()
    found = read_credentials(path, MP4, trust)
    assert (ManifestState.VALID, True, True, ()) == (
        found.state,
        found.is_trusted,
        found.is_ours,
        found.failures,
    )
    assert (BINDINGS, "Filigrane", "video_1") == (
        found.bindings,
        found.generator,
        found.disclosure["unique_id"],
    )
    assert not signed.is_time_stamped


def test_a_drawing_program_is_no_trained_model(facts: ManifestFacts) -> None:
    """The digital source type is honest."""
    assert facts.source_type.endswith("/algorithmicMedia")
    assert dataclasses.replace(facts, is_model=True).source_type.endswith("/trainedAlgorithmicMedia")


def test_every_assertion_is_created_and_every_action_included(sign, trust: Trust) -> None:
    """The manifest follows C2PA 2.4: nothing merely gathered, no action left out."""
    path, _ = sign()
    with trust.context() as context, c2pa.Reader(str(path), context=context) as reader:
        manifest = reader.get_active_manifest()
    ours = [entry for entry in manifest["assertions"] if not entry["label"].startswith("c2pa.hash")]
    assert all(entry.get("created") for entry in ours)
    actions = next(entry["data"] for entry in ours if entry["label"].startswith("c2pa.actions"))
    assert actions["allActionsIncluded"] is True
    assert ["c2pa.created", "c2pa.addedText", "c2pa.watermarked.bound", "c2pa.transcoded"] == [
        action["action"] for action in actions["actions"]
    ]
    assert "2.4.0" == manifest["claim_generator_info"][0]["specVersion"]
    assert "cawg.training-mining" in {entry["label"] for entry in ours}


def test_validity_and_trust_are_apart(sign, tmp_path: Path) -> None:
    """Under another root the signature is valid and its signer unknown; as a partner's, trusted and not ours."""
    path, _ = sign()
    strangers = development_certificates(tmp_path / "others", now=NOW).root.read_bytes()
    unknown = read_credentials(path, MP4, Trust(ours_pem=strangers))
    assert (ManifestState.VALID, False, False) == (unknown.state, unknown.is_trusted, unknown.is_ours)


def test_a_partner_is_trusted_and_not_ours(sign, signing_files, tmp_path: Path) -> None:
    """Other roots that we believe make a signer trusted, never one of us."""
    path, _ = sign()
    strangers = development_certificates(tmp_path / "others", now=NOW).root.read_bytes()
    partner = read_credentials(
        path, MP4, Trust(ours_pem=strangers, others_pem=signing_files.root.read_bytes())
    )
    assert (ManifestState.VALID, True, False) == (partner.state, partner.is_trusted, partner.is_ours)


def test_a_changed_file_is_invalid_and_still_tells_its_signer(sign, trust: Trust) -> None:
    """The hash fails; who had signed is known."""
    path, _ = sign()
    changed = bytearray(path.read_bytes())
    changed[-100] ^= 1
    path.write_bytes(changed)
    found = read_credentials(path, MP4, trust)
    assert (ManifestState.INVALID, True, ("assertion.bmffHash.mismatch",)) == (
        found.state,
        found.is_ours,
        found.failures,
    )


def test_a_file_without_manifest_has_none(source: Path, trust: Trust) -> None:
    """Absent is not invalid, also where the library does not know the format."""
    states = {
        read_credentials(source, kind, trust).state
        for kind in (MP4, "video/webm", "application/octet-stream")
    }
    assert {ManifestState.ABSENT} == states


def test_a_kept_manifest_is_read_alone(sign, trust: Trust) -> None:
    """The bytes from our store are valid but for the content they cannot see."""
    _, signed = sign()
    assert ManifestState.VALID is read_manifest_bytes(signed.manifest, trust).state
    broken = bytearray(signed.manifest)
    broken[broken.find(b"video_1")] ^= 1
    assert ManifestState.INVALID is read_manifest_bytes(bytes(broken), trust).state


def test_a_remix_names_its_parent(sign, facts: ManifestFacts, trust: Trust) -> None:
    """A remix opens its parent and edits it; the parent's manifest travels inside."""
    parent, _ = sign("parent.mp4")
    ingredient = Ingredient(path=parent, media_type=MP4, title="parent.mp4")
    remix, _ = sign(
        "remix.mp4", changed=dataclasses.replace(facts, origin=Origin.REMIXED, parents=(ingredient,))
    )
    with trust.context() as context, c2pa.Reader(str(remix), context=context) as reader:
        manifest = reader.get_active_manifest()
    assert [("parent.mp4", "parentOf")] == [
        (one["title"], one["relationship"]) for one in manifest["ingredients"]
    ]
    assert ManifestState.VALID is read_credentials(remix, MP4, trust).state


def test_an_import_claims_no_creation(sign, source: Path, facts: ManifestFacts, trust: Trust) -> None:
    """What a platform brought was opened, not created, by us."""
    brought = Ingredient(path=source, media_type=MP4, title="brought.mp4")
    path, _ = sign(changed=dataclasses.replace(facts, origin=Origin.IMPORTED, parents=(brought,)))
    found = read_credentials(path, MP4, trust)
    assert (ManifestState.VALID, None, "imported") == (
        found.state,
        found.source_type,
        found.disclosure["origin"],
    )


def test_a_tampered_parent_is_refused(sign, facts: ManifestFacts) -> None:
    """The library would sign over it and call the child trusted."""
    parent, _ = sign("parent.mp4")
    changed = bytearray(parent.read_bytes())
    changed[-100] ^= 1
    parent.write_bytes(changed)
    ingredient = Ingredient(path=parent, media_type=MP4, title="parent.mp4")
    with pytest.raises(SigningFailed, match="do not fit"):
        sign("remix.mp4", changed=dataclasses.replace(facts, origin=Origin.REMIXED, parents=(ingredient,)))


def test_a_parent_is_named_exactly_where_there_is_one(facts: ManifestFacts) -> None:
    """No remix without parents, no parents of a generated clip."""
    with pytest.raises(ValueError, match="parents"):
        dataclasses.replace(facts, origin=Origin.REMIXED)


def test_a_dead_time_stamp_authority_is_told_not_fatal(sign, trust: Trust) -> None:
    """Signed without a trusted time, and saying so."""
    path, signed = sign(time_stamp_url="http://127.0.0.1:9/")
    assert (False, ManifestState.VALID) == (signed.is_time_stamped, read_credentials(path, MP4, trust).state)


def test_an_authority_that_babbles_is_told_too(sign, trust: Trust) -> None:
    """A web page instead of a time-stamp is as good as none."""

    class Page(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<html>hello</html>")

        def log_message(self, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        path, signed = sign(time_stamp_url=f"http://127.0.0.1:{server.server_port}/")
    finally:
        server.shutdown()
        server.server_close()
    assert (False, ManifestState.VALID) == (signed.is_time_stamped, read_credentials(path, MP4, trust).state)


@pytest.mark.parametrize("answer", [b"\0" * 64, b"short"])
def test_a_false_signature_is_not_released(sign, signing_files, answer: bytes) -> None:
    """What the key service returns is verified before it leaves."""

    class Liar:
        chain_pem = signing_files.chain.read_bytes()

        def sign(self, data: bytes) -> bytes:
            return answer

    with pytest.raises(SigningFailed):
        sign(signer=Liar())


def test_a_large_thumbnail_is_refused(sign) -> None:
    """A manifest stays small."""
    with pytest.raises(SigningFailed, match="thumbnail"):
        sign(thumbnail=bytes(300_000))


def test_the_folder_of_keys_is_closed_to_others(tmp_path: Path) -> None:
    """0700 for the folder, 0600 for each key."""
    files = development_certificates(tmp_path / "keys", now=NOW)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in files.key.parent.glob("*.key")}
    assert (0o700, {0o600}) == (stat.S_IMODE(files.key.parent.stat().st_mode), modes)


def test_certificates_stay_until_they_near_their_end(tmp_path: Path) -> None:
    """Asked again the next day nothing changes; a month before the end the leaf alone is new."""
    files = development_certificates(tmp_path, now=NOW)
    first, root = files.chain.read_bytes(), files.root.read_bytes()
    development_certificates(tmp_path, now=NOW + dt.timedelta(days=1))
    assert first == files.chain.read_bytes()
    development_certificates(tmp_path, now=NOW + LEAF_LIFE - dt.timedelta(days=20))
    assert (root, True) == (files.root.read_bytes(), first != files.chain.read_bytes())


def test_a_lost_root_renews_all_below_it(tmp_path: Path) -> None:
    """Nothing hangs on an issuer that is gone."""
    files = development_certificates(tmp_path, now=NOW)
    lost = x509.load_pem_x509_certificate(files.root.read_bytes())
    files.root.unlink()
    development_certificates(tmp_path, now=NOW)
    leaf, issuer = x509.load_pem_x509_certificates(files.chain.read_bytes())
    root = x509.load_pem_x509_certificate(files.root.read_bytes())
    leaf.verify_directly_issued_by(issuer)
    issuer.verify_directly_issued_by(root)
    assert lost.public_key() != root.public_key()
    with pytest.raises(InvalidSignature):
        issuer.verify_directly_issued_by(lost)


def test_unreadable_keys_are_told(tmp_path: Path) -> None:
    """A damaged folder says what to do."""
    files = development_certificates(tmp_path, now=NOW)
    files.root.write_text("no certificate")
    with pytest.raises(SigningFailed, match="move them away"):
        development_certificates(tmp_path, now=NOW)
