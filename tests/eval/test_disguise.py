"""Disguises are seeded, hide what they should, and leave the meaning to be found."""

import base64
import codecs
import random
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.suites.disguise import DISGUISES
from safety.normalise import normalise

TEXT = "A woman walks along the street with a red umbrella"
words = st.lists(
    st.text(st.characters(codec="ascii", categories=["L"]), min_size=1, max_size=9), min_size=2, max_size=12
)


@given(
    text=words.map(" ".join),
    name=st.sampled_from(sorted(DISGUISES)),
    lang=st.sampled_from(["en", "fr", "zh"]),
    seed=st.integers(0, 99),
)
@settings(max_examples=200, deadline=None)
def test_equal_dice_give_equal_disguises(text, name, lang, seed) -> None:
    """A disguise is a matter of the text and the dice, and always leaves something to send."""
    told = DISGUISES[name](text, lang, random.Random(seed))
    assert told == DISGUISES[name](text, lang, random.Random(seed))
    assert any(field.strip() for field in told)


@given(text=words.map(" ".join))
@settings(max_examples=60, deadline=None)
def test_encodings_are_those_they_claim(text) -> None:
    """What is decoded is the text."""
    dice = random.Random(1)
    payloads = {
        name: DISGUISES[f"encoding.{name}"](text, "en", dice)[0].split(": ", 1)[1]
        for name in ("base64", "hex", "rot13")
    }
    assert text == base64.b64decode(payloads["base64"]).decode()
    assert text == bytes.fromhex(payloads["hex"]).decode()
    assert text == codecs.decode(payloads["rot13"], "rot13")


@given(text=words.map(" ".join))
@settings(max_examples=60, deadline=None)
def test_splitting_loses_no_word(text) -> None:
    """The fields joined are the text, and there are two."""
    fields = DISGUISES["splitting.fields"](text, "en", random.Random(1))
    assert (2, text) == (len(fields), " ".join(fields))


@pytest.mark.parametrize("name", ["homoglyphs", "fullwidth", "mathematical", "zero_width", "combining"])
def test_unicode_disguises_hide_the_letters(name) -> None:
    """The text is no longer there to be searched for, though a reader still sees it."""
    (told,) = DISGUISES[f"unicode.{name}"](TEXT, "en", random.Random(1))
    assert "woman" not in told or "umbrella" not in told
    assert told != TEXT


def test_tags_are_invisible() -> None:
    """Behind the innocent sentence stands nothing that is drawn, and the whole text."""
    (told,) = DISGUISES["unicode.tags"](TEXT, "en", random.Random(1))
    hidden = [sign for sign in told if unicodedata.category(sign) == "Cf"]
    assert TEXT == "".join(chr(ord(sign) - 0xE0000) for sign in hidden)
    assert TEXT in normalise(told).text


def test_wrappers_speak_the_language_of_what_they_wrap() -> None:
    """A French text is wrapped in French, any other in English; the text is within."""
    for name in ("film_school", "role_play", "ignore_rules", "buried"):
        english, french, other = (
            DISGUISES[f"wrapper.{name}"](TEXT, lang, random.Random(1))[0] for lang in ("en", "fr", "ko")
        )
        assert TEXT in english
        assert TEXT in french
        assert english == other != french


def test_the_phrase_table_goes_both_ways() -> None:
    """Known words change language, the others stay."""
    (french,) = DISGUISES["language.mixed"](
        "a woman with a red umbrella in the street", "en", random.Random(1)
    )
    assert "une femme avec a rouge umbrella dans la rue" == french
    assert "a woman with" in DISGUISES["language.mixed"](french, "fr", random.Random(1))[0]
