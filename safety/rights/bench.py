"""What finding names costs: ``python -m safety.rights.bench``."""

from __future__ import annotations

import random
import statistics
import sys
import time
from dataclasses import dataclass

from safety.rights.bank import Kind, Name, NameBank, shipped_banks
from safety.rights.names import NameMatcher

SYLLABLES = ("ba", "de", "ki", "lo", "mu", "ran", "tel", "vor", "shi", "pan", "ter", "mon", "cla", "dris")
PROMPTS = (
    "A wide shot of a fluffy cat walking on a beach at sunset, golden light, gentle waves, cinematic",
    "Un plan large d'un chat qui marche sur la plage au coucher du soleil, lumière dorée",
    "Taylor Swift and Emmanuel Macron dance with Pikachu in the rue Victor Hugo while a prince waves",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NamesFigures:
    """Seconds to build a bank and to change one entry, microseconds a prompt; all of this process's time."""

    entries: int
    build_s: float
    change_s: float
    find_us: float
    find_shipped_us: float


def synthetic_bank(count: int, *, seed: int = 1) -> NameBank:
    """Return `count` made-up names of two words, the same for the same seed."""
    rng = random.Random(seed)  # noqa: S311 - made-up names, no secret
    entries = tuple(
        Name(id=f"made:{at}", kind=Kind.CHARACTER, name=f"{_word(rng)} {_word(rng)}", source="made")
        for at in range(count)
    )
    return NameBank(name="optouts.verified", generation=1, entries=entries)


def measure(count: int = 100_000) -> NamesFigures:
    """Measure with the lists that ship and `count` made-up opt-outs beside them."""
    shipped = NameMatcher(shipped_banks())
    bank = synthetic_bank(count)
    started = time.process_time()
    matcher = shipped.with_bank(bank)
    built = time.process_time()
    more = NameBank(
        name=bank.name, generation=2, entries=(*bank.entries, Name(id="x", kind=Kind.WORK, name="Zorblax"))
    )
    matcher = matcher.with_bank(more)
    return NamesFigures(
        entries=count,
        build_s=built - started,
        change_s=time.process_time() - built,
        find_us=_median_us(matcher),
        find_shipped_us=_median_us(shipped),
    )


def _word(rng: random.Random) -> str:
    return "".join(rng.choices(SYLLABLES, k=rng.randint(2, 4))).title()


def _median_us(matcher: NameMatcher, rounds: int = 300) -> float:
    costs = []
    for _ in range(rounds):
        started = time.process_time_ns()
        for prompt in PROMPTS:
            matcher.find(prompt)
        costs.append((time.process_time_ns() - started) / len(PROMPTS) / 1000)
    return statistics.median(costs)


if __name__ == "__main__":
    sys.stdout.write(f"{measure()}\n")
