"""A creator contests a refusal in the studio, and reads there what somebody answered."""

from __future__ import annotations

import re

import pytest

from api.db.stores import accounts
from policies.finding import Finding

pytestmark = pytest.mark.anyio

HTML = {"Accept": "text/html"}
TOKEN = re.compile(r'name="csrf" value="([0-9a-f]{64})"')
ADDRESS = re.compile(r"/studio/appeals/decision_[0-9a-f]{32}")
WORDS = {
    "en": ("Appeal this decision", "Not charged", "Appeal filed", "The decision stands"),
    "fr": ("Contester cette décision", "Non facturé", "Recours déposé", "La décision est maintenue"),
}


async def signed_in(creating, account: str, language: str = "en"):
    """A browser of an account, and the token of its forms."""
    browser = creating.speaking(**HTML, **{"Accept-Language": language})
    token = TOKEN.search((await browser.get("/studio")).text)[1]
    await browser.post("/session", data={"csrf": token, "key": await creating.key(account=account)})
    return browser, TOKEN.search((await browser.get("/studio")).text)[1]


async def asked(browser, token: str):
    """The page that a refused request is answered with."""
    form = {"csrf": token, "prompt": "a zorg", "seconds": "4", "size": "720x1280"}
    answer = await browser.post("/studio", data=form)
    assert 400 == answer.status_code
    return answer


async def refused(browser, token: str) -> str:
    """The address that a refusal leads to, to contest it."""
    return ADDRESS.search((await asked(browser, token)).text)[0]


async def answered(creating, outcome: str, reply: str) -> None:
    rita = await creating.as_("reviewer")
    case = (await rita.post("/v1/review/cases/next")).json()
    path = f"/v1/appeals/{case['appeal']['id']}/decision"
    assert 200 == (await rita.post(path, json={"outcome": outcome, "reply": reply})).status_code


async def reasons_filed(studio) -> list[str]:
    async with studio.desk.pool.connection() as connection:
        rows = await connection.execute("SELECT reason FROM appeals ORDER BY id")
        return [reason for (reason,) in await rows.fetchall()]


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_a_refusal_is_contested_and_answered(creating, studio, read, language) -> None:
    """The form, what was filed, the answer: each in the reader's language; what was written is never markup."""
    title, cost, filed, stands = WORDS[language]
    browser, token = await signed_in(creating, studio.caller.account_id, language)
    page = await asked(browser, token)
    assert cost in read(page.text).words
    path = ADDRESS.search(page.text)[0]
    page = read((await browser.get(path)).text)
    assert title in page.words and "a zorg" in page.words
    assert ["post"] == [one["method"] for one in page.all("form") if one["action"] == path]
    sent = await browser.post(path, data={"csrf": token, "reason": " It is\r\na fruit <b> "})
    assert (303, path) == (sent.status_code, sent.headers["location"])
    page = read((await browser.get(path)).text)
    assert filed in page.words and "It is a fruit <b>" in page.words
    assert [] == [one for one in page.all("form") if one["action"] == path]
    assert filed in read((await browser.get("/studio")).text).words
    await answered(creating, "upheld", "A zorg is no fruit.")
    page = read((await browser.get(path)).text)
    assert stands in page.words and "A zorg is no fruit." in page.words
    assert ["It is\na fruit <b>"] == await reasons_filed(studio)


async def test_a_stopped_clip_leads_to_its_appeal_and_back(creating, studio, read) -> None:
    """Its card bears the way to contest it, then where the appeal stands; overturned, the page leads to it."""
    browser, token = await signed_in(creating, studio.caller.account_id)
    admitted = await studio.submit()
    studio.eye.findings = (Finding(category="sexual.explicit", score=0.99, why="seen"),)
    await studio.through(admitted.video_id, "generate", "look")
    path = ADDRESS.search((await browser.get(f"/studio/clips/{admitted.video_id}")).text)[0]
    assert path in (await browser.get("/studio")).text
    await browser.post(path, data={"csrf": token, "reason": "It is a statue."})
    assert "Appeal filed" in read((await browser.get(f"/studio/clips/{admitted.video_id}/card")).text).words
    await answered(creating, "overturned", "A statue indeed.")
    page = read((await browser.get(path)).text)
    assert "The decision is overturned" in page.words
    assert f"/studio/clips/{admitted.video_id}" in [one.get("href") for one in page.all("a")]


