"""
Other text detectors by the words of a setting.

    classifier:FOLDER           a sequence classifier of the transformers library
    guard:FOLDER                a guard model of Llama Guard's family
    moderation:URL#MODEL        a server of OpenAI's Moderations API; texts leave this machine
"""

from __future__ import annotations

import re
from pathlib import Path

from api.moderation_server import ModerationServer
from safety.detector import Detector, Text
from safety.detectors.classifier import SequenceClassifier
from safety.detectors.guard import GuardModel
from safety.detectors.moderation_endpoint import ModerationEndpoint

FORMS = ("classifier:FOLDER", "guard:FOLDER", "moderation:URL#MODEL")


def text_model(setting: str, key: str | None = None) -> Detector[Text]:
    """
    Return the detector a setting names; weights are loaded when first needed.

    Args:
        setting: one of `FORMS`.
        key: for a moderation server.

    Raises:
        ValueError: the setting is none of the forms, or a server is named without its key.
        ModelUnavailable: a folder holds no classifier, or labels that nobody has named a category for.
    """
    kind, _, rest = setting.strip().partition(":")
    if kind == "classifier" and rest:
        return SequenceClassifier.at(Path(rest), name=f"text.classifier-{_slug(Path(rest).name)}@1")
    if kind == "guard" and rest:
        return GuardModel(folder=Path(rest), name=f"text.guard-{_slug(Path(rest).name)}@1")
    address, _, model = rest.rpartition("#")
    if kind == "moderation" and address.startswith(("https://", "http://")) and model:
        if not key:
            raise ValueError("a moderation server needs a key; set FILIGRANE_TEXT_MODELS_KEY")
        server = ModerationServer(base_url=address, model=model, key=key)
        return ModerationEndpoint(ask=server, name=f"text.moderation-{_slug(model)}@1")
    raise ValueError(f"no text model is called {setting!r}; write one of: {', '.join(FORMS)}")


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "model"
