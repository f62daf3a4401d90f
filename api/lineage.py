"""What a clip's manifest tells: who made it how, and from which files."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version

from api.claims import Work
from api.db.pool import Pool
from api.db.stores import decisions, objects, videos
from api.objects import Objects
from safety.errors import SigningFailed
from safety.provenance.manifest import Ingredient, ManifestFacts, Origin

_ORIGINS = {"create": Origin.GENERATED, "remix": Origin.REMIXED, "import": Origin.IMPORTED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    """Gathers it for one worker; `trained_models` are the engines whose clips come out of a model."""

    pool: Pool
    objects: Objects
    provider: str
    trained_models: frozenset[str]

    async def facts(self, work: Work) -> ManifestFacts:
        """
        Return what the manifest tells, its ingredients fetched into the work's folder.

        Raises:
            SigningFailed: a file that the clip was made from is gone.
        """
        asked = work.asked
        parents = await self._parents(work)
        references = () if asked.kind == "import" else await self._references(work)
        is_commissioned = asked.kind == "create" and bool(parents)
        return ManifestFacts(
            video_id=work.row.id,
            provider=self.provider,
            system="Filigrane",
            system_version=version("filigrane"),
            engine=asked.brought_generator or asked.model,
            is_model=asked.kind == "import" or asked.model in self.trained_models,
            made_at=work.row.created_at,
            origin=Origin.COMMISSIONED if is_commissioned else _ORIGINS[asked.kind],
            title=f"{work.row.id}.mp4",
            parents=parents,
            references=references,
            labels=await self._labels(work),
        )

    async def _labels(self, work: Work) -> frozenset[str]:
        async with self.pool.connection() as connection:
            decision = await decisions.find(connection, work.row.decision_id or "")
        return frozenset() if decision is None else decision.ruling.labels

    async def _parents(self, work: Work) -> tuple[Ingredient, ...]:
        asked = work.asked
        if asked.kind == "import" and asked.reference_digest is not None:
            return (await self._ingredient(work, asked.reference_digest, "original"),)
        received: tuple[Ingredient, ...] = ()
        if work.row.received_digest is not None:
            received = (await self._ingredient(work, work.row.received_digest, "received"),)
        if asked.parent_video_id is None:
            return received
        async with self.pool.connection() as connection:
            parent = await videos.find(connection, asked.parent_video_id)
        if parent is None or parent.marked_digest is None:
            raise SigningFailed("the clip that this one remixes is gone; make it from a prompt instead")
        return (await self._ingredient(work, parent.marked_digest, parent.id), *received)

    async def _references(self, work: Work) -> tuple[Ingredient, ...]:
        if work.asked.reference_digest is None:
            return ()
        return (await self._ingredient(work, work.asked.reference_digest, "reference"),)

    async def _ingredient(self, work: Work, digest: str, title: str) -> Ingredient:
        async with self.pool.connection() as connection:
            stored = await objects.find(connection, digest)
        if stored is None:
            raise SigningFailed("a file that the clip was made from is gone")
        path = work.folder / f"ingredient-{title}"
        await self.objects.fetch(digest, path)
        return Ingredient(path=path, media_type=stored.media_type, title=title)
