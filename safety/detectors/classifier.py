"""
Any sequence classifier of the transformers library, from a folder of this machine.

torch and transformers are loaded with the first text, not before.  `labels.yaml` in the folder names a
category of ours for each of the model's labels; without it, labels must be among those we know.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from generator.backends.torch_library import torch_ready
from policies.finding import Characters, Finding
from safety.clauses import clauses
from safety.detector import Text
from safety.detectors.labels import Labels, categories_of, classifier_labels, findings
from safety.errors import ModelUnavailable
from safety.models.checkpoint import checkpoint

_LOCATED_FROM = 0.4
_LONGEST_TOKENS = 512
_BATCH = 16
_OVERLAP = 4  # a window repeats the last quarter of the one before


@dataclass(frozen=True, slots=True, kw_only=True)
class SequenceClassifier:
    """
    Scores a text by a model's labels: the whole in windows, and its worst clause as the place.

    Args:
        folder: of a saved model: config.json, model.safetensors, the files of a fast tokenizer.
        labels: the model's labels in our taxonomy.
        name: stored with every decision; give another version to another model.
    """

    folder: Path
    labels: Labels
    name: str = "text.classifier@1"
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    @classmethod
    def at(cls, folder: Path, name: str = "text.classifier@1") -> SequenceClassifier:
        """
        Return the classifier of a folder; nothing but its list of labels is read yet.

        Raises:
            ModelUnavailable: the folder has no model, or labels that nobody has named a category for.
        """
        return cls(folder=folder, labels=_labels(folder), name=name)

    @property
    def categories(self) -> frozenset[str]:
        """The categories that the model's labels speak of."""
        return categories_of(self.labels)

    def examine(self, content: Text, /) -> tuple[Finding, ...]:
        """
        Say what the model finds, strongest first.

        Raises:
            ModelUnavailable: the weights are absent or cannot be read.
        """
        plain = content.plain
        if not plain.text:
            return ()
        whole = self._scores([plain.text])[0]
        why = f"so judges the classifier {self.folder.name}"
        found = findings(whole, self.labels, why)
        if not found or found[0].score < _LOCATED_FROM:
            return found
        pieces = clauses(plain.text)
        told = self._scores([piece.text for piece in pieces])
        worst = max(range(len(pieces)), key=lambda at: self._of(told[at], found[0].category))
        start, end = plain.span(pieces[worst].start, pieces[worst].end)
        return findings(whole, self.labels, why, Characters(start=start, end=end, part=content.part))

    def _of(self, scores: Mapping[str, float], category: str) -> float:
        return max(score for label, score in scores.items() if self.labels[label] == category)

    def _scores(self, texts: Sequence[str]) -> list[dict[str, float]]:
        """Return each text's score by label: of its windows the highest."""
        torch = torch_ready()
        tokenizer, model = checkpoint(self.folder, "AutoModelForSequenceClassification")
        longest = min(int(tokenizer.model_max_length), _LONGEST_TOKENS)
        coded = tokenizer(
            list(texts), truncation=True, max_length=longest, stride=longest // _OVERLAP,
            return_overflowing_tokens=True, padding=True, return_tensors="pt",
        )  # fmt: skip
        owners = coded.pop("overflow_to_sample_mapping").tolist()
        with self._lock, torch.inference_mode():
            logits = torch.cat(
                [
                    model(**{name: tensor[at : at + _BATCH] for name, tensor in coded.items()}).logits
                    for at in range(0, len(owners), _BATCH)
                ]
            )
        is_one_of = model.config.problem_type == "single_label_classification"
        windows = (logits.softmax(-1) if is_one_of else logits.sigmoid()).tolist()
        found: list[dict[str, float]] = [{} for _ in texts]
        for owner, row in zip(owners, windows, strict=True):
            for at, score in enumerate(row):
                label = str(model.config.id2label[at]).lower()
                found[owner][label] = max(score, found[owner].get(label, 0.0))
        return found


def _labels(folder: Path) -> Labels:
    """Return the model's labels, in small letters, with our categories."""
    try:
        config = yaml.safe_load((folder / "config.json").read_text(encoding="utf-8"))
        own = folder / "labels.yaml"
        given = yaml.safe_load(own.read_text(encoding="utf-8")) if own.exists() else {}
    except OSError as error:
        raise ModelUnavailable(f"no classifier in {folder}: {error.strerror}") from error
    known = {**classifier_labels(), **{str(label).lower(): category for label, category in given.items()}}
    labels = [str(label).lower() for label in config.get("id2label", {}).values()]
    strange = [label for label in labels if label not in known]
    if strange or not labels:
        raise ModelUnavailable(
            f"write {own}: a category of ours (or nothing) for each of {', '.join(strange)}"
        )
    return {label: known[label] for label in labels}
