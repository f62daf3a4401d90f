"""Ranges, as browsers and download managers ask for them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.media import asked_range
from api.problems import Problem


@pytest.mark.parametrize(
    ("header", "span"),
    [
        (None, None),
        ("bytes=0-", (0, 100)),
        ("bytes=0-0", (0, 1)),
        ("bytes=10-19", (10, 20)),
        ("bytes=90-500", (90, 100)),
        ("bytes=-1", (99, 100)),
        ("bytes=-500", (0, 100)),
        ("bytes=5-2", None),
        ("bytes=0-1,5-6", None),
        ("items=0-1", None),
        ("bytes=-", None),
        ("bytes=a-b", None),
    ],
)
def test_a_range_is_read_as_the_standard_says(header: str | None, span: tuple[int, int] | None) -> None:
    """One range of bytes is served, anything else is ignored (RFC 9110 section 14)."""
    assert span == asked_range(header, 100)


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=200-300", "bytes=-0"])
def test_a_range_outside_the_content_is_refused(header: str) -> None:
    """A range that holds no byte answers 416 and says how long the content is."""
    with pytest.raises(Problem) as refused:
        asked_range(header, 100)
    assert (416, "bytes */100") == (refused.value.kind.status, refused.value.headers["Content-Range"])


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=30), st.integers(1, 10**9))
def test_any_header_gives_a_range_inside_or_a_refusal(header: str, byte_count: int) -> None:
    """Whatever is sent, nothing outside the content is ever read."""
    try:
        span = asked_range("bytes=" + header, byte_count)
    except Problem as refused:
        assert 416 == refused.kind.status
    else:
        assert span is None or 0 <= span[0] < span[1] <= byte_count
