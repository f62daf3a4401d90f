"""What can go wrong between a prompt and a clip."""


class GeneratorError(Exception):
    """The base of this package's errors."""


class InvalidMedia(GeneratorError):  # noqa: N818  (the name is the contract's)
    """The bytes cannot be read as media we accept; send MP4, MOV, WebM, JPEG, PNG or WebP."""


class GenerationFailed(GeneratorError):  # noqa: N818
    """The back-end gave no clip; try again, or choose another model."""


class GenerationStopped(GeneratorError):  # noqa: N818
    """A look at a preview stopped the work; the reading that did so says why."""
