"""Builds the parts of the pipeline out of settings: the one place that knows which detector is which."""

from __future__ import annotations

import contextlib
import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from api.creation import Desk
from api.db.pool import Pool
from api.home import Home, open_home
from api.jobs import Jobs
from api.objects import Objects, objects_at
from api.registry import DatabaseRegistry
from api.sealing import Sealing
from api.settings import Settings, secret_of
from api.text_models import text_model
from api.verification import Verification
from generator.backend import Backend
from generator.backends.given import GivenBackend
from generator.backends.registry import backend_for
from policies.bundle import Policy, load_policy
from policies.quota import Rate
from safety.detectors.sets import clip_looks, text_looks
from safety.likeness.bank import FaceBank, bank_path, read_bank
from safety.likeness.voice_bank import ListedVoices, VoiceBank, voice_bank_path
from safety.models.drawings import drawings_folder
from safety.models.store import ModelStore
from safety.pipeline import NoGrants
from safety.provenance.certificates import SigningFiles, development_certificates
from safety.provenance.credentials import Trust
from safety.provenance.examine import Examiner
from safety.provenance.marking import Issuer
from safety.provenance.payload import MarkKeys
from safety.provenance.sign import FileSigner
from safety.screen import Screen
from safety.sealing import KEY_BYTES, Sealer

MARK_SECRET = "marks.secret"  # noqa: S105  (the name of the file)
MARK_SECRET_BYTES = 32
SEAL_SECRET = "seal.secret"  # noqa: S105  (the name of the file)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What the workshop works with: detectors, back-ends by name, and who marks and signs."""

    screen: Screen
    backends: dict[str, Backend]
    issuer: Issuer

    def backend(self, model: str, brought: Path | None) -> Backend:
        """Return the back-end of a model, or the one that gives back what was brought."""
        return self.backends[model] if brought is None else GivenBackend(brought)


def build_bench(settings: Settings) -> Bench:
    """Return the workshop's parts; weights are loaded when first needed."""
    home = open_home(settings.home)
    return Bench(
        screen=build_screen(settings, load_policy(settings.policy)),
        backends={backend.name: backend for backend in backends(settings)},
        issuer=build_issuer(settings, home),
    )


def backends(settings: Settings) -> list[Backend]:
    """
    Return the back-ends that the settings name, the default first; the commas are between them.

    Raises:
        ValueError: a name is not one of ours.
    """
    store = ModelStore(settings.models_folder)
    drawings = drawings_folder(store)
    key = secret_of(settings.generator_key)
    return [backend_for(name, key=key, drawings=drawings) for name in settings.generator.split(",")]


def build_screen(settings: Settings, policy: Policy) -> Screen:
    """
    Return every detector of this deployment, cheap ones first; absent weights make it say so.

    Raises:
        ValueError: a text model's setting has none of the forms.
    """
    store = ModelStore(settings.models_folder)
    looks = clip_looks(store, face_banks(settings.home), voice_banks=voice_banks(settings.home))
    models = (text_model(one, secret_of(settings.text_models_key)) for one in settings.text_models)
    return looks.beside((*text_looks(store), *models), policy.looks.is_asked)


def face_banks(home: Path) -> tuple[FaceBank, ...]:
    """
    Return the banks that the operator filled (`filigrane bank faces`); none ships.

    Raises:
        ValueError: a bank is broken, or others than its owner may read it; it is never left out in silence.
    """
    path = bank_path(home)
    return (read_bank(path),) if path.exists() else ()


def voice_banks(home: Path) -> tuple[VoiceBank, ...]:
    """
    Return the banks that the operator filled (`filigrane bank voices`); none ships.

    Raises:
        ValueError: a bank is broken, or others than its owner may read it; it is never left out in silence.
    """
    path = voice_bank_path(home)
    return (ListedVoices.read(path),) if path.exists() else ()


def build_desk(settings: Settings, home: Home, pool: Pool, jobs: Jobs) -> Desk:
    """Return what admitting a request needs."""
    policy = load_policy(settings.policy)
    objects = objects_of(settings, home)
    return Desk(
        pool=pool,
        home=home,
        objects=objects,
        models=tuple(backend.name for backend in backends(settings)),
        policy=policy,
        screen=build_screen(settings, policy),
        grants=NoGrants(),
        jobs=jobs,
        sealing=build_sealing(settings, home, pool, objects),
    )


def objects_of(settings: Settings, home: Home) -> Objects:
    """Return where bytes are kept: what the settings name, or the home."""
    url = settings.object_store_url
    return objects_at(None if url is None else url.get_secret_value(), home.objects)


def rate_limits(policy: Policy) -> dict[tuple[str, str], Rate]:
    """Return the policy's rates, by surface and kind of caller."""
    return {(group.value, caller.value): rate for (group, caller), rate in policy.quotas.rates.items()}


def build_verification(settings: Settings, home: Home, desk: Desk) -> Verification:
    """Return what the public check needs."""
    issuer = build_issuer(settings, home)
    return Verification(
        registry=DatabaseRegistry(desk.pool, desk.objects, issuer.keys),
        examiner=Examiner(keys=issuer.keys, trust=issuer.trust),
    )


def build_issuer(settings: Settings, home: Home) -> Issuer:
    """Return who marks and signs: keys out of the home, made on the first start."""
    files = signing_files(settings, home)
    return Issuer(
        keys=MarkKeys.from_secret(mark_secret(home)),
        signer=FileSigner(files),
        trust=Trust(ours_pem=files.root.read_bytes()),
        time_stamp_url=settings.time_stamp_url or None,
    )


def signing_files(settings: Settings, home: Home) -> SigningFiles:
    """Return the operator's certificates, or development ones, made and renewed here."""
    if settings.signer == "development":
        return development_certificates(home.keys / "c2pa", now=dt.datetime.now(dt.UTC))
    folder = Path(settings.signer)
    return SigningFiles(chain=folder / "chain.pem", key=folder / "key.pem", root=folder / "root.pem")


def mark_secret(home: Home) -> bytes:
    """Return the secret behind every mark; losing it makes marks unreadable, so it is never overwritten."""
    path = home.keys / MARK_SECRET
    if not path.exists():
        import secrets

        home.write_key(MARK_SECRET, secrets.token_hex(MARK_SECRET_BYTES))
    return bytes.fromhex(path.read_text())


def build_sealing(settings: Settings, home: Home, pool: Pool, objects: Objects) -> Sealing:
    """
    Return who seals what child safety found.

    Raises:
        ValueError: the key's file does not hold 64 hexadecimal digits.
    """
    sealer = Sealer(_seal_key(settings, home))
    return Sealing(pool=pool, home=home, objects=objects, sealer=sealer)


def _seal_key(settings: Settings, home: Home) -> bytes:
    """Return the key over sealed media: of the operator's file, or made in the home, never overwritten."""
    path = settings.seal_key or home.keys / SEAL_SECRET
    if settings.seal_key is None and not path.exists():
        import secrets

        with contextlib.suppress(FileExistsError):  # another process of this home made it just now
            home.write_key(SEAL_SECRET, secrets.token_hex(KEY_BYTES))
    return bytes.fromhex(path.read_text())
