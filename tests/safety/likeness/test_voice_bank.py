"""The voices an operator lists: who is heard, in which windows, and by how many votes."""

import numpy as np
import pytest

from safety.likeness.bank import write_bank
from safety.likeness.voice_bank import REVIEW, ListedVoices


def unit(*values: float) -> np.ndarray:
    vector = np.array(values, np.float32)
    return vector / np.linalg.norm(vector)


ANN, BOB, NOBODY = unit(1, 0, 0), unit(0, 1, 0), unit(0, 0, 1)
BANK = ListedVoices(
    bank="voices.public_figures", model_id="net@1", references=("ann", "bob"), vectors=np.stack([ANN, BOB])
)


def heard(*windows: np.ndarray) -> list[tuple[str, int, int]]:
    return [(one.match.reference, one.first, one.last) for one in BANK.match(np.stack(windows), "net@1")]


def test_each_person_is_told_once_where_they_speak() -> None:
    """Two people one after the other are two, in the order in which they speak, each in their windows."""
    assert [("bob", 3, 8), ("ann", 9, 15)] == heard(*[NOBODY] * 3, *[BOB] * 6, *[ANN] * 7)


def test_one_window_decides_nothing() -> None:
    """Two of five neighbouring windows are outvoted; three carry it."""
    assert [] == heard(NOBODY, ANN, NOBODY, ANN, NOBODY)
    assert [("ann", 1, 3)] == heard(NOBODY, ANN, ANN, ANN, NOBODY)


def test_fewer_windows_vote_together() -> None:
    """A short clip has fewer voters, and they are all asked."""
    assert [("ann", 0, 0)] == heard(ANN)
    assert [("ann", 0, 2)] == heard(ANN, NOBODY, ANN)


def test_nobody_is_told_below_the_line() -> None:
    """From the review line on, with the distance and the threshold of a match."""
    near, far = ((value, (1 - value**2) ** 0.5) for value in (REVIEW + 0.01, REVIEW - 0.01))
    assert [] == heard(*[unit(far[0], 0, far[1])] * 3)
    (one,) = BANK.match(np.stack([unit(near[0], 0, near[1])] * 3), "net@1")
    assert round(1 - REVIEW - 0.01, 3) == round(one.match.distance, 3)
    assert one.match.threshold < one.match.distance


def test_a_persons_recordings_make_one_centre() -> None:
    """Someone listed by two recordings is compared with what lies between them."""
    bank = ListedVoices(bank="b", model_id="net@1", references=("ann", "ann"), vectors=np.stack([ANN, BOB]))
    (one,) = bank.match(unit(1, 1, 0)[None], "net@1")
    assert 0.0 == round(one.match.distance, 3)


def test_vectors_of_another_model_are_refused() -> None:
    """What two nets made is never compared; an empty bank and a clip without speech match nobody."""
    with pytest.raises(ValueError, match="other@1"):
        BANK.match(ANN[None], "other@1")
    empty = ListedVoices(bank="b", model_id="net@1", references=(), vectors=np.zeros((0, 0), np.float32))
    assert () == empty.match(ANN[None], "net@1")
    assert () == BANK.match(np.zeros((0, 3), np.float32), "net@1")


def test_a_bank_is_kept_for_its_owner_alone(tmp_path) -> None:
    """What is written is read back; it is 0600, and refused when others may read it."""
    path = tmp_path / "banks" / "v"
    write_bank(BANK, path)
    assert 0o600 == path.stat().st_mode & 0o777
    assert BANK.references == ListedVoices.read(path).references
    path.chmod(0o640)
    with pytest.raises(ValueError, match="chmod 600"):
        ListedVoices.read(path)
