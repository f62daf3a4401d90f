"""Which weights play which role, where they come from, and what they must be."""

from __future__ import annotations

import enum
import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

OURS = Path(__file__).with_name("manifest.toml")

FREE_LICENCES = frozenset({"Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC-BY-4.0", "CC0-1.0", "MIT"})
"""Licences that ask for credit at most; any other is brought only where the operator accepted it."""

_COMMIT = re.compile(r"[0-9a-f]{40}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*/?")


class Step(enum.StrEnum):
    """What turns members of a source into a file that we run."""

    COPY = "copy"
    JOIN = "join"
    FOLD = "fold"
    PACK_DETECTOR = "pack-detector"
    PACK_EMBEDDER = "pack-embedder"
    ARRAYS = "arrays"
    ZIPPED_NET = "zipped-net"

    @property
    def keeps_bytes(self) -> bool:
        """Whether what comes out is known to the byte beforehand, and so pinned by the manifest itself."""
        return self in {Step.COPY, Step.JOIN}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wheel:
    """One file of a package registry, pinned by its SHA-256 (hex)."""

    package: str
    version: str
    sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalFolder:
    """Weights that the operator keeps: an absolute path, or one relative to the manifest."""

    folder: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Hub:
    """A repository of the model hub at one revision (a commit, never a branch)."""

    repository: str
    revision: str


Source = Wheel | LocalFolder | Hub


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One file inside a source (or one folder: `path` ends in a slash) and its SHA-256, hex."""

    source: Source
    path: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A file that a role consists of; `sha256` is None where a step's output is not known to the byte."""

    name: str
    members: tuple[Member, ...]
    step: Step
    sha256: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """
    The weights of one role.

    `id` goes wherever something made with them is kept (a template, a vector): what two ids made is
    never compared.  `dimension` is the length of the vectors they make, None where they make none.
    """

    role: str
    id: str
    licence: str
    credit: str
    dimension: int | None
    is_optional: bool
    parts: tuple[Part, ...]

    @property
    def is_free(self) -> bool:
        """Whether the licence asks for credit at most."""
        return self.licence in FREE_LICENCES

    @property
    def recipe_digest(self) -> str:
        """SHA-256 (hex) of what it is made from; another recipe is another model, whatever its id."""
        recipe = [
            (part.name, part.step.value, part.sha256, [member.sha256 for member in part.members])
            for part in self.parts
        ]
        return hashlib.sha256(repr((self.id, recipe)).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """Every model that we know, by role."""

    models: Mapping[str, Model]

    @classmethod
    def read(cls, path: Path = OURS) -> Manifest:
        """
        Read a manifest.

        Raises:
            ValueError: a field is missing, a digest malformed, a name would leave the store's folder,
                or a registry wheel is not pinned.
        """
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        try:
            sources = {name: _source(row, path.parent) for name, row in document.get("source", {}).items()}
            models = {role: _model(role, row, sources) for role, row in document.get("model", {}).items()}
        except KeyError as error:
            raise ValueError(f"{path}: {error} is missing or names no source") from error
        return cls(models=models)

    def overlaid(self, other: Manifest) -> Manifest:
        """Our manifest with the roles of `other` in place of its own: how operators bring their weights."""
        return Manifest(models={**self.models, **other.models})


def _source(row: Mapping[str, Any], home: Path) -> Source:
    if "folder" in row:
        return LocalFolder(folder=(home / row["folder"]).resolve())
    if "hub" in row:
        if not _COMMIT.fullmatch(row["revision"]):
            raise ValueError(f"{row['hub']}: {row['revision']!r} may move; name a commit of 40 hex digits")
        return Hub(repository=row["hub"], revision=row["revision"])
    digest = _digest(row["sha256"])
    return Wheel(
        package=row["package"], version=row["version"], sha256=digest, size_bytes=row.get("size_bytes", 0)
    )


def _model(role: str, row: Mapping[str, Any], sources: Mapping[str, Source]) -> Model:
    return Model(
        role=_plain(role),
        id=row["id"],
        licence=row["licence"],
        credit=row["credit"],
        dimension=row.get("dimension"),
        is_optional=row.get("is_optional", False),
        parts=tuple(_part(part, sources) for part in row["file"]),
    )


def _part(row: Mapping[str, Any], sources: Mapping[str, Source]) -> Part:
    members = tuple(
        Member(source=sources[one["source"]], path=one["member"], sha256=_digest(one["sha256"]))
        for one in row["from"]
    )
    step = Step(row.get("step", "copy"))
    if step is not Step.JOIN and len(members) != 1:
        raise ValueError(f"{row['name']}: the step {step} takes one member")
    pinned = members[0].sha256 if step is Step.COPY else row.get("sha256")
    if step.keeps_bytes:
        pinned = _digest(pinned)
    return Part(name=_plain(row["name"]), members=members, step=step, sha256=pinned)


def _digest(text: object) -> str:
    if not isinstance(text, str) or not _DIGEST.fullmatch(text):
        raise ValueError(f"not a SHA-256 in hex: {text!r}")
    return text


def _plain(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(f"not a plain name: {name!r}")
    return name
