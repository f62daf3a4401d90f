"""A full disk is known as one, whoever tells of it."""

import errno

import av
import psycopg
import pytest
from obstore.exceptions import GenericError

from api.errors import StorageFull
from api.problems import problem_of_error
from api.room import is_full
from api.workshop import _sendable
from generator.errors import GenerationFailed


def kernel_says_full() -> OSError:
    try:
        with open("/dev/full", "wb", buffering=0) as device:
            device.write(b"0")
    except OSError as error:
        return error
    raise AssertionError("the device took a byte")


def wrapped(error: Exception) -> Exception:
    try:
        raise GenerationFailed("no clip came") from error
    except GenerationFailed as outer:
        return outer


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(kernel_says_full(), id="kernel"),
        pytest.param(OSError(errno.EDQUOT, "over quota"), id="quota"),
        pytest.param(av.error.OSError(errno.ENOSPC, "full", "clip.mp4"), id="codec"),
        pytest.param(psycopg.errors.DiskFull("could not extend file"), id="database"),
        pytest.param(GenericError("Unable to copy: No space left on device (os error 28)"), id="store"),
        pytest.param(StorageFull(), id="ours"),
        pytest.param(wrapped(kernel_says_full()), id="wrapped"),
    ],
)
def test_a_full_disk_is_told_as_one(error: Exception) -> None:
    """Clients read `storage_full` and when to come again; from the workshop it travels as one error of ours."""
    assert is_full(error)
    problem = problem_of_error(error)
    assert ("storage_full", 503, "60") == (problem.code, problem.kind.status, problem.headers["Retry-After"])
    assert isinstance(_sendable(error), StorageFull)


@pytest.mark.parametrize(
    "error",
    [
        None,
        OSError(errno.EACCES, "No space left on device"),
        psycopg.errors.UndefinedTable("no space"),
        GenericError("connection refused"),
        GenerationFailed("No space left on device"),
    ],
    ids=["none", "denied", "table", "refused", "spoken"],
)
def test_other_faults_are_not(error: Exception | None) -> None:
    """Nor is a fault that only speaks of it."""
    assert not is_full(error)


def test_a_circle_of_causes_ends() -> None:
    """Two errors that name each other are looked at once each."""
    one, other = ValueError("1"), ValueError("2")
    one.__cause__, other.__cause__ = other, one
    assert not is_full(one)
