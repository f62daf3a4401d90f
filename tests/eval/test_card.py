"""The card in a real Chromium: both languages and lights, no rule of accessibility broken, nothing fetched."""

import re
import shutil
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import async_playwright

from eval.card.page import card

pytestmark = pytest.mark.anyio

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-sync",
]
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
REDRAW = """async () => {
  const drawn = () => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
  document.documentElement.hidden = true; await drawn();
  document.documentElement.hidden = false; await drawn();
}"""


@pytest.fixture
def page_path(report, tmp_path) -> Path:
    """A card of a small run, compared with a better past, so that every part is on it."""
    compared = {
        "name": "earlier.json",
        "regressions": ["prompts/recall: 0.5, was 0.9"],
        "differences": {"seed": [1, 2]},
    }
    path = tmp_path / "card.html"
    path.write_text(card(report, compared), encoding="utf-8")
    return path


@pytest.fixture
async def browser():
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        pytest.fail("no Chromium found: apt-get install -y --no-install-recommends chromium")
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield started
        await started.close()


async def test_the_card_breaks_no_rule(page_path, browser) -> None:
    """In both languages and lights, on a phone and on a desk; nothing is fetched, nothing overflows."""
    page = await browser.new_page()
    wrong: list[str] = []
    page.on(
        "request",
        lambda request: wrong.append(request.url) if not request.url.startswith(("file:", "data:")) else None,
    )
    page.on("console", lambda told: wrong.append(told.text) if told.type == "error" else None)
    await page.goto(page_path.as_uri())
    for language, width, light in (
        ("en", 1280, "light"),
        ("fr", 390, "dark"),
        ("fr", 1280, "light"),
        ("en", 390, "dark"),
    ):
        await page.set_viewport_size({"width": width, "height": 900})
        await page.locator(f"#lang-{language}").check(force=True)
        await page.locator(f"#{light}").check(force=True)
        await page.evaluate(REDRAW)
        where = f"{language}.{width}.{light}"
        found = await Axe().run(page, options=RULES)
        wrong += [
            f"{where}: {one['id']} {[(node['html'][:120], node['failureSummary']) for node in one['nodes'][:3]]}"
            for one in found.response["violations"]
        ]
        if await page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            wrong.append(f"{where}: wider than the window")
        said = await page.locator("h1").inner_text()
        assert {"en": "System card", "fr": "Fiche du système"}[language] == said.strip()
    assert [] == wrong


def test_the_card_needs_nothing_beside_it(page_path) -> None:
    """No address is followed, no script is run, and no prompt of the sets is on it."""
    page = page_path.read_text(encoding="utf-8")
    assert [] == re.findall(r'(?:src|href)="(?!#|data:)[^"]*"', page)
    assert [] == re.findall(r"url\((?!\"data:|#)[^)]*\)", page)
    assert "<script" not in page
    assert "calm lake" not in page


def test_every_word_is_in_both_languages(page_path) -> None:
    """As many words in French as in English."""
    page = page_path.read_text(encoding="utf-8")
    assert page.count('<span lang="en">') == page.count('<span lang="fr">') > 100


def test_no_part_of_the_card_is_without_style(page_path) -> None:
    """Whatever class an element has, the one sheet in the card has a rule for it; so has every icon its drawing."""
    page = page_path.read_text(encoding="utf-8")
    (sheet,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    body = page[page.index("<body") :]
    used = {name for told in re.findall(r'class="([^"]*)"', body) for name in told.split()}
    assert set() == used - set(re.findall(r"\.([a-zA-Z][\w-]*)", sheet))
    drawn = set(re.findall(r'<symbol id="([^"]*)"', page))
    assert set(re.findall(r'<use href="#([^"]*)"', body)) <= drawn
