"""The studio, and who may come in."""

import re

import psycopg
import pytest

from api.db.stores import keys, sessions
from api.pages.card import pieces

pytestmark = pytest.mark.anyio

HTML = {"Accept": "text/html"}
TOKEN = re.compile(r'name="csrf" value="([0-9a-f]{64})"')


@pytest.fixture
async def ada(creating, studio):
    """A browser of the studio's own account, signed in."""
    return await signed_in(creating, await creating.key(account=studio.caller.account_id))


async def signed_in(creating, key: str):
    browser = creating.speaking(**HTML)
    token = TOKEN.search((await browser.get("/studio")).text)[1]
    answer = await browser.post("/session", data={"csrf": token, "key": key})
    assert (303, "/studio") == (answer.status_code, answer.headers["location"]), answer.text
    return browser


async def token_of(browser) -> str:
    return TOKEN.search((await browser.get("/studio")).text)[1]


def form(token: str, **fields: str) -> dict[str, str]:
    return {"csrf": token, "prompt": "a fox", "seconds": "4", "size": "720x1280", **fields}


async def test_a_key_opens_the_studio_and_is_kept_nowhere(creating, studio) -> None:
    """The cookie is out of reach of scripts and other sites; the database holds only its hash."""
    key = await creating.key(account=studio.caller.account_id)
    browser = creating.speaking(**HTML)
    token = TOKEN.search((await browser.get("/studio")).text)[1]
    answer = await browser.post("/session", data={"csrf": token, "key": f" {key}\n"})
    cookie = next(one for one in answer.headers.get_list("set-cookie") if one.startswith("session="))
    assert {"HttpOnly", "Secure", "SameSite=strict", "Max-Age=43200", "Path=/"} <= set(cookie.split("; "))
    secret = browser.cookies["session"]
    async with creating.parts.pool.connection() as connection:
        rows = await (await connection.execute("SELECT * FROM sessions")).fetchall()
    assert 1 == len(rows) and secret not in str(rows) and key.partition(".")[2] not in str(rows)
    assert "What should we film?" in (await browser.get("/studio")).text


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("key", ["", "nonsense", "fg_" + "0" * 32 + "." + "a" * 43])
async def test_another_key_opens_nothing_and_says_so(creating, read, key, language) -> None:
    """401 on the same page, in the reader's language; no session is made."""
    browser = creating.speaking(**HTML, **{"Accept-Language": language})
    token = await token_of(browser)
    answer = await browser.post("/session", data={"csrf": token, "key": key})
    assert 401 == answer.status_code
    said = {"en": "This key opens nothing here", "fr": "Cette clé n’ouvre rien ici"}[language]
    assert said in read(answer.text).words
    assert "session" not in browser.cookies


async def test_a_key_that_may_not_see_clips_is_told_so(creating) -> None:
    """An auditor's key is live, and not for this room."""
    browser = creating.speaking(**HTML)
    token = await token_of(browser)
    answer = await browser.post("/session", data={"csrf": token, "key": await creating.key("auditor")})
    assert 403 == answer.status_code
    assert "session" not in browser.cookies


@pytest.mark.parametrize("path", ["/session", "/studio", "/studio/preflight"])
@pytest.mark.parametrize("sent", [{}, {"csrf": ""}, {"csrf": "0" * 64}])
async def test_a_form_without_its_token_does_nothing(creating, studio, ada, path, sent) -> None:
    """403, and nothing is stored: the token is of this session and no other."""
    body = {**form("x"), **sent} if sent else {k: v for k, v in form("x").items() if k != "csrf"}
    browser = creating.speaking(**HTML) if path == "/session" else ada
    await browser.get("/studio")
    answer = await browser.post(path, data={**body, "key": await creating.key()})
    assert 403 == answer.status_code
    async with creating.parts.pool.connection() as connection:
        (count,) = await (await connection.execute("SELECT count(*) FROM submissions")).fetchone()
    assert 0 == count


async def test_a_token_of_another_session_is_refused(creating, ada) -> None:
    """Eve's own token does not open Ada's forms."""
    eve = await signed_in(creating, await creating.key())
    assert 403 == (await ada.post("/studio", data=form(await token_of(eve)))).status_code


async def test_signing_in_needs_the_page_it_is_on(creating) -> None:
    """Without the visit's cookie a foreign page could sign a victim in as somebody else."""
    stranger = creating.speaking(**HTML)
    answer = await stranger.post("/session", data={"csrf": "0" * 64, "key": await creating.key()})
    assert 403 == answer.status_code
    assert "session" not in stranger.cookies


