"""Pages in a real Chromium: no rule of accessibility broken, everything by keyboard, nothing plays by itself."""

import asyncio
import dataclasses
import os
import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import uvicorn
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import BrowserContext, Page, async_playwright, expect

from api.app import create_app
from api.listening import listening_socket
from api.settings import Settings
from policies.finding import Finding
from policies.quota import Rate

pytestmark = pytest.mark.anyio

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
WIDTHS = (390, 1280)
PICTURES = os.environ.get("FILIGRANE_PICTURES")  # a folder to look at what the tests saw
# Chromium keeps colours of the light before in what it has not drawn anew.
REDRAW = """async () => {
  const drawn = () => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
  document.documentElement.hidden = true; await drawn();
  document.documentElement.hidden = false; await drawn();
}"""
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def chromium() -> str:
    """The browser, or how to get it: these tests never skip."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        pytest.fail("no Chromium found: apt-get install -y --no-install-recommends chromium")
    return found


@pytest.fixture
async def address(checking, studio) -> AsyncIterator[str]:
    """A real server on loopback over the service with studio and check."""
    bound = listening_socket(Settings(home=checking.parts.home.root, port=0))
    url = "http://{}:{}".format(*bound.getsockname())
    settings = Settings(home=checking.parts.home.root, public_url=url)
    limits = {**checking.parts.limits, ("verify", "anonymous"): Rate(per_minute=600, burst=100)}
    app = create_app(dataclasses.replace(checking.parts, settings=settings, limits=limits))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off"))
    serving = asyncio.create_task(server.serve(sockets=[bound]))
    yield url
    server.should_exit = True
    await serving
    bound.close()


@pytest.fixture
async def browser():
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield started
        await started.close()


@dataclasses.dataclass
class Eyes:
    """Looks at each page in every size and light, and remembers what was wrong."""

    language: str
    wrong: list[str] = dataclasses.field(default_factory=list)

    async def look(self, page: Page, name: str) -> None:
        """Run the rules of accessibility; nothing may be wider than the window, nothing may play."""
        for width in WIDTHS:
            await page.set_viewport_size({"width": width, "height": 844 if width < 500 else 900})
            for scheme in ("light", "dark"):
                await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                await page.evaluate(REDRAW)
                where = f"{name}.{self.language}.{width}.{scheme}"
                found = await Axe().run(page, options=RULES)
                self.wrong += [
                    f"{where}: {one['id']} {[(node['html'][:120], node['failureSummary']) for node in one['nodes']]}"
                    for one in found.response["violations"]
                ]
                if await page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
                    self.wrong.append(f"{where}: wider than the window")
                if await page.evaluate(
                    "[...document.querySelectorAll('video')].some(v => !v.paused || v.autoplay)"
                ):
                    self.wrong.append(f"{where}: plays by itself")
                if PICTURES:
                    await page.screenshot(path=Path(PICTURES) / f"{where}.png", full_page=True)


async def opened(browser, language: str) -> tuple[BrowserContext, Page, list[str]]:
    """A fresh browser of a reader of `language`; what its console complains of is collected."""
    context = await browser.new_context(
        locale={"en": "en-GB", "fr": "fr-FR"}[language], timezone_id="Europe/Paris"
    )
    page = await context.new_page()
    complaints: list[str] = []
    page.on("console", lambda told: complaints.append(told.text) if told.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return context, page, complaints


async def sign_in(page: Page, address: str, key: str) -> None:
    await page.goto(f"{address}/studio")
    await page.locator("#key").fill(key)
    await page.locator("#key").press("Enter")
    await page.locator("#prompt").wait_for()


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_verify_breaks_no_rule(address, browser, studio, tmp_path, language) -> None:
    """Before and after an answer, in both languages, lights and widths; the console stays silent."""
    row = await studio.through((await studio.submit()).video_id)
    clip, torn = tmp_path / "dusk-lighthouse.mp4", tmp_path / "torn.mp4"
    await studio.desk.objects.fetch(row.marked_digest, clip)
    torn.write_bytes(clip.read_bytes()[:900])
    context, page, complaints = await opened(browser, language)
    eyes = Eyes(language)
    await page.goto(f"{address}/")
    await eyes.look(page, "home")
    for file, verdict in ((clip, "confirmed"), (torn, "unreadable")):
        await page.goto(f"{address}/verify")
        if verdict == "confirmed":
            await eyes.look(page, "verify")
        await page.locator("input[type=file]").set_input_files(file)
        await page.locator("main button[type=submit]").click()
        await expect(page.locator("[data-verdict]")).to_have_attribute(
            "data-verdict", verdict, timeout=60_000
        )
        await eyes.look(page, f"verify-{verdict}")
    assert ([], []) == (eyes.wrong, complaints)
    await context.close()


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_the_studio_breaks_no_rule(address, browser, checking, studio, language) -> None:
    """Signed out, signed in, with a refused prompt, a running clip, and a completed one."""
    key = await checking.key(account=studio.caller.account_id)
    context, page, complaints = await opened(browser, language)
    eyes = Eyes(language)
    await page.goto(f"{address}/studio")
    await eyes.look(page, "studio-signed-out")
    await sign_in(page, address, key)
    await eyes.look(page, "studio-empty")
    first = await studio.submit("A slow dolly shot through a lighthouse at dusk, warm light, 35 mm grain")
    await studio.through(first.video_id)
    await studio.submit("A whale and her calf turn slowly in shafts of sunlight, seen from below")
    await page.goto(f"{address}/studio")
    await page.locator("#prompt").fill("A mayor and a zorg walk along the beach at dawn, and nobody minds.")
    await expect(page.locator(".finding")).to_be_visible(timeout=60_000)
    await eyes.look(page, "studio-checked")
    await page.locator("main .composer-foot button[type=submit]").click()
    await page.locator("[data-refused]").wait_for()
    await eyes.look(page, "studio-refused")
    await page.goto(f"{address}/studio/clips/{first.video_id}")
    await page.locator("video").wait_for()
    await eyes.look(page, "studio-clip")
    await page.locator("main form[action$=publish] button").click()
    await page.locator("[data-foreseen]").wait_for()
    await eyes.look(page, "studio-publish")
    refused = [told for told in complaints if not re.search(r"status of 4\d\d", told)]
    assert ([], []) == (eyes.wrong, refused)
    await context.close()


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_an_appeal_breaks_no_rule(address, browser, checking, studio, language) -> None:
    """From a refusal to the form by keyboard, filed, looked at, answered, listed: nothing to complain of."""
    context, page, complaints = await opened(browser, language)
    eyes = Eyes(language)
    stopped, held = (
        await studio.submit("A statue in a museum, slow pan"),
        await studio.submit("A beach at noon"),
    )
    studio.eye.findings = (Finding(category="sexual.explicit", score=0.99, why="seen"),)
    await studio.through(stopped.video_id, "generate", "look")
    await sign_in(page, address, await checking.key(account=studio.caller.account_id))
    await page.locator(f"#{stopped.video_id} a[href^='/studio/appeals/']").focus()
    await page.keyboard.press("Enter")
    await page.locator("#reason").wait_for()
    await eyes.look(page, "appeal-form")
    await page.locator("#reason").focus()
    await page.keyboard.type("It is the Venus of a museum, filmed for a lesson. Nobody in it is alive.")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.locator("[data-appeal=submitted]").wait_for()
    await eyes.look(page, "appeal-filed")
    rita = await checking.as_("reviewer")
    case = (await rita.post("/v1/review/cases/next")).json()
    await page.reload()
    await page.locator("[data-appeal=assigned]").wait_for()
    reply = {"outcome": "overturned", "reply": "A statue indeed, and a fine one: the clip is being finished."}
    await rita.post(f"/v1/appeals/{case['appeal']['id']}/decision", json=reply)
    await page.reload()
    await page.locator("[data-appeal=overturned]").wait_for()
    await eyes.look(page, "appeal-answered")
    studio.eye.findings = (Finding(category="sexual.nudity", score=0.6, why="seen"),)
    row = await studio.through(held.video_id, "generate", "look")
    await page.goto(f"{address}/studio/appeals/{row.decision_id}")
    await eyes.look(page, "appeal-waits")
    await page.goto(f"{address}/studio")
    await eyes.look(page, "appeal-list")
    assert ([], []) == (eyes.wrong, complaints)
    await context.close()


async def test_a_clip_is_asked_for_and_followed_by_keyboard(address, browser, checking, studio) -> None:
    """Key, prompt, length, shape and the button are reached by Tab; the card moves on by itself."""
    context, page, complaints = await opened(browser, "en")
    await sign_in(page, address, await checking.key(account=studio.caller.account_id))
    await page.locator("#prompt").focus()
    await page.keyboard.type("a fox in the snow")
    for _ in range(12):
        await page.keyboard.press("Tab")
        if await page.evaluate("document.activeElement.matches('.composer-foot button[type=submit]')"):
            break
    await page.keyboard.press("Enter")
    card = page.locator("article[data-kind]")
    await expect(card).to_have_attribute("data-kind", "running")
    await studio.through(await card.get_attribute("id"))
    await expect(card).to_have_attribute("data-kind", "completed", timeout=60_000)
    assert [] == complaints
    await context.close()


async def test_everything_works_without_scripts(address, browser, checking, studio) -> None:
    """Sign in, check by the button, create, list and see the player: plain forms."""
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await sign_in(page, address, await checking.key(account=studio.caller.account_id))
    await page.locator("#prompt").fill("a zorg")
    await page.locator("[data-check]").click()
    await expect(page.locator(".prompt-marks mark")).to_have_text("zorg")
    await page.locator("#prompt").fill("a fox")
    await page.locator(".composer-foot button[type=submit]").click()
    video_id = await page.locator("article[data-kind]").get_attribute("id")
    await studio.through(video_id)
    await page.goto(f"{address}/studio")
    await page.locator(f"#{video_id} h3 a").click()
    await expect(page.locator("video")).to_have_attribute("controls", "")
    assert video_id in page.url
    await context.close()
