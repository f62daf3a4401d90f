"""What a disguise looks like, and that taking it off loses no place."""

import unicodedata
from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from safety import signs
from safety.disguises import in_letters
from safety.draft import Draft
from safety.normalise import _PROSE, Normalised, Suspicion, _bare, _settled, normalise, skeleton

FEW = settings(max_examples=200, deadline=None)
HOSTILE = st.text(
    st.one_of(
        st.sampled_from("aeilostTS 0134578@$!|.-_*'’\n\t"),
        st.sampled_from("аеорсухяШκοτλфⓣ🅣ᴛｆ𝕋ßœİıǆﬁ½ﷺ🇫🇷🏴"),
        st.sampled_from(
            "\u0301\u0308\u0336\u200b\u200d\u202e\u2066\ufe0f\ufeff\u00ad\U000e0061\U000e007f\u1161\u11a8\u0bbe\uff9e\x00\x1b"
        ),
        st.characters(),
    ),
    max_size=40,
)

DISGUISED = {
    "cyrillic": "Тауlоr Ѕwift",
    "greek": "Ταylοr Swιft",
    "full width": "Ｔａｙｌｏｒ Ｓｗｉｆｔ",
    "mathematical": "𝕋𝕒𝕪𝕝𝕠𝕣 𝓢𝔀𝓲𝓯𝓽",
    "circled": "Ⓣⓐⓨⓛⓞⓡ 🅢🅦🅘🅕🅣",
    "small capitals": "ᴛᴀʏʟᴏʀ ꜱᴡɪꜰᴛ",
    "cherokee": "ᎢᎪᎩᏞϴᎡ Swift",
    "zero width": "Ta\u200bylor S\u2060w\u200dift",
    "soft hyphen": "Tay\u00adlor Swift",
    "bidi override": "\u202eTaylor Swift\u202c",
    "tag characters": "".join(chr(0xE0000 + ord(sign)) for sign in "Taylor Swift"),
    "tags within a word": "Tay\U000e0078\U000e0079lor Swift",
    "struck through": "T̶a̶y̶l̶o̶r̶ S̷w̷i̷f̷t̷",
    "stacked marks": "T" + "\u0315\u0316\u0317\u0318\u0319" * 9 + "aylor Swift",
    "accents": "Ťàÿłör Şwïfť",
    "leet": "T4yl0r 5w1ft",
    "figure one as l": "Tay1or Sw1ft",
    "spaced": "t a y l o r  s w i f t",
    "wide spaces": "t\u2003a\u2003y\u2003l\u2003o\u2003r   s w i f t",
    "mixed": "Τ\u200b4у1ог  Ѕ\u0336ｗ１ｆｔ",
}


@pytest.mark.parametrize("written", DISGUISED.values(), ids=DISGUISED)
def test_skeleton_sees_through_a_disguise(written: str) -> None:
    """However a name is disguised, its skeleton is that of the plain name."""
    assert "taylor swift" == skeleton(written).text


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("4ever, not 4 dogs", "forever, not 4 dogs"),
        ("p0rn, s3x and n4z1 in b00bs", "porn, sex and nazi in boobs"),
        ("he11o gr8 w0rld", "hello great world"),
        (
            "d4n5 7he b4th, 5he h3ld 7he kn1f3 0f name@mail.org",
            "dans the bath, she held the knife of name@mail.org",
        ),
        ("s.e.x and s e x", "sex and sex"),
        ("U.S.A.", "USA."),
        ("L’Astérix d´Obélix", "L'Astérix d'Obélix"),
        ("e\u0301te\u0301", "été"),
        ("  deux   mots\u00a0:  oui \n\n\n non ", "deux mots : oui\nnon"),
        ("🇯🇴🇪 wears 🇫🇷", "joe wears 🇫🇷"),
        ("MACЯON", "MACRON"),
    ],
)
def test_reading_is_what_a_reader_hears(written: str, read: str) -> None:
    """A text for a classifier has its words whole and its case, accents and punctuation kept."""
    assert read == normalise(written).text


@pytest.mark.parametrize(
    "text",
    [
        "A drone shot at 4k 60fps, 3D, 16mm film, 1080p60, an mp3 player, PS5, T800, W3C, B2B and H2O",
        "In 1999, 3 dogs and 12 cats ran 10km in 2nd gear, 4x4s behind, at 18h30",
        "Il y a 3 ans, à 20h, un chat de 4kg a dormi 2 jours",
        "name@example.com pays $100 to @someone",
        "Вчера кошка бежала по улице, и сон её был долог",
        "Η γάτα κοιμάται στον ήλιο",
        "猫が海辺を歩く。とても可愛い!",
        "قطة تمشي على الشاطئ",
        "बिल्ली समुद्र तट पर चल रही है",
        "tiếng Việt, Łódź, Straße, ışık, smørrebrød",
        "a plan B and a vitamin C, il y a à voir",
        "a family 👩 and a flag 🇫🇷",
    ],
)
def test_honest_text_stays_as_written(text: str) -> None:
    """Units, other scripts, languages with marks and one-letter words are no disguise."""
    assert (text, frozenset()) == (normalise(text).text, normalise(text).suspicions)