async def test_what_waits_or_was_allowed_is_not_contested(creating, studio, read) -> None:
    """No form, and why not; posted all the same it is refused on the page."""
    browser, token = await signed_in(creating, studio.caller.account_id)
    allowed = await studio.submit()
    held = await studio.submit()
    studio.eye.findings = (Finding(category="sexual.nudity", score=0.6, why="seen"),)
    row = await studio.through(held.video_id, "generate", "look")
    for decision_id, said in (
        (allowed.decision.id, "refused nothing"),
        (row.decision_id, "A person looks at"),
    ):
        path = f"/studio/appeals/{decision_id}"
        page = read((await browser.get(path)).text)
        assert said in page.words
        assert [] == page.all("textarea")
        sent = await browser.post(path, data={"csrf": token, "reason": "But why?"})
        assert (409, True) == (sent.status_code, 'role="alert"' in sent.text)
    assert [] == await reasons_filed(studio)


@pytest.mark.parametrize("reason", ["", "  \r\n ", "no", "y" * 4001], ids=["none", "blank", "short", "long"])
async def test_a_form_that_says_too_little_or_too_much(creating, studio, read, reason) -> None:
    """422 on the same page, what was written kept in it, and nothing filed."""
    browser, token = await signed_in(creating, studio.caller.account_id)
    path = await refused(browser, token)
    sent = await browser.post(path, data={"csrf": token, "reason": reason})
    assert 422 == sent.status_code
    assert "Say in a few words why" in read(sent.text).words
    assert reason.strip() in sent.text
    assert [] == await reasons_filed(studio)


async def test_a_form_sent_twice_files_once(creating, studio) -> None:
    """The second leads to the first's page."""
    browser, token = await signed_in(creating, studio.caller.account_id)
    path = await refused(browser, token)
    both = [await browser.post(path, data={"csrf": token, "reason": "It is a fruit."}) for _ in range(2)]
    assert [(303, path)] * 2 == [(one.status_code, one.headers.get("location")) for one in both]
    assert ["It is a fruit."] == await reasons_filed(studio)


async def test_anothers_decision_has_no_page(creating, studio) -> None:
    """404 to another account, whatever it does; 401 to nobody; 403 to a form without its token."""
    browser, token = await signed_in(creating, studio.caller.account_id)
    path = await refused(browser, token)
    async with creating.parts.pool.connection() as connection:
        eve = await accounts.create(connection, accounts.NewAccount(display_name="Eve"))
    other, others = await signed_in(creating, eve.id)
    assert 404 == (await other.get(path)).status_code
    assert 404 == (await other.post(path, data={"csrf": others, "reason": "Mine."})).status_code
    assert 404 == (await browser.get("/studio/appeals/decision_x")).status_code
    assert 401 == (await creating.speaking(**HTML).get(path)).status_code
    for forged in ({}, {"csrf": others}):
        assert 403 == (await browser.post(path, data={**forged, "reason": "Why?"})).status_code
    assert [] == await reasons_filed(studio)


async def test_the_days_appeals_used_up_are_told_with_when(creating, studio, read) -> None:
    """429 on the page, with when to come again; what was written is still there."""
    async with studio.desk.pool.connection() as connection:
        await connection.execute("UPDATE accounts SET tier = 'free'")
    browser, token = await signed_in(creating, studio.caller.account_id)
    most = studio.desk.policy.quotas.tiers["free"].appeals_per_day
    for number in range(most + 1):
        path = f"/studio/appeals/{(await studio.submit(f'zorg {number}')).decision.id}"
        sent = await browser.post(path, data={"csrf": token, "reason": f"It is fruit {number}."})
    assert (429, most) == (sent.status_code, len(await reasons_filed(studio)))
    waits = re.search(r"Again in (\d+) (s|minutes|hours)\.", read(sent.text).words)
    per = {"s": 1, "minutes": 60, "hours": 3600}[waits[2]]
    assert 0 <= int(waits[1]) * per - int(sent.headers["Retry-After"]) < per
    assert f"It is fruit {most}." in sent.text
