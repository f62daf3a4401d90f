"""
A guard model: a language model that answers `safe`, or `unsafe` and the codes of the hazards it sees.

The family is Llama Guard's (versions 3 and 4), from a folder of this machine, whose chat template writes the
question.  What it answers in another form is no answer: the detector has failed, and severe categories hold.
"""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from generator.backends.torch_library import torch_ready
from policies.finding import Finding
from safety.detector import Text
from safety.detectors.labels import categories_of, findings, hazard_labels
from safety.errors import DetectorFailed, ModelUnavailable
from safety.models.checkpoint import checkpoint

_ANSWER = re.compile(r"\s*(?:(safe)|unsafe\s+(S\d{1,2}(?:\s*,\s*S\d{1,2})*))\s*")
_LONGEST_ANSWER = 32
_LONGEST_QUESTION = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardModel:
    """
    Asks a guard model about a text; it names kinds, never places.

    Args:
        folder: of a saved causal model with its tokenizer and chat template.
        name: stored with every decision; give another version to another model.
    """

    folder: Path
    name: str = "text.guard@1"
    categories: frozenset[str] = field(default=categories_of(hazard_labels()), repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    def examine(self, content: Text, /) -> tuple[Finding, ...]:
        """
        Say what kinds of hazard the model names, each at the likelihood of its `unsafe`.

        Raises:
            DetectorFailed: it answered in no known form, or the text is longer than it reads.
            ModelUnavailable: the weights are absent or cannot be read.
        """
        if not content.text.strip():
            return ()
        answer, likelihood = self._asked(content.text)
        codes = hazards(answer)
        return findings(
            dict.fromkeys(codes, likelihood), hazard_labels(), f"so judges the guard model {self.folder.name}"
        )

    def _asked(self, text: str) -> tuple[str, float]:
        """Return the model's answer and how likely its first word was."""
        torch = torch_ready()
        tokenizer, model = checkpoint(self.folder, "AutoModelForCausalLM")
        if tokenizer.chat_template is None:
            raise ModelUnavailable(
                f"the tokenizer in {self.folder} has no chat template, so it cannot be asked"
            )
        question = tokenizer.apply_chat_template(
            [{"role": "user", "content": _disarmed(text, tokenizer)}],
            add_generation_prompt=True, return_tensors="pt", return_dict=True,
        )  # fmt: skip
        asked = question["input_ids"].shape[1]
        if asked > min(_LONGEST_QUESTION, model.config.max_position_embeddings - _LONGEST_ANSWER):
            raise DetectorFailed("the text is longer than the guard model reads")
        with self._lock, torch.inference_mode():
            made = model.generate(
                **question, max_new_tokens=_LONGEST_ANSWER, do_sample=False, output_scores=True,
                return_dict_in_generate=True, pad_token_id=tokenizer.eos_token_id,
            )  # fmt: skip
        tokens = made.sequences[0, asked:].tolist()
        first = next((at for at, token in enumerate(tokens) if tokenizer.decode([token]).strip()), 0)
        likelihood = float(made.scores[first][0].float().softmax(-1)[tokens[first]])
        return tokenizer.decode(tokens, skip_special_tokens=True), likelihood


def hazards(answer: str) -> tuple[str, ...]:
    """
    Return the codes of an answer, none where it says `safe`.

    Raises:
        DetectorFailed: the answer has no known form, or a code that we do not know.
    """
    match = _ANSWER.fullmatch(answer)
    if match is None:
        raise DetectorFailed("the guard model answered in no known form")
    codes = tuple(re.findall(r"S\d+", match[2] or ""))
    if strange := [code for code in codes if code not in hazard_labels()]:
        raise DetectorFailed(f"the guard model named hazards that we do not know: {', '.join(strange)}")
    return codes


def _disarmed(text: str, tokenizer: Any) -> str:
    """Return the text without the tokenizer's own signs: they could end the question and answer it."""
    signs = sorted({*tokenizer.all_special_tokens, *tokenizer.get_added_vocab()}, key=len, reverse=True)
    before = None
    while before != text:
        before = text
        for sign in signs:
            text = text.replace(sign, " ")
    return text
