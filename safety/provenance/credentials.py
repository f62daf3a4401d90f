"""Reading the manifest of a file: whether it fits the content, who signed, what it says."""

from __future__ import annotations

import enum
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safety.provenance.manifest import DISCLOSURE, SoftBinding

# Extended key usages a claim signer may have, one a line as the library wants them.
_USAGES = "1.3.6.1.5.5.7.3.4\n1.3.6.1.5.5.7.3.36\n1.3.6.1.4.1.62558.2.1\n1.3.6.1.4.1.311.76.59.1.9"
_TRUSTED = "signingCredential.trusted"
_SIGNED = "claimSignature.validated"
_UNTRUSTED = frozenset({"signingCredential.untrusted"})


class ManifestState(enum.StrEnum):
    """Whether a file holds a manifest and whether that fits the file."""

    ABSENT = "absent"
    VALID = "valid"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """
    Whom we believe: our own roots, and those of others (the C2PA trust list, an operator's partners), PEM.

    Validity never depends on it.  Nothing is fetched: a manifest may name an address, and asking it on
    behalf of a stranger's file would be a hole.
    """

    ours_pem: bytes
    others_pem: bytes = b""

    def context(self, *, with_others: bool = True) -> Any:
        """Return the library's settings for reading and signing under this trust."""
        import c2pa

        anchors = self.ours_pem + (b"\n" + self.others_pem if with_others else b"")
        return c2pa.Context.from_dict(
            {
                "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False, "verify_after_sign": True},
                "trust": {"user_anchors": anchors.decode(), "trust_config": _USAGES},
                "builder": {"thumbnail": {"enabled": False}},
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """
    What the active manifest of a file told.

    `is_trusted`: the signer descends from a root we believe; `is_ours`: from one of our own.  Both speak of
    the signer and can be true of a manifest whose content hash fails.  `failures` are C2PA status codes.
    """

    state: ManifestState
    is_trusted: bool = False
    is_ours: bool = False
    signer: str | None = None
    signed_at: str | None = None
    failures: tuple[str, ...] = ()
    title: str | None = None
    generator: str | None = None
    source_type: str | None = None
    disclosure: dict[str, str] | None = None
    bindings: tuple[SoftBinding, ...] = ()
    has_tampered_ingredient: bool = False

    def binding(self, algorithm: str) -> str | None:
        """The value signed for one soft-binding algorithm, or None."""
        return next((found.value for found in self.bindings if found.algorithm == algorithm), None)


def read_credentials(path: Path, media_type: str, trust: Trust) -> Credentials:
    """Return what the manifest of a file says; a file type the library does not know has none."""
    with path.open("rb") as stream:
        return _read(media_type, stream, None, trust)


def read_manifest_bytes(manifest: bytes, trust: Trust) -> Credentials:
    """
    Return what a manifest kept apart from its file says.

    There is no content to compare with, so that one failure is left out; every other counts.
    """
    found = _read("application/c2pa", io.BytesIO(manifest), None, trust)
    failures = tuple(code for code in found.failures if code not in _NO_CONTENT)
    state = ManifestState.INVALID if failures else ManifestState.VALID
    return Credentials(**{**_fields(found), "failures": failures, "state": state})


_NO_CONTENT = frozenset(
    {"assertion.bmffHash.mismatch", "assertion.dataHash.mismatch", "assertion.bmffHash.malformed"}
)


def _fields(credentials: Credentials) -> dict[str, Any]:
    return {name: getattr(credentials, name) for name in Credentials.__slots__}


def _read(media_type: str, stream: Any, manifest: bytes | None, trust: Trust) -> Credentials:
    import c2pa

    try:
        with trust.context() as context:
            reader = c2pa.Reader.try_create(media_type, stream, manifest, context=context)
            if reader is None:
                return Credentials(state=ManifestState.ABSENT)
            with reader:
                report, state = json.loads(reader.json()), str(reader.get_validation_state())
    except c2pa.C2paError as unread:
        return _unreadable(str(unread), type(unread).__name__)
    is_ours = _is_vouched_for(report)
    if is_ours and trust.others_pem:
        stream.seek(0)
        is_ours = _is_ours(media_type, stream, trust)
    return _told(report, state, is_ours=is_ours)


def _unreadable(message: str, kind: str) -> Credentials:
    if "NotSupported" in kind or "NotSupported" in message:
        return Credentials(state=ManifestState.ABSENT)
    return Credentials(state=ManifestState.INVALID, failures=(message.split("\n", maxsplit=1)[0][:120],))


def _is_ours(media_type: str, stream: Any, trust: Trust) -> bool:
    """Whether a signer we believe descends from our own roots: asked again with only those believed."""
    import c2pa

    with (
        trust.context(with_others=False) as context,
        c2pa.Reader(media_type, stream, context=context) as reader,
    ):
        return _is_vouched_for(json.loads(reader.json()))


def _is_vouched_for(report: dict[str, Any]) -> bool:
    """Whether the signature holds and the signer descends from a root that was believed."""
    codes = _codes(report, "success")
    return _TRUSTED in codes and _SIGNED in codes


def _codes(report: dict[str, Any], kind: str) -> tuple[str, ...]:
    active = report.get("validation_results", {}).get("activeManifest", {})
    return tuple(entry["code"] for entry in active.get(kind, ()))


def _told(report: dict[str, Any], state: str, *, is_ours: bool) -> Credentials:
    manifest = report["manifests"][report["active_manifest"]]
    failures = tuple(code for code in _codes(report, "failure") if code not in _UNTRUSTED)
    is_valid = state in {"Valid", "Trusted"} and not failures
    signature = manifest.get("signature_info", {})
    assertions = [(entry["label"], entry.get("data", {})) for entry in manifest.get("assertions", ())]
    return Credentials(
        state=ManifestState.VALID if is_valid else ManifestState.INVALID,
        is_trusted=_TRUSTED in _codes(report, "success"),
        is_ours=is_ours,
        signer=signature.get("common_name") or signature.get("issuer"),
        signed_at=signature.get("time"),
        failures=failures,
        title=manifest.get("title"),
        generator=next((info.get("name") for info in manifest.get("claim_generator_info", ())), None),
        source_type=_source_type(assertions),
        disclosure=next((data for label, data in assertions if label == DISCLOSURE), None),
        bindings=_bindings(assertions),
        has_tampered_ingredient=any(map(_is_tampered, manifest.get("ingredients", ()))),
    )


def _source_type(assertions: list[tuple[str, dict[str, Any]]]) -> str | None:
    actions = (
        action for label, data in assertions if label.startswith("c2pa.actions") for action in data["actions"]
    )
    return next((action["digitalSourceType"] for action in actions if "digitalSourceType" in action), None)


def _bindings(assertions: list[tuple[str, dict[str, Any]]]) -> tuple[SoftBinding, ...]:
    return tuple(
        SoftBinding(algorithm=data["alg"], value=str(block["value"]))
        for label, data in assertions
        if label.startswith("c2pa.soft-binding")
        for block in data.get("blocks", ())
    )


def _is_tampered(ingredient: dict[str, Any]) -> bool:
    """Whether an ingredient's own manifest did not fit it when taken in: nothing above says so."""
    failures = ingredient.get("validation_results", {}).get("activeManifest", {}).get("failure", ())
    return any(entry["code"] not in _UNTRUSTED for entry in failures)
