"""Who must have looked for what, before a decision may say that nothing is there."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from types import MappingProxyType

from policies.facts import Surface
from policies.finding import Evidence
from policies.ruling import Verdict
from policies.source import Complaints, Place
from policies.taxonomy import Taxonomy

_Look = tuple[str, frozenset[str], bool]
"""A detector, what it looks for, and whether it could."""

VERDICTS = {verdict.word: verdict for verdict in Verdict}


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """What must have been looked for, by a detector of that medium (None: any), and what follows if not."""

    category: str
    medium: str | None
    missing: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondLook:
    """
    Detectors that are asked only where those before them are unsure.

    `detector` is a name, ``*`` any part of one; unsure is a highest score from `unsure_from`, under `below`.
    """

    detector: str
    unsure_from: float
    below: float


class Looks:
    """
    What must be looked for on each surface, and who is asked only where others are unsure.

    `media` names the medium of a detector by the first word of its name: ``text.minors@3`` reads text.
    Words found by a reader are text: of ``speech.whisper@1/text.minors@3`` the last name counts.
    """

    def __init__(
        self,
        duties: Mapping[Surface, tuple[Duty, ...]],
        media: Mapping[str, str],
        taxonomy: Taxonomy,
        second_looks: tuple[SecondLook, ...] = (),
    ) -> None:
        self.duties = duties
        self.second_looks = second_looks
        self.media = media
        self.known = frozenset(taxonomy.categories)
        self.severe = frozenset(name for name in self.known if taxonomy.categories[name].is_severe)
        # The same detectors answer the same way most of the time: their sum is kept.
        self._kept = functools.lru_cache(maxsize=4096)(self._unchecked)
        self._media_kept = functools.lru_cache(maxsize=4096)(self._medium)

    def medium(self, detector: str) -> str:
        """Return what a detector looks at: ``text`` (also for unknown names), ``picture`` or ``sound``."""
        return self._media_kept(detector)

    def _medium(self, detector: str) -> str:
        return self.media.get(judge(detector).partition(".")[0], "text")

    def is_asked(self, detector: str, highest: float) -> bool:
        """Tell whether a detector looks where those before found at most `highest`; the first line counts."""
        for line in self.second_looks:
            if fnmatchcase(detector, line.detector):
                return line.unsure_from <= highest < line.below
        return True

    def unchecked(self, surface: Surface, evidence: Evidence) -> Mapping[str, Verdict]:
        """
        Return what nobody could look for, and what follows.

        A reading that failed leaves its categories unseen even where another detector answered:
        they did not look at the same thing in the same way.
        """
        looks = tuple(
            (reading.detector, reading.categories, reading.failure is None) for reading in evidence.readings
        )
        return self._kept(surface, looks)

    def _is_grave(self, category: str) -> bool:
        """What the policy has no word for may be anything: unseen, it holds."""
        return category in self.severe or category not in self.known

    def _unchecked(self, surface: Surface, looks: tuple[_Look, ...]) -> Mapping[str, Verdict]:
        found: dict[str, Verdict] = {}
        seen: set[tuple[str, str | None]] = set()
        for detector, categories, could_look in looks:
            for category in categories:
                if could_look:
                    seen |= {(category, None), (category, self.medium(detector))}
                else:
                    found[category] = Verdict.REVIEW if self._is_grave(category) else Verdict.ALLOW
        for duty in self.duties[surface]:
            if duty.category in found or (duty.category, duty.medium) not in seen:
                found[duty.category] = max(duty.missing, found.get(duty.category, Verdict.ALLOW))
        return MappingProxyType(found)


def judge(detector: str) -> str:
    """Return who judged: the detector's own name, without that of the reader who found the words."""
    return detector.rpartition("/")[2]


def reader(detector: str) -> str:
    """Return who read or heard the words that were judged; empty where they were given as text."""
    return detector.rpartition("/")[0]


def read_looks(root: Place, taxonomy: Taxonomy) -> Looks:
    """
    Read the duties.

    Raises:
        PolicyError: with every fault found; a severe category may not be let through unseen.
    """
    top = root.fields("media looks", "second_looks")
    complaints = Complaints()
    media: dict[str, str] = {}
    for key, value in top["media"].entries():
        with complaints.gather():
            media |= {
                item.text(): key.one_of(("text", "picture", "sound"), "medium") for item in value.items()
            }
    duties: dict[Surface, dict[tuple[str, str | None], Duty]] = {surface: {} for surface in Surface}
    for item in top["looks"].items():
        with complaints.gather():
            _read_look(item, taxonomy, set(media.values()), duties)
    second_looks = []
    for item in top["second_looks"].items() if "second_looks" in top else ():
        with complaints.gather():
            second_looks.append(_read_second_look(item))
    complaints.raise_any()
    if bare := [surface for surface in Surface if not duties[surface]]:
        raise root.wrong(
            f"nothing must be looked for on {', '.join(bare)}: nobody would notice a blind service"
        )
    return Looks(
        duties=MappingProxyType({surface: tuple(found.values()) for surface, found in duties.items()}),
        media=MappingProxyType(media),
        taxonomy=taxonomy,
        second_looks=tuple(second_looks),
    )


def _read_second_look(place: Place) -> SecondLook:
    fields = place.fields("detector from below")
    unsure_from, below = (fields[name].number(0.0, 1.0) for name in ("from", "below"))
    if unsure_from >= below:
        raise fields["below"].wrong("nothing lies between `from` and `below`: nobody would ever be asked")
    return SecondLook(detector=fields["detector"].text(), unsure_from=unsure_from, below=below)


def _read_look(
    place: Place,
    taxonomy: Taxonomy,
    media: set[str],
    duties: dict[Surface, dict[tuple[str, str | None], Duty]],
) -> None:
    fields = place.fields("surface categories", "medium missing")
    medium = fields["medium"].one_of(media, "medium") if "medium" in fields else None
    missing = VERDICTS[fields["missing"].one_of(VERDICTS, "verdict")] if "missing" in fields else None
    surfaces = [Surface(item.one_of(Surface, "surface")) for item in fields["surface"].items()]
    for item in fields["categories"].items():
        category = taxonomy.named(item)
        floor = Verdict.REVIEW if category.is_severe else Verdict.ALLOW
        if missing is not None and missing < floor:
            raise fields["missing"].wrong(
                f"{category.name} is severe: unseen, it holds (`review`) or stops (`block`)"
            )
        for surface in surfaces:
            if (category.name, medium) in duties[surface]:
                raise item.wrong(f"{category.name} on {surface} is already asked for")
            duties[surface][category.name, medium] = Duty(
                category=category.name, medium=medium, missing=floor if missing is None else missing
            )