@pytest.mark.parametrize(
    "path", ["/studio", "/studio/preflight", "/studio/clips/{}/publish", "/studio/clips/{}/delete"]
)
async def test_forms_of_nobody_are_refused(creating, studio, path) -> None:
    """401 without a session, whatever the form says."""
    admitted = await studio.submit()
    answer = await creating.client.post(path.format(admitted.video_id), data=form("0" * 64))
    assert 401 == answer.status_code
    assert (await studio.video(admitted.video_id)).deleted_at is None


async def test_a_session_ends_after_twelve_hours(creating, ada, studio) -> None:
    """An expired one is no session, and the sweep forgets it."""
    async with await psycopg.AsyncConnection.connect(studio.database.owner, autocommit=True) as owner:
        await owner.execute(
            "UPDATE sessions SET created_at = now() - interval '12 hours', expires_at = now() - interval '1 second'"
        )
        with pytest.raises(psycopg.errors.CheckViolation):
            await owner.execute("UPDATE sessions SET expires_at = created_at + interval '13 hours'")
    assert 'name="key"' in (await ada.get("/studio")).text
    assert 401 == (await ada.post("/studio", data=form("0" * 64))).status_code
    async with creating.parts.pool.connection() as connection:
        await sessions.sweep(connection)
        assert None is await (await connection.execute("SELECT 1 FROM sessions")).fetchone()


async def test_a_session_ends_with_its_key(creating, studio) -> None:
    """Revoking the key signs out at the next request."""
    key = await creating.key(account=studio.caller.account_id)
    browser = await signed_in(creating, key)
    key_id, _ = keys.presented(key)
    async with creating.parts.pool.connection() as connection:
        await keys.revoke(connection, key_id, None)
    assert 'name="key"' in (await browser.get("/studio")).text


async def test_signing_out_ends_the_session_for_a_copied_cookie_too(creating, ada) -> None:
    """The row goes, not only the cookie; a form without the token cannot do it."""
    copied = ada.cookies["session"]
    assert 403 == (await ada.post("/session/end", data={"csrf": "0" * 64})).status_code
    assert 303 == (await ada.post("/session/end", data={"csrf": await token_of(ada)})).status_code
    thief = creating.speaking(**HTML)
    thief.cookies.set("session", copied)
    assert 'name="key"' in (await thief.get("/studio")).text


async def test_a_prompt_becomes_a_clip_with_its_stages(creating, studio, ada, read) -> None:
    """Without JavaScript: the form leads to the list; stages, then player, thumbnail and credentials."""
    answer = await ada.post("/studio", data=form(await token_of(ada)))
    assert 303 == answer.status_code
    video_id = answer.headers["location"].partition("#")[2]
    running = read((await ada.get("/studio")).text)
    assert "running" == next(a["data-kind"] for a in running.all("article") if a["id"] == video_id)
    assert 1 == sum("aria-current" in a for a in running.all("li"))
    await studio.through(video_id)
    card = read((await ada.get(f"/studio/clips/{video_id}/card")).text)
    assert "completed" == card.all("article")[0]["data-kind"]
    page = read((await ada.get(f"/studio/clips/{video_id}")).text)
    (player,) = page.all("video")
    assert "autoplay" not in player and "controls" in player
    played = await ada.get(player["src"], headers={"Range": "bytes=0-9"})
    assert (206, "video/mp4") == (played.status_code, played.headers["content-type"])
    assert 200 == (await ada.get(player["poster"])).status_code


async def test_clips_of_others_do_not_exist(creating, studio, read) -> None:
    """A foreign session finds neither page, card, content nor buttons."""
    row = await studio.through((await studio.submit()).video_id)
    eve = await signed_in(creating, await creating.key())
    for path in ("", "/card", "/content"):
        assert 404 == (await eve.get(f"/studio/clips/{row.id}{path}")).status_code
    token = await token_of(eve)
    for path in ("publish", "unpublish", "delete"):
        answer = await eve.post(
            f"/studio/clips/{row.id}/{path}", data={"csrf": token, "visibility": "public"}
        )
        assert 404 == answer.status_code
    assert row.id not in (await eve.get("/studio")).text
    assert (await studio.video(row.id)).visibility == "private"


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_a_refusal_says_what_where_and_what_to_change(creating, ada, read, language) -> None:
    """The words are marked, the rule named, nothing charged, and how to appeal; the prompt stays in the form."""
    prompt = "a <b>zorg</b> fox"
    sent = form(await token_of(ada), prompt=prompt)
    answer = await ada.post("/studio", data=sent, headers={"Accept-Language": language})
    assert 400 <= answer.status_code < 500
    page = read(answer.text)
    assert '<mark class="is-stop">zorg</mark>' in answer.text
    assert "<b>" not in answer.text
    said = {
        "en": ("Refused before filming", "Not charged", "Appeal", "To change"),
        "fr": ("Refusé avant de filmer", "Non facturé", "Contester", "À changer"),
    }[language]
    assert [] == [words for words in said if words not in page.words]
    assert page.all("textarea") and prompt in page.words


