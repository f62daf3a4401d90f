"""What can go wrong while looking, marking, signing and logging."""


class SafetyError(Exception):
    """The base of this package's errors."""


class DetectorFailed(SafetyError):  # noqa: N818
    """A detector could not look; its reading says so, and severe categories hold."""


class ModelUnavailable(DetectorFailed):
    """The weights are absent or not those we know; run `filigrane models fetch`."""


class SigningFailed(SafetyError):  # noqa: N818
    """A mark or the manifest could not be made and read back; the clip is not released."""


class LogInconsistent(SafetyError):  # noqa: N818
    """The log contradicts itself; stop writing and keep the evidence."""


class FetchFailed(SafetyError):  # noqa: N818
    """Weights could not be brought, or are not those we know; nothing was put in their place."""


class UnsafeWeights(SafetyError):  # noqa: N818
    """A file of weights asks for more than numbers; it is not read."""


class SealBroken(SafetyError):  # noqa: N818
    """What is sealed cannot be opened: another key is in force, or the bytes were changed; restore both."""
