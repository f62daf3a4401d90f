"""Telling a disk without room from other faults, wherever it shows: files, codecs, object store, database."""

from __future__ import annotations

import errno

import psycopg

from api.errors import StorageFull

_NUMBERS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_WORDS = ("No space left on device", "Disk quota exceeded", "File too large")
"""What the errors of libraries say that carry no number: the object store's, the signer's."""
_WORDY = frozenset({"obstore", "c2pa"})


def is_full(error: BaseException | None) -> bool:
    """Whether an error, or one that it came from, says that no room is left to write."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if _says_full(error):
            return True
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return False


def _says_full(error: BaseException) -> bool:
    if isinstance(error, StorageFull | psycopg.errors.DiskFull):
        return True
    if type(error).__module__.partition(".")[0] in _WORDY:
        return any(word in str(error) for word in _WORDS)
    return isinstance(error, OSError) and error.errno in _NUMBERS