@pytest.mark.parametrize(
    ("text", "suspicion"),
    [
        ("Ta\u200bylor", Suspicion.ZERO_WIDTH),
        ("\u200b\u200b", Suspicion.ZERO_WIDTH),
        ("\u202eabc", Suspicion.BIDI),
        ("a cat\U000e0061\U000e0062", Suspicion.HIDDEN_TEXT),
        ("Тауlоr", Suspicion.SCRIPT_MIX),
        ("𝕋𝕒𝕪𝕝𝕠𝕣", Suspicion.STYLED_LETTERS),
        ("a" + "\u0315\u0316\u0317\u0318" * 3, Suspicion.STACKED_MARKS),
        ("p o r n", Suspicion.SPACED_LETTERS),
        ("p0rn", Suspicion.LEET),
        ("draw %74%61%79%6c", Suspicion.ENCODED),
        ("decode VGF5bG9yIFN3aWZ0IG5ha2Vk1234", Suspicion.ENCODED),
        ("01110100 01100001 01111001", Suspicion.ENCODED),
        ("11111111 11111111 11111111", Suspicion.ENCODED),
        ("see (ab cd ef 01 23 45 67 89).", Suspicion.ENCODED),
        ("deadbeef" * 4, Suspicion.ENCODED),
        ("read \\u0074\\u0061\\u0079 and &#116;&#97;&#121;", Suspicion.ENCODED),
        ("un cafÃ© noir", Suspicion.BROKEN_ENCODING),
        ("a\ud800b", Suspicion.BROKEN_ENCODING),
    ],
)
def test_suspicion_is_told(text: str, suspicion: Suspicion) -> None:
    """Each way of hiding is named, at both depths."""
    assert suspicion in normalise(text).suspicions
    assert suspicion in skeleton(text).suspicions


@pytest.mark.parametrize(
    "text",
    [
        "👩\u200d👩\u200d👧 walks",
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f wins",
        "می\u200cخواهم",
        "✈️ lands",
    ],
)
def test_honest_joiners_are_not_suspicious(text: str) -> None:
    """Emoji families, the flag of England and Persian spelling use invisible signs by right."""
    assert frozenset() == normalise(text).suspicions


@FEW
@given(HOSTILE)
def test_normalising_is_idempotent(text: str) -> None:
    """What is normalised is normal."""
    for depth in (normalise, skeleton):
        once = depth(text).text
        assert once == depth(once).text


@FEW
@given(HOSTILE)
def test_skeleton_of_the_reading_is_the_skeleton(text: str) -> None:
    """The two depths agree: one is the other, further; a control character may part words in one only."""
    assume(all(unicodedata.category(sign) != "Cc" for sign in text))
    assert skeleton(text).text == skeleton(normalise(text).text).text


@FEW
@given(st.text(st.sampled_from("abiIlLxyz "), max_size=12))
def test_plain_words_take_no_short_cut_that_shows(text: str) -> None:
    """What is plain gives the skeleton it would give by the long way."""
    assert skeleton(f"{text}!").text == skeleton(text).text


@FEW
@given(HOSTILE, st.data())
def test_every_span_lies_in_the_original_and_keeps_order(text: str, data: st.DataObject) -> None:
    """Any span of the normalised text leads to a span of the original; later leads later."""
    for depth in (normalise, skeleton):
        seen: Normalised = depth(text)
        start = data.draw(st.integers(0, len(seen.text)))
        end = data.draw(st.integers(start, len(seen.text)))
        first, last = seen.span(start, end)
        assert 0 <= first <= last <= len(text)
        assert (start < end) <= (first < last)
        assert first >= seen.span(0, start)[0]
        assert last <= seen.span(start, len(seen.text))[1] or start == end == len(seen.text)


@FEW
@given(st.text("abc é.,\u200b", max_size=30))
def test_span_covers_what_it_stands_for(text: str) -> None:
    """Each kept letter is led back to itself."""
    seen = normalise(text)
    for at, sign in enumerate(seen.text):
        start, end = seen.span(at, at + 1)
        assert sign in text[start:end]


