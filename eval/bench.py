"""
The figures of `make bench`: each beside its target and beside something known, in one run on one machine.

Seconds are those of one process's processor time unless a row says otherwise, so that a busy machine
changes them little; compare the ratios, not the seconds of two machines.
"""

from __future__ import annotations

import datetime as dt
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from rich.console import Console
from rich.table import Table

from eval.bench_names import measure as measure_names
from generator.backends.embedded.engine import EmbeddedBackend
from generator.clip import Clip
from generator.media.view import decode
from generator.request import Submission
from policies.bundle import load_policy
from policies.decide import decide
from policies.facts import Facts, Surface
from policies.finding import Evidence, Stage
from safety.audit.checkpoint import Checkpoint, sign, verifier_key
from safety.audit.entry import ActionClass, Actor, Event, commitment, leaf
from safety.audit.merkle import Tree, extend, leaf_hash
from safety.audit.receipt import Receipt, verify_receipt
from safety.detector import Text
from safety.detectors.lexicon import LexiconDetector
from safety.detectors.names import NamesDetector
from safety.detectors.prompt import TextHeads
from safety.detectors.sets import clip_looks
from safety.embedding import SentenceEncoder
from safety.models.places import models_folder
from safety.models.store import ModelStore
from safety.pipeline import look
from safety.provenance.bench import measure as measure_marks
from safety.rights.bank import shipped_banks
from safety.rights.names import NameMatcher
from safety.screen import Screen, screen_text

