"""What the heads learn from and are measured on: our seeds, and the sets whose licence allows it."""

from __future__ import annotations

import ast
import gzip
import hashlib
import json
import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from eval.train.grammar import Row, dressed, paragraphs, plain, portraits, requests
from safety.clauses import sentences
from safety.heads import CATEGORIES
from safety.normalise import normalise
from safety.passage import STOPS

SEEDS = Path(__file__).parent / "seeds"

# What may also be true of a text of the first category: unknown, rather than "no".
_NEAR = {
    "sexual": {"violence", "harassment"},
    "violence": {"extremism", "illicit", "self_harm", "hate", "harassment"},
    "extremism": {"violence", "hate", "illicit"},
    "hate": {"harassment", "extremism", "violence", "sexual"},
    "self_harm": {"violence", "illicit"},
    "illicit": {"violence", "extremism", "self_harm", "harassment"},
    "harassment": {"hate", "violence", "sexual", "illicit"},
}
_GROWN = {"dressed", "plain", "portraits", "requests", "paragraphs"}
"""Sources that a grammar makes of the seeds: their sentences are known already, or like each other."""

_IMAGE_PAIRS = {
    "sexual_content": "sexual",
    "violence": "violence",
    "self_harm": "self_harm",
    "discrimination": "hate",
    "illegal_activities": "illicit",
}
_REQUESTS = {
    "Illegal Activity": "illicit",
    "Malware Viruses": "illicit",
    "Fraud/Deception": "illicit",
    "Adult Content": "sexual",
    "Physical Harm": "violence",
    "Hate/Harass/Violence": "hate",
}
_HARMFUL = {
    "cybercrime_intrusion": "illicit",
    "illegal": "illicit",
    "chemical_biological": "illicit",
    "harassment_bullying": "harassment",
}
_MULTILINGUAL = {
    "Violence & incitement": "violence",
    "Weapons": "illicit",
    "Discrimination & injustice": "hate",
    "Hate speech & offensive language": "hate",
    "Bullying & harassment": "harassment",
    "Theft": "illicit",
    "Terrorism & organized crime": "extremism",
    "Substance abuse & banned substances": "illicit",
    "Fraud & deception": "illicit",
    "Property crime & vandalism": "illicit",
    "Self-harm": "self_harm",
    "Adult content": "sexual",
    "Animal abuse": "violence",
}
_SAFETY_EN = {
    "Crimes_And_Illegal_Activities_en": "illicit",
    "Insult": "harassment",
    "Unfairness_And_Discrimination": "hate",
}
# Unlabelled prompts of real users with such a word teach nothing: some are unsafe.
_DOUBTFUL = re.compile(
    r"\b(nude|naked|nsfw|sexy|erotic\w*|topless|lingerie|bikini|busty|boobs?|breasts?|nipples?|porn\w*|hentai|"
    r"cleavage|seductive|sensual|blood\w*|gor[ey]\w*|corpses?|dead bod\w*|mutilat\w*|decapitat\w*|behead\w*|"
    r"tortur\w*|murder\w*|suicid\w*|kill(?:s|ed|ing)?|nazi\w*|hitler|swastika|cocaine|heroin|rape\w*|guts|"
    r"entrails|severed|flesh|stab\w*|massacre|horror|terrifying|creepy|disturbing)\b",
    re.IGNORECASE,
)


