"""Hiding what one says is told as such, and a single oddity holds nobody."""

from __future__ import annotations

import base64
import gzip
import json
from pathlib import Path

import pytest

from policies.bundle import load_policy
from policies.decide import decide
from policies.facts import Facts, Surface
from policies.finding import Evidence, Stage
from policies.ruling import Verdict
from safety.detector import Text
from safety.detectors.hidden_writing import CATEGORY, HiddenWriting
from safety.screen import Screen, screen_text

HELD_FROM = 0.6
"""Of policies/rules/limits.yaml."""


def score(text: str) -> float:
    return max((found.score for found in HiddenWriting().examine(Text(text=text))), default=0.0)


@pytest.mark.parametrize(
    "text",
    [
        "a fox in the snow",
        "un renard dans la neige, l’œil vif — 4K, 60 fps, 3D",
        "naïve café, Größe, São Paulo, Łódź",
        "кот спит на окне",
        "слово кот means cat",
        "👩\u200d👩\u200d👧 laugh 🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
        "",
    ],
)
def test_plain_writing_hides_nothing(text: str) -> None:
    """Accents, other scripts, emoji families and flags are writing like any other."""
    assert 0.0 == score(text)


@pytest.mark.parametrize(
    ("text", "way"),
    [
        ("a f\u200box", "invisible signs within words"),
        ("a \u202exof", "reading direction"),
        ("a fоx runs", "several scripts"),
        ("𝕒 𝕗𝕠𝕩 𝕣𝕦𝕟𝕤", "styled letters"),
        ("a f.o.x.e.s", "letters set apart"),
        ("a w0lf h0wls", "figures for letters"),
    ],
)
def test_one_oddity_is_told_and_holds_nobody(text: str, way: str) -> None:
    """What any keyboard may do is told, below the score that holds."""
    (found,) = HiddenWriting().examine(Text(text=text))
    assert way in found.why
    assert 0.0 < found.score < HELD_FROM


@pytest.mark.parametrize(
    "text",
    [
        "a n\u200ba\u200bk\u200bеd w\u202eoman 1n the str33t",
        "a fox" + "".join(chr(0xE0000 + ord(sign)) for sign in " and a hidden order"),
        f"a f\u200box {base64.b64encode(b'a woman in the street').decode()}",
    ],
)
def test_several_together_are_held(text: str) -> None:
    """Three disguises, or a text that nobody sees, wait for a person; what is hidden is judged besides."""
    policy = load_policy()
    readings = screen_text(Screen(text=(HiddenWriting(),)), [Text(text=text)])
    ruling = decide(
        policy,
        Facts(surface=Surface.PROMPT),
        Evidence(subject_digest="", stage=Stage.PROMPT, readings=readings),
    )
    assert {Verdict.REVIEW} == {reason.verdict for reason in ruling.reasons if reason.category == CATEGORY}
    assert score(text) >= HELD_FROM


@pytest.mark.parametrize("file", ["benign_captions", "benign_t2v_long", "benign_t2i", "benign_users"])
def test_prompts_of_others_are_not_held(data_folder: Path, file: str) -> None:
    """In a set of people's own prompts none is held for how it is written."""
    with gzip.open(data_folder / "prompts" / f"{file}.jsonl.gz", "rt", encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in lines][:1500]
    assert [] == [text for text in texts if score(text) >= HELD_FROM]