@pytest.mark.parametrize("span", [(-1, 0), (0, 4), (2, 1)])
def test_span_outside_the_text_is_refused(span: tuple[int, int]) -> None:
    """A place that is not in the text has no origin."""
    with pytest.raises(ValueError, match="no span"):
        normalise("cat").span(*span)


def test_spans_of_a_disguised_name_are_exact() -> None:
    """The refusal points at the very signs that were written."""
    text = "see Т\u200bауlоr  dance"
    seen = skeleton(text)
    at = seen.text.index("taylor")
    assert "Т\u200bауlоr" == text[slice(*seen.span(at, at + 6))]


def test_rewriting_keeps_unequal_replacements_whole() -> None:
    """Each part of a replacement of another length stands for all that was replaced."""
    draft = Draft(text="a ½ b").rewritten([(2, 3, "1/2")])
    assert ("a 1/2 b", (2, 3), (2, 3), (4, 5)) == (
        draft.text,
        draft.span(2, 3),
        draft.span(3, 5),
        draft.span(6, 7),
    )


def test_figures_read_as_either_letter() -> None:
    """A one may be said to be i or l everywhere."""
    assert ("kllll", "kilil", "tayior") == (
        in_letters("k1l1l", "l"),
        in_letters("k1l1l", "i"),
        in_letters("tay1or", "i"),
    )


def test_list_of_composing_signs_is_that_of_unicode() -> None:
    """Every sign of class 0 that composes with the one before it trails, by this interpreter's Unicode."""
    missed = []
    for code in range(0x110000):
        parts = unicodedata.decomposition(chr(code)).split()
        if len(parts) == 2 and not parts[0].startswith("<"):
            first, second = (chr(int(part, 16)) for part in parts)
            if unicodedata.normalize("NFC", first + second) == chr(code) and not signs.trails(second):
                missed.append(hex(code))
    assert [] == missed
    assert all(map(signs.trails, "\u1161\u1175\u11a8\u11c2\uff9e\u0301\u20dd"))


LARGE = {
    "letters": "a", "zero width": "\u200b", "decomposed": "e\u0301", "marks": "\u0301\u0323", "leet": "p0rn ", "cyrillic": "а",
    "spaced": "a ", "dotted": "T.a.b ", "ligature": "ﷺ", "tags": "\U000e0061", "figures": "1", "base64": "aA1+/", "percent": "%41",
    "flags": "🇫🇷", "white": " \n", "blanks": " ", "split": "x\u200b", "mixed": "aа", "exclaimed": "a!", "hex": "0f ",
}  # fmt: skip


@pytest.mark.parametrize("unit", LARGE.values(), ids=LARGE)
def test_steps_are_linear_in_the_length(unit: str, steps: Callable[[Callable[[], object]], int]) -> None:
    """Eight times the text takes about eight times the steps, never its square (64 times)."""

    def both(text: str) -> None:
        normalise(text)
        skeleton(text)

    both(unit)
    few, many = (steps(partial(both, unit * (size // len(unit)))) for size in (500, 4_000))
    assert many < 10 * few + 1_000


@pytest.mark.parametrize("text", ["", " ", "\u200b" * 1_000_000, "\x00" * 1000])
def test_nothing_visible_is_empty(text: str) -> None:
    """Text of invisible signs alone, a million of them too, is empty and has an empty span."""
    seen = skeleton(text)
    assert ("", (0, 0)) == (seen.text, seen.span(0, 0))


@FEW
@given(
    st.lists(
        st.sampled_from(
            [
                "a",
                "I",
                "à",
                "un",
                "de",
                "be",
                "L",
                "d",
                "fox",
                "Étoile",
                "close",
                "œuvre",
                "Ægir",
                "über",
                " ",
                " ",
                " ",
                ", ",
                ". ",
                "... ",
                "'",
                "-",
                "?",
                '"',
                " (",
                ") ",
                ".",
                "  ",
                "\n",
                "4",
                "z",
            ]
        ),  # fmt: skip
        max_size=24,
    )
)
def test_prose_has_the_skeleton_of_any_text(pieces: list[str]) -> None:
    """The short way for words and points gives the letters, places and suspicions of the long one."""
    text = "".join(pieces)
    short, long = skeleton(text), _settled(text, _bare)
    assert (long.text, long.suspicions) == (short.text, short.suspicions)
    places = range(len(long.text))
    assert [long.span(at, at + 1) for at in places] == [short.span(at, at + 1) for at in places]


def test_prose_goes_the_short_way() -> None:
    """Prompts as they are written need no long way."""
    for text in ("A fox trots, slowly, through a forest.", "L'étoile d'un soir (un rêve) luit."):
        assert _PROSE.fullmatch(text)
