"""What clients send is read as the SDK spells it, and wrong values are named."""

from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.datastructures import FormData

from api.outbound import Outbound
from api.problems import Problem
from api.references import bytes_at_url
from api.video_body import (
    _nested,
    digest_of_fields,
    read_asking,
    read_cameos,
    read_prompt,
    read_seconds,
    read_size,
)

pytestmark = pytest.mark.anyio
MODELS = ("filigrane-1", "other")
FETCH = partial(bytes_at_url, Outbound(), None)  # nothing here gets as far as a folder


async def test_defaults_are_those_of_the_shape_we_keep() -> None:
    """A prompt alone asks for 4 s at 720x1280 of the first model."""
    asking = await read_asking(MODELS, {"prompt": "a fox"}, FETCH)
    assert ("filigrane-1", 4, 720, 1280, ()) == (
        asking.model,
        asking.duration_s,
        asking.width_px,
        asking.height_px,
        asking.cameo_ids,
    )


def test_forms_are_nested_as_the_sdk_spells_them() -> None:
    """Lists and objects in a form come out as they would from JSON."""
    form = FormData(
        [
            ("prompt", "a"),
            ("characters[]", "c1"),
            ("characters[0][id]", "c2"),
            ("input_reference[image_url]", "data:"),
        ]
    )
    assert {
        "prompt": "a",
        "characters": ["c1", {"id": "c2"}],
        "input_reference": {"image_url": "data:"},
    } == _nested(form)


@pytest.mark.parametrize("value", [1, "1", 20, "20", "04", 7], ids=repr)
def test_seconds_are_whole_numbers_to_twenty(value: object) -> None:
    """A number or its digits, from 1 to 20."""
    assert int(value) == read_seconds(value)


@pytest.mark.parametrize(
    "value",
    [0, 21, "0", "4.0", 4.0, "-4", "", None, True, "٤", "1e1", "999999999", [4]],
    ids=lambda value: ascii(value)[:20],
)
def test_other_seconds_are_refused(value: object) -> None:
    """Everything else names the field."""
    with pytest.raises(Problem) as refused:
        read_seconds(value)
    assert "/seconds" == refused.value.pointer


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ("1280x720", (1280, 720)),
        ("1024x1792", (1024, 1792)),
        ("160x120", (160, 120)),
        ("1920x1080", (1920, 1080)),
    ],
)
def test_sizes_are_even_and_at_most_1080p(value: str, size: tuple[int, int]) -> None:
    """The SDK's sizes and any even one within bounds."""
    assert size == read_size(value)


@pytest.mark.parametrize(
    "value",
    [
        "1281x720",
        "118x120",
        "1922x120",
        "1920x1082",
        "0x0",
        "1280*720",
        "",
        None,
        720,
        "1280x720x3",
        "1x30000",
    ],
    ids=lambda value: ascii(value)[:20],
)
def test_other_sizes_are_refused(value: object) -> None:
    """Odd, tiny, huge or misspelt sizes name the field."""
    with pytest.raises(Problem) as refused:
        read_size(value)
    assert "/size" == refused.value.pointer


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "   \n",
        5,
        ["a"],
        "a\x00b",
        "\ud800",
        "x" * 32_001,
        "\u200b\u2060\ufeff",
        "\u202e \u2066",
        "\u0301",
    ],
    ids=lambda value: ascii(value)[:20],
)
def test_a_prompt_is_text_of_bounded_length(value: object) -> None:
    """Blank, absurdly long or unencodable prompts are refused."""
    with pytest.raises(Problem) as refused:
        read_prompt(value)
    assert "/prompt" == refused.value.pointer


@pytest.mark.parametrize(
    "value",
    [["a", "b", "c", "d"], "a", [{"name": "a"}], [1], ["x" * 65], [""]],
    ids=lambda value: ascii(value)[:20],
)
def test_cameos_are_up_to_three_ids(value: object) -> None:
    """More, or anything but ids, is refused."""
    with pytest.raises(Problem):
        read_cameos(value)


@pytest.mark.parametrize(
    "fields",
    [
        {"model": "sora-9"},
        {"safety_identifier": "x" * 65},
        {"input_reference": {"image_url": "ftp://127.0.0.1/x.png"}},
        {"input_reference": {"image_url": "data:image/svg+xml;base64,AAAA"}},
        {"input_reference": {"image_url": "data:image/png;base64,@@@"}},
        {"input_reference": "x"},
    ],
)
async def test_wrong_fields_are_named(fields: dict[str, object]) -> None:
    """Each refusal points at the field that is wrong."""
    with pytest.raises(Problem) as refused:
        await read_asking(MODELS, {"prompt": "a fox", **fields}, FETCH)
    assert f"/{next(iter(fields))}" == refused.value.pointer


@settings(max_examples=100, deadline=None)
@given(
    st.dictionaries(st.sampled_from(["prompt", "size", "seconds"]), st.text(max_size=9)),
    st.binary(max_size=9),
)
def test_equal_requests_have_equal_digests(fields: dict[str, str], upload: bytes) -> None:
    """The order of fields makes no difference, their content does."""
    other = dict(reversed(list(fields.items())))
    assert digest_of_fields(fields, upload) == digest_of_fields(other, upload)
    assert digest_of_fields(fields, upload) != digest_of_fields(fields, upload + b"x")
