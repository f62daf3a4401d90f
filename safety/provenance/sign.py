"""Signing a file with its manifest."""

from __future__ import annotations

import io
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from safety.errors import SigningFailed
from safety.provenance.certificates import SigningFiles
from safety.provenance.credentials import ManifestState, Trust, read_credentials
from safety.provenance.manifest import Ingredient, Json, ManifestFacts, ingredient_definition

_MOST_THUMBNAIL_BYTES = 200_000


class Signer(Protocol):
    """Holds a signing key somewhere: a file, a KMS, a hardware module."""

    @property
    def chain_pem(self) -> bytes:
        """The certificates, leaf first, without the root."""
        ...

    def sign(self, data: bytes) -> bytes:
        """
        Return an ECDSA P-256 signature with SHA-256 over `data`, raw (64 bytes) or DER.

        Raises:
            SigningFailed: the key cannot be used now.
        """
        ...


class FileSigner:
    """Signs with a key in a file, read at the first signature."""

    def __init__(self, files: SigningFiles) -> None:
        self._files = files
        self._key: ec.EllipticCurvePrivateKey | None = None

    @property
    def chain_pem(self) -> bytes:
        """The certificates, leaf first, read anew: they are renewed while we run."""
        return self._files.chain.read_bytes()

    def sign(self, data: bytes) -> bytes:
        """Return the DER signature of `data`; see `Signer.sign`."""
        if self._key is None:
            key = load_pem_private_key(self._files.key.read_bytes(), None)
            if not isinstance(key, ec.EllipticCurvePrivateKey):
                raise SigningFailed(f"{self._files.key} holds no elliptic-curve key")
            self._key = key
        return self._key.sign(data, ec.ECDSA(hashes.SHA256()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """What signing gave: the manifest's bytes, to be kept, and whether an authority stamped the time."""

    manifest: bytes
    is_time_stamped: bool


def sign_file(
    source: Path,
    destination: Path,
    *,
    media_type: str,
    definition: Json,
    facts: ManifestFacts,
    thumbnail: bytes,
    signer: Signer,
    trust: Trust,
    time_stamp_url: str | None = None,
) -> Signed:
    """
    Write `source` with its manifest to `destination`.

    A time-stamp authority that does not answer is told by `is_time_stamped`, not fatal: a clip without a
    trusted time is still signed.

    Raises:
        SigningFailed: the key cannot be used, the manifest is refused, or a parent was tampered with.
    """
    if len(thumbnail) > _MOST_THUMBNAIL_BYTES:
        raise SigningFailed("the thumbnail is too large for a manifest; make it smaller")
    for ingredient in (*facts.parents, *facts.references):
        _refuse_tampered(ingredient, trust)
    work = _Work(source, destination, media_type, definition, facts, thumbnail, signer, trust)
    if time_stamp_url is not None:
        try:
            return Signed(manifest=work.sign(time_stamp_url), is_time_stamped=True)
        except SigningFailed:
            destination.unlink(missing_ok=True)
    return Signed(manifest=work.sign(None), is_time_stamped=False)


def _refuse_tampered(ingredient: Ingredient, trust: Trust) -> None:
    """The library signs over a tampered parent and still calls the child trusted; we do not."""
    credentials = read_credentials(ingredient.path, ingredient.media_type, trust)
    if credentials.state is ManifestState.INVALID:
        raise SigningFailed(
            f"the credentials of “{ingredient.title}” do not fit its content; take the original"
        )


@dataclass(frozen=True, slots=True)
class _Work:
    """One file to be signed, with or without a time-stamp."""

    source: Path
    destination: Path
    media_type: str
    definition: Json
    facts: ManifestFacts
    thumbnail: bytes
    signer: Signer
    trust: Trust

    def sign(self, time_stamp_url: str | None) -> bytes:
        import c2pa

        with ExitStack() as stack:
            try:
                context = stack.enter_context(self.trust.context())
                builder = stack.enter_context(c2pa.Builder(self.definition, context=context))
                self._add_ingredients(builder, stack)
                builder.add_resource("thumbnail.jpg", io.BytesIO(self.thumbnail))
                signer = stack.enter_context(self._callback(time_stamp_url))
                source = stack.enter_context(self.source.open("rb"))
                destination = stack.enter_context(self.destination.open("w+b"))
                return bytes(builder.sign(signer, self.media_type, source, destination))
            except c2pa.C2paError as refused:
                raise SigningFailed(f"the manifest was not signed: {refused}") from refused

    def _add_ingredients(self, builder: Any, stack: ExitStack) -> None:
        for is_parent, ingredients in ((True, self.facts.parents), (False, self.facts.references)):
            for index, ingredient in enumerate(ingredients):
                stream = stack.enter_context(ingredient.path.open("rb"))
                definition = ingredient_definition(ingredient, index, is_parent=is_parent)
                builder.add_ingredient(definition, ingredient.media_type, stream)

    def _callback(self, time_stamp_url: str | None) -> Any:
        import c2pa

        chain = self.signer.chain_pem.decode()
        return c2pa.Signer.from_callback(self.signer.sign, c2pa.C2paSigningAlg.ES256, chain, time_stamp_url)