def seeds() -> list[Row]:
    """The seeds written here, in the order of their files; harmful ones, which are fewer, count double."""
    rows = []
    for path in sorted(SEEDS.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            seed = json.loads(line)
            rows.append(
                Row(
                    text=seed["text"],
                    lang=seed["lang"],
                    source="seeds",
                    harm=None if seed["category"] not in (*CATEGORIES, None) else bool(seed["label"]),
                    categories=_known(seed["category"]) if seed["label"] else {},
                    weight=3.0 if seed["label"] else 1.5,
                    group=seed["pair"],
                )
            )
    return rows


def ours(seed: int) -> list[Row]:
    """Return the seeds and all that grows from them; equal for equal `seed`."""
    given = [row for row in seeds() if row.harm is not None]
    return [
        *given,
        *dressed(given, 1, seed),
        *plain(1000, random.Random(seed)),
        *portraits(random.Random(seed)),
        *requests(),
        *paragraphs(800, [row for row in given if not is_kept_apart(row)], random.Random(seed)),
    ]


def is_kept_apart(row: Row) -> bool:
    """Tell whether a row is a seed of the quarter of all pairs that can be left out, or grew from one."""
    return row.source in ("seeds", "dressed") and hashlib.sha256(row.group.encode()).digest()[0] % 4 == 0


def settled(rows: Iterable[Row]) -> list[Row]:
    """Return the rows as the detector reads them, bare of disguises and of a full stop at the end."""
    plain = (replace(row, text=normalise(row.text).text.rstrip(f" {STOPS}")) for row in rows)
    return [row for row in plain if row.text]


def alone(rows: Sequence[Row], most: int, dice: random.Random) -> list[Row]:
    """
    Return `most` sentences of harmless texts as texts of their own, each once, at half of its text's weight.

    The service judges every sentence by itself, and out of its surroundings an innocent one may frighten.
    """
    found = list(_sentences(rows))
    dice.shuffle(found)
    return found[:most]


def _sentences(rows: Sequence[Row]) -> Iterator[Row]:
    known = {"", *(row.text for row in rows)}
    for row in rows:
        if row.harm is not False or row.source in _GROWN:
            continue
        parts = [part.text.rstrip(STOPS) for part in sentences(row.text)]
        for part in parts if len(parts) > 1 else ():
            if part not in known:
                known.add(part)
                yield replace(row, text=part, weight=row.weight / 2)


def _known(category: str | None) -> dict[str, bool]:
    if category not in _NEAR:
        return {}
    return {name: name == category for name in CATEGORIES if name == category or name not in _NEAR[category]}


def trainable(data: Path, seed: int) -> list[Row]:
    """Return the rows of every set whose licence allows training, thinned by `seed` where a set is large."""
    dice, rows = random.Random(seed), []
    for name, (read, most) in _TRAINABLE.items():
        found = [_row(name, entry, read(entry)) for entry in stored(data, name)]
        useful = [row for row in found if row is not None]
        dice.shuffle(useful)
        rows.extend(useful[:most])
    return rows


def measured(data: Path) -> dict[str, list[str]]:
    """The texts of the sets that may only be measured, by name of the set and category."""
    texts: dict[str, list[str]] = {}
    for name in ("benign_t2v_2", "benign_t2v_compositional", "t2v_unsafe", "t2i_risky"):
        for entry in stored(data, name):
            category = str(entry["category"]).split(";")[0] if entry["label"] else ""
            texts.setdefault(f"{name}/{category}" if category else name, []).append(entry["text"])
    return texts


def stored(data: Path, name: str) -> Iterator[dict[str, Any]]:
    """Yield the objects of one set."""
    with gzip.open(data / "prompts" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


Judged = tuple[bool | None, dict[str, bool], float]


def _row(name: str, entry: dict[str, Any], judged: Judged) -> Row | None:
    harm, known, weight = judged
    text = re.sub(r"\s+", " ", entry["text"]).strip()
    if not text or weight == 0 or (harm is None and not known):
        return None
    return Row(
        text=text,
        lang=entry["lang"],
        source=name,
        harm=harm,
        categories=known,
        weight=weight,
        group=text[:60],
    )


def _harmless(weight: float) -> Any:
    return lambda _entry: (False, {}, weight)


def _of(mapping: dict[str, str], weight: float) -> Any:
    def judged(entry: dict[str, Any]) -> Judged:
        return True, _known(mapping.get(entry["category"])), weight

    return judged


def _image_pairs(entry: dict[str, Any]) -> Judged:
    if not entry["label"]:
        return False, {}, 1.0
    category = _IMAGE_PAIRS.get(entry["category"])
    return (True, _known(category), 4.0) if category else (None, {}, 0.0)


def _users(entry: dict[str, Any]) -> Judged:
    return (None, {}, 0.0) if _DOUBTFUL.search(entry["text"]) else (False, {}, 0.7)


def _harmful(entry: dict[str, Any]) -> Judged:
    category = entry["category"]
    if category in ("copyright", "misinformation_disinformation"):
        return None, {}, 0.0
    return True, _known(_HARMFUL.get(category)), 0.7


def _requests(entry: dict[str, Any]) -> Judged:
    category = _REQUESTS.get(entry["category"])
    return (True, _known(category), 0.7) if category else (None, {}, 0.0)


def _multilingual(entry: dict[str, Any]) -> Judged:
    named = [_MULTILINGUAL[kind] for kind in ast.literal_eval(entry["category"]) if kind in _MULTILINGUAL]
    return (True, dict.fromkeys(named, True), 0.4) if named else (None, {}, 0.0)


def _safety_en(entry: dict[str, Any]) -> Judged:
    category = entry["category"]
    if category == "commonsense":
        return False, {}, 1.0
    return (True, _known(_SAFETY_EN[category]), 0.4) if category in _SAFETY_EN else (None, {}, 0.0)


def _tweets_en(entry: dict[str, Any]) -> Judged:
    if entry["category"] == "offensive":
        return None, {}, 0.0
    return (True, _known("hate"), 0.4) if entry["category"] == "hate" else (False, {}, 0.4)


def _tweets_fr(entry: dict[str, Any]) -> Judged:
    category = entry["category"]
    if category == "normal":
        return False, {}, 0.4
    return (
        (True, _known("hate"), 0.4) if "hateful" in category and "normal" not in category else (None, {}, 0.0)
    )


_TRAINABLE: dict[str, tuple[Any, int]] = {
    "benign_t2v": (_harmless(1.0), 2000),
    "benign_t2v_long": (_harmless(1.5), 2000),
    "benign_t2i": (_harmless(1.0), 2000),
    "benign_captions": (_harmless(0.6), 1200),
    "benign_users": (_users, 2500),
    "t2i_sensitive_pairs": (_image_pairs, 4000),
    "requests_categories": (_requests, 600),
    "requests_harmful": (_harmful, 400),
    "requests_multilingual": (_multilingual, 1000),
    "requests_safety_en": (_safety_en, 1000),
    "tweets_hate_en": (_tweets_en, 1500),
    "tweets_hate_fr": (_tweets_fr, 1200),
}
