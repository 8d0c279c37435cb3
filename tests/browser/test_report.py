"""The report in a browser: nothing loaded, nothing broken, readable by everyone, on a screen, a phone and paper.

Debian's chromium shows it, from files, offline. Where there is none the tests say so and are skipped. To see how many
screens a report has: `python -m tests.browser.test_report out/latest/report`; a folder after that gets a picture of it.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from tests.conftest import ROOT, tidebook

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium here: the report is shown in no browser")

WIDE, NARROW, PAPER = (1280, 800), (390, 844), (718, 1030)
MOST_SCREENS = {WIDE: 7.2, NARROW: 15}
MOST_PRINTED = 5
LEAST_LABEL = 12
PAGES = ("index", "method", "scores", "sources", "metrics", "evidence", "tables", "print")
SHIPPED, SMALL = "shipped", "small"
LONG = bool(os.environ.get("TIDEBOOK_LONG"))
EXAMPLES = sorted(path.parent.name for path in (ROOT / "examples").glob("*/dossier.toml"))
DOSSIERS = (SHIPPED, SMALL, *(EXAMPLES if LONG else ()))
"""Where TIDEBOOK_LONG is set the examples are looked at as well, and every page in every way."""

VIEWS = [(WIDE, "light"), (NARROW, "dark"), *([(WIDE, "dark"), (NARROW, "light")] if LONG else [])]
ONE_TABLE_AND_ONE_CLAIM = """
[article]
title = "Stop renting from hyperscalers"
publisher = "ops.example"
published = 2025-06-03
[tables.prices]
path = "prices.csv"
title = "List price of an hour"
[tables.prices.columns]
"Provider" = { name = "provider", role = "subject" }
"Price" = { name = "price", unit = "USD/hour", basis = "list price" }
[metrics.dear]
is = "max(prices.price) / min(prices.price)"
unit = "ratio"
means = "Dearest price over the cheapest"
[[claims]]
id = "twice"
statement = "The dearest provider charges twice what the cheapest does"
interpretations = [{ interpretation = "at least twice", metric = "dear", predicate = "at_least 2" }]
"""


@pytest.fixture(scope="module", params=DOSSIERS)
def report(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a dossier's report, built with everything to print."""
    out = tmp_path_factory.mktemp(request.param)
    raw = ROOT / ("raw" if request.param == SHIPPED else f"examples/{request.param}")
    if request.param == SMALL:
        raw = out / "raw"
        raw.mkdir()
        (raw / "dossier.toml").write_text(ONE_TABLE_AND_ONE_CLAIM, encoding="utf-8")
        (raw / "prices.csv").write_text("Provider,Price\nAlpha,$2.10\nBeta,$4.50\n", encoding="utf-8")
    result = tidebook("build", "--raw", str(raw), "--out", str(out), "--print", "full")
    assert result.exit_code == 0, result.output
    return out / "latest" / "report"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield found
        found.close()


def opened(browser: Browser, path: Path, size: tuple[int, int] = WIDE, scheme: Any = "light") -> Page:
    page = browser.new_page(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme, offline=True)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("requestfailed", lambda request: said.append(request.url))
    page.goto(path.resolve().as_uri())
    assert said == []
    return page


def screens(page: Page) -> float:
    """Return the height of a page in screens."""
    return float(page.evaluate("document.documentElement.scrollHeight / window.innerHeight"))


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_it_is_short_and_nothing_sticks_out(browser: Browser, report: Path, size: tuple[int, int]) -> None:
    for name in PAGES:
        page = opened(browser, report / f"{name}.html", size)
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0], name
        if name == "index":
            assert screens(page) <= MOST_SCREENS[size]
        page.close()


