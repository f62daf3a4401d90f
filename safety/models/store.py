"""The weights ready to run, and the proof that they are the right ones."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from safety.errors import ModelUnavailable
from safety.models.digest import Stamp, digest_of, stamp_of
from safety.models.manifest import Manifest, Model

RECEIPT = "receipt.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What was put in place for a role: the digest of its recipe, and of each file by name."""

    recipe: str
    files: dict[str, str]

    @classmethod
    def read(cls, home: Path) -> Receipt | None:
        """The receipt in a role's folder; None where there is none, or none that can be read."""
        try:
            told = json.loads((home / RECEIPT).read_text(encoding="utf-8"))
            return cls(recipe=told["recipe"], files=dict(told["files"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def write(self, home: Path) -> None:
        """Put it into a role's folder."""
        told = {"recipe": self.recipe, "files": self.files}
        (home / RECEIPT).write_text(json.dumps(told, indent=1, sort_keys=True), encoding="utf-8")


@dataclass(frozen=True, slots=True)
class ModelStore:
    """
    The weights under `folder`, one folder a role, as `manifest` wants them.

    A file is read whole once to prove its digest, and again only when its time or size changes.
    Nothing is written and nothing fetched here: see `safety.models.fetch`.
    """

    folder: Path
    manifest: Manifest = field(default_factory=Manifest.read)
    _proven: dict[Path, tuple[Stamp, str]] = field(default_factory=dict, repr=False, compare=False)

    def path(self, role: str, name: str | None = None) -> Path:
        """
        Return the folder of a role's files, or its file `name`, once every file of the role is proven.

        Raises:
            ModelUnavailable: the role is unknown, or its weights are absent, incomplete or changed.
        """
        model = self.model(role)
        home = self.folder / role
        self._prove(model, home)
        if name is None:
            return home
        if name not in {part.name for part in model.parts}:
            raise ModelUnavailable(f"the weights of {role!r} have no file {name!r}")
        return home / name

    def model(self, role: str) -> Model:
        """
        Return what the manifest says of a role.

        Raises:
            ModelUnavailable: the manifest knows no such role.
        """
        try:
            return self.manifest.models[role]
        except KeyError:
            raise ModelUnavailable(f"no weights are known for {role!r}") from None

    def has(self, role: str) -> bool:
        """Whether the role's weights are there and the right ones."""
        try:
            self.path(role)
        except ModelUnavailable:
            return False
        return True

    def installed(self) -> tuple[Model, ...]:
        """The models whose weights are there and the right ones, in the manifest's order."""
        return tuple(model for role, model in self.manifest.models.items() if self.has(role))

    def _prove(self, model: Model, home: Path) -> None:
        receipt = Receipt.read(home)
        if receipt is None:
            raise ModelUnavailable(_absent(model, "are not there"))
        if receipt.recipe != model.recipe_digest:
            raise ModelUnavailable(_absent(model, "were made by another recipe"))
        for part in model.parts:
            wanted = part.sha256 or receipt.files.get(part.name)
            if wanted is None or self._digest(home / part.name) != wanted:
                raise ModelUnavailable(_absent(model, f"are not those we know ({part.name})"))

    def _digest(self, path: Path) -> str | None:
        try:
            stamp = stamp_of(path)
            known = self._proven.get(path)
            if known is None or known[0] != stamp:
                known = self._proven[path] = (stamp, digest_of(path))
        except OSError:
            return None
        return known[1]


def _absent(model: Model, how: str) -> str:
    return f"the weights of {model.role!r} ({model.id}) {how}; run `filigrane models fetch {model.role}`"
