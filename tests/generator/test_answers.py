"""What another service sends is read up to a bound, and not a part further."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.answers import AnswerTooLong, bounded


@settings(max_examples=100, deadline=None)
@given(st.lists(st.binary(max_size=40), max_size=20), st.integers(0, 400))
def test_an_answer_comes_whole_or_not_at_all(parts: list[bytes], most: int) -> None:
    """Up to the bound it is what was sent; beyond, an error, and nothing behind the bound is asked for."""
    whole, asked = b"".join(parts), []

    def sent():
        for part in parts:
            asked.append(part)
            yield part

    if len(whole) <= most:
        assert whole == bounded(sent(), most)
        return
    with pytest.raises(AnswerTooLong):
        bounded(sent(), most)
    assert len(b"".join(asked[:-1])) <= most < len(b"".join(asked))
