"""The public check as people see it."""

import types

import pytest
from starlette.requests import Request

from api.pages.rendering import render, set_in_type
from api.pages.verify import TONES, segments
from policies.quota import Rate
from policies.ruling import Sentence
from safety.provenance.case import VerifyVerdict
from safety.provenance.observation import Medium
from safety.provenance.registry import SecondState, Way
from safety.provenance.verdict import Answer, Stretch
from safety.provenance.words import SAYS, Line, Tone

pytestmark = pytest.mark.anyio

HTML = {"Accept": "text/html"}


def asking(language: str) -> Request:
    app = types.SimpleNamespace(state=types.SimpleNamespace())
    headers = [(b"accept-language", language.encode())]
    return Request(
        {
            "type": "http",
            "method": "POST",
            "path": "/verify",
            "headers": headers,
            "query_string": b"",
            "app": app,
        }
    )


def answer(verdict: VerifyVerdict, **changes: object) -> Answer:
    line = Line(subject="credentials", tone=Tone.OK, text=Sentence(en="Line one.", fr="Ligne une."))
    lines = [line] + [
        Line(subject=subject, tone=Tone.MUTE, text=Sentence(en="None.", fr="Rien."))
        for subject in ("mark", "fingerprint", "label")
    ]
    return Answer(
        **{
            "verdict": verdict,
            "says": SAYS[verdict],
            "detail": Sentence(en="Detail.", fr="Détail."),
            "lines": tuple(lines),
            "medium": Medium.VIDEO,
            "duration_s": 4.0,
            **changes,
        }
    )


def shown(found: Answer, language: str, **context: object) -> str:
    return bytes(
        render(
            asking(language),
            "answer.html",
            **{
                "answer": found,
                "tone": TONES[found.verdict],
                "made": None,
                "recovered": None,
                "segments": segments(found.stretches, found.duration_s),
                "name": "clip.mp4",
                "size": 1000,
                **context,
            },
        ).body
    ).decode()


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("verdict", list(VerifyVerdict))
def test_every_answer_has_its_sentence_its_drawing_and_four_lines(read, verdict, language) -> None:
    """The sentence is the heading; the drawing has its own words; validity and trust are two lines."""
    page = read(shown(answer(verdict, is_valid=True, is_trusted=False), language))
    said = set_in_type(SAYS[verdict].in_language(language), language)
    assert " ".join(said.split()) in page.words
    drawings = [
        one
        for one in page.all("svg")
        if one.get("role") == "img" and one.get("class", "").startswith("paper")
    ]
    assert 1 == len(drawings) and drawings[0]["aria-label"]
    assert 4 == page.words.count({"en": "None.", "fr": "Rien."}[language]) + 1
    assert {"en": "Valid Yes", "fr": "Valide Oui"}[language] in page.words
    assert {"en": "Trusted No", "fr": "Reconnu Non"}[language] in page.words
    assert {"lang": language} == page.all("html")[0]


def test_no_two_answers_look_alike(read) -> None:
    """Nine drawings, nine descriptions."""
    labels = [
        next(one["aria-label"] for one in read(shown(answer(v), "en")).all("svg") if one.get("role") == "img")
        for v in VerifyVerdict
    ]
    assert 9 == len(set(labels)) == len(TONES)


def test_no_signal_is_never_told_in_a_good_tone() -> None:
    """That nothing was found says nothing good about a file."""
    assert {"mute"} == {TONES[VerifyVerdict.NO_SIGNAL], TONES[VerifyVerdict.UNREADABLE]}


def test_stretches_are_drawn_as_wide_as_they_are_long() -> None:
    """Percents of the whole; they add up."""
    found = segments(
        (
            Stretch(start_s=0, end_s=1, state=SecondState.OURS),
            Stretch(start_s=1, end_s=4, state=SecondState.FOREIGN),
        ),
        4.0,
    )
    assert [(0, 25, "on"), (25, 75, "off")] == [(one.left, one.width, one.state) for one in found]
    assert [] == segments((Stretch(start_s=0, end_s=0, state=SecondState.OURS),), 0.0)


def test_a_withdrawn_clip_shows_nothing_of_itself(read) -> None:
    """The answer stands; no maker, no time, and it says why."""
    found = answer(
        VerifyVerdict.MANIFEST_RECOVERED, is_withdrawn=True, recovered_by=Way.MARK, video_id="video_x"
    )
    page = read(shown(found, "en"))
    assert "This clip was withdrawn" in page.words
    assert "Recovered" in page.words
    assert "Made by" not in page.words
    assert [] == page.all("img") + page.all("video")


def test_what_a_stranger_names_a_file_is_text() -> None:
    """Markup in a file name stays words."""
    assert "<script>alert" not in shown(
        answer(VerifyVerdict.NO_SIGNAL), "en", name="<script>alert(1)</script>"
    )


