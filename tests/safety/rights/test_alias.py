"""Which aliases nobody may claim."""

import pytest

from safety.rights.alias import RefusedFor, check_alias


@pytest.mark.parametrize(
    ("alias", "reason"),
    [
        ("Zed", RefusedFor.TOO_SHORT),
        ("B.O.", RefusedFor.TOO_SHORT),
        ("", RefusedFor.TOO_SHORT),
        ("\u200b\u200b\u200b\u200b", RefusedFor.TOO_SHORT),
        ("rose", RefusedFor.ORDINARY_WORD),
        ("Forêt", RefusedFor.ORDINARY_WORD),
        ("red apple", RefusedFor.ORDINARY_WORD),
        ("le petit chat", RefusedFor.ORDINARY_WORD),
        ("h0use", RefusedFor.ORDINARY_WORD),
        ("hоusе", RefusedFor.ORDINARY_WORD),
    ],
)
def test_what_everybody_needs_is_refused_with_its_reason(alias: str, reason: RefusedFor) -> None:
    """A word of the language, or fewer than four letters, in whatever disguise, cannot be claimed."""
    refusal = check_alias(alias)
    assert refusal is not None
    assert reason == refusal.reason
    assert refusal.english != refusal.french


@pytest.mark.parametrize("alias", ["Zorblax", "Pikachu", "Le Grand Zorblax", "Mbappé", "R2-D2", "Ту́шкин"])
def test_a_name_of_ones_own_is_accepted(alias: str) -> None:
    """What sets a name apart may be claimed."""
    assert None is check_alias(alias)