async def test_the_check_marks_words_and_charges_nothing(creating, ada, read) -> None:
    """The panel alone for the script, the whole page for the button; places count code points."""
    sent = form(await token_of(ada), prompt="a 🦊 zorg")
    part = await ada.post("/studio/preflight", data=sent, headers={"X-Part": "check"})
    assert "<main" not in part.text
    finding = next(a for a in read(part.text).all("li") if "data-start" in a)
    assert ("4", "8") == (finding["data-start"], finding["data-end"])
    whole = await ada.post("/studio/preflight", data=sent)
    assert '<mark class="is-stop">zorg</mark>' in whole.text
    fine = await ada.post("/studio/preflight", data={**sent, "prompt": "a fox"}, headers={"X-Part": "check"})
    assert "would be refused." not in read(fine.text).words.replace("Nothing here would be refused.", "")
    async with creating.parts.pool.connection() as connection:
        (count,) = await (await connection.execute("SELECT count(*) FROM submissions")).fetchone()
    assert 0 == count


async def test_publishing_shows_its_decision_before_it_is_taken(creating, studio, ada, read) -> None:
    """The first press previews and changes nothing; the second publishes; unpublish takes it back."""
    row = await studio.through((await studio.submit()).video_id)
    sent = {"csrf": await token_of(ada), "visibility": "public"}
    preview = await ada.post(f"/studio/clips/{row.id}/publish", data=sent)
    assert (200, "private") == (preview.status_code, (await studio.video(row.id)).visibility)
    foreseen = next(a["data-foreseen"] for a in read(preview.text).all("section") if "data-foreseen" in a)
    assert foreseen in ("allow", "label")
    await ada.post(f"/studio/clips/{row.id}/publish", data={**sent, "step": "confirm"})
    assert "public" == (await studio.video(row.id)).visibility
    await ada.post(f"/studio/clips/{row.id}/unpublish", data=sent)
    assert "private" == (await studio.video(row.id)).visibility


async def test_a_deleted_clip_is_gone(creating, studio, ada) -> None:
    """The list forgets it, its page is 404, its bytes are not served."""
    row = await studio.through((await studio.submit()).video_id)
    answer = await ada.post(f"/studio/clips/{row.id}/delete", data={"csrf": await token_of(ada)})
    assert (303, "/studio") == (answer.status_code, answer.headers["location"])
    assert row.id not in (await ada.get("/studio")).text
    assert 404 == (await ada.get(f"/studio/clips/{row.id}/content")).status_code


async def test_wrong_values_are_told_beside_the_form(creating, ada, read) -> None:
    """422 with what is wrong; what was typed is still there."""
    answer = await ada.post("/studio", data=form(await token_of(ada), seconds="99", prompt="a small fox"))
    assert 422 == answer.status_code
    page = read(answer.text)
    assert "`seconds`" in page.words and "a small fox" in page.words


def test_marks_overlap_once_and_stay_inside() -> None:
    """Every character of the prompt stands once, whatever the places."""
    places = [(0, 3), (2, 5), (4, 99)]
    reasons = [{"where": {"chars": list(span), "part": "prompt"}} for span in places]
    cut = pieces("abcdefg", reasons)
    assert "abcdefg" == "".join(piece.text for piece in cut)
    assert {"stop"} == {piece.tone for piece in cut}
    assert ["abc"] == [piece.text for piece in pieces("abc", [{"where": None}])]


async def test_a_rewrite_that_passes_is_offered(creating, ada, read, monkeypatch) -> None:
    """With the check and with the refusal, as words and as a button that takes them over."""

    async def offered(*_: object) -> tuple[str, ...]:
        return ("a kind <fox>",)

    monkeypatch.setattr("api.creation.rewrites", offered)
    sent = form(await token_of(ada), prompt="a zorg fox")
    for path in ("/studio", "/studio/preflight"):
        page = read((await ada.post(path, data=sent)).text)
        assert "a kind <fox>" in [one.get("data-rewrite") for one in page.all("button")], path
