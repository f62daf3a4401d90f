"""What can go wrong where parts are wired; each class says what to do, `api/problems.py` what clients see."""

from __future__ import annotations


class ApiError(Exception):
    """The base of this package's errors."""


class DatabaseUnavailable(ApiError):  # noqa: N818  (what is wrong, as elsewhere in the house)
    """The database does not answer; read its log, or set FILIGRANE_DATABASE_URL to another server."""


class MigrationDrift(ApiError):  # noqa: N818
    """The database was built by other migrations than these; restore the file, or run the newer program."""


class Overloaded(ApiError):  # noqa: N818
    """The queue is full; wait, then ask again."""


class NameTaken(ApiError):  # noqa: N818
    """Another has this name; choose one that differs in more than case."""


class StorageFull(ApiError):  # noqa: N818
    """No room is left where bytes are written; free some, and what waits goes on by itself."""


class StorageUnavailable(ApiError):  # noqa: N818
    """The object store does not take or give bytes; see that it answers, and that we may write there."""


class ObjectMissing(ApiError):  # noqa: N818
    """Nothing is kept under this digest; the row that names it is older than its removal."""


class ObjectDamaged(ApiError):  # noqa: N818
    """The bytes kept under this digest are not those that were put; restore them from a copy."""


class AddressRefused(ApiError):  # noqa: N818
    """Not an address that is called for others; give an https address on the public internet."""


class NoAnswer(ApiError):  # noqa: N818
    """The address gave nothing usable in time; check that it answers 200 without a login."""


class AnswerTooLarge(ApiError):  # noqa: N818
    """The address answers with more than is taken here; offer a smaller file."""


class IdentityUnavailable(ApiError):  # noqa: N818
    """The identity provider's keys cannot be had; see that OIDC_JWKS answers, or name a file."""


class ServiceUnreachable(ApiError):  # noqa: N818
    """No service answers at this address; start one, or name it with --url."""


class HomeNotEmpty(ApiError):  # noqa: N818
    """The home holds clips already; name a fresh one by FILIGRANE_HOME, or add to it with --add."""


class ActRefused(ApiError):  # noqa: N818
    """The service answered otherwise than the demo expects; its journal in HOME/demo says more."""
