"""What the stages order from the workshop: plain data there and back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from api.wiring import Bench
from api.workshop import Tell
from generator.clip import Clip
from generator.media.source import MEDIA_TYPES, container_kind
from generator.media.stills import spritesheet
from generator.request import Submission
from safety.pipeline import Looked, generate, look
from safety.provenance.credentials import ManifestState, read_credentials
from safety.provenance.label import Word
from safety.provenance.manifest import ManifestFacts
from safety.provenance.marking import MarkedClip, mark_and_sign


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerateOrder:
    """Step 5; `brought` is the finished clip of an import, None where a back-end makes one."""

    request: Submission
    model: str
    folder: Path
    brought: Path | None = None

    def fulfil(self, bench: Bench, tell: Tell, /) -> Clip | Looked:
        """Return the clip, or what a preview showed that stopped it."""
        backend = bench.backend(self.model, self.brought)
        made = generate(backend, self.request, self.folder, tell, bench.screen)
        if isinstance(made, Looked) or made.received is None or _is_signed(made.received, bench):
            return made
        made.received.unlink()  # without a manifest it tells nothing that the clip does not
        return replace(made, received=None)


def _is_signed(path: Path, bench: Bench) -> bool:
    found = read_credentials(path, MEDIA_TYPES[container_kind(path)], bench.issuer.trust)
    return found.state is not ManifestState.ABSENT


@dataclass(frozen=True, slots=True, kw_only=True)
class LookOrder:
    """Step 6."""

    clip: Path
    subject_digest: str

    def fulfil(self, bench: Bench, tell: Tell, /) -> Looked:
        """Return what every detector answered."""
        tell(0.0)
        return look(bench.screen, self.clip, self.subject_digest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """What step 8 made: files by the name of their column, and what the registry keeps."""

    files: dict[str, tuple[Path, str]]
    payload: bytes
    fingerprint: bytes
    provenance: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkOrder:
    """Step 8."""

    clip: Path
    folder: Path
    counter: int
    facts: ManifestFacts
    language: str

    def fulfil(self, bench: Bench, tell: Tell, /) -> Marked:
        """Return the marked and signed clip, read back, with its stills."""
        marked = mark_and_sign(
            self.clip,
            self.folder,
            counter=self.counter,
            facts=self.facts,
            issuer=bench.issuer,
            word=Word.in_language(self.language),
        )
        tell(0.9)
        return Marked(
            files=self._files(marked),
            payload=marked.payload.value.to_bytes(8, "big"),
            fingerprint=marked.fingerprint.to_bytes(),
            provenance=told(marked),
        )

    def _files(self, marked: MarkedClip) -> dict[str, tuple[Path, str]]:
        stills = {
            "manifest": (marked.manifest, "application/c2pa"),
            "thumbnail": (marked.thumbnail, "image/jpeg"),
            "spritesheet": (spritesheet(marked.path).jpeg, "image/jpeg"),
        }
        files = {"marked": (marked.path, "video/mp4")}
        for name, (content, media_type) in stills.items():
            path = self.folder / name
            path.write_bytes(content)
            files[name] = (path, media_type)
        return files


def told(marked: MarkedClip) -> dict[str, Any]:
    """Return what the video object says of a clip's provenance."""
    return {
        "c2pa": {"manifest_sha256": marked.manifest_digest, "is_time_stamped": marked.is_time_stamped},
        "watermark": {"id": f"{marked.payload.mark_id:08x}", "sound": marked.sound.value},
        "label": None if marked.label is None else marked.label.value,
        "sha256": marked.digest_after,
    }