PROMPTS = {
    120: "A red boat drifts on a calm sea at dawn while gulls circle above the mast"
    " and a lighthouse blinks far away behind them.",
    600: "A village square wakes up. " * 22,
}
ROUNDS = 40
CLIP_S = 4
LEAVES = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One figure, the target it has, and what it stands beside."""

    what: str
    measured: str
    target: str
    beside: str


def main() -> None:
    """Measure every row and print the table."""
    table = Table("what", "measured", "target", "beside", title="make bench")
    with tempfile.TemporaryDirectory() as folder:
        for row in rows(Path(folder)):
            table.add_row(row.what, row.measured, row.target, row.beside)
    Console(width=140).print(table)


def rows(folder: Path) -> Iterator[Row]:
    """Yield the rows, the quick ones first."""
    store = ModelStore(models_folder(os.environ))
    yield from _gate(store)
    yield _names()
    yield _decisions()
    yield from _log()
    yield from _clip(store, folder)


def _gate(store: ModelStore) -> Iterator[Row]:
    encoder, matcher = SentenceEncoder(store), NameMatcher(shipped_banks())
    screen = Screen(text=(NamesDetector(lambda: matcher), LexiconDetector(), TextHeads(encoder=encoder)))
    screen_text(screen, [Text(text="warm")])
    for length, target in ((120, "p50 ≤ 15 ms, p99 ≤ 80 ms"), (600, "p50 ≤ 60 ms")):
        prompt = PROMPTS[length][:length]
        costs = _costs(partial(screen_text, screen, [Text(text=prompt)]))
        embedding = statistics.median(_costs(partial(encoder.embed, [prompt])))
        middle = statistics.median(costs)
        yield Row(
            what=f"looks at a prompt of {length} characters (the gate adds policy and log)",
            measured=f"p50 {middle * 1e3:.1f} ms, worst of {ROUNDS} {max(costs) * 1e3:.1f} ms",
            target=target,
            beside=f"{middle / embedding:.1f} × one embedding pass ({embedding * 1e3:.1f} ms)",
        )


def _names() -> Row:
    found = measure_names()
    return Row(
        what=f"names, {found.entries:,} entries",
        measured=f"{found.find_us:.0f} µs a prompt",
        target="≤ 100 µs",
        beside=f"{found.find_us / found.find_shipped_us:.1f} × the shipped lists alone",
    )


def _decisions() -> Row:
    policy = load_policy()
    facts, evidence = Facts(surface=Surface.PROMPT), Evidence(subject_digest="0" * 64, stage=Stage.PROMPT)
    cost = statistics.median(_costs(lambda: [decide(policy, facts, evidence) for _ in range(500)])) / 500
    return Row(
        what="policy decision, nothing looked at",
        measured=f"{1 / cost:,.0f} a second",
        target="≥ 20,000 a second",
        beside=f"{cost * 1e6:.0f} µs each",
    )


def _log() -> Iterator[Row]:
    key = Ed25519PrivateKey.generate()
    public = verifier_key("bench.example/log", key)
    event = Event(
        event_id="event_" + "0" * 32,
        at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
        actor=Actor(type="system"),
        action="bench:leaf",
        action_class=ActionClass.DECISION,
        resource_type="bench",
        resource_id="0",
    )
    salt = b"s" * 32
    own = leaf(event.action_class, event.at.date(), commitment(salt, event.body()))
    tiles: dict[tuple[int, int], bytes] = {}
    started = time.process_time()
    for start in range(0, LEAVES, 1_000):
        hashes = [leaf_hash(own) for _ in range(1_000)]
        tiles.update(extend(start, hashes, lambda level, number: tiles[level, number]))
    grown_s = time.process_time() - started
    yield Row(
        what=f"log, {LEAVES:,} entries into tiles (no database)",
        measured=f"{LEAVES / grown_s:,.0f} entries/s",
        target="≥ 5,000/s sequenced",
        beside="the sequencer adds its transaction",
    )
    tree = Tree(LEAVES, lambda level, number: tiles[level, number])
    stated = Checkpoint(origin=public.origin, size=LEAVES, root=tree.root())
    receipt = Receipt(
        body=event.body(),
        salt=salt,
        action_class=event.action_class,
        day="2026-01-01",
        index=12_345,
        path=tuple(tree.inclusion(12_345)),
        note=sign(stated, public, key.sign),
    )
    cost = statistics.median(_costs(lambda: verify_receipt(receipt, public)))
    signature = statistics.median(_costs(lambda: key.public_key().verify(key.sign(b"x"), b"x")))
    yield Row(
        what="receipt verified",
        measured=f"{cost * 1e3:.2f} ms",
        target="≤ 1 ms",
        beside=f"{cost / signature:.1f} × one signature made and verified",
    )


def _clip(store: ModelStore, folder: Path) -> Iterator[Row]:
    started = time.perf_counter()
    clip = _made(folder)
    made_s = time.perf_counter() - started
    yield Row(
        what=f"embedded engine, {CLIP_S} s at 720p (by the clock)",
        measured=f"{made_s:.1f} s, {CLIP_S * 24 / made_s:.0f} frames/s",
        target="≥ 20 frames/s on both cores",
        beside=f"{made_s / CLIP_S:.1f} × its duration",
    )
    decode_s = _once(lambda: sum(1 for _ in decode(clip.path)))
    looks = clip_looks(store)
    everything = Screen(footage=looks.footage, on_screen=looks.on_screen, speech=looks.speech)
    look(everything, clip.path, "0" * 64)
    for what, screen, target in (
        ("every look but words", Screen(footage=looks.footage), "≤ 0.25 ×"),
        ("every look", everything, "≤ 0.5 ×"),
    ):
        spent = _once(partial(look, screen, clip.path, "0" * 64))
        yield Row(
            what=f"{what}, {CLIP_S} s at 720p (processor; two cores share it)",
            measured=f"{spent:.1f} s, {spent / 2 / CLIP_S:.2f} × on two cores",
            target=target,
            beside=f"{spent / decode_s:.1f} × the decode alone",
        )
    marks = measure_marks(clip.path)
    written = marks.write_picture_s + marks.write_sound_s
    yield Row(
        what="marking, picture and sound",
        measured=f"{CLIP_S / written:.1f} × real time",
        target="≥ 2 × real time",
        beside=f"{written / marks.decode_s:.1f} × the decode alone",
    )
    yield Row(
        what="an unmarked clip searched for marks",
        measured=f"{marks.read_s:.1f} s",
        target="≤ 3 s for 10 s",
        beside=f"{marks.read_s / marks.decode_s:.1f} × the decode alone",
    )


def _made(folder: Path) -> Clip:
    engine = EmbeddedBackend()
    request = Submission(
        id="bench",
        creator_id="bench",
        prompt="A fox trots through a forest at dusk while snow falls",
        duration_s=CLIP_S,
        width_px=1280,
        height_px=720,
        seed=1,
        submitted_at=dt.datetime.now(dt.UTC),
    )
    try:
        return engine.generate(request, folder, lambda _share: None, lambda _preview: None)
    finally:
        engine.close()


def _costs(work: Callable[[], object]) -> list[float]:
    return [_once(work) for _ in range(ROUNDS)]


def _once(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


if __name__ == "__main__":
    main()
