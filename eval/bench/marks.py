"""What marks and signatures cost on one clip, and reading them back."""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import c2pa

from eval.bench.row import Row, at_least, at_most, ratio_at_most
from eval.bench.timing import median, once
from safety.provenance.bench import MarkSpeed, measure
from safety.provenance.certificates import SigningFiles, development_certificates
from safety.provenance.credentials import Trust, read_credentials
from safety.provenance.examine import Examiner, examine_media
from safety.provenance.manifest import ManifestFacts, manifest_definition
from safety.provenance.marking import Issuer, MarkedClip, mark_and_sign
from safety.provenance.payload import MarkKeys
from safety.provenance.read_back import MEDIA_TYPE
from safety.provenance.sign import FileSigner, Signer, sign_file

_ROUNDS = 15


def rows(clip: Path, folder: Path) -> Iterator[Row]:
    """Yield the rows about marks on an unmarked `clip`; what is made lies in `folder`."""
    now = dt.datetime.now(dt.UTC)
    files = development_certificates(folder / "certificates", now=now)
    issuer = Issuer(
        keys=MarkKeys.from_secret(b"a secret of the bench"),
        signer=FileSigner(files),
        trust=Trust(ours_pem=files.root.read_bytes()),
    )
    facts = ManifestFacts(
        video_id="video_" + "0" * 32,
        provider="bench",
        system="Filigrane",
        system_version="bench",
        engine="embedded",
        is_model=False,
        made_at=now,
    )
    speed = measure(clip)
    yield from _written(speed)
    made: list[MarkedClip] = []
    (folder / "marked").mkdir()
    stage_s = once(
        lambda: made.append(mark_and_sign(clip, folder / "marked", counter=1, facts=facts, issuer=issuer))
    )
    yield Row(
        what="the whole stage: label, strength tried, marks, encoding, signature, read back",
        figure=stage_s / speed.duration_s,
        unit="of its duration, one core",
        beside="the decode alone",
        beside_figure=speed.decode_s / speed.duration_s,
    )
    yield from _read(clip, made[0].path, Examiner(keys=issuer.keys, trust=issuer.trust), speed)
    yield from _signatures(clip, folder, issuer, facts, files, made[0].thumbnail)


def _written(speed: MarkSpeed) -> Iterator[Row]:
    yield Row(
        what="marks written, picture and sound",
        figure=speed.times_real_time,
        unit="× real time",
        beside="the decode alone",
        beside_figure=speed.duration_s / speed.decode_s,
        target=at_least(2),
    )
    yield Row(
        what="the picture mark at its default strength, before encoding",
        figure=speed.psnr_db,
        unit="dB PSNR-Y",
        beside="the encoding that is released, without a mark",
        beside_figure=speed.encoding_psnr_db,
        target=at_least(46),
    )


def _read(unmarked: Path, marked: Path, examiner: Examiner, speed: MarkSpeed) -> Iterator[Row]:
    for what, path in (("a marked", marked), ("an unmarked", unmarked)):
        yield Row(
            what=f"{what} clip of {speed.duration_s:.0f} s checked: manifest, marks, fingerprint, label",
            figure=once(partial(examine_media, path, examiner)),
            unit="s",
            beside="the decode alone",
            beside_figure=speed.decode_s,
            target=at_most(3),
        )


def _signatures(
    clip: Path, folder: Path, issuer: Issuer, facts: ManifestFacts, files: SigningFiles, thumbnail: bytes
) -> Iterator[Row]:
    definition = manifest_definition(facts, (), has_label=True)
    signed, again = folder / "signed.mp4", folder / "again.mp4"
    by_us = partial(
        sign_file,
        clip,
        signed,
        media_type=MEDIA_TYPE,
        definition=definition,
        facts=facts,
        thumbnail=thumbnail,
        signer=issuer.signer,
        trust=issuer.trust,
    )
    bare = _Bare(root_pem=files.root.read_text(), chain_pem=files.chain.read_text(), signer=issuer.signer)
    for what, ours, theirs in (
        ("signed", by_us, partial(bare.sign, json.dumps(definition), thumbnail, clip, again)),
        (
            "verified",
            partial(read_credentials, signed, MEDIA_TYPE, issuer.trust),
            partial(bare.verify, signed),
        ),
    ):
        yield Row(
            what=f"a manifest {what}, {clip.stat().st_size / 1e6:.1f} MB",
            figure=median(ours, _ROUNDS) * 1e3,
            unit="ms",
            beside="the bare library",
            beside_figure=median(theirs, _ROUNDS) * 1e3,
            target=ratio_at_most(1.1),
        )


class _Bare:
    """The library as its own examples use it, under the same trust and with the same key."""

    def __init__(self, *, root_pem: str, chain_pem: str, signer: Signer) -> None:
        self._settings = {
            "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False},
            "trust": {"user_anchors": root_pem, "trust_config": "1.3.6.1.4.1.62558.2.1"},
            "builder": {"thumbnail": {"enabled": False}},
        }
        self._chain_pem = chain_pem
        self._signer = signer

    def sign(self, definition: str, thumbnail: bytes, source: Path, destination: Path) -> None:
        with (
            c2pa.Context.from_dict(self._settings) as context,
            c2pa.Builder(definition, context=context) as builder,
            c2pa.Signer.from_callback(
                self._signer.sign, c2pa.C2paSigningAlg.ES256, self._chain_pem, None
            ) as signer,
            source.open("rb") as read,
            destination.open("w+b") as write,
        ):
            builder.add_resource("thumbnail.jpg", io.BytesIO(thumbnail))
            builder.sign(signer, MEDIA_TYPE, read, write)

    def verify(self, path: Path) -> None:
        with (
            c2pa.Context.from_dict(self._settings) as context,
            path.open("rb") as stream,
            c2pa.Reader(MEDIA_TYPE, stream, context=context) as reader,
        ):
            json.loads(reader.json())
            reader.get_validation_state()