WORDS_IN_VIEW = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  const isSeen = (text, box) => {
    const middle = Math.min((box.top + box.bottom) / 2, innerHeight - 1)
    const top = document.elementFromPoint((box.left + box.right) / 2, middle)
    return box.top < innerHeight && top && text.parentElement.contains(top)
  }
  let count = 0
  while (walker.nextNode()) {
    const text = walker.currentNode
    for (const word of text.data.matchAll(/\\S*[\\p{L}\\p{N}]\\S*/gu)) {
      const range = document.createRange()
      range.setStart(text, word.index)
      range.setEnd(text, word.index + word[0].length)
      if ([...range.getClientRects()].some(box => isSeen(text, box))) count++
    }
  }
  return count
}"""
"""Counts the words that stand in the window; those that only a screen reader says have no place there."""


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_the_first_screen_holds_what_to_remember_in_200_words_and_the_contents(
    browser: Browser, report: Path, size: tuple[int, int]
) -> None:
    page = opened(browser, report / "index.html", size)
    assert 20 < page.evaluate(WORDS_IN_VIEW) <= 200
    for part in ("h1", ".deck", ".lead", ".first .lines, .first .quiet", ".contents") if size == WIDE else ("h1",):
        box = page.locator(part).first.bounding_box()
        assert box is not None and box["y"] >= 0 and box["y"] + box["height"] <= size[1], part
    page.close()


QUESTIONS = {
    "Which number is worst?": (
        ".lines",
        r"Stable Video Diffusion’s training cost \$5M 12\.5 times too high \$0\.3M–\$0\.5M",
    ),
    "Is Sora public?": (".lines", r"Sora is not open to the public .* 9 December 2024"),
    "Which prediction failed?": (".lines", r"lose their independence .* [Vv]ery unlikely"),
    "How many claims hold?": (".lead", r"12 of 59 claims hold"),
    "What changed since the last release?": (".kicker", r"First release"),
}


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_five_questions_are_answered_on_the_first_two_screens(
    browser: Browser, report: Path, size: tuple[int, int]
) -> None:
    if SHIPPED not in str(report):
        pytest.skip("the questions are on the shipped dossier")
    page = opened(browser, report / "index.html", size)
    for asked, (part, answer) in QUESTIONS.items():
        box = page.locator(part).bounding_box()
        assert box is not None and box["y"] + box["height"] <= 2 * size[1], asked
        said = " ".join(page.locator(part).inner_text().replace("\u00a0", " ").split())
        assert re.search(answer, said), f"{asked} {said}"
    page.close()


@pytest.mark.parametrize(("size", "scheme"), VIEWS)
def test_everyone_can_read_it(browser: Browser, report: Path, size: tuple[int, int], scheme: str) -> None:
    brief = SHIPPED in str(report) and not LONG
    marked = ("article",) if (report / "article.html").exists() else ()
    for name in (*(("index", "method") if brief else PAGES), *marked):
        page = opened(browser, report / f"{name}.html", size, scheme)
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        found = Axe().run(page)
        assert not found.response["violations"], f"{name}: {found.generate_report()}"
        page.close()


def test_a_box_above_a_long_table_hides_the_rows_without_its_words(browser: Browser, report: Path) -> None:
    page = opened(browser, report / "evidence.html")
    tables = page.locator("table.grid").evaluate_all("all => all.map(each => each.tBodies[0].rows.length)")
    boxes, rows = page.locator(".filter"), page.locator(".filter + table.grid").first.locator("tbody tr")
    assert boxes.count() == sum(rows >= 8 for rows in tables)
    if boxes.count():
        box, told, every = boxes.first.locator("input"), boxes.first.locator("output"), rows.count()
        words = rows.last.locator("td").first.inner_text()
        box.fill(words.upper())
        assert rows.last.is_visible()
        assert told.inner_text() == f"{rows.filter(visible=True).count()} of {every} rows"
        box.fill(f"{words} of no row")
        assert rows.filter(visible=True).count() == 0
        box.fill("")
        assert rows.filter(visible=True).count() == every
    page.close()


def test_without_scripts_all_rows_are_there(browser: Browser, report: Path) -> None:
    page = browser.new_page(java_script_enabled=False, offline=True)
    page.goto((report / "evidence.html").resolve().as_uri())
    assert page.locator(".filter").count() == 0
    assert page.locator("tbody tr").filter(visible=False).count() == 0
    page.close()


def test_heads_of_the_appendix_stay_in_view(browser: Browser, report: Path) -> None:
    page = opened(browser, report / "tables.html")
    page.locator("table.grid tbody tr").last.scroll_into_view_if_needed()
    box = page.locator("table.grid thead th").first.bounding_box()
    assert box is not None and 0 <= box["y"] < WIDE[1]
    page.close()


def test_every_link_and_anchor_leads_somewhere(report: Path) -> None:
    pages = {name: (report / f"{name}.html").read_text(encoding="utf-8") for name in PAGES}
    ids = {name: set(re.findall(r'\bid="([^"]+)"', html)) for name, html in pages.items()}
    for name, html in pages.items():
        for target in re.findall(r'href="([^"]+)"', html):
            path, _, anchor = target.partition("#")
            if path.startswith(("https://", "http://")):
                continue
            assert not path or (report / path).is_file(), f"{name}: {target}"
            assert not anchor or anchor in ids[path.removesuffix(".html") or name], f"{name}: {target}"


def test_labels_of_pictures_can_be_read_on_a_phone(browser: Browser, report: Path) -> None:
    page = opened(browser, report / "index.html", NARROW)
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    sizes = page.evaluate(
        """[...document.querySelectorAll('.plot text')].map(each =>
            parseFloat(getComputedStyle(each).fontSize) * each.getScreenCTM().a)
            .concat([...document.querySelectorAll('.row span')]
            .map(each => parseFloat(getComputedStyle(each).fontSize)))"""
    )
    assert all(size >= LEAST_LABEL - 0.01 for size in sizes)
    page.close()


def test_it_prints_on_few_pages(browser: Browser, report: Path) -> None:
    page = opened(browser, report / "index.html")
    for paper in ("A4", "Letter"):
        pages = re.findall(rb"/Type\s*/Page\b", page.pdf(format=paper, prefer_css_page_size=True))
        assert 1 <= len(pages) <= MOST_PRINTED, paper
    page.close()


def test_paper_has_the_sources_that_it_names_and_a_citation_at_its_end(browser: Browser, report: Path) -> None:
    page = opened(browser, report / "index.html", PAPER)
    assert page.locator("sup.cite:visible, .paper:visible").count() == 0, "a screen has links in their place"
    page.emulate_media(media="print")
    numbers = page.locator("sup.cite:visible").evaluate_all("each => each.map(one => +one.dataset.source)")
    listed = page.locator(".paper li:visible").evaluate_all("each => each.map(one => one.value)")
    assert {*numbers} == {*listed}
    assert listed == sorted(listed)
    number = sha256((report / "verdicts.json").read_bytes()).hexdigest()[:10]
    assert number in page.locator("footer .paper").inner_text()
    page.close()


def pictures(browser: Browser, report: Path, folder: Path) -> None:
    """Write a picture of the first screen, which README shows."""
    opened(browser, report / "index.html").screenshot(path=folder / "report.png")


if __name__ == "__main__":
    with sync_playwright() as started:
        shown = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for of in (WIDE, NARROW):
            count = screens(opened(shown, Path(sys.argv[1]) / "index.html", of))
            print(f"{of[0]} x {of[1]}: {count:.1f} screens, at most {MOST_SCREENS[of]}")  # noqa: T201
        for target in sys.argv[2:]:
            pictures(shown, Path(sys.argv[1]), Path(target))
        shown.close()
