"""Development certificates: a root, an intermediate and a leaf that signs, so that a first start can sign."""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from safety.errors import SigningFailed

Key = ec.EllipticCurvePrivateKey

CLAIM_SIGNING = ObjectIdentifier("1.3.6.1.4.1.62558.2.1")
"""The C2PA extended key usage of a claim signer."""

ROOT_LIFE = dt.timedelta(days=3650)
ISSUER_LIFE = dt.timedelta(days=1825)
LEAF_LIFE = dt.timedelta(days=365)
_RENEW_BEFORE = dt.timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningFiles:
    """Where a signer's files lie: `chain` leaf first (PEM), `key` of the leaf, `root` to be trusted."""

    chain: Path
    key: Path
    root: Path


def development_certificates(
    folder: Path, *, now: dt.datetime, organisation: str = "Filigrane (development)"
) -> SigningFiles:
    """
    Return the signing files in `folder`, made or renewed where needed.

    The folder is readable by its owner alone (0700), each key too (0600).  Whatever has less than thirty
    days left is renewed with all that hangs on it; the root is kept until it must go, so that those who
    trust it stay served.

    Raises:
        SigningFailed: the folder holds files that cannot be read; move it away and start again.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    try:
        root = (
            _keep(folder, "root")
            if _lasts(folder / "root.pem", now)
            else _make_root(folder, organisation, now)
        )
        issuer = _keep(folder, "issuer")
        if (
            issuer is None
            or not _lasts(folder / "issuer.pem", now)
            or not _is_issued_by(folder, "issuer", "root")
        ):
            issuer = _make_issuer(folder, organisation, now, root)
        if not _lasts(folder / "leaf.pem", now) or not _is_issued_by(folder, "leaf", "issuer"):
            _make_leaf(folder, organisation, now, issuer)
    except (ValueError, TypeError) as wrong:
        raise SigningFailed(f"the certificates in {folder} cannot be read; move them away") from wrong
    return SigningFiles(chain=folder / "chain.pem", key=folder / "leaf.key", root=folder / "root.pem")


@dataclass(frozen=True, slots=True)
class _Authority:
    certificate: x509.Certificate
    key: Key


def _lasts(path: Path, now: dt.datetime) -> bool:
    if not path.exists():
        return False
    return x509.load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc - now > _RENEW_BEFORE


def _is_issued_by(folder: Path, name: str, issuer: str) -> bool:
    """Whether one certificate of the folder was signed by another: a new root orphans all below it."""
    below, above = (
        x509.load_pem_x509_certificate((folder / f"{who}.pem").read_bytes()) for who in (name, issuer)
    )
    try:
        below.verify_directly_issued_by(above)
    except Exception:  # noqa: BLE001  (cryptography raises several kinds, all of which mean: no)
        return False
    return True


def _keep(folder: Path, name: str) -> _Authority | None:
    if not (folder / f"{name}.pem").exists() or not (folder / f"{name}.key").exists():
        return None
    key = load_pem_private_key((folder / f"{name}.key").read_bytes(), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError(f"{name}.key is no elliptic-curve key")
    return _Authority(x509.load_pem_x509_certificate((folder / f"{name}.pem").read_bytes()), key)


def _make_root(folder: Path, organisation: str, now: dt.datetime) -> _Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _name(organisation, "Development root")
    draft = _draft(subject, subject, key, key, now, ROOT_LIFE)
    draft = draft.add_extension(x509.BasicConstraints(ca=True, path_length=1), critical=True)
    return _write(
        folder,
        "root",
        draft.add_extension(_usage(is_authority=True), critical=True).sign(key, hashes.SHA256()),
        key,
    )


def _make_issuer(folder: Path, organisation: str, now: dt.datetime, root: _Authority | None) -> _Authority:
    if root is None:
        raise ValueError("the root's key is gone")
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _name(organisation, "Development issuer")
    draft = _draft(subject, root.certificate.subject, key, root.key, now, ISSUER_LIFE)
    draft = draft.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    draft = draft.add_extension(_usage(is_authority=True), critical=True)
    return _write(folder, "issuer", draft.sign(root.key, hashes.SHA256()), key)


def _make_leaf(folder: Path, organisation: str, now: dt.datetime, issuer: _Authority) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _name(organisation, "Development claim signer")
    draft = _draft(subject, issuer.certificate.subject, key, issuer.key, now, LEAF_LIFE)
    draft = draft.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    draft = draft.add_extension(_usage(is_authority=False), critical=True)
    # emailProtection is what readers accept without configuration; the other is C2PA's own.
    usages = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION, CLAIM_SIGNING])
    leaf = draft.add_extension(usages, critical=False).sign(issuer.key, hashes.SHA256())
    _write(folder, "leaf", leaf, key)
    _put(folder / "chain.pem", _pem(leaf) + _pem(issuer.certificate), 0o644)


def _draft(
    subject: x509.Name, issuer: x509.Name, key: Key, issuer_key: Key, now: dt.datetime, life: dt.timedelta
) -> x509.CertificateBuilder:
    begins = now - dt.timedelta(minutes=5)  # a reader's clock may be a little behind
    return (
        x509.CertificateBuilder(
            issuer, subject, key.public_key(), x509.random_serial_number(), begins, now + life
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False
        )
    )


def _usage(*, is_authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        encipher_only=False,
        decipher_only=False,
    )


def _name(organisation: str, common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.PEM)


def _write(folder: Path, name: str, certificate: x509.Certificate, key: Key) -> _Authority:
    _put(folder / f"{name}.key", key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), 0o600)
    _put(folder / f"{name}.pem", _pem(certificate), 0o644)
    return _Authority(certificate, key)


def _put(path: Path, content: bytes, mode: int) -> None:
    """Write whole or not at all, never readable by others even for a moment."""
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    part.replace(path)
