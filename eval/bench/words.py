"""What looking at a prompt costs, and deciding about it; the whole gate with its database is in `served`."""

from __future__ import annotations

import os
import statistics
from collections.abc import Callable, Iterator
from functools import partial

from eval.bench import mix
from eval.bench.row import Row, at_least, at_most
from eval.bench.timing import costs, median, quantile
from policies.bundle import load_policy
from policies.decide import decide
from policies.facts import Facts, Surface
from policies.finding import Evidence, Stage
from safety.detector import Text
from safety.detectors.sets import text_looks
from safety.embedding import SentenceEncoder
from safety.models.places import models_folder
from safety.models.store import ModelStore
from safety.normalise import normalise, skeleton
from safety.rights.bench import measure as measure_names
from safety.screen import Screen, screen_text

SCENE = (
    "A red boat drifts on a calm sea at dawn while gulls circle above the mast and a lighthouse blinks far"
    " away behind them. An old fisherman mends his net on the pier, hums a tune and waves to the children who"
    " run past with a kite. A camera follows the kite up into the clouds, turns slowly around the mast, then"
    " dives back to the deck where a ginger cat sleeps on a coil. Low light, long shadows, soft grain,"
    " the look of an old postcard; in the distance a bell rings twice and the harbour wakes, shutters open, a"
    " baker sets out his bread, and the first tram of the day climbs the hill with its lamps still lit."
)
"""A benign prompt of the longer kind; shorter ones are its beginning."""

FIRING = "Taylor Swift is beheaded by Pikachu, blood everywhere, then Emmanuel Macron laughs naked"
"""Names of three lists and harm of two kinds: evidence as a refusal has it."""

LENGTHS = {120: (15, 80), 600: (60, None)}
"""Characters, and the milliseconds that half and that all but one in a hundred may take."""

_GROWTH = (4_000, 32_000)
_DISGUISED = "Тауlоr Ѕwift p0rn e\u0301t\u200be 𝕋𝕒𝕪 s.e.x, "


def rows() -> Iterator[Row]:
    """Yield the rows about words."""
    store = ModelStore(models_folder(os.environ))
    encoder, screen = SentenceEncoder(store), Screen(text=text_looks(store))
    for length in LENGTHS:
        yield from _looks(screen, encoder, length)
    yield from mix.rows(screen)
    yield _names()
    yield from _normaliser()
    yield from _decisions(screen)


def _looks(screen: Screen, encoder: SentenceEncoder, length: int) -> Iterator[Row]:
    prompt = SCENE[:length]
    spent = costs(partial(screen_text, screen, [Text(text=prompt)]))
    embedding = median(partial(encoder.embed, [prompt]))
    p50, p99 = LENGTHS[length]
    for share, value, limit in (
        ("p50", statistics.median(spent), p50),
        ("p99", quantile(spent, 0.99), p99),
    ):
        yield Row(
            what=f"every look at a prompt of {length} characters, {share}",
            figure=value * 1e3,
            unit="ms",
            beside="one embedding pass",
            beside_figure=embedding * 1e3,
            target=None if limit is None else at_most(limit),
        )


def _names() -> Row:
    found = measure_names()
    return Row(
        what=f"names found in a prompt, {found.entries:,} entries beside the lists that ship",
        figure=found.find_us,
        unit="µs",
        beside="the lists that ship alone",
        beside_figure=found.find_shipped_us,
        target=at_most(100),
    )


def _normaliser() -> Iterator[Row]:
    few, many = _GROWTH
    for what, text in (("plain", SCENE), ("disguised", _DISGUISED)):
        short, long = (_normalising(text * (size // len(text) + 1), size) for size in (few, many))
        yield Row(
            what=f"normalising {many:,} {what} characters ({many // few} times the text)",
            figure=long * 1e3,
            unit="ms",
            beside=f"{few:,} characters",
            beside_figure=short * 1e3,
        )


def _normalising(text: str, size: int) -> float:
    return median(lambda: (normalise(text[:size]), skeleton(text[:size])), rounds=9)


def _decisions(screen: Screen) -> Iterator[Row]:
    policy, facts = load_policy(), Facts(surface=Surface.PROMPT)
    empty = Evidence(subject_digest="0" * 64, stage=Stage.PROMPT)
    bare = _per_second(lambda: decide(policy, facts, empty))
    for what, prompt in (("a benign prompt", SCENE), ("a prompt refused for several reasons", FIRING)):
        evidence = Evidence(
            subject_digest="0" * 64,
            stage=Stage.PROMPT,
            readings=screen_text(screen, [Text(text=prompt)]),
        )
        yield Row(
            what=f"policy decisions about {what}",
            figure=_per_second(partial(decide, policy, facts, evidence)),
            unit="a second",
            beside="no reading at all",
            beside_figure=bare,
            target=at_least(20_000),
        )


def _per_second(work: Callable[[], object]) -> float:
    return 200 / median(lambda: [work() for _ in range(200)], rounds=15)