def test_french_sets_its_spaces() -> None:
    """Narrow before ; ! ?, plain no-break before : and inside guillemets; English is left alone."""
    assert "« a\u00a0»\u00a0: b\u202f; c\u202f?".replace("« ", "«\u00a0") == set_in_type(
        "« a » : b ; c ?", "fr"
    )
    assert "a ; b" == set_in_type("a ; b", "en")


@pytest.mark.parametrize("path", ["/", "/verify"])
async def test_pages_carry_no_inline_code_and_name_policy_and_checkpoint(checking, read, path) -> None:
    """The strict policy for content can stand: no inline script, style or handler."""
    got = await checking.client.get(path, headers=HTML)
    page = read(got.text)
    assert 200 == got.status_code
    assert "default-src 'self'" in got.headers["content-security-policy"]
    assert all("src" in one for one in page.all("script")) and [] == page.all("style")
    assert not any(
        name == "style" or name.startswith("on") for _, attributes in page.elements for name in attributes
    )
    assert "Policy in force" in page.words and "log checkpoint" in page.words
    static = {one["src"] for one in page.all("script")} | {"/static/css/filigrane.css", "/static/icons.svg"}
    for name in static:
        assert 200 == (await checking.client.get(name)).status_code, name


async def test_the_language_is_the_browsers_until_one_is_chosen(checking, read) -> None:
    """`?lang=` switches and is remembered; it wins over Accept-Language."""
    french = await checking.client.get("/verify", headers={**HTML, "Accept-Language": "fr"})
    assert "fr" == french.headers["content-language"]
    await checking.client.get("/verify?lang=en", headers={**HTML, "Accept-Language": "fr"})
    again = await checking.client.get("/verify", headers={**HTML, "Accept-Language": "fr"})
    assert "en" == read(again.text).all("html")[0]["lang"]
    bad = await checking.speaking().get("/verify?lang=xx", headers=HTML)
    assert "en" == bad.headers["content-language"]


async def test_a_file_is_answered_as_a_page_or_as_json_and_not_kept(checking, read) -> None:
    """The same address answers both; `unreadable` is an answer too, and nothing stays on disk."""
    files = {"file": ("x.mp4", b"no media at all")}
    page = await checking.client.post("/verify", files=files, headers=HTML)
    told = await checking.client.post("/verify", files=files, headers={"Accept": "application/json"})
    assert (200, 200) == (page.status_code, told.status_code)
    assert "We could not read this file." in read(page.text).words
    assert "unreadable" == told.json()["verdict"]
    assert [] == list(checking.parts.home.spool.glob("*/file"))


async def test_a_released_clip_is_confirmed_with_its_maker_and_stretches(checking, studio, read) -> None:
    """Answer, maker, identifier and timeline of a clip of ours; after deletion it is told as withdrawn."""
    row = await studio.through((await studio.submit()).video_id)
    path = studio.desk.home.spool / "released.mp4"
    await studio.desk.objects.fetch(row.marked_digest, path)
    files = {"file": ("clip.mp4", path.read_bytes(), "video/mp4")}
    page = read((await checking.client.post("/verify", files=files, headers=HTML)).text)
    assert "confirmed" == next(one["data-verdict"] for one in page.all("section") if "data-verdict" in one)
    assert row.id in page.words and "Made by" in page.words
    assert studio.caller.account_id not in str(page.elements)


async def test_refusals_of_the_check_are_pages(checking, read) -> None:
    """Without a file, too large, too fast: each says what to do, with its status; programs keep problem+json."""
    missing = await checking.client.post("/verify", data={"x": "y"}, headers=HTML)
    assert (422, "text/html; charset=utf-8") == (missing.status_code, missing.headers["content-type"])
    checking.parts.limits["verify", "anonymous"] = Rate(per_minute=1, burst=1)
    codes = []
    for _ in range(3):
        refused = await checking.client.post("/verify", data={"x": "y"}, headers=HTML)
        codes.append(refused.status_code)
    assert 429 == codes[-1]
    page = read(refused.text)
    assert "rate_limited" == next(one["data-problem"] for one in page.all("section") if "data-problem" in one)
    assert f"Again in {refused.headers['retry-after']} s" in page.words
    plain = await checking.client.post("/verify", data={"x": "y"})
    assert "application/problem+json" == plain.headers["content-type"]


async def test_a_file_beyond_the_limit_is_refused_with_a_page(checking, read, monkeypatch) -> None:
    """413 says how much may be sent."""
    monkeypatch.setattr("api.routes.verify.LARGEST_FILE_BYTES", 10)
    refused = await checking.client.post("/verify", files={"file": ("x", b"0" * 11)}, headers=HTML)
    assert 413 == refused.status_code
    assert "200 MB" in read(refused.text).words
