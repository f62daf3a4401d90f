"""What can go wrong between a prompt and a clip."""

from __future__ import annotations

from typing import Literal

Language = Literal["en", "fr"]


class GeneratorError(Exception):
    """The base of this package's errors."""


class InvalidMedia(GeneratorError):  # noqa: N818  (the name is the contract's)
    """
    The bytes cannot be read as media we accept; send MP4, MOV, WebM, JPEG, PNG or WebP.

    `code` is one of `generator.media.faults.FAULTS`; `sentences` say the same thing in each
    language, and `str()` is the English one.
    """

    def __init__(self, english: str, *, code: str = "unreadable", french: str | None = None) -> None:
        super().__init__(english)
        self.code = code
        self.sentences: dict[Language, str] = {"en": english, "fr": french or english}


class GenerationFailed(GeneratorError):  # noqa: N818
    """
    The back-end gave no clip; try again, or choose another model.

    `code` keeps a remote server's own word for it ("moderation_blocked"), None when it gave none;
    `is_refusal` tells that asking again for the same thing will not help.
    """

    def __init__(self, message: str, *, code: str | None = None, is_refusal: bool = False) -> None:
        super().__init__(message)
        self.code = code
        self.is_refusal = is_refusal


class GenerationStopped(GeneratorError):  # noqa: N818
    """A look at a preview stopped the work; the reading that did so says why."""
